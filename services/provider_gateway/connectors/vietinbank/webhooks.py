"""What VietinBank posts, as Standard Webhooks: pain.002 and camt.054 as XML; answers to openings as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import Notice, UnreadableWebhook
from services.provider_gateway.connectors.shape import WrongShape, rows
from services.provider_gateway.connectors.standard_webhooks import StandardWebhooks, read_envelope
from services.provider_gateway.connectors.vietinbank.iso.messages import read_whole
from services.provider_gateway.connectors.vietinbank.wire import WEBHOOK_SECRET, account_said_of


class VietinWebhooks:
    """Acceptances, results of payments, answers to openings."""

    def __init__(self, keys: ProviderKeys) -> None:
        self._standard = StandardWebhooks(lambda: keys.secrets(WEBHOOK_SECRET))

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The delivery's id."""
        return self._standard.verify(headers, body)

    def read(self, body: bytes) -> Notice:
        """What it says."""
        if body.lstrip()[:1] == b"<":
            return read_whole(body)
        kind, data = read_envelope(body)
        if kind != "account_openings.answers":
            raise UnreadableWebhook("type")
        try:
            return Notice(None, accounts=[account_said_of(row) for row in rows(data, "answers")])
        except WrongShape as error:
            raise UnreadableWebhook(str(error)) from None
