"""Reading by provider how long payments took, and why they failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.reporting.domain.health import FailureCount
from services.reporting.domain.reason_words import failure_words
from shared.database import Tx

_WHERE = """
WHERE unit_id = ANY(CAST(:units AS text[])) AND benefit_month >= coalesce(:from_month, CAST('-infinity' AS date))
    AND benefit_month <= coalesce(:to_month, CAST('infinity' AS date))
"""


async def delays(
    tx: Tx, units: Sequence[str], from_month: date | None, to_month: date | None
) -> dict[str, list[tuple[int, int]]]:
    """By provider: (minutes from release to paid, obligations), over benefit months, both included; None: without a bound."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row in await tx.rows(
        f"""SELECT provider, minutes, sum(obligations)::bigint AS obligations FROM delay_cells {_WHERE}
            GROUP BY provider, minutes ORDER BY provider, minutes""",  # noqa: S608 - constants only
        units=list(units),
        from_month=from_month,
        to_month=to_month,
    ):
        found.setdefault(row["provider"], []).append((row["minutes"], row["obligations"]))
    return found


async def failures(tx: Tx, units: Sequence[str], from_month: date | None, to_month: date | None) -> dict[str, list[FailureCount]]:
    """By provider: why obligations failed, most first."""
    found: dict[str, list[FailureCount]] = {}
    for row in await tx.rows(
        f"""SELECT provider, place, reason, sum(obligations)::bigint AS obligations, sum(amount_dong)::bigint AS amount_dong
            FROM failure_cells {_WHERE}
            GROUP BY provider, place, reason HAVING sum(obligations) <> 0
            ORDER BY provider, sum(obligations) DESC, place, reason""",  # noqa: S608 - constants only
        units=list(units),
        from_month=from_month,
        to_month=to_month,
    ):
        words = failure_words(row["reason"])
        found.setdefault(row["provider"], []).append(
            FailureCount(row["place"], row["reason"], row["obligations"], row["amount_dong"], *words)
        )
    return found
