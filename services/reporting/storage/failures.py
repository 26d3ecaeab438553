"""Why people's payments of a month failed: of each person, month and commune the newest reason."""

from __future__ import annotations

from collections.abc import Mapping

from services.reporting.domain.sums import PersonKey
from shared.database import Tx

SCHEMA = "reporting"

_KEEP = """
INSERT INTO person_failures AS f (benefit_month, subject, unit_id, position, reason)
SELECT benefit_month, subject, unit_id, :position, reason
FROM unnest(CAST(:months AS date[]), CAST(:subjects AS text[]), CAST(:units AS text[]), CAST(:reasons AS text[]))
    AS t (benefit_month, subject, unit_id, reason)
ORDER BY benefit_month, unit_id, subject
ON CONFLICT (benefit_month, unit_id, subject) DO UPDATE SET position = excluded.position, reason = excluded.reason
    WHERE excluded.position > f.position
"""


async def keep(tx: Tx, position: int, failed: Mapping[PersonKey, str]) -> None:
    """Keep the reasons that the event at a position tells of."""
    for month in sorted({key.benefit_month for key in failed}):
        await tx.ensure_month(SCHEMA, "person_failures", month)
    await tx.run(
        _KEEP,
        position=position,
        months=[key.benefit_month for key in failed],
        subjects=[key.subject for key in failed],
        units=[key.unit_id for key in failed],
        reasons=list(failed.values()),
    )


async def forget(tx: Tx) -> None:
    """Empty the table. The caller holds the lock of the read models."""
    await tx.run("DELETE FROM person_failures")
