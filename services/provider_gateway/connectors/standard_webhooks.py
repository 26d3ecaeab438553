"""Standard Webhooks, for providers without a scheme of their own (https://www.standardwebhooks.com)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import orjson
from standardwebhooks import Webhook, WebhookVerificationError

from services.provider_gateway.connectors.protocol import ForgedWebhook, UnreadableWebhook

MAX_ID = 200


class StandardWebhooks:
    """Verifies deliveries with a provider's secret, or secrets (while they change), read anew for each delivery: a replaced
    file holds at once."""

    def __init__(self, load_secret: Callable[[], str | Sequence[str]]) -> None:
        self._load_secret = load_secret

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The delivery's id. Raises ForgedWebhook, whatever is wrong with signature, time, headers or bytes."""
        loaded = self._load_secret()
        why = "no_secret"
        for secret in [loaded] if isinstance(loaded, str) else loaded:
            try:
                _webhook(secret).verify(body, dict(headers), json_parse=False)
                return headers["webhook-id"][:MAX_ID]
            except (WebhookVerificationError, ValueError, TypeError, KeyError, OverflowError, OSError) as error:
                # The library lets malformed headers and bytes escape as errors of many kinds.
                why = type(error).__name__
        raise ForgedWebhook(why)


@lru_cache(maxsize=32)
def _webhook(secret: str) -> Webhook:
    return Webhook(secret)


def read_envelope(body: bytes) -> tuple[str, dict[str, object]]:
    """Type and data of a delivery. Raises UnreadableWebhook."""
    try:
        message = orjson.loads(body)
        kind, data = message["type"], message["data"]
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableWebhook(type(error).__name__) from None
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise UnreadableWebhook("shape")
    return kind, data
