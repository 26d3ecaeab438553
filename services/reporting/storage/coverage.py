"""Reading the sums. The row scope of the transaction decides which units are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from services.reporting.domain.coverage import PLACES, Commune, Coverage, Part, People, Way
from services.reporting.storage.levels import COUNTRY
from shared.database import Tx

_COLUMNS = (
    "entitled", "by_account", "by_cash", "cashier_moves",
    *(f"{place}_{what}" for place in PLACES for what in ("obligations", "dong")),
)  # fmt: skip
_NUMBERS = ", ".join(f"coalesce(s.{name}, 0) AS {name}" for name in _COLUMNS)

# Communes are those of the month's first day, and any other that has obligations in the month.
_COMMUNES = f"""
WITH months AS (SELECT unnest(CAST(:months AS date[])) AS benefit_month),
visible AS (
    SELECT * FROM units u WHERE u.level = 'commune'
        AND ((SELECT platform.scope_is_all()) OR u.path && (SELECT platform.scope_units()))
        AND (CAST(:within AS text) IS NULL OR :within = ANY(u.path))),
sums AS (
    SELECT s.* FROM months m CROSS JOIN visible v CROSS JOIN LATERAL (
        SELECT x.* FROM unit_months x WHERE x.benefit_month = m.benefit_month AND x.unit_id = v.unit_id OFFSET 0) s),
present AS (
    SELECT m.benefit_month, v.unit_id FROM months m JOIN visible v
        ON v.valid_from <= m.benefit_month AND (v.valid_to IS NULL OR v.valid_to >= m.benefit_month)
    UNION
    SELECT benefit_month, unit_id FROM sums WHERE entitled <> 0 OR owed_dong <> 0)
SELECT e.benefit_month, e.unit_id, coalesce(u.code, e.unit_id) AS code, coalesce(u.name, e.unit_id) AS name,
    coalesce(u.parent_id, '') AS district_id, coalesce(d.name, '') AS district_name, {_NUMBERS}
FROM present e
LEFT JOIN units u ON u.unit_id = e.unit_id
LEFT JOIN units d ON d.unit_id = u.parent_id
LEFT JOIN sums s ON s.benefit_month = e.benefit_month AND s.unit_id = e.unit_id
WHERE e.unit_id > :after
ORDER BY e.benefit_month, e.unit_id LIMIT :limit
"""  # noqa: S608 - constants only

_SUMMED = ", ".join(
    f"coalesce(sum(s.{name}), 0)::bigint AS {name}" for name in ("communes_switched", "communes_outside", *_COLUMNS)
)

_TOTALS = f"""
WITH lasting AS MATERIALIZED (
    SELECT valid_from, valid_to, count(*) AS communes FROM units
    WHERE level = 'commune' AND (:whole OR path && CAST(:units AS text[])) GROUP BY valid_from, valid_to)
SELECT m.benefit_month,
    (SELECT coalesce(sum(l.communes), 0)::bigint FROM lasting l
     WHERE l.valid_from <= m.benefit_month AND (l.valid_to IS NULL OR l.valid_to >= m.benefit_month)) AS communes_there,
    {_SUMMED}
FROM unnest(CAST(:months AS date[])) AS m (benefit_month)
LEFT JOIN unit_months s ON s.benefit_month = m.benefit_month AND s.unit_id = ANY(CAST(:units AS text[]))
GROUP BY m.benefit_month ORDER BY m.benefit_month
"""  # noqa: S608 - constants only

_UNITS = f"""
WITH lasting AS MATERIALIZED (
    SELECT CASE :level WHEN 'province' THEN path[1] ELSE parent_id END AS unit_id, count(*) AS communes FROM units
    WHERE level = 'commune' AND valid_from <= :month AND (valid_to IS NULL OR valid_to >= :month) GROUP BY 1)
SELECT u.unit_id, u.name, coalesce(l.communes, 0)::bigint AS communes_there,
    coalesce(s.communes_switched, 0) AS communes_switched, coalesce(s.communes_outside, 0) AS communes_outside, {_NUMBERS}
FROM units u LEFT JOIN lasting l ON l.unit_id = u.unit_id
LEFT JOIN unit_months s ON s.benefit_month = :month AND s.unit_id = u.unit_id
WHERE u.level = :level AND (CAST(:within AS text) IS NULL OR :within = ANY(u.path))
    AND (s.unit_id IS NOT NULL OR l.unit_id IS NOT NULL)
    AND ((SELECT platform.scope_is_all()) OR u.path && (SELECT platform.scope_units()))
ORDER BY u.unit_id
"""  # noqa: S608 - constants only

_WAYS = """
SELECT provider, channel, place, sum(obligations)::bigint AS obligations, sum(amount_dong)::bigint AS amount_dong
FROM money_cells WHERE benefit_month = :month AND unit_id = ANY(CAST(:units AS text[]))
GROUP BY provider, channel, place HAVING sum(obligations) <> 0 ORDER BY provider, channel
"""


async def months(tx: Tx, units: Sequence[str]) -> list[date]:
    """The benefit months of which something is owed in some units (or, with '*', anywhere), oldest first."""
    rows = await tx.rows(
        """SELECT DISTINCT benefit_month FROM unit_months
           WHERE unit_id = ANY(CAST(:units AS text[])) AND entitled <> 0 ORDER BY benefit_month""",
        units=list(units),
    )
    return [row["benefit_month"] for row in rows]


async def communes(
    tx: Tx, wanted: Iterable[date], within: str | None = None, after: str = "", limit: int | None = None
) -> dict[date, list[Commune]]:
    """The communes of each month in the order of their ids: all that the row scope shows, or those within a unit.

    `after` and `limit` make a page of one month.
    """
    found: dict[date, list[Commune]] = {month: [] for month in wanted}
    for row in await tx.rows(_COMMUNES, months=list(found), within=within, after=after, limit=limit):
        found[row["benefit_month"]].append(_commune(row))
    return found


async def totals(tx: Tx, wanted: Sequence[date], units: Sequence[str]) -> dict[date, Coverage]:
    """Each month's sums over units that do not lie in each other (or all there are), without their communes one by one."""
    found = {}
    for row in await tx.rows(_TOTALS, months=list(wanted), units=list(units), whole=COUNTRY in units):
        found[row["benefit_month"]] = _coverage(row)
    return found


async def units_of(tx: Tx, month: date, level: str, within: str | None) -> list[tuple[str, str, Coverage]]:
    """Id, name and sums of a month of the units of a level, in the order of their ids: of all that the row scope shows, or of
    those within a unit. Without their communes one by one."""
    rows = await tx.rows(_UNITS, month=month, level=level, within=within)
    return [(row["unit_id"], row["name"], _coverage(row)) for row in rows]


async def count_units(tx: Tx, month: date, level: str, within: str | None) -> int:
    """How many units of a level there are in a month, of all that the row scope shows, or within a unit."""
    return int(
        await tx.scalar(
            """SELECT count(*) FROM units WHERE level = :level AND (CAST(:within AS text) IS NULL OR :within = ANY(path))
               AND valid_from <= :month AND (valid_to IS NULL OR valid_to >= :month)
               AND ((SELECT platform.scope_is_all()) OR path && (SELECT platform.scope_units()))""",
            month=month,
            level=level,
            within=within,
        )
    )


async def count_behind(tx: Tx, month: date, units: Sequence[str], share_percent: int) -> int:
    """How many communes of some units (or all there are) have fewer people paid by account than the share."""
    return int(
        await tx.scalar(
            """SELECT count(*) FROM unit_months s JOIN units u USING (unit_id)
               WHERE s.level = 'commune' AND s.benefit_month = :month AND (:whole OR u.path && CAST(:units AS text[]))
                 AND s.by_account * 100 < s.entitled * :share""",
            month=month,
            units=list(units),
            whole=COUNTRY in units,
            share=share_percent,
        )
    )


async def covers_all(tx: Tx, unit_ids: Sequence[str], wanted: Sequence[date]) -> bool:
    """Whether all that is owed in these months lies in these units; so for no unit named, which stands for the whole country."""
    if not unit_ids:
        return True
    return bool(
        await tx.scalar(
            """SELECT NOT EXISTS (
                   SELECT FROM unit_months s JOIN units u USING (unit_id)
                   WHERE s.level = 'province' AND s.benefit_month = ANY(CAST(:months AS date[]))
                     AND NOT u.path && CAST(:units AS text[]))""",
            units=list(unit_ids),
            months=list(wanted),
        )
    )


async def ways(tx: Tx, month: date, units: Sequence[str]) -> list[Way]:
    """What stands by each provider and channel, over units that do not lie in each other."""
    found: dict[tuple[str, str], Way] = {}
    for row in await tx.rows(_WAYS, month=month, units=list(units)):
        key = (row["provider"], row["channel"])
        way = found.setdefault(key, Way(*key, dict.fromkeys(PLACES, Part())))
        way.parts[row["place"]] = Part(row["obligations"], row["amount_dong"])
    return list(found.values())


def _commune(row: Any) -> Commune:
    return Commune(
        unit_id=row["unit_id"],
        code=row["code"],
        name=row["name"],
        district_id=row["district_id"],
        district_name=row["district_name"],
        people=People(row["entitled"], row["by_account"], row["by_cash"]),
        parts=_parts(row),
        through_cashier=row["cashier_moves"] > 0,
    )


def _coverage(row: Any) -> Coverage:
    return Coverage(
        communes_total=row["communes_there"] + row["communes_outside"],
        communes_switched=row["communes_switched"],
        people=People(row["entitled"], row["by_account"], row["by_cash"]),
        parts=_parts(row),
    )


def _parts(row: Any) -> dict[str, Part]:
    return {place: Part(row[f"{place}_obligations"], row[f"{place}_dong"]) for place in PLACES}
