"""The key by which the browser knows the gate: made at every start, known to nobody else, one for all hosts."""

from __future__ import annotations

import base64
import hashlib
import os
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class GateKey:
    """The gate's TLS context, and the SPKI digest (SHA-256, base64) the browser is told to accept."""

    context: ssl.SSLContext
    spki: str

    @classmethod
    def make(cls, scratch: Path) -> GateKey:
        """A fresh key; it lies in `scratch` only for the moment in which it is loaded."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dajia capture gate")])
        now = datetime.now(UTC)
        made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
                .not_valid_after(now + timedelta(days=30)).sign(key, hashes.SHA256()))
        public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        pem = made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        scratch.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=scratch, prefix="gate-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(pem)
            context.load_cert_chain(path)
        finally:
            Path(path).unlink()
        return cls(context, base64.b64encode(hashlib.sha256(public).digest()).decode())
