"""Delegate a step to another officer (ký thay), and take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.delegations import SCOPE_OF_STEP, Delegation, Step, check_delegation
from services.disbursement.domain.refusals import SERVICE_APPROVES
from services.disbursement.storage import delegations
from shared import audit
from shared.auth import NOT_ALLOWED, Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Delegate:
    """Who may take which step in the caller's place, when, by which paper."""

    authority_id: str
    step: Step
    to_subject: str
    from_on: date
    to_on: date
    paper_number: str


async def delegate_step(tx: Tx, caller: Caller, command: Delegate) -> Delegation:
    """Let another officer of the same issuer take one of the caller's own steps.

    Only one's own: the token must carry the step's scope. Refused: `service-account-approves`, `not-allowed`,
    `wrong-delegation`.
    """
    scope = SCOPE_OF_STEP[command.step]
    if caller.kind != "person":
        raise Refusal(SERVICE_APPROVES)
    if scope not in caller.scopes:
        raise Refusal(NOT_ALLOWED, f"only who may do it can delegate it: this needs the scope {scope}", scope=scope)
    made = Delegation(
        delegation_id=new_id(),
        authority_id=command.authority_id,
        step=command.step,
        from_issuer=caller.issuer,
        from_subject=caller.subject,
        to_issuer=caller.issuer,
        to_subject=command.to_subject,
        from_on=command.from_on,
        to_on=command.to_on,
        paper_number=command.paper_number,
        made_at=await tx.business_now(),
    )
    check_delegation(made, await tx.today())
    await delegations.insert(tx, made)
    await audit.append(
        tx,
        caller,
        "delegate",
        f"delegation/{made.delegation_id}",
        authority_id=made.authority_id,
        step=made.step,
        to_subject=made.to_subject,
        from_on=made.from_on,
        to_on=made.to_on,
        paper_number=made.paper_number,
    )
    return made


async def end_delegation(tx: Tx, caller: Caller, delegation_id: UUID) -> Delegation:
    """Take one's own delegation back; twice changes nothing. What was signed by it stays signed.

    Refused: `unknown-delegation`, `not-allowed` where it is another's.
    """
    made = await delegations.find(tx, delegation_id)
    if made.delegator != (caller.issuer, caller.subject):
        raise Refusal(NOT_ALLOWED, "it is another officer's to take back")
    if made.ended_at is None:
        await delegations.end(tx, delegation_id)
        await audit.append(tx, caller, "end-delegation", f"delegation/{delegation_id}")
    return await delegations.find(tx, delegation_id)
