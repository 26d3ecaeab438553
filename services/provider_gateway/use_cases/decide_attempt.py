"""An attempt that no provider answers for: asked about now, or settled by two officers with a paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from services.provider_gateway.domain.attempt import to_be_sent_again
from services.provider_gateway.domain.decisions import (
    Decision,
    DecisionKind,
    check_may_be_decided,
    check_may_decide,
    check_person,
    said_by_paper,
)
from services.provider_gateway.domain.refusals import (
    BEING_SENT,
    DECISION_OPEN,
    NO_SUCH_ATTEMPT,
    NO_SUCH_DECISION,
    NOT_OPEN,
)
from services.provider_gateway.storage import attempts, chunks, decisions
from services.provider_gateway.storage.decisions import Found
from services.provider_gateway.use_cases.record_answers import Settling, close_settling, open_settling
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal

LongestSeconds = Callable[[str], float]
"""A provider's longest processing time."""


async def enquire_now(tx: Tx, caller: Caller, found: Found, payment_id: UUID) -> None:
    """Have the attempt's chunk asked about at once, also where the schedule has given it up. Raises attempt-being-sent,
    attempt-not-open."""
    chunk = await chunks.lock_chunk(tx, found.key)
    held = (await attempts.read_attempts(tx, chunk, [found.reference]))[found.reference]
    if not held.is_open:
        raise Refusal(NOT_OPEN, f"it is {held.state}", state=held.state)
    if held.state == "sending" or not await decisions.want_enquiry(tx, found.key):
        raise Refusal(BEING_SENT)
    await audit.append(tx, caller, "enquire-now", f"payment/{payment_id}", reference=found.reference)


async def propose_decision(
    tx: Tx,
    caller: Caller,
    found: Found,
    kind: DecisionKind,
    *,
    paper_number: str,
    paper_on: date,
    note: str,
    longest_seconds: LongestSeconds,
) -> Decision:
    """Say what a paper of the provider's shows; nothing changes until another officer agrees. Raises as
    `check_may_be_decided` does, service-account-decides, decision-open."""
    check_person(caller.kind)
    settling = await _open(tx, found)
    held = settling.held[found.reference]
    await _check(tx, settling, found, kind, longest_seconds)
    decision = await decisions.insert_decision(
        tx,
        caller,
        found,
        run_month=settling.chunk.run_month,
        payment_id=held.payment_id,
        attempt_no=held.attempt_no,
        unit_id=held.unit_id,
        amount_dong=held.amount_dong,
        kind=kind,
        paper_number=paper_number,
        paper_on=paper_on,
        note=note,
    )
    if decision is None:
        raise Refusal(DECISION_OPEN)
    await _note(tx, caller, "propose-decision", decision)
    return decision


async def approve_decision(tx: Tx, caller: Caller, decision: Decision, longest_seconds: LongestSeconds) -> Decision:
    """Do what was proposed, if it may still be done. Raises maker-checks, decision-made, and as `check_may_be_decided` does."""
    found = await _attempt(tx, decision)
    settling = await _open(tx, found)  # the chunk first: every settling begins with its lock
    check_may_decide(await decisions.lock_decision(tx, decision.decision_id), caller.issuer, caller.subject, caller.kind)
    await _check(tx, settling, found, decision.kind, longest_seconds)
    if decision.kind == "resend":
        settling.held[found.reference] = to_be_sent_again(settling.held[found.reference])
        await chunks.send_later(tx, found.key, 0, 0.0)
        result = "resent"
    else:
        settling.hear([said_by_paper(decision, found.reference)])
        result = next(iter(settling.counts))
    await close_settling(tx, settling, "person")
    ended = await decisions.end_decision(tx, caller, decision.decision_id, "approved", result)
    await _note(tx, caller, "approve-decision", ended)
    return ended


async def refuse_decision(tx: Tx, caller: Caller, decision: Decision, reason: str) -> Decision:
    """The proposal is not followed; another may be made. Raises maker-checks, decision-made."""
    check_may_decide(await decisions.lock_decision(tx, decision.decision_id), caller.issuer, caller.subject, caller.kind)
    ended = await decisions.end_decision(tx, caller, decision.decision_id, "refused", reason)
    await _note(tx, caller, "refuse-decision", ended)
    return ended


async def seen_attempt(tx: Tx, payment_id: UUID, attempt_no: int) -> Found:
    """The attempt, where the transaction's row scope sees it. Raises no-such-attempt."""
    found = await decisions.find_attempt(tx, payment_id, attempt_no)
    if found is None:
        raise Refusal(NO_SUCH_ATTEMPT)
    return found


async def seen_decision(tx: Tx, decision_id: UUID) -> Decision:
    """The decision, where the transaction's row scope sees it. Raises no-such-decision."""
    decision = await decisions.read_decision(tx, decision_id)
    if decision is None:
        raise Refusal(NO_SUCH_DECISION)
    return decision


async def _attempt(tx: Tx, decision: Decision) -> Found:
    found = await decisions.find_attempt(tx, decision.payment_id, decision.attempt_no)
    assert found is not None, "attempts are never deleted"
    return found


async def _open(tx: Tx, found: Found) -> Settling:
    return await open_settling(tx, await chunks.lock_chunk(tx, found.key), [found.reference])


async def _check(tx: Tx, settling: Settling, found: Found, kind: DecisionKind, longest_seconds: LongestSeconds) -> None:
    ages = await attempts.read_ages(tx, settling.chunk)
    held = settling.held[found.reference]
    check_may_be_decided(held, kind, ages.get(found.reference, 0.0), longest_seconds(found.provider))


async def _note(tx: Tx, caller: Caller, action: str, decision: Decision) -> None:
    await audit.append(
        tx,
        caller,
        action,
        f"payment/{decision.payment_id}",
        decision_id=decision.decision_id,
        attempt_no=decision.attempt_no,
        kind=decision.kind,
        paper_number=decision.paper_number,
        paper_on=decision.paper_on,
        result=decision.result,
    )
