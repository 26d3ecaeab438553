"""A payroll's way from drawn up to released, and who may take which step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Literal
from uuid import UUID

from services.disbursement.domain.approval_refusals import (
    CHECKER_IS_SECOND,
    NOT_A_COMMUNE,
    SECOND_MISSING,
    SECOND_NOT_NEEDED,
)
from services.disbursement.domain.delegations import Officer
from services.disbursement.domain.gates import Gate
from services.disbursement.domain.refusals import (
    ALREADY_RELEASED,
    MAKER_IS_CHECKER,
    NOT_FUNDED,
    SEAL_BROKEN,
    SERVICE_APPROVES,
    WRONG_STATE,
)
from services.disbursement.domain.routing import Channel
from services.disbursement.domain.seal import SealedHeader, Terms
from shared.kernel.errors import Refusal
from shared.kernel.money import format_dong

PayrollState = Literal["drawn", "prepared", "approved", "released", "cancelled"]


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who took a step, and when (business clock); in whose place, where it was in another's."""

    issuer: str
    subject: str
    at: datetime
    in_place_of: Officer | None = None

    @property
    def officer(self) -> Officer:
        """Who it was."""
        return self.issuer, self.subject

    @property
    def persons(self) -> set[Officer]:
        """Whoever stands behind the step: who took it, and in whose place."""
        return {self.officer} | ({self.in_place_of} if self.in_place_of else set())

    def terms(self, needs_second: bool = False) -> Terms:
        """What the signature says of it besides name and time."""
        for_issuer, for_subject = self.in_place_of or (None, None)
        return Terms(for_issuer, for_subject, needs_second)


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
    needs_second: bool = False
    second: Signatory | None = None
    second_signature: bytes | None = None
    released_communes: frozenset[str] | None = None  # None: all, once it is released
    chunks_awaiting_funding: int = 0  # of a released payroll: some commune of theirs was not released

    @property
    def net_dong(self) -> int:
        """What is left to pay of it."""
        return self.amount_dong - self.removed_amount_dong

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
    _check_checker(payroll, issuer, subject, kind)
    _require_state(payroll, "prepared")


def check_may_approve_second(payroll: Payroll, who: Signatory, kind: str) -> None:
    """Neither who prepared nor who approved may be the second to approve, also not in another's place."""
    _check_checker(payroll, who.issuer, who.subject, kind)
    _require_state(payroll, "approved")
    if not payroll.needs_second or payroll.second is not None:
        raise Refusal(SECOND_NOT_NEEDED, payroll_id=payroll.payroll_id)
    assert payroll.approved is not None
    if payroll.approved.persons & who.persons:
        raise Refusal(CHECKER_IS_SECOND, f"{payroll.approved.subject} approved this payroll")


def _check_checker(payroll: Payroll, issuer: str, subject: str, kind: str) -> None:
    if kind != "person":
        raise Refusal(SERVICE_APPROVES)
    maker = payroll.prepared
    if maker is not None and maker.officer == (issuer, subject):
        raise Refusal(MAKER_IS_CHECKER, f"{subject} prepared this payroll")


def needs_second_approval(payroll: Payroll, gate: Gate) -> bool:
    """Whether the amount is above the one from which two officers approve."""
    return gate.severity != "off" and payroll.net_dong > gate.threshold


def check_may_release(payroll: Payroll) -> None:
    """Only what is approved can be released, once; by two officers where the amount asks for it. What was released for some
    communes can be released for others."""
    if payroll.state != "released" or payroll.released_communes is None:
        _require_state(payroll, "approved")
    if payroll.needs_second and payroll.second is None:
        raise Refusal(SECOND_MISSING, payroll_id=payroll.payroll_id)


@dataclass(frozen=True, slots=True)
class CommuneAmount:
    """What a payroll has to pay in one commune. `released`: its lines may go out already."""

    unit_id: str
    amount_dong: int
    released: bool


def communes_to_release(
    communes: Sequence[CommuneAmount], asked: Collection[str] | None, as_far_as_funded: bool, left_dong: int
) -> frozenset[str] | None:
    """The communes whose lines may go out after this release, those released before among them; None: all.

    Those asked for, or (`as_far_as_funded`) whole communes in the order of their unit ids for as long as what is left of the
    funding covers the next one, or all. Refused with `not-a-commune-of-payroll`.
    """
    released = {each.unit_id for each in communes if each.released}
    waiting = sorted((each for each in communes if not each.released), key=lambda each: each.unit_id)
    if asked is not None:
        unknown = set(asked) - {each.unit_id for each in communes}
        if unknown:
            raise Refusal(NOT_A_COMMUNE, f"{min(unknown)} has no line to pay", unit=min(unknown))
        more = set(asked)
    elif as_far_as_funded:
        sums = accumulate(each.amount_dong for each in waiting)
        more = {each.unit_id for each, sum_dong in zip(waiting, sums, strict=True) if sum_dong <= left_dong}
        if waiting and not more:
            check_funded(left_dong, waiting[0].amount_dong)
    else:
        return None
    after = released | more
    return None if after >= {each.unit_id for each in communes} else frozenset(after)


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
