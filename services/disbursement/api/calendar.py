"""GET the calendar of a month: until when its decisions are taken, when it is funded, when cash is handed out."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from services.disbursement.domain.calendar import DayKind, PayDays, in_force
from services.disbursement.storage import pay_days
from services.disbursement.storage.calendar_data import load_calendar
from shared.auth import Caller, require
from shared.database import Database
from shared.kernel.months import parse_month, previous_month

_DAY: JsonDict = {
    "on": "2022-01-31",
    "kind": "holiday",
    "name_vi": "Tết Nguyên đán",
    "name_en": "Lunar New Year",
    "source": "FROM MEMORY (high)",
}
_PAY_DAYS: JsonDict = {
    "contract_id": "0190a1b2-0000-7000-8000-000000000001",
    "unit_id": "19750@2021-07-01",
    "first_on": "2022-02-07",
    "last_on": "2022-02-10",
}


class SpecialDayView(BaseModel):
    """A day off: `holiday` by law, `compensatory` in its place; or `working`, a Saturday or Sunday worked instead of another
    day. `source` says where it is from."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [_DAY]})

    on: date
    kind: DayKind
    name_vi: str
    name_en: str
    source: str


class PayDaysView(BaseModel):
    """Days on which a contract's provider hands out cash in a commune, or (with the authority's id) in all."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PAY_DAYS]})

    contract_id: UUID
    unit_id: str
    first_on: date
    last_on: date


class CalendarView(BaseModel):
    """A month's calendar. What is decided after `cut_off_on` is paid by a later month's run, as arrears. `special_days` are
    those of the month before and of the month."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "month": "2022-02-01",
                    "cut_off_on": "2022-01-19",
                    "funding_on": "2022-01-24",
                    "pay_days": [_PAY_DAYS],
                    "special_days": [_DAY],
                }
            ]
        }
    )

    month: date
    cut_off_on: date
    funding_on: date
    pay_days: list[PayDaysView]
    special_days: list[SpecialDayView]


def make_router(database: Database) -> APIRouter:
    """The route of the calendar."""
    router = APIRouter(prefix="/v1/calendar", tags=["calendar"])

    @router.get("/{month}", summary="The calendar of a month")
    async def read_calendar(month: str, caller: Annotated[Caller, Depends(require("disbursement:read"))]) -> CalendarView:
        """Cut-off, funding, pay days of the contracts that the token covers, and holidays.

        Refused: `wrong-month`, `no-calendar-for-month` (its year's holidays, or the year's before, are not known).
        """
        wanted = parse_month(month)
        calendar = load_calendar()
        cut_off_on, funding_on = calendar.cut_off_on(wanted), calendar.funding_on(wanted)
        calendar.next_working_day(wanted)  # the month itself must be known too
        async with database.transaction(caller.row_scope) as tx:
            days = in_force(await pay_days.up_to(tx, wanted), wanted)
        special = [*calendar.days_of(previous_month(wanted)), *calendar.days_of(wanted)]
        return CalendarView(
            month=wanted,
            cut_off_on=cut_off_on,
            funding_on=funding_on,
            pay_days=[_pay_days(each, wanted) for each in days],
            special_days=[SpecialDayView.model_validate(day) for day in special],
        )

    return router


def _pay_days(days: PayDays, month: date) -> PayDaysView:
    first_on = days.first_on(month, load_calendar())
    last_on = max(days.last_on(month), first_on)
    return PayDaysView(contract_id=days.contract_id, unit_id=days.unit_id, first_on=first_on, last_on=last_on)
