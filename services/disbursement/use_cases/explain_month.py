"""Look at what holds a person's money: the law that is missing, the contract that is missing, stops and calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.amounts import HeldDecision, not_dated
from services.disbursement.domain.calendar import Calendar
from services.disbursement.domain.law import Law
from services.disbursement.domain.payroll_waits import waits_before_release
from services.disbursement.domain.refusals import NO_LAW
from services.disbursement.domain.standing import Lacking, Standing
from services.disbursement.domain.waits import SENTENCES
from services.disbursement.storage import person_month
from services.disbursement.storage.person_month import Routed
from services.disbursement.storage.waits import providers_at_bound, waits_of_run
from services.disbursement.use_cases.hold_by_calendar import hold_by_calendar
from shared.database import Row, Tx
from shared.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Outlook:
    """What only a look over all units tells: whether a contract pays payee and carer, what the calendar holds, who is at the
    bound."""

    routed: Routed
    held: dict[UUID, str]
    bound: Sequence[str]


async def look_out(tx: Tx, beneficiary_id: UUID, calendar: Calendar) -> Outlook:
    """The outlook. The transaction must see all rows."""
    return Outlook(
        routed=await person_month.is_routed(tx, beneficiary_id),
        held=await hold_by_calendar(tx, calendar),
        bound=await providers_at_bound(tx),
    )


async def waits_of(tx: Tx, payments: Sequence[Row], outlook: Outlook) -> list[Standing]:
    """What each payment that was drawn up and not handed over waits for, each thing said once."""
    found: dict[str, Standing] = {}
    for payment in payments:
        if payment["state"] != "open" or payment["chunk_state"] != "sealed" or payment["payroll_state"] is None:
            continue
        wait = waits_before_release(payment["payroll_state"]) or await _after_release(tx, payment, outlook)
        if wait is not None:
            found.setdefault(wait.code, wait)
    return list(found.values())


async def _after_release(tx: Tx, payment: Row, outlook: Outlook) -> Standing | None:
    waits = await waits_of_run(tx, payment["run_id"], outlook.held, outlook.bound)
    why = next((wait.why for wait in waits if wait.payroll_id == payment["payroll_id"]), None)
    return Standing(why, *SENTENCES[why]) if why else None


async def lacking_law(tx: Tx, law: Law, person: Row, decisions: Sequence[Row], month: date) -> Lacking | None:
    """What of the law is missing for a month that a decision of the person covers."""
    if not any(decision["covers"] for decision in decisions):
        return None
    province = await person_month.province_name(tx, person["unit_id"])
    try:
        rates = law.in_month(month, province or "")
    except Refusal as refusal:
        if refusal.code != NO_LAW:
            raise
        return "no-law-for-month"
    held = [_held(decision) for decision in decisions]
    return "category-not-dated" if not_dated(rates, held, person["status"], person["status_from_month"]) else None


def _held(row: Row) -> HeldDecision:
    return HeldDecision(row["decision_id"], row["category"], row["from_month"], row["to_month"], row["heads"])
