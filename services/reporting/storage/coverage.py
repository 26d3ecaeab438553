"""Reading the sums. The row scope of the transaction decides which communes are there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from services.reporting.domain.coverage import Cell, Commune, Part, People
from shared.database import Tx

# Communes are those of the month's first day, and any other that has obligations in the month.
_COMMUNES = """
WITH months AS (SELECT unnest(CAST(:months AS date[])) AS benefit_month),
visible AS (
    SELECT * FROM units u WHERE u.level = 'commune'
        AND ((SELECT platform.scope_is_all()) OR u.path && (SELECT platform.scope_units()))
        AND (CAST(:within AS text) IS NULL OR :within = ANY(u.path))),
present AS (
    SELECT m.benefit_month, v.unit_id FROM months m JOIN visible v
        ON v.valid_from <= m.benefit_month AND (v.valid_to IS NULL OR v.valid_to >= m.benefit_month)
    UNION
    SELECT c.benefit_month, c.unit_id FROM months m JOIN cells c USING (benefit_month)
        WHERE CAST(:within AS text) IS NULL OR c.unit_id IN (SELECT unit_id FROM visible)
    UNION
    SELECT p.benefit_month, p.unit_id FROM months m JOIN commune_people p USING (benefit_month)
        WHERE CAST(:within AS text) IS NULL OR p.unit_id IN (SELECT unit_id FROM visible))
SELECT e.benefit_month, e.unit_id, coalesce(u.code, e.unit_id) AS code, coalesce(u.name, e.unit_id) AS name,
    coalesce(u.parent_id, '') AS district_id, coalesce(d.name, '') AS district_name,
    coalesce(p.entitled, 0) AS entitled, coalesce(p.by_account, 0) AS by_account, coalesce(p.by_cash, 0) AS by_cash,
    k.unit_id IS NOT NULL AS through_cashier
FROM present e
LEFT JOIN units u ON u.unit_id = e.unit_id
LEFT JOIN units d ON d.unit_id = u.parent_id
LEFT JOIN commune_people p ON p.benefit_month = e.benefit_month AND p.unit_id = e.unit_id
LEFT JOIN cashier_communes k ON k.benefit_month = e.benefit_month AND k.unit_id = e.unit_id
WHERE e.unit_id > :after
ORDER BY e.benefit_month, e.unit_id LIMIT :limit
"""

_CELLS = """
SELECT benefit_month, unit_id, provider, channel, place, sum(obligations)::bigint AS obligations,
    sum(amount_dong)::bigint AS amount_dong
FROM cells WHERE benefit_month = ANY(CAST(:months AS date[])) AND unit_id = ANY(CAST(:units AS text[]))
GROUP BY benefit_month, unit_id, provider, channel, place
"""


async def months(tx: Tx) -> list[date]:
    """The benefit months of which something is owed, oldest first."""
    return [row["benefit_month"] for row in await tx.rows("SELECT DISTINCT benefit_month FROM cells ORDER BY benefit_month")]


async def unit_path(tx: Tx, unit_id: str) -> tuple[str, ...] | None:
    """A unit and its ancestors, province first; None for a unit that nobody has defined."""
    path = await tx.scalar("SELECT path FROM units WHERE unit_id = :unit_id", unit_id=unit_id)
    return None if path is None else tuple(path)


async def communes(
    tx: Tx, wanted: Iterable[date], within: str | None = None, after: str = "", limit: int | None = None
) -> dict[date, list[Commune]]:
    """The communes of each month in the order of their ids: all that the row scope shows, or those within a unit.

    `after` and `limit` make a page of one month.
    """
    asked = list(wanted)
    rows = await tx.rows(_COMMUNES, months=asked, within=within, after=after, limit=limit)
    units = sorted({row["unit_id"] for row in rows})
    cells: dict[tuple[date, str], list[Cell]] = {}
    for row in await tx.rows(_CELLS, months=asked, units=units):
        cells.setdefault((row["benefit_month"], row["unit_id"]), []).append(
            Cell(row["provider"], row["channel"], row["place"], Part(row["obligations"], row["amount_dong"]))
        )
    found: dict[date, list[Commune]] = {month: [] for month in asked}
    for row in rows:
        found[row["benefit_month"]].append(_commune(row, cells.get((row["benefit_month"], row["unit_id"]), [])))
    return found


def _commune(row: Any, cells: list[Cell]) -> Commune:
    return Commune(
        unit_id=row["unit_id"],
        code=row["code"],
        name=row["name"],
        district_id=row["district_id"],
        district_name=row["district_name"],
        people=People(row["entitled"], row["by_account"], row["by_cash"]),
        cells=tuple(cells),
        through_cashier=row["through_cashier"],
    )
