"""Keys of the ways to providers: files outside database and tree, read when first needed, never logged."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


class ProviderKeys:
    """The folder of the providers' keys. A missing file is an OSError: the work that needs it waits and is tried again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._private: dict[str, rsa.RSAPrivateKey] = {}
        self._public: dict[str, rsa.RSAPublicKey] = {}
        self._secrets: dict[str, str] = {}

    def secret(self, name: str) -> str:
        """The text of `<name>.secret`."""
        if name not in self._secrets:
            self._secrets[name] = (self._folder / f"{name}.secret").read_text(encoding="ascii").strip()
        return self._secrets[name]

    def document(self, name: str) -> bytes | None:
        """The content of a file that need not be there; read anew each time."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def rsa_sign(self, name: str, content: bytes) -> str:
        """Base64 of an RSA PKCS#1 v1.5 signature over SHA-256, by `<name>.pem`."""
        if name not in self._private:
            key = load_pem_private_key((self._folder / f"{name}.pem").read_bytes(), password=None)
            if not isinstance(key, rsa.RSAPrivateKey):
                raise TypeError(f"{name}.pem is not an RSA private key")
            self._private[name] = key
        return base64.b64encode(self._private[name].sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()

    def rsa_holds(self, name: str, content: bytes, signature: str) -> bool:
        """Whether a signature of that kind is by the owner of `<name>.pem`."""
        if name not in self._public:
            key = load_pem_public_key((self._folder / f"{name}.pem").read_bytes())
            if not isinstance(key, rsa.RSAPublicKey):
                raise TypeError(f"{name}.pem is not an RSA public key")
            self._public[name] = key
        try:
            self._public[name].verify(base64.b64decode(signature, validate=True), content, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True
