"""Approve a payroll: the checker's step."""

from __future__ import annotations

from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.domain.payrolls import Payroll, Signatory, check_may_approve
from services.disbursement.domain.seal import sign_approval
from services.disbursement.storage import payrolls
from services.disbursement.use_cases.check_seal import check_sealed
from shared import audit
from shared.auth import Caller
from shared.database import Tx


async def approve_payroll(tx: Tx, caller: Caller, payroll_id: UUID, key: Ed25519PrivateKey) -> Payroll:
    """Sign the root in the checker's name with the key that lies outside the database.

    Refused: `unknown-payroll`, `service-account-approves`, `maker-is-checker`, `wrong-state`, `already-released`, `seal-broken`.
    """
    payroll = await payrolls.find(tx, payroll_id, lock=True)
    check_may_approve(payroll, caller.issuer, caller.subject, caller.kind)
    root = await check_sealed(tx, payroll)
    who = Signatory(caller.issuer, caller.subject, await tx.business_now())
    await payrolls.set_approved(tx, payroll_id, sign_approval(key, root, who.issuer, who.subject, who.at), who)
    await audit.append(tx, caller, "approve-payroll", f"payroll/{payroll_id}", amount_dong=payroll.amount_dong, root=root.hex())
    return await payrolls.find(tx, payroll_id)
