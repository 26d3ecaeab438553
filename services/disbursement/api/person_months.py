"""GET one person's benefit month: from the decision to the money, or why none was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from services.disbursement.api.explanation_views import AmountLineView, ReceiverView, StandingView, StoryStepView
from services.disbursement.api.payment_views import (
    CategoryView,
    DecisionView,
    LinePaymentView,
    ObligationView,
    PayrollOfficers,
    PersonMonthView,
    TopUpView,
    next_step_of,
)
from services.disbursement.domain.categories import CARE_SUPPORT, group_of
from services.disbursement.domain.explanation import (
    Added,
    Ground,
    Receiver,
    Reckoning,
    Role,
    SettledPart,
    what_it_pays,
    why_this_amount,
)
from services.disbursement.domain.payment_story import PaymentFacts, story
from services.disbursement.domain.printed_groups import printed_group
from services.disbursement.domain.receiving import Receipt, purpose_of, receipt_of
from services.disbursement.domain.refusals import UNKNOWN_BENEFICIARY
from services.disbursement.domain.standing import Owed, PersonStatus, Standing, why_not_paid, why_there
from services.disbursement.storage import person_month as storage
from services.disbursement.storage.calendar_data import load_calendar
from services.disbursement.storage.category_texts import category_texts
from services.disbursement.storage.law_data import level_instrument, load_law, topup_text
from services.disbursement.use_cases.explain_month import Outlook, lacking_law, look_out, waits_of
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

_WORDED = ("benefit_month", "category", "coefficient", "disputed", "drawn", "topups", "campaign", "campaign_paper")
"""What an obligation's view says in other words, or not to everybody."""

CATEGORIES_SCOPE = "registry:read"
"""Who may read categories in the registry may read them here: some of them tell that a person has HIV."""


def make_router(database: Database) -> APIRouter:
    """The route of a person's month."""
    router = APIRouter(prefix="/v1", tags=["payments"])

    @router.get("/beneficiaries/{beneficiary_id}/months/{month}", summary="One person's benefit month")
    async def read_person_month(
        beneficiary_id: UUID, month: str, caller: Annotated[Caller, Depends(require("disbursement:read"))]
    ) -> PersonMonthView:
        """The decisions, what the month owes and why this amount, line by line, every payment with its steps in time (who
        prepared, approved, funded and released it, and what the provider answered), and what holds it while it waits; or, in a
        sentence, why nothing was paid. All sentences are Vietnamese and English, to be read out. The reading is audited.

        Categories and coefficients need the scope `registry:read` as well. Refused: `wrong-month`, `unknown-beneficiary`.
        """
        first_day = parse_month(month)
        async with database.transaction() as tx:  # of all units: contracts and a provider's bound are the authority's
            outlook = await look_out(tx, beneficiary_id, load_calendar())
        async with database.transaction(caller.row_scope) as tx:
            view = await _person_month(tx, beneficiary_id, first_day, outlook, CATEGORIES_SCOPE in caller.scopes)
            await audit.append(tx, caller, "read-person-month", f"beneficiary/{beneficiary_id}", month=first_day)
        return view

    return router


async def _person_month(tx: Tx, beneficiary_id: UUID, month: date, outlook: Outlook, open_categories: bool) -> PersonMonthView:
    person = await storage.person(tx, beneficiary_id)
    if person is None:
        raise Refusal(UNKNOWN_BENEFICIARY, beneficiary_id=str(beneficiary_id))
    decisions = await storage.decisions(tx, beneficiary_id, month)
    obligations = await storage.obligations(tx, beneficiary_id, month)
    payments = await storage.payments(tx, beneficiary_id, month)
    named = await storage.one_off_payees(tx, beneficiary_id)
    status = PersonStatus(
        person["status"], person["status_from_month"], person["hold"], person["payee_relationship"], outlook.routed.payee,
        carer_hold=person["carer_hold"],
        carer_routed=outlook.routed.carer, named=frozenset(named),
    )  # fmt: skip
    owed = [_owed(row, payments, person) for row in obligations]
    standing = why_not_paid(
        month,
        status,
        owed,
        decision_covers=any(decision["covers"] for decision in decisions),
        month_drawn=await storage.month_drawn(tx, person["unit_id"], month),
        lacking=await lacking_law(tx, load_law(), person, decisions, month),
    )
    grounds = {row["decision_id"]: row for row in decisions}
    return PersonMonthView(
        **{name: person[name] for name in ("beneficiary_id", "code", "full_name", "unit_id", "status", "hold")},
        month=month,
        decisions=[_decision(row, open_categories) for row in decisions],
        obligations=[
            _obligation(row, payments, grounds, open_categories, _receives(each.receipt, person, named), why_there(each, status))
            for row, each in zip(obligations, owed, strict=True)
        ],
        why_not_paid=StandingView.of(standing) if standing else None,
        waits=[StandingView.of(wait) for wait in await waits_of(tx, payments, outlook)],
    )


def _owed(row: Row, payments: Sequence[Row], person: Row) -> Owed:
    kinds = {CARE_SUPPORT} if person["carer_name"] is not None else set()
    receipt = receipt_of(row["kind"], row["category"], kinds)
    return Owed(row["place"], row["drawn"], _newest_reason(row, payments), receipt, row["disputed"])


def _receives(receipt: Receipt, person: Row, named: Mapping[str, Row]) -> Receiver | None:
    """Who receives it now; None while nobody is named."""
    once = named.get(purpose_of(receipt, person["status"]) or "")
    if receipt == "care_support":
        return Receiver("carer", person["carer_name"], person["carer_relationship"])
    if once is not None:
        role: Role = "funeral_organiser" if receipt == "funeral" else "heir"
        return Receiver(role, once["payee_name"], once["payee_relationship"])
    if receipt == "funeral":
        return None
    own = person["payee_relationship"] == "self"
    return Receiver("self" if own else "payee", person["payee_name"], person["payee_relationship"])


def _decision(row: Row, open_categories: bool) -> DecisionView:
    category = row["category"] if open_categories else printed_group(group_of(row["category"]) or "")
    return DecisionView.model_validate({**row, "category": category})


def _of(obligation: Row, payments: Sequence[Row]) -> list[Row]:
    return [p for p in payments if (p["kind"], p["revision"]) == (obligation["kind"], obligation["revision"])]


def _newest_reason(obligation: Row, payments: Sequence[Row]) -> str | None:
    own = _of(obligation, payments)
    return own[-1]["reason"] if own else None


def _obligation(
    row: Row, payments: Sequence[Row], grounds: Mapping[UUID, Row], open_categories: bool, receiver: Receiver | None,
    why_not: Standing | None,
) -> ObligationView:  # fmt: skip
    plain: dict[str, Any] = {name: value for name, value in row.items() if name not in _WORDED}
    topups = [TopUpView(**topup, **_topup_words(topup["code"])) for topup in row["topups"] or ()]
    categories = _categories(row) if open_categories else []
    reckoning = _reckoning(row, topups, categories, grounds.get(row["decision_id"]))
    return ObligationView(
        **plain,
        coefficient=row["coefficient"] if open_categories else None,
        categories=categories,
        topups=topups,
        lines=[AmountLineView.of(line) for line in why_this_amount(reckoning)],
        receives=ReceiverView.of(receiver) if receiver else None,
        why_not_paid=StandingView.of(why_not) if why_not else None,
        payments=[_payment(p) for p in _of(row, payments)],
    )


def _reckoning(row: Row, topups: Sequence[TopUpView], categories: Sequence[CategoryView], decision: Row | None) -> Reckoning:
    return Reckoning(
        kind=row["kind"],
        benefit_month=row["benefit_month"],
        revision=row["revision"],
        amount_dong=row["amount_dong"],
        total_dong=row["total_dong"],
        level_dong=row["level_dong"],
        coefficient=row["coefficient"],
        heads=row["heads"],
        topups=[Added(topup.code, topup.amount_dong, topup.instrument, topup.vi) for topup in topups],
        ground=Ground(
            categories=[(each.vi, each.en, each.article) for each in categories],
            decision_number=decision["number"] if decision else None,
            decided_on=decision["decided_on"] if decision else None,
            level_source=level_instrument(row["level_dong"], row["benefit_month"]),
        ),
        campaign=row["campaign"],
        campaign_paper=row["campaign_paper"],
    )


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
    parts = [SettledPart(**{**part, "benefit_month": date.fromisoformat(part["benefit_month"])}) for part in row["parts"]]
    return LinePaymentView(
        **plain,
        attempt_no=row["step"] // 100,
        next_step=next_step_of(row),
        payroll=payroll,
        pays=[AmountLineView.of(line) for line in what_it_pays(parts, row["run_month"])],
        steps=[StoryStepView.of(step) for step in story(_facts(row))],
    )


def _facts(row: Row) -> PaymentFacts:
    known = {name: row[name] for name in PaymentFacts.__dataclass_fields__ if name in row}
    return PaymentFacts(**{**known, "reason": row["removed_because"] or row["reason"]})
