"""Envelopes of Standard Webhooks, for the providers that have no scheme of their own."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import orjson
from standardwebhooks import Webhook

_FORGER = Webhook("whsec_" + base64.b64encode(b"somebody who is not the provider").decode())


class StandardSigner:
    """Signs with a provider's secret, at the moment of sending (real UTC time)."""

    def __init__(self, secret: str) -> None:
        self._webhook = Webhook(secret)

    def envelope(self, message_id: str, event: str, body: bytes, forged: bool) -> tuple[dict[str, str], bytes]:
        """Headers and content; `body` is the JSON of `data`."""
        now = datetime.now(UTC)
        content = orjson.dumps({"type": event, "timestamp": now.isoformat(), "data": orjson.Fragment(body)})
        return self.headers(message_id, content, forged), content

    def headers(self, message_id: str, content: bytes, forged: bool) -> dict[str, str]:
        """Headers of any content, signed now."""
        now = datetime.now(UTC)
        signer = _FORGER if forged else self._webhook
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signer.sign(message_id, now, content.decode()),
        }
