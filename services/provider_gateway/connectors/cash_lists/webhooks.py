"""What an office posts: Standard Webhooks, with a signed result list inside."""

from __future__ import annotations

from collections.abc import Mapping

from services.provider_gateway.connectors.cash_lists.wire import OfficeWire, batch_of
from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.protocol import Notice, UnreadableWebhook
from services.provider_gateway.connectors.shape import WrongShape, as_object, text, texts
from services.provider_gateway.connectors.standard_webhooks import StandardWebhooks, read_envelope
from services.provider_gateway.domain.attempt import Said


class ListWebhooks:
    """Acceptances and results of orders."""

    def __init__(self, wire: OfficeWire, keys: ProviderKeys) -> None:
        self._wire = wire
        self._standard = StandardWebhooks(lambda: keys.secrets(wire.office.webhook_secret))

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The delivery's id."""
        return self._standard.verify(headers, body)

    def read(self, body: bytes) -> Notice:
        """What it says."""
        kind, data = read_envelope(body)
        try:
            match kind:
                case "list.accepted":
                    said = [Said(reference, "accepted") for reference in texts(data, "references")]
                    return Notice(batch_of(text(data, "list_reference")), said)
                case "orders.results":
                    batch = batch_of(text(as_object(text(data, "result_list")), "list_reference"))
                    return Notice(batch, self._wire.open_list(data))
        except WrongShape as error:
            raise UnreadableWebhook(str(error)) from None
        raise UnreadableWebhook("type")
