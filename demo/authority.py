"""The demo's own certificate authority: keys of this start, one certificate a host."""

from __future__ import annotations

import ssl
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAYS = 90
_USES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
         "crl_sign", "encipher_only", "decipher_only")


class Authority:
    """Issues server contexts by host name; nothing outlives `close`. `certificate` is the file a client may trust."""

    def __init__(self) -> None:
        self._key, self._leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self._name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Demo Web"),
                                x509.NameAttribute(NameOID.COMMON_NAME, "Demo Web CA")])
        self._folder = tempfile.TemporaryDirectory(prefix="demo-ca-")
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self.certificate = Path(self._folder.name) / "ca.pem"
        own = _begun(self._name, self._name, self._key.public_key(), ca=True).sign(self._key, hashes.SHA256())
        self.certificate.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def context(self, host: str) -> ssl.SSLContext:
        """The TLS server context of a host, made once."""
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = self._made(host)
            return self._contexts[host]

    def close(self) -> None:
        """Forget the keys."""
        self._folder.cleanup()

    def _made(self, host: str) -> ssl.SSLContext:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = (_begun(subject, self._name, self._leaf_key.public_key(), ca=False)
                       .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
                       .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
                       .add_extension(issuer, critical=False).sign(self._key, hashes.SHA256()))
        path = Path(self._folder.name) / "host.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + self._leaf_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        context.set_alpn_protocols(["http/1.1"])
        return context


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.CertificateBuilder:
    """What every certificate of the authority has in common."""
    now = datetime.now(UTC)
    wanted = {"key_cert_sign", "crl_sign"} if ca else {"digital_signature"}
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=_DAYS))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
            .add_extension(x509.KeyUsage(**{use: use in wanted for use in _USES}), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False))
