"""What happens when the leadership asks for a month's report."""

from __future__ import annotations

from datetime import date

from services.reporting.domain.monthly_report import MOST_LAGGARDS, NOTHING_TO_REPORT, WHICH_UNIT
from services.reporting.storage.unit_steps import unit_of
from services.reporting.use_cases.read_dashboard import Unexplained, read_dashboard
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.units import Unit


async def read_monthly_report(tx: Tx, caller: Caller, month: date, unit_id: str | None) -> tuple[Unit, Unexplained]:
    """What the report of a month and a unit is made of (without a unit: of the one that the token is for), and who signs.

    Raises `unknown-unit`, `not-your-unit`, `which-unit` where the token is for several, `nothing-to-report`.
    """
    unexplained = await read_dashboard(tx, caller, month, unit_id, MOST_LAGGARDS)
    shown = unexplained.shown
    unit = await unit_of(tx, shown.unit.unit_id) if shown.unit else None
    if unit is None:
        raise Refusal(WHICH_UNIT)
    if not shown.coverage.owed.obligations:
        raise Refusal(NOTHING_TO_REPORT, month=str(month))
    return unit, unexplained
