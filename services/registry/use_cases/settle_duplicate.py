"""An officer settles a pair that may be one person: merges the two, parts them, or undoes what was settled."""

from __future__ import annotations

from uuid import UUID

from services.registry.domain.settling_duplicates import (
    BEYOND_YOUR_UNITS,
    DUPLICATE_NOT_SETTLED,
    DUPLICATE_SETTLED,
    MERGED,
    OPEN,
    PARTED,
    SAME_OPENINGS,
    UNKNOWN_DUPLICATE,
    Pair,
    merge,
    undo_merge,
)
from services.registry.storage.duplicate_pairs import (
    lock_pair,
    months_opened_for_both,
    pair_of,
    reopen_pair,
    set_standing,
    settle_pair,
)
from services.registry.use_cases.publish_changes import publish_changes
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.months import month_of


async def merge_duplicate(
    tx: Tx, caller: Caller, candidate_id: UUID, survivor_id: UUID, seen_versions: tuple[int, int], note: str
) -> None:
    """Stop one of the two as being the other, from this month on, and say so: only one is paid. Everything is kept.

    Refused: `unknown-duplicate`, `duplicate-beyond-your-units`, `duplicate-has-openings`, and what
    `domain.settling_duplicates.merge` refuses.
    """
    pair = await _both(tx, candidate_id)
    month = month_of(await tx.today())
    stays, goes = merge(pair, survivor_id, seen_versions, month)
    if opened := await months_opened_for_both(tx, [stays.beneficiary_id, goes.beneficiary_id]):
        raise Refusal(SAME_OPENINGS, f"{opened[0]:%Y-%m}", months=[f"{one:%Y-%m}" for one in opened])
    before = pair.first if goes.beneficiary_id == pair.first.beneficiary_id else pair.second
    await set_standing(tx, goes)
    await settle_pair(tx, caller, pair, MERGED, note, before, goes.status_from_month)
    await publish_changes(
        tx, caller, [goes.beneficiary_id], reason="merged", effective_from=max(month, goes.status_from_month), note=note
    )
    await audit.append(
        tx, caller, "duplicate.merge", f"beneficiary/{goes.beneficiary_id}", into=stays.beneficiary_id, candidate_id=candidate_id
    )


async def part_duplicate(tx: Tx, caller: Caller, candidate_id: UUID, note: str) -> None:
    """Note that the two are two: they are not put before an officer again until what was compared changes.

    Refused: `unknown-duplicate`, `duplicate-beyond-your-units`, `duplicate-settled`.
    """
    pair = await _both(tx, candidate_id)
    if pair.state != OPEN:
        raise Refusal(DUPLICATE_SETTLED, pair.state, state=pair.state)
    await settle_pair(tx, caller, pair, PARTED, note)
    await audit.append(tx, caller, "duplicate.part", f"duplicate/{candidate_id}")


async def undo_duplicate(tx: Tx, caller: Caller, candidate_id: UUID, note: str) -> None:
    """Undo a merge or a parting: the pair is open again, and the merged person stands exactly as before.

    Refused: `unknown-duplicate`, `duplicate-beyond-your-units`, `duplicate-not-settled`, `duplicate-changed-since`.
    """
    pair = await _both(tx, candidate_id)
    if pair.state == OPEN:
        raise Refusal(DUPLICATE_NOT_SETTLED)
    if pair.state == MERGED:
        again = undo_merge(pair)
        await set_standing(tx, again)
        await reopen_pair(tx, candidate_id)
        await publish_changes(
            tx, caller, [again.beneficiary_id], reason="merge_undone", effective_from=month_of(await tx.today()), note=note
        )
    else:
        await reopen_pair(tx, candidate_id)
    await audit.append(tx, caller, "duplicate.undo", f"duplicate/{candidate_id}", was=pair.state, note=note)


async def _both(tx: Tx, candidate_id: UUID) -> Pair:
    """The pair, with both people in the caller's units."""
    row, people = await lock_pair(tx, candidate_id)
    if row is None:
        raise Refusal(UNKNOWN_DUPLICATE)
    if len(people) < 2:
        raise Refusal(BEYOND_YOUR_UNITS)
    return pair_of(row, people)
