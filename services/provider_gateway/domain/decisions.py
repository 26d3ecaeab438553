"""What officers may decide of an attempt that no provider answers for. Pure.

One proposes with a paper of the provider's, another decides (design 6.5). What the provider says later against it is a
contradiction, like any other: told to disbursement, changed by nobody but a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.provider_gateway.domain.attempt import NOT_FOUNDS_BEFORE_RESEND, Attempt, Said
from services.provider_gateway.domain.refusals import (
    BEING_SENT,
    DECIDED,
    MAKER_CHECKS,
    NOT_OPEN,
    NOT_TO_RESEND,
    SERVICE_DECIDES,
    TOO_EARLY,
)
from shared.kernel.errors import Refusal

DecisionKind = Literal["paid", "not_paid", "resend"]
DecisionState = Literal["open", "approved", "refused"]

NOT_PAID = "not_paid_by_paper"
"""Why an attempt is rejected that officers found not paid: the provider's own paper says so."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on an attempt: proposed, and perhaps decided."""

    decision_id: UUID
    run_month: date
    payment_id: UUID
    attempt_no: int
    payroll_id: UUID
    chunk_no: int
    unit_id: str
    provider: str
    amount_dong: int
    kind: DecisionKind
    paper_number: str
    paper_on: date
    note: str
    issuer: str
    subject: str
    proposed_at: datetime
    state: DecisionState
    decided_subject: str | None
    decided_at: datetime | None
    result: str | None


def check_may_be_decided(attempt: Attempt, kind: DecisionKind, age_seconds: float, longest_processing_seconds: float) -> None:
    """Raises attempt-not-open, attempt-being-sent, too-early, not-to-resend.

    Too early: before the provider's longest processing time nobody's paper can know that it will not pay yet. Only what all we
    know of is that we don't know, and the provider twice did not find, is sent again: never what was accepted once.
    """
    if attempt.state == "sending":
        raise Refusal(BEING_SENT)
    if not attempt.is_open:
        raise Refusal(NOT_OPEN, f"it is {attempt.state}", state=attempt.state)
    if kind != "paid" and age_seconds < longest_processing_seconds:
        raise Refusal(TOO_EARLY, f"wait {longest_processing_seconds:g} seconds after the sending, the provider's longest time")
    if kind == "resend" and (attempt.state != "unknown" or attempt.not_found < NOT_FOUNDS_BEFORE_RESEND):
        detail = f"it is {attempt.state}, and was not found {attempt.not_found} times of {NOT_FOUNDS_BEFORE_RESEND}"
        raise Refusal(NOT_TO_RESEND, detail)


def check_may_decide(decision: Decision, issuer: str, subject: str, kind: str) -> None:
    """Another person than who proposed decides, once. Raises service-account-decides, decision-made, maker-checks."""
    check_person(kind)
    if decision.state != "open":
        raise Refusal(DECIDED, f"it was {decision.state}", state=decision.state)
    if (decision.issuer, decision.subject) == (issuer, subject):
        raise Refusal(MAKER_CHECKS)


def check_person(kind: str) -> None:
    """Raises service-account-decides."""
    if kind != "person":
        raise Refusal(SERVICE_DECIDES)


def said_by_paper(decision: Decision, reference: str) -> Said:
    """What the paper says of the attempt, as if the provider had said it."""
    if decision.kind == "paid":
        return Said(reference, "paid", None, decision.amount_dong, decision.paper_number)
    return Said(reference, "rejected", NOT_PAID)


Waits = Literal["sending", "enquiry", "person"]


def who_is_next(state: str, *, asks_on: bool, to_be_sent: bool) -> Waits | None:
    """Who has to find out about an attempt: a sender, the next enquiry, or a person; None: it has ended."""
    if state not in ("sending", "unknown", "accepted", "pending"):
        return None
    if state == "sending" and to_be_sent:
        return "sending"
    return "enquiry" if asks_on else "person"
