"""Sealing of identity, phone and account numbers: encrypted at rest and on the way, found again by a keyed blind index.

Only the registry and the provider gateway hold these keys. AES-256-GCM with the key's id in front, so that keys can be
changed without touching old rows; HMAC-SHA256 for the index. The purpose is bound in: a sealed phone number can't be put
where an identity number belongs.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.kernel.errors import ErrorCode, Kind, Refusal

UNREADABLE = ErrorCode("sealed-value-unreadable", Kind.CONFLICT, "A sealed value can't be read", "Không giải mã được dữ liệu")

IDENTITY = "identity-number"
PHONE = "phone-number"
ACCOUNT = "account-number"
RAW_BODY = "raw-body"

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class FieldCipher:
    """Seals and opens single values. `keys` maps key ids to 32 bytes; `current` is the one that seals."""

    current: str
    keys: dict[str, bytes]
    index_key: bytes

    def seal(self, plain: str, purpose: str) -> str:
        """The value encrypted, as text: key id, a dot, base64. Sealing twice gives two texts."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = _cipher(self.keys[self.current]).encrypt(nonce, plain.encode(), purpose.encode())
        return f"{self.current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, purpose: str) -> str:
        """The value again. Raises `sealed-value-unreadable` for another purpose, an unknown key or a changed text."""
        key_id, _, body = sealed.partition(".")
        try:
            data = base64.urlsafe_b64decode(body)
            return _cipher(self.keys[key_id]).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], purpose.encode()).decode()
        except (KeyError, ValueError, InvalidTag):
            raise Refusal(UNREADABLE, f"{purpose} sealed with key {key_id[:16]!r}") from None

    def seal_bytes(self, plain: bytes, purpose: str) -> bytes:
        """A file encrypted: key id, a dot, nonce and ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, plain, purpose.encode())
        return b"".join((self.current.encode(), b".", nonce, sealed))

    def open_bytes(self, sealed: bytes, purpose: str) -> bytes:
        """The file again. Raises `sealed-value-unreadable` as `open` does."""
        key_id, _, data = sealed.partition(b".")
        try:
            return AESGCM(self.keys[key_id.decode()]).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], purpose.encode())
        except (KeyError, ValueError, InvalidTag):
            raise Refusal(UNREADABLE, f"{purpose} sealed with another key, or changed") from None

    def index(self, plain: str, purpose: str) -> bytes:
        """The blind index: equal for equal values, useless without the key. 32 bytes."""
        return hmac.digest(self.index_key, f"{purpose}:{plain}".encode(), "sha256")


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    """A key made ready once: that costs more than opening a number with it."""
    return AESGCM(key)


def mask(plain: str) -> str:
    """A number with only its last three digits to see, as it is shown by default."""
    return "•" * max(len(plain) - 3, 0) + plain[-3:]


def pseudonym(secret: bytes, person: str) -> str:
    """A person's pseudonym in reporting: the same in all months, not to be turned back without the secret."""
    return hmac.new(secret, person.encode(), sha256).hexdigest()[:32]


def load_field_cipher(keys_dir: Path) -> FieldCipher:
    """The cipher of an installation, from `fields.json`, which `shared.keys.make_keys` makes once."""
    data = json.loads((keys_dir / "fields.json").read_text(encoding="utf-8"))
    return FieldCipher(
        current=data["current"],
        keys={key_id: base64.b64decode(key) for key_id, key in data["keys"].items()},
        index_key=base64.b64decode(data["index_key"]),
    )
