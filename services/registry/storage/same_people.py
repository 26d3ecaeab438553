"""Who in a commune may be the one who is about to be registered."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.database import Tx


async def of_same_name(tx: Tx, unit_id: str, name_key: str, birth_date: date) -> dict[str, Any] | None:
    """Somebody of the commune with this name (diacritics aside) and birth year; the first by code."""
    rows = await tx.rows(
        """SELECT beneficiary_id, code FROM beneficiaries
           WHERE unit_id = :unit_id AND name_key = :name_key
               AND extract(year FROM birth_date) = extract(year FROM CAST(:birth_date AS date))
           ORDER BY code LIMIT 1""",
        unit_id=unit_id,
        name_key=name_key,
        birth_date=birth_date,
    )
    return rows[0] if rows else None
