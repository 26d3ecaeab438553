"""What VietinBank posts, as Standard Webhooks."""

from __future__ import annotations

from collections.abc import Mapping

from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import Notice, UnreadableWebhook
from services.provider_gateway.connectors.shape import WrongShape, rows, text, texts
from services.provider_gateway.connectors.standard_webhooks import StandardWebhooks, read_envelope
from services.provider_gateway.connectors.vietinbank.wire import WEBHOOK_SECRET, account_said_of, said_of
from services.provider_gateway.domain.attempt import Said


class VietinWebhooks:
    """Acceptances, results of payments, answers to openings."""

    def __init__(self, keys: ProviderKeys) -> None:
        self._standard = StandardWebhooks(lambda: keys.secrets(WEBHOOK_SECRET))

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The delivery's id."""
        return self._standard.verify(headers, body)

    def read(self, body: bytes) -> Notice:
        """What it says."""
        kind, data = read_envelope(body)
        try:
            match kind:
                case "batch.accepted":
                    said = [Said(reference, "accepted") for reference in texts(data, "references")]
                    return Notice(text(data, "batch_reference"), said)
                case "payments.results":
                    return Notice(text(data, "batch_reference"), [said_of(row) for row in rows(data, "results")])
                case "account_openings.answers":
                    return Notice(None, accounts=[account_said_of(row) for row in rows(data, "answers")])
        except WrongShape as error:
            raise UnreadableWebhook(str(error)) from None
        raise UnreadableWebhook("type")
