"""Adding what moves bring to the read models, set by set: people first, then the sums that pages read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from services.reporting.domain.coverage import PLACES
from services.reporting.domain.sums import Sums
from services.reporting.storage.person_rows import PeopleCell, add_people, columns
from shared.database import Row, Tx

SCHEMA = "reporting"
MONTH_TABLES = ("person_months", "people_cells", "money_cells")
READ_MODELS = (
    *MONTH_TABLES, "joined_people", "person_communes", "unit_months", "failure_cells",
    "delay_cells", "closings", "late_money", "late_people", "rebuilt",
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


class _Table(NamedTuple):
    """A table of sums: its key besides month and unit, with types, and what is added up."""

    key: Mapping[str, str]
    added: Sequence[str]
    leveled: bool = False  # the table says of each row what its unit is


_WAY = {"provider": "text", "channel": "text"}
_PERSONAL = {"category_group": "text", "sex": "text", "age_band": "text"}
_COUNT = ("obligations", "amount_dong")
_UNIT_COLUMNS = (
    "entitled", "by_account", "by_cash", "cashier_moves",
    *(f"{place}_{what}" for place in PLACES for what in ("obligations", "dong")),
)  # fmt: skip
_TABLES = {
    "people_cells": _Table({"paid_by": "text", **_WAY, **_PERSONAL}, ("people",)),
    "money_cells": _Table({**_WAY, "place": "text", **_PERSONAL}, _COUNT),
    "failure_cells": _Table({**_WAY, "place": "text", "reason": "text"}, _COUNT),
    "delay_cells": _Table({**_WAY, "minutes": "integer"}, ("obligations",)),
    "unit_months": _Table({}, _UNIT_COLUMNS, leveled=True),
}


def _adding(name: str) -> str:
    """Add rows of communes, given as arrays, to a table at every level."""
    table = _TABLES[name]
    types = {"benefit_month": "date", "unit_id": "text", **table.key, **dict.fromkeys(table.added, "bigint")}
    arrays = ", ".join(f"CAST(:{name}_{column} AS {kind}[])" for column, kind in types.items())
    keys = ", ".join(("benefit_month", "unit_id", *table.key))
    level = ("level", "l.level") if table.leveled else ()
    named = ", ".join((keys, *level[:1], *table.added))
    kept = ", ".join(("t.benefit_month", "l.unit_id", *(f"t.{column}" for column in table.key), *level[1:]))
    sums = ", ".join(f"sum(t.{column})" for column in table.added)
    more = ", ".join(f"{column} = s.{column} + excluded.{column}" for column in table.added)
    return f"""
        INSERT INTO {name} AS s ({named})
        SELECT {kept}, {sums} FROM unnest({arrays}) AS t ({", ".join(types)})
        JOIN levels l ON l.commune = t.unit_id GROUP BY {kept} ORDER BY {kept}
        ON CONFLICT ({keys}) DO UPDATE SET {more}
    """  # noqa: S608 - constants only


@cache
def _adding_all(names: tuple[str, ...]) -> str:
    """Add to these tables and to that of units, in one statement: each would be a round trip. Tells of the units' rows."""
    others = "".join(f", to_{name} AS ({_adding(name)})" for name in names)
    return f"""
        WITH {_LEVELS} {others}
        {_adding("unit_months")}
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
"""  # noqa: S608 - constants only


async def apply(tx: Tx, sums: Sums) -> None:
    """Add an event's sums. The communes must be known; the caller holds the lock of the read models."""
    months = sorted({cell.benefit_month for cell in sums.money})
    for month in months:
        for table in MONTH_TABLES:
            await tx.ensure_month(SCHEMA, table, month, FULL_PERCENT[table])
    people = await add_people(tx, sums.people)
    rows: dict[str, list[tuple[Any, ...]]] = {
        "people_cells": [(*cell, count) for cell, count in people.items()],
        "money_cells": [
            (*cell, c.obligations, c.amount_dong) for cell, c in sums.money.items() if c.obligations or c.amount_dong
        ],
        "failure_cells": [(*cell, count.obligations, count.amount_dong) for cell, count in sums.failures.items()],
        "delay_cells": [(*cell, count) for cell, count in sums.delays.items()],
    }
    some = {name: found for name, found in rows.items() if found}
    of_units = _unit_months(sums, people)
    if of_units:
        units = sorted({unit_id for _, unit_id, *_ in of_units})
        arrays = {k: v for name, found in {**some, "unit_months": of_units}.items() for k, v in _arrays(name, found).items()}
        await _tell_of_communes(tx, units, await tx.rows(_adding_all(tuple(some)), units=units, **arrays))


async def _tell_of_communes(tx: Tx, units: Sequence[str], rows: Sequence[Row]) -> None:
    """Where a commune switched, or is new, units above count how many of them they have."""
    changed = [row for row in rows if row["is_commune"] and (row["is_new"] or row["switched"])]
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


def _arrays(name: str, rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """Rows of a table as an array for each column."""
    table = _TABLES[name]
    return columns([f"{name}_{column}" for column in ("benefit_month", "unit_id", *table.key, *table.added)], rows)


async def lock(tx: Tx) -> None:
    """One at a time changes the read models: sums of a province are rows that every event changes, and a person's row is read
    and written. Readers wait for nobody."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('reporting:read-models', 0))")


async def forget(tx: Tx) -> None:
    """Empty the read models. Events that come meanwhile wait until this transaction ends; readers see the old numbers."""
    await lock(tx)
    for table in READ_MODELS:
        await tx.run(f"DELETE FROM {table}")  # noqa: S608 - constants only
