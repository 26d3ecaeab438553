"""Keys of an installation: files outside the database, made once, readable by the owner only."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

FIELDS = "fields.json"
SEAL = "seal.pem"
ISSUER = "issuer.pem"
PSEUDONYM = "pseudonym.secret"


def make_keys(keys_dir: Path) -> None:
    """Make what is missing: field keys, the key that seals payrolls, the local issuer's key, the pseudonym secret."""
    keys_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    fields = {"current": "k1", "keys": {"k1": _random_key()}, "index_key": _random_key()}
    _write_once(keys_dir / FIELDS, json.dumps(fields).encode())
    for name in (SEAL, ISSUER):
        key = Ed25519PrivateKey.generate()
        _write_once(keys_dir / name, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _write_once(keys_dir / PSEUDONYM, os.urandom(32).hex().encode())


def load_signing_key(keys_dir: Path, name: str) -> Ed25519PrivateKey:
    """An Ed25519 private key from a PEM file. Raises TypeError when the file holds another kind of key."""
    key = load_pem_private_key((keys_dir / name).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{name} is not an Ed25519 private key")
    return key


def load_pseudonym_secret(keys_dir: Path) -> bytes:
    """The secret behind the pseudonyms of reporting."""
    return bytes.fromhex((keys_dir / PSEUDONYM).read_text(encoding="ascii").strip())


def _random_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def _write_once(path: Path, content: bytes) -> None:
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    try:
        os.link(draft, path)  # whole or not at all, and of two processes the first one wins
    except FileExistsError:
        return
    finally:
        draft.unlink()
