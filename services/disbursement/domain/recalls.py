"""Asking a line back between release and credit."""

from __future__ import annotations

from typing import Literal

from services.disbursement.domain.approval_refusals import ALREADY_ENDED, ALREADY_PAID, NOT_RELEASED
from services.disbursement.domain.payrolls import PayrollState
from shared.kernel.errors import Refusal

RecallState = Literal["removed", "asked", "stopped", "withdrawn", "too_late"]
"""removed: taken out before it was instructed. asked: the gateway has not answered, since the provider has not confirmed.
stopped: it was never sent. withdrawn: a cash order that nobody can collect any more, confirmed by the provider's signed list.
too_late: it was sent, and what becomes of it the provider says."""


def check_recall(payroll: PayrollState, payment: str) -> None:
    """Refuse to recall what has an end, or what needs no recall yet: `already-paid`, `payment-ended`, `not-released`."""
    if payment == "paid":
        raise Refusal(ALREADY_PAID)
    if payment not in ("open", "removed"):
        raise Refusal(ALREADY_ENDED, f"it is {payment}", state=payment)
    if payroll != "released":
        raise Refusal(NOT_RELEASED, f"the payroll is {payroll}", state=payroll)
