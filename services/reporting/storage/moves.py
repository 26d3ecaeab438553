"""Adding what moves bring to the read models, set by set: people first, then the sums that pages read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.reporting.domain.coverage import PLACES
from services.reporting.domain.sums import DelayCell, FailureCell, MoneyCell, Sums
from services.reporting.storage.person_rows import PeopleCell, add_people, columns
from shared.database import Tx

SCHEMA = "reporting"
MONTH_TABLES = ("person_months", "people_cells", "money_cells")
READ_MODELS = (
    *MONTH_TABLES, "joined_people", "person_communes", "unit_months",
   "failure_cells", "delay_cells", "closings", "late_money", "late_people", "rebuilt",
)  # fmt: skip

FULL_PERCENT = {"person_months": 45, "people_cells": 70, "money_cells": 70}
"""Rows are changed soon after they came, and find room on their page then. A chunk changes all people of a page at once: each
needs as much room as it takes."""

# A commune's additions are its own, those of each unit above it, and those of '*'.
_LEVELS = """
levels AS (
    SELECT u.unit_id AS commune, t.step AS unit_id,
        CASE WHEN t.step = '*' THEN 'country' WHEN t.step = u.unit_id THEN u.level WHEN t.n = 1 THEN 'province'
             ELSE 'district' END AS level
    FROM units u CROSS JOIN LATERAL unnest(u.path || CAST('*' AS text)) WITH ORDINALITY AS t (step, n)
    WHERE u.unit_id = ANY(CAST(:units AS text[])))
"""


def _adding(table: str, key: Mapping[str, str], added: Sequence[str], *, leveled: bool = False) -> str:
    """Add rows of communes, given as arrays, at every level. `key` names a table's key without month and unit, with types;
    `leveled`: the table says of each row what its unit is."""
    columns = {"benefit_month": "date", "commune": "text", **key, **dict.fromkeys(added, "bigint")}
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in columns.items())
    keys = ", ".join(("benefit_month", "unit_id", *key))
    level = ("level", "l.level") if leveled else ()
    named = ", ".join((keys, *level[:1], *added))
    kept = ", ".join(("t.benefit_month", "l.unit_id", *(f"t.{name}" for name in key), *level[1:]))
    sums = ", ".join(f"sum(t.{name})" for name in added)
    more = ", ".join(f"{name} = s.{name} + excluded.{name}" for name in added)
    return f"""
        WITH {_LEVELS}
        INSERT INTO {table} AS s ({named})
        SELECT {kept}, {sums} FROM unnest({arrays}) AS t ({", ".join(columns)})
        JOIN levels l ON l.commune = t.commune GROUP BY {kept} ORDER BY {kept}
        ON CONFLICT ({keys}) DO UPDATE SET {more}
    """  # noqa: S608 - constants only


_WAY = {"provider": "text", "channel": "text"}
_PERSONAL = {"category_group": "text", "sex": "text", "age_band": "text"}
_COUNT = ("obligations", "amount_dong")
_UNIT_COLUMNS = (
    "entitled", "by_account", "by_cash", "cashier_moves",
    *(f"{place}_{what}" for place in PLACES for what in ("obligations", "dong")),
)  # fmt: skip

_PEOPLE_CELLS = _adding("people_cells", {"paid_by": "text", **_WAY, **_PERSONAL}, ("people",))
_MONEY_CELLS = _adding("money_cells", {**_WAY, "place": "text", **_PERSONAL}, _COUNT)
_FAILURES = _adding("failure_cells", {**_WAY, "place": "text", "reason": "text"}, _COUNT)
_DELAYS = _adding("delay_cells", {**_WAY, "minutes": "integer"}, ("obligations",))
_UNIT_MONTHS = f"""
{_adding("unit_months", {}, _UNIT_COLUMNS, leveled=True)}
RETURNING new.benefit_month, new.unit_id, new.level = 'commune' AS is_commune, old.unit_id IS NULL AS is_new,
    CAST(new.cashier_moves = 0 AND new.credits > 0 AS integer)
        - CAST(coalesce(old.cashier_moves = 0 AND old.credits > 0, false) AS integer) AS switched
"""

# What communes came to, told by their own rows, for each unit above them (and in their own row). All these rows are there; put
# in again they are found by their key, where the planner would rather read every month's: it takes the row scope for dear.
_COMMUNES = f"""
WITH {_LEVELS}
INSERT INTO unit_months AS s (benefit_month, unit_id, level, communes_switched, communes_outside)
SELECT t.benefit_month, l.unit_id, l.level, sum(t.switched), sum(CASE WHEN t.is_new AND (
    u.valid_from > t.benefit_month OR u.valid_to < t.benefit_month) THEN 1 ELSE 0 END)
FROM unnest(CAST(:months AS date[]), CAST(:communes AS text[]), CAST(:switched AS integer[]), CAST(:is_new AS boolean[]))
    AS t (benefit_month, commune, switched, is_new)
JOIN units u ON u.unit_id = t.commune JOIN levels l ON l.commune = t.commune
GROUP BY t.benefit_month, l.unit_id, l.level ORDER BY t.benefit_month, l.unit_id, l.level
ON CONFLICT (benefit_month, unit_id) DO UPDATE SET communes_switched = s.communes_switched + excluded.communes_switched,
    communes_outside = s.communes_outside + excluded.communes_outside
    WHERE excluded.communes_switched <> 0 OR excluded.communes_outside <> 0
"""


async def apply(tx: Tx, sums: Sums) -> None:
    """Add an event's sums. The communes must be known; the caller holds the lock of the read models."""
    months = sorted({cell.benefit_month for cell in sums.money})
    for month in months:
        for table in MONTH_TABLES:
            await tx.ensure_month(SCHEMA, table, month, FULL_PERCENT[table])
    people = await add_people(tx, sums.people)
    units = sorted(sums.units | {cell.unit_id for cell in people})
    if people:
        await _add(tx, _PEOPLE_CELLS, units, [(*cell, count) for cell, count in people.items()], PeopleCell._fields, ("people",))
    money = [(*cell, c.obligations, c.amount_dong) for cell, c in sums.money.items() if c.obligations or c.amount_dong]
    await _add(tx, _MONEY_CELLS, units, money, MoneyCell._fields, _COUNT)
    failures = [(*cell, count.obligations, count.amount_dong) for cell, count in sums.failures.items()]
    await _add(tx, _FAILURES, units, failures, FailureCell._fields, _COUNT)
    delays = [(*cell, count) for cell, count in sums.delays.items()]
    await _add(tx, _DELAYS, units, delays, DelayCell._fields, ("obligations",))
    await _apply_units(tx, units, _unit_months(sums, people))


async def _apply_units(tx: Tx, units: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """The units' rows; and where a commune switched, or is new, how many of them the units above have."""
    if not rows:
        return
    arrays = _arrays(rows, ("benefit_month", "unit_id", *_UNIT_COLUMNS))
    changed = [
        row
        for row in await tx.rows(_UNIT_MONTHS, units=units, **arrays)
        if row["is_commune"] and (row["is_new"] or row["switched"])
    ]
    if changed:
        await tx.run(
            _COMMUNES,
            units=units,
            months=[row["benefit_month"] for row in changed],
            communes=[row["unit_id"] for row in changed],
            switched=[row["switched"] for row in changed],
            is_new=[row["is_new"] for row in changed],
        )


def _unit_months(sums: Sums, people: Mapping[PeopleCell, int]) -> list[tuple[Any, ...]]:
    found: dict[tuple[date, str], dict[str, int]] = {}

    def add(month: date, unit_id: str, column: str, number: int) -> None:
        row = found.setdefault((month, unit_id), dict.fromkeys(_UNIT_COLUMNS, 0))
        row[column] += number

    for cell, count in sums.money.items():
        add(cell.benefit_month, cell.unit_id, f"{cell.place}_obligations", count.obligations)
        add(cell.benefit_month, cell.unit_id, f"{cell.place}_dong", count.amount_dong)
    for group, number in people.items():
        add(group.benefit_month, group.unit_id, "entitled", number)
        if group.paid_by != "none":
            add(group.benefit_month, group.unit_id, f"by_{group.paid_by}", number)
    for (month, unit_id), number in sums.cashier.items():
        add(month, unit_id, "cashier_moves", number)
    return [(*key, *row.values()) for key, row in found.items()]


async def _add(
    tx: Tx, sql: str, units: Sequence[str], rows: Sequence[tuple[Any, ...]], key: Sequence[str], added: Sequence[str]
) -> None:
    """Rows of key and numbers; the key's second column is the commune."""
    if rows:
        await tx.run(sql, units=units, **_arrays(rows, (*key, *added)))


def _arrays(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> dict[str, list[Any]]:
    """Rows as an array for each column; their unit is a commune."""
    return columns(["commune" if name == "unit_id" else name for name in names], rows)


async def lock(tx: Tx) -> None:
    """One at a time changes the read models: sums of a province are rows that every event changes, and a person's row is read
    and written. Readers wait for nobody."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('reporting:read-models', 0))")


async def forget(tx: Tx) -> None:
    """Empty the read models. Events that come meanwhile wait until this transaction ends; readers see the old numbers."""
    await lock(tx)
    for table in READ_MODELS:
        await tx.run(f"DELETE FROM {table}")  # noqa: S608 - constants only
