"""Wire models of runs and payrolls."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.domain.payrolls import Payroll, PayrollState, Signatory
from services.disbursement.domain.routing import Channel
from services.disbursement.domain.runs import Run
from services.disbursement.storage.payrolls import PaymentLine
from services.disbursement.use_cases.draw_up_run import DrawnUp

_ID = "0190a1b2-0000-7000-8000-000000000001"
_RUN: JsonDict = {
    "run_id": _ID,
    "unit_id": "46@2021-07-01",
    "code": "2021-10",
    "run_month": "2021-10-01",
    "benefit_months": ["2021-10-01"],
    "opened_at": "2021-09-20T01:00:00Z",
    "campaign_id": None,
}
_PAYROLL: JsonDict = {
    "payroll_id": _ID,
    "run_id": _ID,
    "run_month": "2021-10-01",
    "authority_id": "474@2021-07-01",
    "contract_id": _ID,
    "provider": "viettelpay",
    "channel": "wallet",
    "seq": 0,
    "registry_position": 141,
    "state": "approved",
    "payments": 812,
    "amount_dong": 438_480_000,
    "removed_payments": 1,
    "removed_amount_dong": 540_000,
    "chunks": {"sealed": 2},
    "root": "3f" * 32,
    "prepared_by": "lan@hue.gov.vn",
    "prepared_at": "2021-09-21T01:00:00Z",
    "approved_by": "minh@hue.gov.vn",
    "approved_at": "2021-09-21T02:00:00Z",
    "approved_in_place_of": None,
    "needs_second_approval": True,
    "second_by": None,
    "second_at": None,
    "second_in_place_of": None,
    "released_by": None,
    "released_at": None,
    "released_communes": None,
    "chunks_awaiting_funding": 0,
    "seal_broken_at": None,
}
_LINE: JsonDict = {
    "payment_id": _ID,
    "line_no": 1,
    "chunk_no": 0,
    "unit_id": "19750@2021-07-01",
    "beneficiary_id": _ID,
    "beneficiary_code": "HUE-0000123",
    "payee_name": "Nguyễn Thị Lan",
    "account_id": _ID,
    "account_version": 1,
    "amount_dong": 540_000,
    "note": "TCXH 10.2021 HUE-0000123",
    "state": "open",
    "reason": None,
}


class RunView(BaseModel):
    """A pay run (kỳ chi trả)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RUN]})

    run_id: UUID
    unit_id: str = Field(description="The province.")
    code: str
    run_month: date
    benefit_months: list[date]
    opened_at: datetime
    campaign_id: UUID | None = Field(description="The campaign that it pays; empty: what the law owes.")

    @classmethod
    def of(cls, run: Run) -> RunView:
        """As it goes over the wire."""
        return cls(
            run_id=run.run_id,
            unit_id=run.unit_id,
            code=run.code,
            run_month=run.run_month,
            benefit_months=list(run.benefit_months),
            opened_at=run.opened_at,
            campaign_id=run.campaign_id,
        )


class RunPage(BaseModel):
    """Runs by code. `next_cursor` is empty on the last page."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_RUN], "next_cursor": None}]})

    items: list[RunView]
    next_cursor: str | None


class PayrollView(BaseModel):
    """The payments of one run, authority, contract and channel. Counts and amount are as sealed; what was removed since stands
    beside them."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PAYROLL]})

    payroll_id: UUID
    run_id: UUID
    run_month: date
    authority_id: str
    contract_id: UUID
    provider: str
    channel: Channel
    seq: int = Field(description="0 the first drawing up, then supplements.")
    registry_position: int = Field(description="Every registry event up to here was in when it was drawn up.")
    state: PayrollState
    payments: int
    amount_dong: int
    removed_payments: int
    removed_amount_dong: int
    chunks: dict[Literal["sealed", "instructed", "answered"], int] = Field(description="How many chunks stand where.")
    root: str | None = Field(description="SHA-256 over everything that is paid, in hex; set when it is prepared.")
    prepared_by: str | None
    prepared_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    approved_in_place_of: str | None = Field(description="Who was signed for (ký thay).")
    needs_second_approval: bool = Field(description="The amount is above the one from which two officers approve.")
    second_by: str | None
    second_at: datetime | None
    second_in_place_of: str | None
    released_by: str | None
    released_at: datetime | None
    released_communes: list[str] | None = Field(description="Communes released, where not all are.")
    chunks_awaiting_funding: int = Field(description="Chunks that wait for a commune to be released.")
    seal_broken_at: datetime | None = Field(description="Set when a chunk did not verify: nothing more of it goes out.")

    @classmethod
    def of(cls, payroll: Payroll) -> PayrollView:
        """As it goes over the wire."""
        return cls.model_validate(
            {
                **{name: getattr(payroll, name) for name in cls.model_fields if hasattr(payroll, name)},
                "root": payroll.root.hex() if payroll.root else None,
                **_who("prepared", payroll.prepared),
                **_who("approved", payroll.approved),
                **_who("second", payroll.second),
                "approved_in_place_of": _in_place_of(payroll.approved),
                "second_in_place_of": _in_place_of(payroll.second),
                "needs_second_approval": payroll.needs_second,
                "released_communes": None if payroll.released_communes is None else sorted(payroll.released_communes),
                **_who("released", payroll.released),
            }
        )


def _who(step: str, signatory: Signatory | None) -> dict[str, object]:
    return {f"{step}_by": signatory and signatory.subject, f"{step}_at": signatory and signatory.at}


def _in_place_of(signatory: Signatory | None) -> str | None:
    return signatory.in_place_of[1] if signatory and signatory.in_place_of else None


class PayrollPage(BaseModel):
    """Payrolls, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_PAYROLL], "next_cursor": None}]})

    items: list[PayrollView]
    next_cursor: str | None


class DrawUpView(BaseModel):
    """What drawing up made. Nothing new to pay: no payrolls. `left_out` counts people whose money may not go out now: `held`
    by the registry, `carer-held` (care support alone waits), `suspended`, `no-funeral-payee` (nobody is named who organises it),
    `payee-dead`, `uncollected`, or `no-contract` for their commune; and people of whom it can't be said what they are owed:
    `category-not-dated` in a month (see the run's decisions without law), or `dead-on-list` before a campaign; and `disputed`
    those of whom the provider says that it paid what our books have back: settle the contradiction, then it is drawn up."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"draw_no": 0, "registry_position": 141, "payrolls": [_PAYROLL], "left_out": {"held": 3}}]
        }
    )

    draw_no: int
    registry_position: int
    payrolls: list[PayrollView]
    left_out: dict[str, int]

    @classmethod
    def of(cls, drawn: DrawnUp) -> DrawUpView:
        """As it goes over the wire."""
        return cls(
            draw_no=drawn.draw_no,
            registry_position=drawn.registry_position,
            payrolls=[PayrollView.of(payroll) for payroll in drawn.payrolls],
            left_out=drawn.left_out,
        )


class PaymentLineView(BaseModel):
    """One payment of a payroll."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    payment_id: UUID
    line_no: int
    chunk_no: int
    unit_id: str
    beneficiary_id: UUID
    beneficiary_code: str
    payee_name: str
    account_id: UUID | None
    account_version: int | None
    amount_dong: int
    note: str = Field(description="The transfer text.")
    state: str
    reason: str | None

    @classmethod
    def of(cls, line: PaymentLine) -> PaymentLineView:
        """As it goes over the wire."""
        return cls(**{name: getattr(line, name) for name in cls.model_fields})


class PaymentLinePage(BaseModel):
    """Payments of a payroll in line order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_LINE], "next_cursor": None}]})

    items: list[PaymentLineView]
    next_cursor: str | None
