"""Wire models of payments, contradictions, and one person's month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.explanation_views import AmountLineView, ReceiverView, StandingView, StoryStepView
from services.disbursement.domain.next_steps import next_step

PaymentState = Literal["open", "paid", "rejected", "returned", "unclaimed", "removed"]

_ID = "0190a1b2-0000-7000-8000-000000000001"
_PAYMENT: JsonDict = {
    "payment_id": _ID,
    "run_id": _ID,
    "run": "2021-10",
    "run_month": "2021-10-01",
    "payroll_id": _ID,
    "chunk_no": 0,
    "line_no": 1,
    "authority_id": "474@2021-07-01",
    "unit_id": "19750@2021-07-01",
    "beneficiary_id": _ID,
    "beneficiary_code": "HUE-0000123",
    "payee_name": "Nguyễn Thị Lan",
    "amount_dong": 540_000,
    "note": "TCXH 10.2021 HUE-0000123",
    "provider": "viettelpay",
    "channel": "wallet",
    "state": "paid",
    "instructed_at": "2021-10-05T01:00:00Z",
    "step": 102,
    "attempt_no": 1,
    "reason": None,
    "provider_reference": "VTP-1",
    "settled_at": "2021-10-05T01:02:00Z",
    "next_step": None,
}


class NextStepView(BaseModel):
    """What happens next: a stable code with its sentence."""

    code: str
    vi: str
    en: str


class Outcome(BaseModel):
    """What is known here of a payment's attempts: the newest applied word of the gateway."""

    state: PaymentState = Field(description="`open` until a final word is heard.")
    instructed_at: datetime | None
    step: int = Field(description="The gateway's newest applied step.")
    attempt_no: int = Field(description="The attempt that it was said of; 0 before the first word.")
    reason: str | None
    provider_reference: str | None
    settled_at: datetime | None = Field(description="When the state became final, on the business clock.")
    next_step: NextStepView | None = Field(description="Empty where the money reached the payee.")


def next_step_of(row: Mapping[str, Any]) -> NextStepView | None:
    """What happens next with a payment, from its row."""
    step = next_step(row["state"], row["reason"], row["channel"], sent=row["instructed_at"] is not None)
    return NextStepView(code=step.code, vi=step.vi, en=step.en) if step else None


class PaymentView(Outcome):
    """One payment. Provider and channel are empty for those who may not see the authority's payrolls."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PAYMENT]})

    payment_id: UUID
    run_id: UUID
    run: str
    run_month: date
    payroll_id: UUID
    chunk_no: int
    line_no: int
    authority_id: str
    unit_id: str
    beneficiary_id: UUID
    beneficiary_code: str
    payee_name: str
    amount_dong: int
    note: str
    provider: str | None
    channel: str | None


class PaymentPage(BaseModel):
    """Payments by run month and id. `next_cursor` is empty on the last page."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_PAYMENT], "next_cursor": None}]})

    items: list[PaymentView]
    next_cursor: str | None


class ContradictionView(BaseModel):
    """What we hold and what was said of one payment, for a person to settle."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "contradiction_id": _ID,
                    "authority_id": "474@2021-07-01",
                    "run_month": "2021-10-01",
                    "payment_id": _ID,
                    "payroll_id": _ID,
                    "beneficiary_code": "HUE-0000123",
                    "state": "rejected",
                    "our_amount_dong": 540_000,
                    "held": "rejected",
                    "said": "paid",
                    "said_amount_dong": 540_000,
                    "opened_at": "2021-10-06T01:00:00Z",
                    "resolution": None,
                    "settled_reason": None,
                    "evidence": None,
                    "settled_by": None,
                    "settled_at": None,
                }
            ]
        }
    )

    contradiction_id: UUID
    authority_id: str
    run_month: date
    payment_id: UUID
    payroll_id: UUID | None
    beneficiary_code: str | None
    state: PaymentState | None = Field(description="The payment's state now.")
    our_amount_dong: int | None
    held: str = Field(description="What we held when it was said: a state, or `amount` with our amount.")
    said: str
    said_amount_dong: int
    opened_at: datetime
    resolution: str | None = Field(description="How it was settled; empty while it is open.")
    settled_reason: str | None
    evidence: str | None
    settled_by: str | None
    settled_at: datetime | None


class ContradictionPage(BaseModel):
    """Contradictions, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [], "next_cursor": None}]})

    items: list[ContradictionView]
    next_cursor: str | None


class CategoryView(BaseModel):
    """A category of assistance and where the law has it."""

    code: str
    article: str
    vi: str
    en: str


class DecisionView(BaseModel):
    """A decision as the registry says it now. `covers`: it gives something in this month. Who may not read the registry sees a
    coarse group in place of the category."""

    decision_id: UUID
    number: str
    decided_on: date
    kind: str
    category: str
    from_month: date
    to_month: date | None
    heads: int
    covers: bool


class PayrollOfficers(BaseModel):
    """The payroll that a payment stands on, and who carried it."""

    payroll_id: UUID
    contract_id: UUID
    provider: str
    channel: str
    state: str
    prepared_by: str | None
    prepared_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    released_by: str | None
    released_at: datetime | None


class LinePaymentView(Outcome):
    """A payment that took an obligation. `line_amount_dong` is what of it settles this one."""

    payment_seq: int
    payment_id: UUID
    run: str
    chunk_no: int
    line_no: int
    payee_name: str
    line_amount_dong: int
    amount_dong: int
    note: str
    payroll: PayrollOfficers | None
    pays: list[AmountLineView] = Field(description="The payment by month, arrears apart: they add up to `amount_dong`.")
    steps: list[StoryStepView] = Field(description="What was done with it, in order.")


class TopUpView(BaseModel):
    """What the province adds to an obligation, and by which instrument."""

    code: str
    amount_dong: int
    instrument: str
    vi: str


class ObligationView(BaseModel):
    """What the law owes for the month: level x coefficient x heads and the top-ups, less what earlier revisions owed.

    Categories and coefficient are shown to those who may read the registry (scope `registry:read`): others see none of anybody's,
    so that a missing one tells nothing."""

    kind: str
    revision: int
    amount_dong: int
    total_dong: int
    categories: list[CategoryView]
    coefficient: Decimal | None
    heads: int
    level_dong: int
    topups: list[TopUpView]
    decision_id: UUID
    unit_id: str
    authority_id: str
    run: str = Field(description="The run that drew it.")
    place: str
    lines: list[AmountLineView] = Field(description="Why this amount: they add up to `amount_dong`.")
    receives: ReceiverView | None = Field(description="To whom. Empty: nobody is named yet.")
    why_not_paid: StandingView | None = Field(description="Empty when it was paid.")
    payments: list[LinePaymentView]


class PersonMonthView(BaseModel):
    """One person's benefit month, from the decision to the money."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "beneficiary_id": _ID,
                    "code": "HUE-0000123",
                    "full_name": "Nguyễn Thị Lan",
                    "unit_id": "19750@2021-07-01",
                    "month": "2021-10-01",
                    "status": "active",
                    "hold": None,
                    "decisions": [],
                    "obligations": [],
                    "why_not_paid": {
                        "code": "no-decision",
                        "vi": "Không có quyết định hưởng trong tháng này.",
                        "en": "No decision covers this month.",
                    },
                    "waits": [],
                }
            ]
        }
    )

    beneficiary_id: UUID
    code: str
    full_name: str
    unit_id: str
    month: date
    status: str
    hold: str | None
    decisions: list[DecisionView]
    obligations: list[ObligationView]
    why_not_paid: StandingView | None = Field(description="Empty when all that the month owes was paid.")
    waits: list[StandingView] = Field(description="What each payment that has not gone out waits for.")
