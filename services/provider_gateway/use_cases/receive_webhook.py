"""A webhook at the door: verified by its provider's scheme, kept raw and sealed, applied later and once."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter

from services.provider_gateway.connectors.protocol import Notice
from services.provider_gateway.domain.refusals import NO_SUCH_WEBHOOK
from services.provider_gateway.storage import webhook_conflicts, webhooks
from shared import audit
from shared.auth import Caller
from shared.crypto import RAW_BODY, FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal

MAX_BODY_BYTES = 1_000_000
MAX_ID = 200


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a webhook at the door. `conflicts`: its id had come with another content."""

    webhook_id: UUID
    fresh: bool
    conflicts: bool


async def receive_webhook(
    tx: Tx, provider: str, delivery_id: str, body: bytes, said: Notice | str, cipher: FieldCipher
) -> Received:
    """Keep a verified webhook, once. `said` is what it says, or in one word why that can't be read: then it is kept for a person.

    The same id must say the same: not the same bytes, since a provider that signs its time of sending sends others each time.
    """
    delivery_id = plain_id(delivery_id)
    raw, sealed = _fingerprint(body, cipher), seal_body(body, cipher)
    if isinstance(said, str):
        prints, unreadable, read = [raw], said, None
    else:
        content = orjson.dumps(said)
        prints, unreadable, read = [_fingerprint(content, cipher), raw], None, seal_body(content, cipher)
    kept = await webhooks.insert_webhook(tx, provider, delivery_id, sealed, read, prints, unreadable)
    if not kept.same:
        await webhook_conflicts.insert_conflict(tx, kept, provider, delivery_id, prints[0], sealed)
    elif kept.state == "unreadable" and unreadable is None:  # since it first came somebody has taught us to read it
        await webhook_conflicts.reopen_webhook(tx, kept.webhook_id)
    return Received(kept.webhook_id, kept.fresh, not kept.same)


async def replay_webhook(tx: Tx, caller: Caller, webhook_id: UUID) -> dict[str, Any]:
    """Apply a kept webhook once more. What it said before is stale news then: nothing is done twice. Raises no-such-webhook."""
    row = await webhook_conflicts.reopen_webhook(tx, webhook_id)
    if row is None:
        raise Refusal(NO_SUCH_WEBHOOK, webhook_id=webhook_id)
    await audit.append(tx, caller, "replay-webhook", f"webhook/{webhook_id}", provider=row["provider"])
    return row


def plain_id(delivery_id: str) -> str:
    """An id as the database can hold it: a hash stands for what is long, or is no plain text."""
    if 0 < len(delivery_id) <= MAX_ID and delivery_id.isprintable():
        return delivery_id
    return f"sha256:{sha256(delivery_id.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _fingerprint(content: bytes, cipher: FieldCipher) -> bytes:
    return cipher.index(sha256(content).hexdigest(), RAW_BODY)


def seal_body(body: bytes, cipher: FieldCipher) -> str:
    """A raw body, packed and sealed: it names people and may hold their numbers."""
    return cipher.seal(base64.b64encode(zlib.compress(body, 1)).decode(), RAW_BODY)


_NOTICE = TypeAdapter(Notice)


def open_said(sealed: str, cipher: FieldCipher) -> Notice:
    """What the door read in a webhook: 500 payments are not read in XML twice. Raises ValidationError where a later version
    means something else by it."""
    return _NOTICE.validate_json(open_body(sealed, cipher))


def open_body(sealed: str, cipher: FieldCipher) -> bytes:
    """The raw body again, byte for byte."""
    return zlib.decompress(base64.b64decode(cipher.open(sealed, RAW_BODY)))
