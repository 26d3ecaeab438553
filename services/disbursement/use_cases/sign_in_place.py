"""In whose name an officer signs: their own, or that of somebody who delegated it to them (ký thay)."""

from __future__ import annotations

from services.disbursement.domain.delegations import (
    SCOPE_OF_STEP,
    Step,
    behind,
    check_maker_not_behind,
    find_delegation,
)
from services.disbursement.domain.payrolls import Payroll, Signatory
from services.disbursement.storage import delegations
from shared.auth import NOT_ALLOWED, Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


async def sign_in_place(tx: Tx, caller: Caller, payroll: Payroll, step: Step, in_place_of: str | None) -> Signatory:
    """Who signs, and in whose place. In their own name the token must carry the step's scope, else a delegation in force.

    Refused: `not-allowed`, `no-delegation`, `delegator-is-maker` (also over a chain of papers).
    """
    now = await tx.business_now()
    if in_place_of is None:
        if SCOPE_OF_STEP[step] not in caller.scopes:
            raise Refusal(NOT_ALLOWED, f"this needs the scope {SCOPE_OF_STEP[step]}", scope=SCOPE_OF_STEP[step])
        return Signatory(caller.issuer, caller.subject, now)
    today = await tx.today()
    papers = await delegations.of_authority(tx, payroll.authority_id)
    found = find_delegation(papers, step, (caller.issuer, in_place_of), (caller.issuer, caller.subject), today)
    maker = payroll.prepared.officer if payroll.prepared else None
    check_maker_not_behind(maker, behind(papers, step, found.delegator, today))
    return Signatory(caller.issuer, caller.subject, now, found.delegator)
