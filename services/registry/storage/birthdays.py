"""Whose birthdays come near, found by birth date and not by looking at everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.registry.domain.adjustments import Aging, Window
from services.registry.storage import bulk
from shared.database import Tx

_WINDOW = {"age": "integer", "precision": "text", "born_from": "date", "born_to": "date"}


async def aging_people(
    tx: Tx, windows: Sequence[Window], ages: Mapping[str, int], kind: str, *, after: UUID | None, limit: int
) -> list[Aging]:
    """Decisions without an end, of a category that changes at an age, whose person was born in that age's window.

    In the order of their ids, after one. What was proposed before (`kind`, occasion `age_<n>`) is left out.
    """
    rows = [{name: getattr(window, name) for name in _WINDOW} for window in windows]
    found = await tx.rows(
        f"""SELECT b.beneficiary_id, b.birth_date, b.birth_precision, d.decision_id, d.category, d.heads
            FROM {bulk.values_of(_WINDOW)}
            JOIN beneficiaries b ON b.birth_date BETWEEN v.born_from AND v.born_to AND b.birth_precision = v.precision
            JOIN decisions d ON d.beneficiary_id = b.beneficiary_id AND d.to_month IS NULL AND d.annulled_at IS NULL
            JOIN unnest(CAST(:categories AS text[]), CAST(:ages AS integer[])) AS step (category, age)
                ON step.category = d.category AND step.age = v.age
            WHERE b.status IN ('active', 'suspended')
                AND (CAST(:after AS uuid) IS NULL OR d.decision_id > CAST(:after AS uuid))
                AND NOT EXISTS (SELECT FROM proposals p WHERE p.beneficiary_id = b.beneficiary_id AND p.kind = :kind
                    AND p.about = d.decision_id AND p.occasion = 'age_' || v.age)
            ORDER BY d.decision_id LIMIT :limit""",  # noqa: S608 - constants only
        categories=list(ages),
        ages=list(ages.values()),
        kind=kind,
        after=after,
        limit=limit,
        **bulk.arrays_of(_WINDOW, rows),
    )
    return [Aging(**row) for row in found]
