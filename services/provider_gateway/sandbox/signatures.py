"""How requests, answers and lists are signed. All signatures are over exact bytes, never over re-serialised JSON."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.requests import Request

from services.provider_gateway.sandbox.errors import RequestRefused

CLOCK_SKEW_SECONDS = 300
"""A signed request older or newer than this is refused."""


def rsa_sign(key: rsa.RSAPrivateKey, content: bytes) -> str:
    """Base64 of an RSA PKCS#1 v1.5 signature over SHA-256."""
    return base64.b64encode(key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()


def rsa_verify(key: rsa.RSAPublicKey, content: bytes, signature: str) -> None:
    """Raises `bad_signature` (401) unless `signature` is `rsa_sign` of `content` by the key's owner."""
    try:
        key.verify(base64.b64decode(signature, validate=True), content, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise _bad_signature() from error


def hmac_sign(secret: str, content: bytes) -> str:
    """Hexadecimal HMAC-SHA256; the key is the secret file's text."""
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def hmac_verify(secret: str, content: bytes, signature: str) -> None:
    """Raises `bad_signature` (401) unless `signature` is `hmac_sign` of `content`."""
    if not hmac.compare_digest(hmac_sign(secret, content).encode(), signature.encode()):
        raise _bad_signature()


def request_content(method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[bytes, str]:
    """What a request's signature covers, and that signature. `path` includes the query as sent.

    Raises `bad_signature` where a header is missing or the timestamp (whole seconds of Unix time) is off by over 5 minutes.
    """
    timestamp, signature = headers.get("x-timestamp", ""), headers.get("x-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise _bad_signature()
    if abs(time.time() - int(timestamp)) > CLOCK_SKEW_SECONDS:
        raise RequestRefused(401, "bad_signature", "X-Timestamp is more than 5 minutes away from the provider's clock")
    return f"{method}\n{path}\n{timestamp}\n{hashlib.sha256(body).hexdigest()}".encode(), signature


def target_of(request: Request) -> str:
    """Path and query exactly as they were sent."""
    query: bytes = request.scope["query_string"]
    path: bytes = request.scope["raw_path"]
    return (path + b"?" + query if query else path).decode("latin-1")


def _bad_signature() -> RequestRefused:
    return RequestRefused(401, "bad_signature", "The signature does not match")
