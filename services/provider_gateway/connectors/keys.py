"""Keys of the ways to providers: files outside database and tree, read when needed, never logged.

A key is changed by replacing its file: the next use reads the new one, with no restart. Beside `<name>` may lie `<name>.next`
and `<name>.previous`: what the other side signs is accepted under any of the three while the two sides change over. We sign
with `<name>` alone.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from services.provider_gateway.connectors.protocol import NotTaken

KEY_PAUSE_SECONDS = 5.0
AT_CHANGES = ("", ".next", ".previous")

T = TypeVar("T")
Stamp = tuple[int, int, int]


class KeyUnusable(NotTaken):
    """A key file is missing or can't be read: somebody has to mend it, and until then nothing leaves. Names the file only."""

    def __init__(self, file: str) -> None:
        super().__init__(f"key_{re.sub('[^a-z0-9]', '_', file.lower())}", KEY_PAUSE_SECONDS)


class ProviderKeys:
    """The folder of the providers' keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, tuple[Stamp, Any]] = {}

    def secret(self, name: str) -> str:
        """The text of `<name>.secret`. Raises KeyUnusable."""
        return self._must(f"{name}.secret", _as_secret)

    def secrets(self, name: str) -> list[str]:
        """The secrets that what comes may be signed with now: `<name>.secret` and those of a change. Raises KeyUnusable."""
        return self._all(name, "secret", _as_secret)

    def document(self, name: str) -> bytes | None:
        """The content of a file that need not be there; read anew each time."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def rsa_sign(self, name: str, content: bytes) -> str:
        """Base64 of an RSA PKCS#1 v1.5 signature over SHA-256, by `<name>.pem`. Raises KeyUnusable."""
        key = self._must(f"{name}.pem", _as_private)
        return base64.b64encode(key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()

    def rsa_holds(self, name: str, content: bytes, signature: str) -> bool:
        """Whether a signature of that kind is by the owner of `<name>.pem`, or of a key of a change. Raises KeyUnusable."""
        try:
            raw = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        return any(_holds(key, content, raw) for key in self._all(name, "pem", _as_public))

    def _all(self, name: str, suffix: str, read: Callable[[bytes], T]) -> list[T]:
        first = self._must(f"{name}.{suffix}", read)
        others = [self._held_as(f"{name}{change}.{suffix}", read) for change in AT_CHANGES[1:]]
        return [first, *(other for other in others if other is not None)]

    def _must(self, file: str, read: Callable[[bytes], T]) -> T:
        held = self._held_as(file, read)
        if held is None:
            raise KeyUnusable(file)
        return held

    def _held_as(self, file: str, read: Callable[[bytes], T]) -> T | None:
        """What the file holds now; None where there is no such file."""
        path = self._folder / file
        try:
            stamp = file_stamp(path)
            held = self._held.get(file)
            if held is None or held[0] != stamp:
                held = self._held[file] = (stamp, read(path.read_bytes()))
        except FileNotFoundError:
            self._held.pop(file, None)
            return None
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            raise KeyUnusable(file) from None
        value: T = held[1]  # one file is always read the same way
        return value


def file_stamp(path: Path) -> Stamp:
    """Changes when the file is replaced or written. Raises OSError."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _as_secret(raw: bytes) -> str:
    secret = raw.decode("ascii").strip()
    if not secret:
        raise ValueError("empty")
    return secret


def _as_private(raw: bytes) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(raw, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("no RSA private key")
    return key


def _as_public(raw: bytes) -> rsa.RSAPublicKey:
    key = load_pem_public_key(raw)
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("no RSA public key")
    return key


def _holds(key: rsa.RSAPublicKey, content: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
