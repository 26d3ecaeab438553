"""The bank's statement of a day, as camt.053 over HTTP."""

from __future__ import annotations

from datetime import date

from services.provider_gateway.connectors.protocol import DayPage, ListSource, NotTaken, UnreadableWebhook, Unsure
from services.provider_gateway.connectors.signed_requests import SignedRequests
from services.provider_gateway.connectors.vietinbank.iso.messages import read_whole
from services.provider_gateway.connectors.vietinbank.wire import ROOT

BEFORE_THE_FIRST = "no_statement"
"""The bank's word of a day that is over and lies before its first statement."""


class VietinDays:
    """Money that moved. The bank writes statements of days that are over only, from the first on which it took a file of ours:
    on a day before that nothing moved. We may well ask for one, since a file can reach the bank days after we meant to send it.
    """

    source: ListSource = "statement"

    def __init__(self, requests: SignedRequests) -> None:
        self._requests = requests

    async def day(self, day: date, after: int) -> DayPage:
        """A page of the day's statement, after so many pages."""
        try:
            body = await self._requests.call("GET", f"{ROOT}/statements/{day.isoformat()}?page={after + 1}")
        except NotTaken as answer:
            if answer.why == BEFORE_THE_FIRST and after == 0:
                return DayPage((), None, final=True)
            raise
        try:
            notice = read_whole(body)
        except UnreadableWebhook as error:
            raise Unsure(f"answer_{error}") from None
        statement = notice.statement
        if statement is None or statement.day != day or statement.page_no != after + 1:
            raise Unsure("answer_day")
        return DayPage(notice.lines, None if statement.is_last_page else after + 1, final=True)
