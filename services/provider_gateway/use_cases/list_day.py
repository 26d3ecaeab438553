"""Hand on what a provider says of a day that is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.provider_gateway.connectors.protocol import DayLine, ListSource
from services.provider_gateway.storage.listed_days import record_day
from shared.contracts.base import MAX_RECORDS
from shared.contracts.gateway_events import ListedLine, ProviderListed
from shared.database import Tx
from shared.outbox import emit


async def list_day(tx: Tx, provider: str, source: ListSource, day: date, lines: Sequence[DayLine]) -> None:
    """Record the day and say its lines in parts of up to 500; a day with nothing is one empty part. Once for each day."""
    paid_dong = sum(line.amount_dong * {"paid": 1, "returned": -1}.get(line.state, 0) for line in lines)
    if not await record_day(tx, provider, day, source, len(lines), paid_dong):
        return
    starts = range(0, max(len(lines), 1), MAX_RECORDS)
    for part_no, start in enumerate(starts, 1):
        event = ProviderListed(
            provider=provider,
            list_source=source,
            listed_on=day,
            part_no=part_no,
            parts=len(starts),
            lines_of_day=len(lines),
            first_line_no=start + 1,
            lines=[
                ListedLine(reference=line.reference, amount_dong=line.amount_dong, state=line.state, seq=line.seq)
                for line in lines[start : start + MAX_RECORDS]
            ],
        )
        await emit(tx, event)
