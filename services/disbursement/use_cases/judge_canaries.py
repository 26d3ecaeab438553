"""Decide on payrolls whose first payments went alone: the rest follows, or the payroll stops and says so."""

from __future__ import annotations

from services.disbursement.domain.canary import judge_canary
from services.disbursement.storage import canaries
from services.disbursement.storage.canaries import Canary
from services.disbursement.use_cases.instruct_chunk import DISPATCHER
from shared import audit
from shared.contracts.disbursement_events import CanaryFailed
from shared.database import Tx
from shared.outbox import emit


async def judge_canaries(tx: Tx) -> list[Canary]:
    """Decide on every canary that can be decided; those that failed.

    A failed one holds the payroll here from this transaction on. The gateway hears of it and lists a stop, which another
    officer lifts there; until then nothing more is instructed.
    """
    failed = []
    for canary in await canaries.undecided(tx):
        verdict = judge_canary(canary.standing)
        if verdict == "waiting" or not await canaries.decide(tx, canary, verdict):
            continue
        standing = canary.standing
        await audit.append(
            tx,
            DISPATCHER,
            f"canary-{verdict}",
            f"payroll/{canary.payroll_id}",
            payments=standing.payments,
            paid=standing.paid,
            failed=standing.failed,
        )
        if verdict == "failed":
            failed.append(canary)
            await _say(tx, canary)
    return failed


async def _say(tx: Tx, canary: Canary) -> None:
    event = CanaryFailed(
        payroll_id=canary.payroll_id,
        authority_id=canary.authority_id,
        provider=canary.provider,
        payments=canary.standing.payments,
        failed=canary.standing.failed,
    )
    await emit(tx, event, unit_id=canary.authority_id)
