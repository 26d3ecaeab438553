"""The bank's statement of a day, as camt.053 over HTTP."""

from __future__ import annotations

from datetime import date

from services.provider_gateway.connectors.protocol import DayPage, ListSource, UnreadableWebhook, Unsure
from services.provider_gateway.connectors.signed_requests import SignedRequests
from services.provider_gateway.connectors.vietinbank.iso.messages import read_whole
from services.provider_gateway.connectors.vietinbank.wire import ROOT


class VietinDays:
    """Money that moved. The bank writes statements of days that are over only."""

    source: ListSource = "statement"

    def __init__(self, requests: SignedRequests) -> None:
        self._requests = requests

    async def day(self, day: date, after: int) -> DayPage:
        """A page of the day's statement, after so many pages."""
        body = await self._requests.call("GET", f"{ROOT}/statements/{day.isoformat()}?page={after + 1}")
        try:
            notice = read_whole(body)
        except UnreadableWebhook as error:
            raise Unsure(f"answer_{error}") from None
        statement = notice.statement
        if statement is None or statement.day != day or statement.page_no != after + 1:
            raise Unsure("answer_day")
        return DayPage(notice.lines, None if statement.is_last_page else after + 1, final=True)
