"""Prepare a payroll: the maker's step."""

from __future__ import annotations

from uuid import UUID

from services.disbursement.domain.payrolls import Payroll, Signatory, check_may_prepare
from services.disbursement.storage import payrolls
from services.disbursement.use_cases.check_seal import root_as_drawn_up
from services.disbursement.use_cases.look_for_findings import Found, look_for_findings
from shared import audit
from shared.auth import Caller
from shared.database import Tx


async def prepare_payroll(tx: Tx, caller: Caller, payroll_id: UUID) -> tuple[Payroll, list[Found]]:
    """Set the root over all lines, in the maker's name; with it, what the gates find.

    Refused: `unknown-payroll`, `wrong-state`, `already-released`, `seal-broken` where lines, chunks and sums don't fit.
    """
    payroll = await payrolls.find(tx, payroll_id, lock=True)
    check_may_prepare(payroll)
    root = await root_as_drawn_up(tx, payroll)
    await payrolls.set_prepared(tx, payroll_id, root, Signatory(caller.issuer, caller.subject, await tx.business_now()))
    found = await look_for_findings(tx, payroll)
    await audit.append(
        tx,
        caller,
        "prepare-payroll",
        f"payroll/{payroll_id}",
        payments=payroll.payments,
        amount_dong=payroll.amount_dong,
        root=root.hex(),
        findings=[each.finding.finding_id for each in found],
    )
    return await payrolls.find(tx, payroll_id), found
