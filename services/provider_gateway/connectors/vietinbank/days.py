"""The bank's statement of a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.provider_gateway.connectors.protocol import DayLine, DayPage, ListSource, Unsure
from services.provider_gateway.connectors.shape import (
    WrongShape,
    as_object,
    flag,
    must_amount,
    optional_amount,
    rows,
    text,
)
from services.provider_gateway.connectors.signed_requests import SignedRequests
from services.provider_gateway.connectors.vietinbank.wire import ROOT


class VietinDays:
    """Money that moved."""

    source: ListSource = "statement"

    def __init__(self, requests: SignedRequests) -> None:
        self._requests = requests

    async def day(self, day: date, after: int) -> DayPage:
        """A page of the day's entries."""
        try:
            answer = as_object(await self._requests.call("GET", f"{ROOT}/statements/{day.isoformat()}?after={after}"))
            lines = [_line(row) for row in rows(answer, "entries")]
            return DayPage(lines, optional_amount(answer, "next_after"), flag(answer, "final"))
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None


def _line(row: dict[str, Any]) -> DayLine:
    match text(row, "kind"):
        case "credit":
            return DayLine(text(row, "reference"), must_amount(row, "amount_dong"), "paid")
        case "return":
            return DayLine(text(row, "reference"), must_amount(row, "amount_dong"), "returned")
        case _:
            raise WrongShape("kind")
