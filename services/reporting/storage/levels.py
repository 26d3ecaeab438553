"""Units above a commune or an authority: every sum has a row at each of these levels."""

from __future__ import annotations

from collections.abc import Iterable

from shared.database import Tx
from shared.kernel.errors import NotYet

COUNTRY = "*"
"""The unit of sums over all there are; seen by those whose scope is the whole country."""

LEVELS = "units u CROSS JOIN LATERAL unnest(u.path || CAST('*' AS text)) AS level (unit_id)"
"""SQL: joined by `u.unit_id`, a row for the unit, each above it, and the country."""


async def await_units(tx: Tx, unit_ids: Iterable[str]) -> None:
    """Raises NotYet where one of these units has not been said: its sums would miss the levels above."""
    wanted = sorted(set(unit_ids))
    missing = await tx.scalar(
        """SELECT min(w.unit_id) FROM unnest(CAST(:wanted AS text[])) AS w (unit_id)
           WHERE NOT EXISTS (SELECT FROM units u WHERE u.unit_id = w.unit_id)""",
        wanted=wanted,
    )
    if missing is not None:
        raise NotYet(f"unit {missing}")
