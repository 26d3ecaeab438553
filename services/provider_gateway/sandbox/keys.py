"""Keys and secrets of both sides, as files. In production the two sides would each hold their own halves."""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

RSA_PAIRS = ("viettelpay_client", "viettelpay_provider", "vietinbank_client")
"""Each is `<name>_private.pem` and `<name>_public.pem`: "client" signs requests, "provider" answers and webhooks."""

HMAC_SECRETS = ("vnpost_hmac", "commune_cashier_hmac")
"""Each is `<name>.secret`: signs requests and result lists."""

WEBHOOK_SECRETS = ("vietinbank_webhook", "vnpost_webhook", "commune_cashier_webhook")
"""Each is `<name>.secret`: a Standard Webhooks secret ("whsec_" and base64)."""

ADMIN_SECRET = "admin"  # noqa: S105 - the name of a file, admin.secret
"""`admin.secret`: bearer of the /admin routes."""


@dataclass(frozen=True, slots=True)
class SandboxKeys:
    """What the providers hold: their own private key, the client's public keys, and the shared secrets."""

    viettelpay_private: rsa.RSAPrivateKey
    viettelpay_client: rsa.RSAPublicKey
    vietinbank_client: rsa.RSAPublicKey
    secrets: dict[str, str]


def make_keys(folder: Path) -> None:
    """Create the key files that are absent; leave the others alone. Safe when two processes call it at once."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in RSA_PAIRS:
        private_path = folder / f"{name}_private.pem"
        if not private_path.exists():
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            _create(private_path, _private_pem(key))
        # From the file, not from `key`: another process may have been first.
        public_path = folder / f"{name}_public.pem"
        if not public_path.exists():
            _create(public_path, _public_pem(_load_private(private_path).public_key()))
    for name in (*HMAC_SECRETS, ADMIN_SECRET):
        path = folder / f"{name}.secret"
        if not path.exists():
            _create(path, secrets.token_urlsafe(32).encode())
    for name in WEBHOOK_SECRETS:
        path = folder / f"{name}.secret"
        if not path.exists():
            _create(path, b"whsec_" + base64.b64encode(secrets.token_bytes(32)))


def load_keys(folder: Path) -> SandboxKeys:
    """The providers' side of the files that `make_keys` made."""
    names = (*HMAC_SECRETS, *WEBHOOK_SECRETS, ADMIN_SECRET)
    return SandboxKeys(
        viettelpay_private=_load_private(folder / "viettelpay_provider_private.pem"),
        viettelpay_client=_load_public(folder / "viettelpay_client_public.pem"),
        vietinbank_client=_load_public(folder / "vietinbank_client_public.pem"),
        secrets={name: (folder / f"{name}.secret").read_text().strip() for name in names},
    )


def _create(path: Path, content: bytes) -> None:
    """Write the whole file or nothing; the first of two writers wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _public_pem(key: rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _load_private(path: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path.name} holds no RSA private key")
    return key


def _load_public(path: Path) -> rsa.RSAPublicKey:
    key = serialization.load_pem_public_key(path.read_bytes())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError(f"{path.name} holds no RSA public key")
    return key
