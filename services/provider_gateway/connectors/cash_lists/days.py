"""An office's signed result list of a day: the orders that ended on it."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.provider_gateway.connectors.cash_lists.wire import OfficeWire, said_of
from services.provider_gateway.connectors.protocol import DayLine, DayPage, ListSource, Unsure
from services.provider_gateway.connectors.shape import WrongShape, as_object, flag, must_amount, optional_amount, rows


class OfficeDays:
    """Paid, refused, uncollected, withdrawn."""

    source: ListSource = "provider_list"

    def __init__(self, wire: OfficeWire) -> None:
        self._wire = wire

    async def day(self, day: date, after: int) -> DayPage:
        """A page of the day's results."""
        path = f"{self._wire.office.results_path}?day={day.isoformat()}&after={after}"
        try:
            answer = self._wire.open_content(as_object(await self._wire.call("GET", path)))
            lines = [_line(row) for row in rows(answer, "results")]
            return DayPage(lines, optional_amount(answer, "next_after"), flag(answer, "final"))
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None


def _line(row: dict[str, Any]) -> DayLine:
    said = said_of(row)
    if said.outcome not in ("paid", "returned", "rejected", "unclaimed"):
        raise WrongShape("state")
    return DayLine(said.reference, must_amount(row, "amount_dong"), said.outcome)
