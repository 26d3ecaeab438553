"""Release a payroll: from here on the dispatcher may instruct it, chunk by chunk."""

from __future__ import annotations

from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.domain.payrolls import Payroll, Signatory, check_funded, check_may_release
from services.disbursement.storage import fundings, payrolls, runs
from services.disbursement.use_cases.check_seal import check_sealed, check_signed
from services.disbursement.use_cases.recheck_before_release import recheck_before_release
from shared import audit
from shared.auth import Caller
from shared.contracts.events import PayrollReleased
from shared.database import Tx
from shared.outbox import emit


async def release_payroll(tx: Tx, caller: Caller, payroll_id: UUID, key: Ed25519PrivateKey) -> Payroll:
    """Release what is approved, sealed, rechecked against the registry, and funded. The transaction must see all rows.

    Refused: `unknown-payroll`, `already-released`, `wrong-state`, `seal-broken`, `not-funded`.
    """
    payroll = await payrolls.find(tx, payroll_id, lock=True)
    check_may_release(payroll)
    check_signed(payroll, await check_sealed(tx, payroll), key.public_key())
    removed = await recheck_before_release(tx, caller, payroll, key)
    for cover in await fundings.cover(tx, payroll.run_id, payroll.contract_id, payroll_id):
        check_funded(cover.available_dong, cover.committed_dong)
    await payrolls.set_released(tx, payroll_id, Signatory(caller.issuer, caller.subject, await tx.business_now()))
    released = await payrolls.find(tx, payroll_id)
    await _say(tx, released)
    await audit.append(
        tx,
        caller,
        "release-payroll",
        f"payroll/{payroll_id}",
        payments=released.payments - released.removed_payments,
        amount_dong=released.amount_dong - released.removed_amount_dong,
        removed=removed,
    )
    return released


async def _say(tx: Tx, payroll: Payroll) -> None:
    run = await runs.find(tx, payroll.run_id)
    event = PayrollReleased(
        run_id=run.run_id,
        run_code=run.code,
        payroll_id=payroll.payroll_id,
        authority_id=payroll.authority_id,
        provider=payroll.provider,
        channel=payroll.channel,
        payments=payroll.payments - payroll.removed_payments,
        amount_dong=payroll.amount_dong - payroll.removed_amount_dong,
    )
    await emit(tx, event, unit_id=payroll.authority_id)
