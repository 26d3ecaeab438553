"""Wire models of receivables."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.disbursement.api.fields import AmountDong, Line, Month, UnitId
from services.disbursement.api.give_backs import GiveBackView
from services.disbursement.domain.receivables import MAX_INSTALMENTS
from services.disbursement.storage.receivables import Receivable

State = Literal["decided", "agreed", "repaying", "repaid", "written_off", "withdrawn"]
Relationship = Annotated[
    str,
    Field(
        min_length=1,
        max_length=60,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="To the beneficiary, as the list of overpayments says it: self, guardian, con gái, ...",
    ),
]

_ID = "0190a1b2-0000-7000-8000-000000000001"
_PERSON = "0190a1b2-0000-7000-8000-000000000002"
_DECISION: dict[str, Any] = {
    "authority_id": "474@2021-07-01",
    "beneficiary_id": _PERSON,
    "debtor_name": "Trần Văn Nam",
    "debtor_relationship": "heir",
    "decision_number": "45/QĐ-UBND",
    "decided_on": "2021-12-06",
    "notified_on": "2021-12-08",
}
RECEIVABLE_EXAMPLE: dict[str, Any] = {
    "receivable_id": _ID,
    **_DECISION,
    "unit_id": "19753@2021-07-01",
    "origin": "overpayment",
    "opening_entry_id": None,
    "state": "repaying",
    "amount_dong": 720_000,
    "repaid_dong": 200_000,
    "written_off_dong": 0,
    "withdrawn_dong": 0,
    "given_back_dong": 0,
    "left_dong": 520_000,
    "overdue_dong": 0,
    "agreed_on": "2021-12-20",
    "made_by": "lan",
    "made_at": "2021-12-06T03:00:00Z",
    "closing_number": None,
    "closed_on": None,
    "closing_reason": None,
    "closed_by": None,
}
_INSTALMENTS: list[Any] = [{"due_on": "2022-01-31", "amount_dong": 200_000}, {"due_on": "2022-02-28", "amount_dong": 520_000}]
REPAYMENT_EXAMPLE: dict[str, Any] = {
    "repayment_id": "0190a1b2-0000-7000-8000-000000000003",
    "receivable_id": _ID,
    "amount_dong": 200_000,
    "treasury_reference": "KB 2022/01/123",
    "repaid_on": "2022-01-28",
    "made_by": "ha",
    "made_at": "2022-01-28T03:00:00Z",
}
CLOSING_EXAMPLE: dict[str, Any] = {
    "decision_number": "12/QĐ-UBND",
    "decided_on": "2022-06-01",
    "reason": "Hộ nghèo, không còn khả năng hoàn trả",
}


class MonthToRecover(BaseModel):
    """What a decision wants back of a month."""

    model_config = ConfigDict(extra="forbid")

    benefit_month: Month
    kind: str = Field(max_length=60, pattern=r"^[a-z_:0-9-]+$", description="Obligation kind.", examples=["monthly"])
    amount_dong: AmountDong


class RecoveryDecision(BaseModel):
    """A decision to recover."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{**_DECISION, "months": [{"benefit_month": "2021-11-01", "kind": "monthly", "amount_dong": 360_000}]}]
        },
    )

    authority_id: UnitId = Field(description="The paying authority that recovers.")
    beneficiary_id: UUID
    months: list[MonthToRecover] = Field(min_length=1, max_length=120)
    debtor_name: Line = Field(description="Who owes it back. No identity, phone or account number.")
    debtor_relationship: Relationship
    decision_number: Line
    decided_on: date
    notified_on: date = Field(description="The day on which the debtor was told.")


class ReceivableView(BaseModel):
    """A receivable."""

    model_config = ConfigDict(json_schema_extra={"examples": [RECEIVABLE_EXAMPLE]})

    receivable_id: UUID
    authority_id: str
    unit_id: str
    origin: Literal["overpayment", "opening"] = Field(description="opening: brought along at go-live.")
    opening_entry_id: UUID | None
    beneficiary_id: UUID | None
    debtor_name: str
    debtor_relationship: str
    decision_number: str
    decided_on: date
    notified_on: date | None
    state: State
    amount_dong: int
    repaid_dong: int
    written_off_dong: int
    withdrawn_dong: int
    given_back_dong: int = Field(description="Of what was repaid: the payment it was about came back, too.")
    left_dong: int
    overdue_dong: int = Field(description="Due before today by the newest plan, and not come back.")
    agreed_on: date | None
    made_by: str
    made_at: datetime
    closing_number: str | None
    closed_on: date | None
    closing_reason: str | None
    closed_by: str | None

    @classmethod
    def of(cls, receivable: Receivable) -> ReceivableView:
        """The view of a receivable."""
        return cls(**_fields(receivable))


class ReceivablePage(BaseModel):
    """A page of receivables."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [RECEIVABLE_EXAMPLE], "next_cursor": None}]})

    items: list[ReceivableView]
    next_cursor: str | None


class RecoveredMonthView(BaseModel):
    """What a receivable is about."""

    benefit_month: date
    kind: str
    amount_dong: int
    repaid_dong: int
    withdrawn_dong: int
    given_back_dong: int


class InstalmentView(BaseModel):
    """What is due on a day."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, json_schema_extra={"examples": [_INSTALMENTS[0]]})

    due_on: date
    amount_dong: AmountDong


class InstalmentPlan(BaseModel):
    """What was agreed with the debtor: all that is left, in instalments, each on a later day."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"agreed_on": "2021-12-20", "instalments": _INSTALMENTS}]}
    )

    agreed_on: date
    instalments: list[InstalmentView] = Field(min_length=1, max_length=MAX_INSTALMENTS)


class RepaymentView(BaseModel):
    """Money that came back to the Treasury."""

    model_config = ConfigDict(json_schema_extra={"examples": [REPAYMENT_EXAMPLE]})

    repayment_id: UUID
    receivable_id: UUID
    amount_dong: int
    treasury_reference: str
    repaid_on: date
    made_by: str
    made_at: datetime


class NewRepayment(BaseModel):
    """A repayment by the Treasury's paper."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{name: REPAYMENT_EXAMPLE[name] for name in ("amount_dong", "treasury_reference", "repaid_on")}]
        },
    )

    amount_dong: AmountDong
    treasury_reference: Line
    repaid_on: date


class ClosingDecision(BaseModel):
    """The decision that ends a receivable."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CLOSING_EXAMPLE]})

    decision_number: Line
    decided_on: date
    reason: Line = Field(description="No identity, phone or account number.")


class WholeReceivableView(ReceivableView):
    """A receivable with its months, the newest plan, what came back and what was given back of that."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **RECEIVABLE_EXAMPLE,
                    "months": [
                        {
                            "benefit_month": "2021-11-01",
                            "kind": "monthly",
                            "amount_dong": 720_000,
                            "repaid_dong": 200_000,
                            "withdrawn_dong": 0,
                            "given_back_dong": 0,
                        }
                    ],
                    "instalments": _INSTALMENTS,
                    "repayments": [REPAYMENT_EXAMPLE],
                    "give_backs": [],
                }
            ]
        }
    )

    months: list[RecoveredMonthView]
    instalments: list[InstalmentView]
    repayments: list[RepaymentView]
    give_backs: list[GiveBackView]


def _fields(receivable: Receivable) -> dict[str, Any]:
    debt = receivable.debt
    plain = {name: getattr(receivable, name) for name in ReceivableView.model_fields if hasattr(receivable, name)}
    sums = asdict(debt)
    return {
        **plain,
        **sums,
        "left_dong": debt.left_dong,
        "made_by": receivable.made_subject,
        "closed_by": receivable.closed_subject,
    }


def whole(receivable: Receivable, **parts: Any) -> WholeReceivableView:
    """The view of a receivable with its parts."""
    return WholeReceivableView(**_fields(receivable), **parts)
