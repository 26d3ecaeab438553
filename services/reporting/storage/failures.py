"""Why people's payments of a month failed: of each person and month the newest reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from shared.database import Tx

SCHEMA = "reporting"

_KEEP = """
INSERT INTO person_failures AS f (benefit_month, subject, unit_id, position, reason)
SELECT benefit_month, subject, unit_id, :position, reason
FROM unnest(CAST(:months AS date[]), CAST(:subjects AS text[]), CAST(:units AS text[]), CAST(:reasons AS text[]))
    AS t (benefit_month, subject, unit_id, reason)
ORDER BY benefit_month, subject
ON CONFLICT (benefit_month, subject) DO UPDATE SET unit_id = excluded.unit_id, position = excluded.position,
    reason = excluded.reason
    WHERE excluded.position > f.position
"""


async def keep(tx: Tx, position: int, failed: Mapping[tuple[date, str], tuple[str, str]]) -> None:
    """Keep failures that the event at a position tells of: (month, subject) -> (commune, reason)."""
    for month in sorted({month for month, _ in failed}):
        await tx.ensure_month(SCHEMA, "person_failures", month)
    await tx.run(
        _KEEP,
        position=position,
        months=[month for month, _ in failed],
        subjects=[subject for _, subject in failed],
        units=[unit_id for unit_id, _ in failed.values()],
        reasons=[reason for _, reason in failed.values()],
    )


async def forget(tx: Tx) -> None:
    """Empty the table. The caller holds the lock of the read models."""
    await tx.run("DELETE FROM person_failures")
