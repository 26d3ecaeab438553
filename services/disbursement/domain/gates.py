"""Gates: what makes somebody look twice before a payroll is approved.

A gate measures something of a payroll and says from where on it is doubtful. Each has a value in the code; a province or an
authority may set its own from a day on. A finding either warns or blocks: what blocks must be cleared (the line is taken out)
or accepted in writing by an officer who isn't the maker, and counts as accepted while it measures no more than it did then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.disbursement.domain.approval_refusals import FINDING_STAYS, OPEN_FINDINGS, PAYS_AFTER_DEATH, UNKNOWN_GATE
from shared.kernel.errors import Refusal
from shared.kernel.money import format_dong

Severity = Literal["off", "warn", "block"]
GateCode = Literal[
    "amount-jump",
    "amount-maximum",
    "account-shared",
    "payee-shared",
    "too-old",
    "over-budget",
    "no-budget",
    "total-changed",
    "second-approval",
]

AFTER_DEATH = "after-death"
"""No gate that anybody sets: a line of a month that a death or a stop took away blocks always, and nobody can accept it."""

SECOND_APPROVAL: GateCode = "second-approval"
"""Not measured of lines: above its đồng a second officer has to approve."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate as it counts for one authority on one day. What `threshold` counts, its code says."""

    code: str
    severity: Severity
    threshold: Decimal


DEFAULTS: Mapping[str, Gate] = {
    gate.code: gate
    for gate in (
        Gate("amount-jump", "block", Decimal(3)),  # times the amount of the month before
        Gate("amount-maximum", "block", Decimal(30_000_000)),  # đồng of one payment
        Gate("account-shared", "block", Decimal(5)),  # beneficiaries of one account
        Gate("payee-shared", "block", Decimal(5)),  # beneficiaries of one payee
        Gate("too-old", "block", Decimal(110)),  # years
        Gate("over-budget", "block", Decimal(0)),  # đồng above the year's estimate
        Gate("no-budget", "warn", Decimal(0)),
        Gate("total-changed", "warn", Decimal(30)),  # per cent against the run before
        Gate(SECOND_APPROVAL, "off", Decimal(0)),  # đồng
    )
}
"""As they are where nobody set them. What blocks doesn't fire on an ordinary month: a new standard level raises an amount by
two fifths, a change of category doubles it at most."""


@dataclass(frozen=True, slots=True)
class SetGate:
    """What a unit said of a gate. `distance` is 0 for the authority itself, more for what lies above it."""

    gate: Gate
    distance: int
    valid_from: date
    gate_id: UUID


def gates_of(said: Iterable[SetGate], on: date) -> dict[str, Gate]:
    """The gates that count on a day: of what was said until then the nearest unit's newest, else the code's own."""
    in_force = [each for each in said if each.valid_from <= on]
    ordered = sorted(in_force, key=lambda s: (-s.distance, s.valid_from, s.gate_id))  # the last of a code wins
    return {**DEFAULTS, **{each.gate.code: each.gate for each in ordered}}


def check_gate(code: str) -> None:
    """Refuse with `unknown-gate` a code that is no gate's."""
    if code not in DEFAULTS:
        raise Refusal(UNKNOWN_GATE, f"{code!r} is none of {', '.join(DEFAULTS)}", gate=code)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something doubtful of a payroll. `about` names what it is of (a payment, account or payee); empty: the whole payroll."""

    code: str
    severity: Severity
    about: str
    measured: Decimal
    threshold: Decimal
    lines: tuple[int, ...] = ()  # the first few, by number
    names: tuple[str, ...] = ()  # codes of their beneficiaries

    @property
    def finding_id(self) -> str:
        """Its name within the payroll: the same each time it is found."""
        return f"{self.code}:{self.about}" if self.about else self.code

    @property
    def vi(self) -> str:
        """For officers."""
        return _VI[self.code].format(**self._words())

    @property
    def en(self) -> str:
        """The same in English."""
        return _EN[self.code].format(**self._words())

    def _words(self) -> dict[str, str]:
        return {
            "names": ", ".join(self.names),
            "measured": f"{self.measured.normalize():f}",
            "threshold": f"{self.threshold.normalize():f}",
            "measured_dong": format_dong(int(self.measured)),
            "threshold_dong": format_dong(int(self.threshold)),
        }


_VI = {
    "amount-jump": "{names}: mức chi tháng gấp {measured} lần tháng trước (mức kiểm soát: {threshold} lần)",
    "amount-maximum": "{names}: một khoản chi {measured_dong}đ (mức kiểm soát: {threshold_dong}đ)",
    "account-shared": "{measured} đối tượng cùng nhận qua một tài khoản (mức kiểm soát: {threshold}): {names}",
    "payee-shared": "Một người nhận thay cho {measured} đối tượng (mức kiểm soát: {threshold}): {names}",
    "too-old": "{names}: {measured} tuổi (mức kiểm soát: {threshold} tuổi)",
    "over-budget": "Tổng chi vượt dự toán năm {measured_dong}đ (cho phép {threshold_dong}đ)",
    "no-budget": "Chưa nhập dự toán của năm nên chưa kiểm tra được",
    "total-changed": "Tổng chi thay đổi {measured}% so với kỳ trước (mức kiểm soát: {threshold}%)",
    AFTER_DEATH: "{names}: chi cho tháng sau khi đối tượng chết hoặc thôi hưởng",
}
_EN = {
    "amount-jump": "{names}: the month's amount is {measured} times that of the month before (gate: {threshold} times)",
    "amount-maximum": "{names}: one payment of {measured_dong}đ (gate: {threshold_dong}đ)",
    "account-shared": "{measured} beneficiaries are paid into one account (gate: {threshold}): {names}",
    "payee-shared": "One payee receives for {measured} beneficiaries (gate: {threshold}): {names}",
    "too-old": "{names}: {measured} years old (gate: {threshold})",
    "over-budget": "The total exceeds the year's estimate by {measured_dong}đ (allowed: {threshold_dong}đ)",
    "no-budget": "The year's estimate was not entered, so it can't be checked",
    "total-changed": "The total differs by {measured}% from the run before (gate: {threshold}%)",
    AFTER_DEATH: "{names}: pays a month after a death or a stop",
}


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding that an officer took upon themselves."""

    code: str
    about: str
    measured: Decimal
    reason: str
    accepted_by: str


def acceptance_of(finding: Finding, acceptances: Iterable[Acceptance]) -> Acceptance | None:
    """The newest acceptance that covers a finding: of the same thing, and measuring no less."""
    covering = [
        each
        for each in acceptances
        if (each.code, each.about) == (finding.code, finding.about) and finding.measured <= each.measured
    ]
    return covering[-1] if covering else None


def check_can_be_accepted(finding: Finding) -> None:
    """Refuse with `finding-cannot-be-accepted` what must be cleared: no officer may pay a month after a death."""
    if finding.code == AFTER_DEATH:
        raise Refusal(FINDING_STAYS, finding.en)


def check_findings(findings: Sequence[Finding], acceptances: Sequence[Acceptance]) -> None:
    """Refuse with `pays-after-death` or `open-findings` a payroll that may not be approved as it stands."""
    dead = [finding for finding in findings if finding.code == AFTER_DEATH]
    if dead:
        raise Refusal(PAYS_AFTER_DEATH, dead[0].en, findings=[finding.finding_id for finding in dead])
    still = [f for f in findings if f.severity == "block" and acceptance_of(f, acceptances) is None]
    if still:
        raise Refusal(OPEN_FINDINGS, still[0].en, findings=[finding.finding_id for finding in still])
