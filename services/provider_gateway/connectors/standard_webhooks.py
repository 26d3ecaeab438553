"""Standard Webhooks, for providers without a scheme of their own (https://www.standardwebhooks.com)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson
from standardwebhooks import Webhook, WebhookVerificationError

from services.provider_gateway.connectors.protocol import ForgedWebhook, UnreadableWebhook

MAX_ID = 200


class StandardWebhooks:
    """Verifies deliveries with a provider's secret, which is read when the first one comes."""

    def __init__(self, load_secret: Callable[[], str]) -> None:
        self._load_secret = load_secret
        self._webhook: Webhook | None = None

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The delivery's id. Raises ForgedWebhook, whatever is wrong with signature, time, headers or bytes."""
        if self._webhook is None:
            self._webhook = Webhook(self._load_secret())
        try:
            self._webhook.verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError, TypeError) as error:
            # The library lets malformed headers and bytes escape as ValueErrors of many kinds.
            raise ForgedWebhook(type(error).__name__) from None
        return headers["webhook-id"][:MAX_ID]


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
