"""A commune verifies somebody whose payment waits because nothing was collected."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.disbursement.domain.refusals import SERVICE_APPROVES, UNKNOWN_BENEFICIARY
from services.disbursement.domain.uncollected import NOT_SUSPENDED, Finding, Suspension
from services.disbursement.storage import person_month, suspensions
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


async def verify_person(
    tx: Tx, caller: Caller, beneficiary_id: UUID, found: Finding, paper: str, verified_on: date
) -> Suspension:
    """Keep what was found, by which paper. Alive and entitled: the next drawing up pays on, with all that is owed. Else the
    money goes on waiting until the registry's decision arrives.

    Refused: `service-account-approves`, `unknown-beneficiary`, `nothing-to-verify`.
    """
    if caller.kind != "person":
        raise Refusal(SERVICE_APPROVES)
    held = await suspensions.open_of(tx, beneficiary_id)
    if held is None:
        known = await person_month.person(tx, beneficiary_id) is not None
        raise Refusal(NOT_SUSPENDED if known else UNKNOWN_BENEFICIARY, beneficiary_id=beneficiary_id)
    await suspensions.verify(tx, caller, held, found, paper, verified_on)
    await audit.append(
        tx,
        caller,
        "verify-person",
        f"beneficiary/{beneficiary_id}",
        suspension_id=held.suspension_id,
        found=found,
        paper=paper,
        verified_on=verified_on,
    )
    return await suspensions.find(tx, held.suspension_id)
