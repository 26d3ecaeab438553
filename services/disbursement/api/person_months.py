"""GET one person's benefit month: from the decision to the money, or why none was paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from services.disbursement.api.payment_views import (
    CategoryView,
    DecisionView,
    LinePaymentView,
    ObligationView,
    PayrollOfficers,
    PersonMonthView,
    StandingView,
    TopUpView,
    next_step_of,
)
from services.disbursement.domain.refusals import UNKNOWN_BENEFICIARY
from services.disbursement.domain.standing import Owed, PersonStatus, why_not_paid
from services.disbursement.storage import person_month as storage
from services.disbursement.storage.category_texts import category_texts
from services.disbursement.storage.law_data import topup_text
from shared import audit
from shared.auth import Caller, require
from shared.database import Database, Row, Tx
from shared.kernel.errors import Refusal
from shared.kernel.months import parse_month

_OFFICERS = (
    "payroll_id",
    "contract_id",
    "provider",
    "channel",
    "prepared_by",
    "prepared_at",
    "approved_by",
    "approved_at",
    "released_by",
    "released_at",
)


_WORDED = ("category", "drawn", "topups", "campaign", "campaign_paper")
"""What an obligation's view says in other words."""


def make_router(database: Database) -> APIRouter:
    """The route of a person's month."""
    router = APIRouter(prefix="/v1", tags=["payments"])

    @router.get("/beneficiaries/{beneficiary_id}/months/{month}", summary="One person's benefit month")
    async def read_person_month(
        beneficiary_id: UUID, month: str, caller: Annotated[Caller, Depends(require("disbursement:read"))]
    ) -> PersonMonthView:
        """The decisions, what the month owes and how it was reckoned, every payment with who prepared, approved and
        released it and what became of it; or, in a sentence, why nothing was paid. The reading is audited.

        Refused: `wrong-month`, `unknown-beneficiary`.
        """
        first_day = parse_month(month)
        async with database.transaction(caller.row_scope) as tx:
            view = await _person_month(tx, beneficiary_id, first_day)
            await audit.append(tx, caller, "read-person-month", f"beneficiary/{beneficiary_id}", month=first_day)
        return view

    return router


async def _person_month(tx: Tx, beneficiary_id: UUID, month: date) -> PersonMonthView:
    person = await storage.person(tx, beneficiary_id)
    if person is None:
        raise Refusal(UNKNOWN_BENEFICIARY, beneficiary_id=str(beneficiary_id))
    decisions = [DecisionView(**row) for row in await storage.decisions(tx, beneficiary_id, month)]
    obligations = await storage.obligations(tx, beneficiary_id, month)
    payments = await storage.payments(tx, beneficiary_id, month)
    standing = why_not_paid(
        month,
        PersonStatus(person["status"], person["status_from_month"], person["hold"], person["payee_relationship"]),
        [Owed(row["place"], row["drawn"], _newest_reason(row, payments)) for row in obligations],
        decision_covers=any(decision.covers for decision in decisions),
        month_drawn=await storage.month_drawn(tx, person["unit_id"], month),
    )
    return PersonMonthView(
        **{name: person[name] for name in ("beneficiary_id", "code", "full_name", "unit_id", "status", "hold")},
        month=month,
        decisions=decisions,
        obligations=[_obligation(row, payments) for row in obligations],
        why_not_paid=StandingView(code=standing.code, vi=standing.vi, en=standing.en) if standing else None,
    )


def _of(obligation: Row, payments: Sequence[Row]) -> list[Row]:
    return [p for p in payments if (p["kind"], p["revision"]) == (obligation["kind"], obligation["revision"])]


def _newest_reason(obligation: Row, payments: Sequence[Row]) -> str | None:
    own = _of(obligation, payments)
    return own[-1]["reason"] if own else None


def _obligation(row: Row, payments: Sequence[Row]) -> ObligationView:
    plain: dict[str, Any] = {name: value for name, value in row.items() if name not in _WORDED}
    categories = _categories(row)
    topups = [TopUpView(**topup, **_topup_words(topup["code"])) for topup in row["topups"] or ()]
    return ObligationView(**plain, categories=categories, topups=topups, payments=[_payment(p) for p in _of(row, payments)])


def _categories(row: Row) -> list[CategoryView]:
    if row["campaign"]:
        return [CategoryView(code=row["category"], article=row["campaign_paper"], vi=row["campaign"], en=row["campaign"])]
    return [CategoryView(code=t.code, article=t.article, vi=t.vi, en=t.en) for t in category_texts(row["category"])]


def _topup_words(code: str) -> dict[str, str]:
    text = topup_text(code)
    return {"instrument": text.instrument, "vi": text.vi}


def _payment(row: Row) -> LinePaymentView:
    officers: dict[str, Any] = {name: row[name] for name in _OFFICERS}
    plain: dict[str, Any] = {name: row[name] for name in LinePaymentView.model_fields if name in row}
    payroll = PayrollOfficers(**officers, state=row["payroll_state"]) if row["contract_id"] else None
    return LinePaymentView(**plain, attempt_no=row["step"] // 100, next_step=next_step_of(row), payroll=payroll)
