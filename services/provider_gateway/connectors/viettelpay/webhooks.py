"""What ViettelPay posts: acceptances, results of transactions, answers to openings; each signed like an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.provider_gateway.connectors.protocol import ForgedWebhook, Notice, UnreadableWebhook
from services.provider_gateway.connectors.shape import WrongShape, as_object, rows, text, texts
from services.provider_gateway.connectors.viettelpay.wire import ViettelWire, account_said_of, said_of
from services.provider_gateway.domain.attempt import Said
from shared.kernel.clock import wall_now

TIME_WINDOW = timedelta(minutes=5)
MAX_ID = 200


class ViettelWebhooks:
    """The signature stands in the body, over cmd and data; id and time of sending stand in the signed data."""

    def __init__(self, wire: ViettelWire) -> None:
        self._wire = wire

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The notice's id."""
        try:
            _, data = self._wire.open_notice(body)
            sent_at = datetime.fromisoformat(text(data, "notifyTime"))
            if abs(wall_now() - sent_at) > TIME_WINDOW:
                raise ForgedWebhook("time")
            return text(data, "notifyId")[:MAX_ID]
        except (WrongShape, ValueError, TypeError) as error:
            raise ForgedWebhook(type(error).__name__) from None

    def read(self, body: bytes) -> Notice:
        """What it says."""
        try:
            message = as_object(body)
            return _notice(text(message, "cmd"), as_object(text(message, "data")))
        except WrongShape as error:
            raise UnreadableWebhook(str(error)) from None


def _notice(cmd: str, data: dict[str, Any]) -> Notice:
    match cmd:
        case "VTP306_ACCEPTED":
            return Notice(text(data, "orderId"), [Said(reference, "accepted") for reference in texts(data, "transIds")])
        case "VTP306_RESULT":
            return Notice(text(data, "orderId"), [said_of(row) for row in rows(data, "results")])
        case "VTP310_RESULT":
            return Notice(None, accounts=[account_said_of(row) for row in rows(data, "results")])
        case _:
            raise WrongShape("cmd")
