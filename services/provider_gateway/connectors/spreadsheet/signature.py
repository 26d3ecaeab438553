"""Detached signatures of result files: `list.xlsx.sig` beside `list.xlsx`, by the provider's own key.

What is signed are the file's bytes as they lie there: with an RSA key PKCS#1 v1.5 over SHA-256 (`openssl dgst -sha256 -sign`),
with an Ed25519 key the bytes themselves. The signature is base64 (of any line length) or raw. File and signature travel and are
kept as one envelope, so that the evidence stays together.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from services.provider_gateway.connectors.protocol import ForgedWebhook

_MAGIC = b"chitra-signed-file 1\n"
MAX_SIGNATURE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file with its signature; no signature: empty."""

    name: str
    signature: bytes
    content: bytes = field(repr=False)

    @property
    def content_id(self) -> str:
        """The same for the same content, whatever it is called."""
        return hashlib.sha256(self.content).hexdigest()


def pack(signed: SignedFile) -> bytes:
    """As one envelope: three lines of head, and the content."""
    name = base64.b64encode(signed.name.encode())
    return b"".join((_MAGIC, name, b"\n", base64.b64encode(signed.signature), b"\n", signed.content))


def unpack(envelope: bytes) -> SignedFile:
    """The file of an envelope. Raises ForgedWebhook where it is none."""
    if not envelope.startswith(_MAGIC):
        raise ForgedWebhook("envelope")
    try:
        name, signature, content = envelope[len(_MAGIC) :].split(b"\n", 2)
        return SignedFile(base64.b64decode(name, validate=True).decode(), base64.b64decode(signature, validate=True), content)
    except (ValueError, binascii.Error):
        raise ForgedWebhook("envelope") from None


def read_signature(text: bytes) -> bytes:
    """A signature as it was laid down or sent: base64, or raw bytes."""
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return text


class ResultKey:
    """The public half of a provider's signing key, read when first needed. A file that is missing, or holds no such key, is an
    OSError: nothing is believed, and somebody has to mend it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key: rsa.RSAPublicKey | ed25519.Ed25519PublicKey | None = None

    def check(self, signed: SignedFile) -> None:
        """Raises ForgedWebhook where the file is not signed, or was changed after it was."""
        if not signed.signature:
            raise ForgedWebhook("not_signed")
        if self._key is None:
            self._key = _load(self._path)
        try:
            if isinstance(self._key, rsa.RSAPublicKey):
                self._key.verify(signed.signature, signed.content, padding.PKCS1v15(), hashes.SHA256())
            else:
                self._key.verify(signed.signature, signed.content)
        except InvalidSignature:
            raise ForgedWebhook("signature") from None


def _load(path: Path) -> rsa.RSAPublicKey | ed25519.Ed25519PublicKey:
    content = path.read_bytes()
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, (rsa.RSAPublicKey, ed25519.Ed25519PublicKey)):
        raise OSError(f"{path.name} is neither an RSA nor an Ed25519 public key")
    return key
