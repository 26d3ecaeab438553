"""Pairs as officers see and settle them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.settling_duplicates import Pair, Standing
from shared.auth import Caller
from shared.database import Tx

_SIDES = ", ".join(
    f"{side}.{column} AS {name}_{column}"
    for side, name in (("a", "first"), ("b", "second"))
    for column in ("full_name", "sex", "birth_date", "birth_precision", "village", "status", "hold", "merged_into", "version")
)
_PAIRS = f"""SELECT c.*, {_SIDES} FROM duplicate_candidates c
    LEFT JOIN beneficiaries a ON a.beneficiary_id = c.first_id LEFT JOIN beneficiaries b ON b.beneficiary_id = c.second_id"""  # noqa: S608


async def page_of_pairs(
    tx: Tx, *, state: str | None, unit_id: str | None, beneficiary_id: UUID | None, after: tuple[int, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Pairs by score, the highest first, after a place. A side that the caller may not see has no fields."""
    return await tx.rows(
        f"""{_PAIRS} WHERE (CAST(:state AS text) IS NULL OR c.state = CAST(:state AS text))
            AND (CAST(:id AS uuid) IS NULL OR CAST(:id AS uuid) IN (c.first_id, c.second_id))
            AND (CAST(:after AS uuid) IS NULL OR (-c.score, c.candidate_id) > (-CAST(:score AS integer), CAST(:after AS uuid)))
            AND (CAST(:unit_id AS text) IS NULL OR EXISTS (
                 SELECT FROM units u WHERE u.path @> ARRAY[CAST(:unit_id AS text)]
                 AND u.unit_id IN (c.first_unit_id, c.second_unit_id)))
            ORDER BY c.score DESC, c.candidate_id LIMIT :limit""",
        state=state,
        id=beneficiary_id,
        score=after[0] if after else 0,
        after=after[1] if after else None,
        unit_id=unit_id,
        limit=limit,
    )


async def pair_by_id(tx: Tx, candidate_id: UUID) -> dict[str, Any] | None:
    """One pair as it is shown."""
    return await tx.row(f"{_PAIRS} WHERE c.candidate_id = :id", id=candidate_id)


async def lock_pair(tx: Tx, candidate_id: UUID) -> tuple[dict[str, Any] | None, list[Standing]]:
    """A pair and those of its two people whom the caller may see, held until the transaction ends, people first in the order
    of their ids: two officers who settle two pairs of one person wait for each other, and never cross."""
    found = await tx.row("SELECT first_id, second_id FROM duplicate_candidates WHERE candidate_id = :id", id=candidate_id)
    if found is None:
        return None, []
    people = await tx.rows(
        """SELECT beneficiary_id, version, status, status_from_month, ended_by, merged_into FROM beneficiaries
           WHERE beneficiary_id = ANY(CAST(:ids AS uuid[])) ORDER BY beneficiary_id FOR NO KEY UPDATE""",
        ids=[found["first_id"], found["second_id"]],
    )
    row = await tx.row("SELECT * FROM duplicate_candidates WHERE candidate_id = :id FOR NO KEY UPDATE", id=candidate_id)
    return row, [Standing(**person) for person in people]


async def set_standing(tx: Tx, standing: Standing) -> None:
    """How a person stands from now on, at the next version."""
    await tx.run(
        """UPDATE beneficiaries SET version = version + 1, status = :status, status_from_month = :since,
               ended_by = :ended_by, merged_into = CAST(:merged_into AS uuid) WHERE beneficiary_id = :id""",
        id=standing.beneficiary_id,
        status=standing.status,
        since=standing.status_from_month,
        ended_by=standing.ended_by,
        merged_into=standing.merged_into,
    )


async def months_opened_for_both(tx: Tx, beneficiary_ids: Sequence[UUID]) -> list[date]:
    """Months of which more than one of the people has an opening balance of the same side that counts."""
    rows = await tx.rows(
        """SELECT DISTINCT month FROM opening_entries
           WHERE beneficiary_id = ANY(CAST(:ids AS uuid[])) AND countered_at IS NULL
           GROUP BY month, kind = 'receivable' HAVING count(DISTINCT beneficiary_id) > 1 ORDER BY month""",
        ids=list(beneficiary_ids),
    )
    return [row["month"] for row in rows]


async def settle_pair(
    tx: Tx, caller: Caller, pair: Pair, state: str, note: str, before: Standing | None = None, merged_from: date | None = None
) -> None:
    """Note how a pair was settled; for a merge with how the merged person stood before."""
    survivor = None
    if before is not None:
        survivor = pair.second if before.beneficiary_id == pair.first.beneficiary_id else pair.first
    await tx.run(
        """UPDATE duplicate_candidates SET state = :state, settled_at = platform.business_now(), settled_issuer = :issuer,
               settled_subject = :subject, settled_note = :note, survivor_id = CAST(:survivor AS uuid),
               before_status = CAST(:status AS text), before_status_from_month = CAST(:since AS date),
               merged_from_month = CAST(:merged_from AS date)
           WHERE candidate_id = :id""",
        id=pair.candidate_id,
        state=state,
        issuer=caller.issuer,
        subject=caller.subject,
        note=note,
        survivor=survivor.beneficiary_id if survivor else None,
        status=before.status if before else None,
        since=before.status_from_month if before else None,
        merged_from=merged_from,
    )


async def reopen_pair(tx: Tx, candidate_id: UUID) -> None:
    """A pair waits for an officer again."""
    await tx.run(
        """UPDATE duplicate_candidates SET state = 'open', settled_at = NULL, settled_issuer = NULL, settled_subject = NULL,
               settled_note = NULL, survivor_id = NULL, before_status = NULL, before_status_from_month = NULL,
               merged_from_month = NULL
           WHERE candidate_id = :id""",
        id=candidate_id,
    )


def pair_of(row: Mapping[str, Any], people: list[Standing]) -> Pair:
    """The pair that a locked row and its two people are."""
    by_id = {person.beneficiary_id: person for person in people}
    return Pair(
        candidate_id=row["candidate_id"],
        state=row["state"],
        first=by_id[row["first_id"]],
        second=by_id[row["second_id"]],
        survivor_id=row["survivor_id"],
        before_status=row["before_status"],
        before_status_from_month=row["before_status_from_month"],
        merged_from_month=row["merged_from_month"],
    )
