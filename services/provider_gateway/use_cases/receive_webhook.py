"""A webhook at the door: verified by its provider's scheme, kept raw and sealed, applied later and once."""

from __future__ import annotations

import base64
import zlib

from services.provider_gateway.storage import webhooks
from shared.crypto import RAW_BODY, FieldCipher
from shared.database import Tx

MAX_BODY_BYTES = 1_000_000


async def receive_webhook(tx: Tx, provider: str, delivery_id: str, body: bytes, cipher: FieldCipher) -> bool:
    """Keep a verified webhook; False when it had come before."""
    return await webhooks.insert_webhook(tx, provider, delivery_id, seal_body(body, cipher))


def seal_body(body: bytes, cipher: FieldCipher) -> str:
    """A raw body, packed and sealed: it names people and may hold their numbers."""
    return cipher.seal(base64.b64encode(zlib.compress(body, 1)).decode(), RAW_BODY)


def open_body(sealed: str, cipher: FieldCipher) -> bytes:
    """The raw body again, byte for byte."""
    return zlib.decompress(base64.b64decode(cipher.open(sealed, RAW_BODY)))
