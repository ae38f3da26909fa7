"""Originals that people brought in, closed for everybody but the holders of a key that is kept elsewhere.

CMS enveloped data (RFC 5652, AES-256) for X.509 certificates with RSA keys: what any agency's key infrastructure issues, and
what `openssl cms -decrypt` opens without dajia. The store holds the digest of the original; the WARC holds the closed bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7

from evidence import ids

MEDIA_TYPE = "application/pkcs7-mime"


class SealError(Exception):
    """An original that cannot be closed or opened; the message says why and what to do."""


def closed(data: bytes, certificates: Sequence[str]) -> bytes:
    """`data` closed for the holders of `certificates` (PEM files); SealError for one that cannot be used."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(data).set_content_encryption_algorithm(algorithms.AES256)
    for name in certificates:
        try:
            builder = builder.add_recipient(_certificate(Path(name).expanduser()))
        except (OSError, ValueError, TypeError) as problem:
            raise SealError(f"[seal] certificates：{name} 不能用来封存（需要 RSA 密钥的 X.509 证书，PEM 格式）：{problem}") from problem
    return builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def opened(data: bytes, certificate: Path, key: Path, password: bytes | None, sha256: str) -> bytes:
    """The original behind closed bytes; SealError with the wrong key, and for bytes that are not those the store knows."""
    try:
        private = load_pem_private_key(key.read_bytes(), password)
        if not isinstance(private, RSAPrivateKey):
            raise SealError(f"{key}：不是 RSA 私钥")
        found = pkcs7.pkcs7_decrypt_der(data, _certificate(certificate), private, [])
    except (OSError, ValueError, TypeError) as problem:
        raise SealError(f"打不开：{problem}；请确认 {certificate} 与 {key} 是封存时所用的一对，口令正确") from problem
    if ids.sha256(found) != sha256:
        raise SealError("打开后的内容与登记的 SHA-256 不符")
    return found


def is_closed(data: bytes, sha256: str) -> bool:
    """Whether `data` is not the original itself."""
    return ids.sha256(data) != sha256


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())
