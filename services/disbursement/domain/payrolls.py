"""A payroll's way from drawn up to released, and who may take which step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.disbursement.domain.refusals import (
    ALREADY_RELEASED,
    MAKER_IS_CHECKER,
    NOT_FUNDED,
    SEAL_BROKEN,
    SERVICE_APPROVES,
    WRONG_STATE,
)
from services.disbursement.domain.routing import Channel
from services.disbursement.domain.seal import SealedHeader
from shared.kernel.errors import Refusal
from shared.kernel.money import format_dong

PayrollState = Literal["drawn", "prepared", "approved", "released", "cancelled"]


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who took a step, and when (business clock)."""

    issuer: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Payroll:
    """The payments of one run, authority, contract and channel. `payments` and `amount_dong` are as sealed; what was
    removed since is counted beside them."""

    payroll_id: UUID
    run_id: UUID
    run_month: date
    authority_id: str
    contract_id: UUID
    provider: str
    channel: Channel
    seq: int  # 0, then supplements
    registry_position: int
    payments: int
    amount_dong: int
    state: PayrollState
    prepared: Signatory | None
    approved: Signatory | None
    released: Signatory | None
    root: bytes | None
    signature: bytes | None
    seal_broken_at: datetime | None
    removed_payments: int
    removed_amount_dong: int
    chunks: dict[str, int]  # by state

    @property
    def header(self) -> SealedHeader:
        """What the root covers besides the chunks."""
        return SealedHeader(
            self.payroll_id,
            self.run_id,
            self.authority_id,
            self.contract_id,
            self.provider,
            self.channel,
            self.payments,
            self.amount_dong,
        )


def check_may_prepare(payroll: Payroll) -> None:
    """Only what is drawn up can be prepared; else `already-released` or `wrong-state`."""
    _require_state(payroll, "drawn")


def check_may_approve(payroll: Payroll, issuer: str, subject: str, kind: str) -> None:
    """Who prepared may not approve, and a service account approves nothing."""
    if kind != "person":
        raise Refusal(SERVICE_APPROVES)
    maker = payroll.prepared
    if maker is not None and (maker.issuer, maker.subject) == (issuer, subject):
        raise Refusal(MAKER_IS_CHECKER, f"{subject} prepared this payroll")
    _require_state(payroll, "prepared")


def check_may_release(payroll: Payroll) -> None:
    """Only what is approved can be released, once."""
    _require_state(payroll, "approved")


def check_root(payroll: Payroll, root: bytes) -> None:
    """The root computed from what is there now must be the one that was sealed; else `seal-broken`."""
    if payroll.root != root:
        raise Refusal(SEAL_BROKEN, "the root over all lines is not the sealed one", payroll_id=payroll.payroll_id)


def check_funded(available_dong: int, committed_dong: int) -> None:
    """Confirmed funding must cover the payrolls released on it, this one included; else `not-funded`.

    Both in đồng, of one authority and contract; `committed_dong` is net of payments that finally failed.
    """
    if available_dong < committed_dong:
        raise Refusal(
            NOT_FUNDED,
            f"confirmed {format_dong(available_dong)}đ, needed {format_dong(committed_dong)}đ",
            available_dong=available_dong,
            needed_dong=committed_dong,
        )


def _require_state(payroll: Payroll, state: PayrollState) -> None:
    if payroll.state == "released":
        raise Refusal(ALREADY_RELEASED, payroll_id=payroll.payroll_id)
    if payroll.state != state:
        raise Refusal(WRONG_STATE, f"it is {payroll.state}, not {state}", state=payroll.state)
