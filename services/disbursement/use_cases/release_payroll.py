"""Release a payroll, or some communes of it: from here on the dispatcher may instruct it, chunk by chunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.domain.approval_refusals import ALREADY_LIVE
from services.disbursement.domain.payrolls import (
    CommuneAmount,
    Payroll,
    Signatory,
    check_funded,
    check_may_release,
    communes_to_release,
)
from services.disbursement.storage import findings, fundings, payroll_communes, payrolls, runs
from services.disbursement.use_cases.check_seal import check_sealed, check_signed
from services.disbursement.use_cases.recheck_before_release import recheck_before_release
from shared import audit
from shared.auth import Caller
from shared.contracts.disbursement_events import PayrollReleased
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.outbox import emit


@dataclass(frozen=True, slots=True)
class WhatToRelease:
    """The communes asked for; or as many whole ones as the funding covers; or, with neither, all of the payroll."""

    communes: Sequence[str] | None = None
    as_far_as_funded: bool = False


ALL = WhatToRelease()


async def release_payroll(tx: Tx, caller: Caller, payroll_id: UUID, key: Ed25519PrivateKey, what: WhatToRelease = ALL) -> Payroll:
    """Release what is approved, sealed, rechecked against the registry, and funded. The transaction must see all rows.

    Refused: `unknown-payroll`, `already-released`, `wrong-state`, `second-approval-missing`, `seal-broken`,
    `obligation-already-live`, `not-a-commune-of-payroll`, `not-funded`.
    """
    payroll = await payrolls.find(tx, payroll_id, lock=True)
    check_may_release(payroll)
    check_signed(payroll, await check_sealed(tx, payroll), key.public_key())
    removed = await recheck_before_release(tx, caller, payroll, key)
    await _check_live(tx, payroll)
    more = await _release_communes(tx, payroll, what)
    who = payroll.released or Signatory(caller.issuer, caller.subject, await tx.business_now())
    await payrolls.set_released(tx, payroll_id, who)
    released = await payrolls.find(tx, payroll_id)
    payments, amount_dong = await payroll_communes.open_in(tx, payroll, [each.unit_id for each in more])
    await _say(tx, released, payments, amount_dong)
    await audit.append(
        tx,
        caller,
        "release-payroll",
        f"payroll/{payroll_id}",
        payments=payments,
        amount_dong=amount_dong,
        removed=removed,
        **({} if released.released_communes is None else {"communes": sorted(each.unit_id for each in more)}),
    )
    return released


async def _check_live(tx: Tx, payroll: Payroll) -> None:
    taken = await findings.not_live(tx, payroll)
    if taken:
        raise Refusal(ALREADY_LIVE, f"line {taken[0]} settles what another payment settles", lines=list(taken))


async def _release_communes(tx: Tx, payroll: Payroll, what: WhatToRelease) -> list[CommuneAmount]:
    """Open communes to the dispatcher, as far as confirmed funding covers them; those that this release opens."""
    communes = await payroll_communes.commune_amounts(tx, payroll)
    left_dong = 0
    if what.as_far_as_funded:
        await payroll_communes.set_communes(tx, payroll, payroll.released_communes or frozenset())
        covers = await fundings.cover(tx, payroll.run_id, payroll.contract_id, payroll.payroll_id)
        left_dong = min(cover.available_dong - cover.committed_dong for cover in covers)
    after = communes_to_release(communes, what.communes, what.as_far_as_funded, left_dong)
    if after is not None:
        after |= payroll.released_communes or frozenset()  # also those of which everything is paid by now
    await payroll_communes.set_communes(tx, payroll, after)
    for cover in await fundings.cover(tx, payroll.run_id, payroll.contract_id, payroll.payroll_id):
        check_funded(cover.available_dong, cover.committed_dong)
    return [each for each in communes if not each.released and (after is None or each.unit_id in after)]


async def _say(tx: Tx, payroll: Payroll, payments: int, amount_dong: int) -> None:
    run = await runs.find(tx, payroll.run_id)
    event = PayrollReleased(
        run_id=run.run_id,
        run_code=run.code,
        payroll_id=payroll.payroll_id,
        authority_id=payroll.authority_id,
        provider=payroll.provider,
        channel=payroll.channel,
        payments=payments,
        amount_dong=amount_dong,
    )
    await emit(tx, event, unit_id=payroll.authority_id)
