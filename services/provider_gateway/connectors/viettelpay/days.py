"""VTP312: the statement of a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.provider_gateway.connectors.protocol import DayLine, DayPage, ListSource, Unsure
from services.provider_gateway.connectors.shape import WrongShape, flag, must_amount, optional_amount, text
from services.provider_gateway.connectors.viettelpay.wire import ViettelWire


class ViettelDays:
    """Money that moved, wallets and cash points together."""

    source: ListSource = "statement"

    def __init__(self, wire: ViettelWire) -> None:
        self._wire = wire

    async def day(self, day: date, after: int) -> DayPage:
        """A page of the day's entries."""
        answer = await self._wire.process("VTP312", f"{day:%Y%m%d}-{after}", {"day": day.isoformat(), "after": after})
        if not answer.found:
            return DayPage((), None, final=False)  # a day to come
        try:
            envelope = dict(answer.envelope)
            if text(envelope, "day") != day.isoformat():
                raise WrongShape("day")
            return DayPage([_line(row) for row in answer.rows], optional_amount(envelope, "nextAfter"), flag(envelope, "final"))
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None


def _line(row: dict[str, Any]) -> DayLine:
    match text(row, "kind"):
        case "CREDIT" | "CASH_PAID":
            return DayLine(text(row, "transId"), must_amount(row, "amount"), "paid")
        case "REFUND":
            return DayLine(text(row, "transId"), must_amount(row, "amount"), "returned")
        case _:
            raise WrongShape("kind")
