"""What happens when somebody asks whether reporting says what the books say."""

from __future__ import annotations

from datetime import date

from services.reporting.domain.consistency import MonthFigures, by_provider
from services.reporting.storage import coverage as sums
from services.reporting.storage.levels import COUNTRY
from shared.database import Tx
from shared.inbox import watermark

SOURCE = "disbursement"


async def read_ours(tx: Tx, months: list[date]) -> tuple[dict[date, MonthFigures], int]:
    """The months as reporting has them over all units, and the position of disbursement's log up to which they follow it.

    The transaction must be REPEATABLE READ, so that numbers and position belong together.
    """
    found = {}
    for month, total in (await sums.totals(tx, months, [COUNTRY])).items():
        ways = await sums.ways(tx, month, [COUNTRY])
        found[month] = MonthFigures(total.people.entitled, total.parts, by_provider(ways))
    return found, await watermark(tx, SOURCE)
