"""The history of people, for looking back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import orjson

from services.registry.domain.as_of import Version
from shared.database import Tx


async def versions_of(tx: Tx, beneficiary_ids: Sequence[UUID]) -> dict[UUID, list[Version]]:
    """All versions of people that the caller may see, in their order."""
    rows = await tx.rows(
        """SELECT beneficiary_id, version, effective_from, recorded_at, changed, record FROM beneficiary_versions
           WHERE beneficiary_id = ANY(CAST(:ids AS uuid[])) ORDER BY beneficiary_id, version""",
        ids=list(beneficiary_ids),
    )
    found: dict[UUID, list[Version]] = {}
    for row in rows:
        record = orjson.loads(row["record"]) if isinstance(row["record"], str) else row["record"]
        version = Version(row["version"], row["effective_from"], row["recorded_at"], tuple(row["changed"]), record)
        found.setdefault(row["beneficiary_id"], []).append(version)
    return found


async def ever_in_unit(
    tx: Tx, unit_id: str, on: date, known_at: datetime | None, *, after: UUID | None, limit: int
) -> list[UUID]:
    """People who belonged to a commune at some version effective by the day, in the order of their ids, after one."""
    rows = await tx.rows(
        """SELECT DISTINCT beneficiary_id FROM beneficiary_versions
           WHERE unit_id = :unit_id AND effective_from <= :on
               AND (CAST(:known_at AS timestamptz) IS NULL OR recorded_at <= CAST(:known_at AS timestamptz))
               AND (CAST(:after AS uuid) IS NULL OR beneficiary_id > CAST(:after AS uuid))
           ORDER BY beneficiary_id LIMIT :limit""",
        unit_id=unit_id,
        on=on,
        known_at=known_at,
        after=after,
        limit=limit,
    )
    return [row["beneficiary_id"] for row in rows]
