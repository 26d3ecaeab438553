"""What the calendar holds back today."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.disbursement.domain.calendar import Calendar, why_not_today
from services.disbursement.domain.calendar_refusals import NO_CALENDAR
from services.disbursement.storage.waits import DatedPayroll, dated_payrolls
from shared.database import Tx
from shared.kernel.errors import Refusal


async def hold_by_calendar(tx: Tx, calendar: Calendar) -> dict[UUID, str]:
    """Waiting payrolls that their contract doesn't let out today, and why."""
    found = await dated_payrolls(tx)
    if not found:
        return {}
    today = await tx.today()
    whys = {each.payroll_id: _why(each, today, calendar) for each in found}
    return {payroll_id: why for payroll_id, why in whys.items() if why is not None}


def _why(payroll: DatedPayroll, today: date, calendar: Calendar) -> str | None:
    """A payroll whose days can't be told waits, and doesn't stand in the others' way."""
    try:
        return why_not_today(payroll.send_on, today, payroll.run_month, payroll.pay_days, calendar)
    except Refusal as refusal:
        if refusal.code != NO_CALENDAR:
            raise
        return "no-calendar"
