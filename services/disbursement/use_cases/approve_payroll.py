"""Approve a payroll: the checker's step, and the second approver's where the amount asks for one."""

from __future__ import annotations

from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.domain.gates import SECOND_APPROVAL
from services.disbursement.domain.payrolls import (
    Payroll,
    Signatory,
    check_may_approve,
    check_may_approve_second,
    needs_second_approval,
)
from services.disbursement.domain.seal import sign_approval, sign_second
from services.disbursement.storage import gates, payrolls
from services.disbursement.use_cases.check_seal import check_first_signed, check_sealed
from services.disbursement.use_cases.look_for_findings import check_no_findings
from services.disbursement.use_cases.sign_in_place import sign_in_place
from shared import audit
from shared.auth import Caller
from shared.database import Tx


async def approve_payroll(
    tx: Tx, caller: Caller, payroll_id: UUID, key: Ed25519PrivateKey, in_place_of: str | None = None
) -> Payroll:
    """Sign the root in the checker's name with the key that lies outside the database.

    Refused: `not-allowed`, `unknown-payroll`, `service-account-approves`, `maker-is-checker`, `no-delegation`,
    `delegator-is-maker`, `wrong-state`, `already-released`, `seal-broken`, `pays-after-death`, `open-findings`.
    """
    payroll = await payrolls.find(tx, payroll_id, lock=True)
    who = await sign_in_place(tx, caller, payroll, "approve", in_place_of)
    check_may_approve(payroll, who.issuer, who.subject, caller.kind)
    root = await check_sealed(tx, payroll)
    in_force = await gates.of_authority(tx, payroll.authority_id, await tx.today())
    found = await check_no_findings(tx, payroll, in_force)
    needs_second = needs_second_approval(payroll, in_force[SECOND_APPROVAL])
    signature = sign_approval(key, root, who.issuer, who.subject, who.at, who.terms(needs_second))
    await payrolls.set_approved(tx, payroll_id, signature, who, needs_second=needs_second)
    await audit.append(
        tx,
        caller,
        "approve-payroll",
        f"payroll/{payroll_id}",
        amount_dong=payroll.amount_dong,
        root=root.hex(),
        findings=[finding.finding_id for finding in found],
        **_in_place(who),
    )
    return await payrolls.find(tx, payroll_id)


async def approve_second(
    tx: Tx, caller: Caller, payroll_id: UUID, key: Ed25519PrivateKey, in_place_of: str | None = None
) -> Payroll:
    """Sign root and first signature in the second approver's name.

    Refused: `not-allowed`, `unknown-payroll`, `service-account-approves`, `maker-is-checker`, `checker-is-second`,
    `no-delegation`, `delegator-is-maker`, `wrong-state`, `already-released`, `second-approval-not-needed`, `seal-broken`.
    """
    payroll = await payrolls.find(tx, payroll_id, lock=True)
    who = await sign_in_place(tx, caller, payroll, "second-approve", in_place_of)
    check_may_approve_second(payroll, who, caller.kind)
    root = await check_sealed(tx, payroll)
    check_first_signed(payroll, root, key.public_key())
    assert payroll.signature is not None
    signature = sign_second(key, root, payroll.signature, who.issuer, who.subject, who.at, who.terms())
    await payrolls.set_second(tx, payroll_id, signature, who)
    await audit.append(
        tx,
        caller,
        "approve-payroll-second",
        f"payroll/{payroll_id}",
        amount_dong=payroll.amount_dong,
        root=root.hex(),
        **_in_place(who),
    )
    return await payrolls.find(tx, payroll_id)


def _in_place(who: Signatory) -> dict[str, str]:
    return {"in_place_of": who.in_place_of[1], "said": f"thay mặt {who.in_place_of[1]}"} if who.in_place_of else {}
