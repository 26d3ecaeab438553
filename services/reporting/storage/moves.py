"""Adding what moves bring to the read models, set by set: people first, then the sums that pages read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import orjson

from services.reporting.domain.coverage import PLACES
from services.reporting.domain.sums import DelayCell, FailureCell, MoneyCell, PersonDelta, Sums, first_way
from shared.database import Tx

SCHEMA = "reporting"
MONTH_TABLES = ("person_months", "people_cells", "money_cells")
READ_MODELS = (
    *MONTH_TABLES, "unit_months", "failure_cells", "delay_cells", "closings", "late_money", "late_people", "rebuilt",
)  # fmt: skip

_ROW_SPACE_PERCENT = 70
"""Rows of people and cells are changed soon after they came: they find room on their page."""

# `old` and `new` of RETURNING are the row as it was and as it is left, so differences add up exactly. A person counts where
# the first obligation of the month stands, in whatever order the events come.
_PEOPLE = """
WITH homes AS (
    SELECT * FROM unnest(CAST(:unit_id AS text[]), CAST(:category_group AS text[]), CAST(:sex AS text[]),
        CAST(:age_band AS text[]), CAST(:revision AS integer[]), CAST(:kind AS text[])) WITH ORDINALITY
        AS t (unit_id, category_group, sex, age_band, revision, kind, n)),
added AS (
    SELECT month, owed, CAST(ways AS jsonb) AS ways, way, n FROM unnest(CAST(:month AS date[]), CAST(:owed AS integer[]),
        CAST(:ways AS text[]), CAST(:way AS text[])) WITH ORDINALITY AS t (month, owed, ways, way, n)),
incoming AS (
    SELECT a.month AS benefit_month, t.subject, h.*, a.owed, a.ways, a.way
    FROM unnest(CAST(:subject AS text[]), CAST(:home_no AS bigint[]), CAST(:added_no AS bigint[]))
        AS t (subject, home_no, added_no)
    JOIN homes h ON h.n = t.home_no JOIN added a ON a.n = t.added_no),
people AS (
    INSERT INTO person_months AS p (benefit_month, subject, unit_id, category_group, sex, age_band, home_revision, home_kind,
                                    owed, ways, way)
    SELECT benefit_month, subject, unit_id, category_group, sex, age_band, revision, kind, owed, ways, way
    FROM incoming ORDER BY benefit_month, subject
    ON CONFLICT (benefit_month, subject) DO UPDATE SET
        unit_id = CASE WHEN {earlier} THEN excluded.unit_id ELSE p.unit_id END,
        category_group = CASE WHEN {earlier} THEN excluded.category_group ELSE p.category_group END,
        sex = CASE WHEN {earlier} THEN excluded.sex ELSE p.sex END,
        age_band = CASE WHEN {earlier} THEN excluded.age_band ELSE p.age_band END,
        home_revision = CASE WHEN {earlier} THEN excluded.home_revision ELSE p.home_revision END,
        home_kind = CASE WHEN {earlier} THEN excluded.home_kind ELSE p.home_kind END,
        owed = p.owed + excluded.owed,
        ways = CASE WHEN p.ways = '{{}}' THEN excluded.ways WHEN excluded.ways = '{{}}' THEN p.ways
                    ELSE add_ways(p.ways, excluded.ways) END,
        way = CASE WHEN p.ways = '{{}}' THEN excluded.way WHEN excluded.ways = '{{}}' THEN p.way
                   ELSE first_way(add_ways(p.ways, excluded.ways)) END
    RETURNING new.benefit_month,
        old.owed AS old_owed, old.unit_id AS old_unit, old.category_group AS old_group, old.sex AS old_sex,
        old.age_band AS old_age, old.way AS old_way,
        new.owed AS new_owed, new.unit_id AS new_unit, new.category_group AS new_group, new.sex AS new_sex,
        new.age_band AS new_age, new.way AS new_way)
SELECT benefit_month, unit_id, paid_by(way) AS paid_by, split_part(way, '/', 2) AS provider, split_part(way, '/', 1) AS channel,
    category_group, sex, age_band, CAST(sum(n) AS integer) AS people
FROM (SELECT benefit_month, new_unit AS unit_id, new_way AS way, new_group AS category_group, new_sex AS sex,
             new_age AS age_band, 1 AS n FROM people WHERE new_owed > 0
      UNION ALL
      SELECT benefit_month, old_unit, old_way, old_group, old_sex, old_age, -1 FROM people WHERE old_owed > 0) signed
GROUP BY benefit_month, unit_id, way, category_group, sex, age_band HAVING sum(n) <> 0
""".format(earlier='(excluded.home_revision, excluded.home_kind COLLATE "C") < (p.home_revision, p.home_kind COLLATE "C")')  # noqa: S608


class PeopleCell(NamedTuple):
    """People that are counted together."""

    benefit_month: date
    unit_id: str
    paid_by: str
    provider: str
    channel: str
    category_group: str
    sex: str
    age_band: str


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

# What communes came to, told by their own rows, for each unit above them (and in their own row).
_COMMUNES = f"""
WITH {_LEVELS}, told AS (
    SELECT t.benefit_month, l.unit_id, sum(t.switched) AS switched, sum(CASE WHEN t.is_new AND (
        u.valid_from > t.benefit_month OR u.valid_to < t.benefit_month) THEN 1 ELSE 0 END) AS outside
    FROM unnest(CAST(:months AS date[]), CAST(:communes AS text[]), CAST(:switched AS integer[]), CAST(:is_new AS boolean[]))
        AS t (benefit_month, commune, switched, is_new)
    JOIN units u ON u.unit_id = t.commune JOIN levels l ON l.commune = t.commune GROUP BY t.benefit_month, l.unit_id)
UPDATE unit_months s SET communes_switched = s.communes_switched + told.switched,
    communes_outside = s.communes_outside + told.outside
FROM told WHERE s.benefit_month = told.benefit_month AND s.unit_id = told.unit_id AND (told.switched <> 0 OR told.outside <> 0)
"""  # noqa: S608 - constants only


async def apply(tx: Tx, sums: Sums) -> None:
    """Add an event's sums. The communes must be known; the caller holds the lock of the read models."""
    months = sorted({cell.benefit_month for cell in sums.money})
    for month in months:
        for table in MONTH_TABLES:
            await tx.ensure_month(SCHEMA, table, month, _ROW_SPACE_PERCENT)
    people = await _apply_people(tx, sums) if sums.people else {}
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


async def _apply_people(tx: Tx, sums: Sums) -> dict[PeopleCell, int]:
    """The people's rows, and how many came to each cell (below zero: left it).

    Most of an event's people are alike: their facts, and what is added, are sent once and pointed at.
    """
    homes: dict[tuple[Any, ...], int] = {}
    added: dict[tuple[date, int, str], int] = {}
    first_ways: list[str] = []
    home_no, added_no = [], []
    for (month, _), delta in sums.people.items():
        first = delta.first
        home = (first.unit_id, first.category_group, first.sex, first.age_band, first.revision, first.kind)
        home_no.append(homes.setdefault(home, len(homes) + 1))
        adds = (month, delta.owed, ways_json(delta))
        if adds not in added:
            first_ways.append(first_way(delta.ways))
        added_no.append(added.setdefault(adds, len(added) + 1))
    names = ("unit_id", "category_group", "sex", "age_band", "revision", "kind")
    rows = await tx.rows(
        _PEOPLE,
        subject=[subject for _, subject in sums.people],
        home_no=home_no,
        added_no=added_no,
        **_columns(names, homes),
        **_columns(("month", "owed", "ways"), added),
        way=first_ways,
    )
    return {PeopleCell(*(row[name] for name in PeopleCell._fields)): row["people"] for row in rows}


def ways_json(delta: PersonDelta) -> str:
    """A person's ways as the database keeps them."""
    return orjson.dumps(delta.ways).decode() if delta.ways else "{}"


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
    return _columns(["commune" if name == "unit_id" else name for name in names], rows)


def _columns(names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


async def lock(tx: Tx) -> None:
    """One at a time changes the read models: sums of a province are rows that every event changes, and a person's row is read
    and written. Readers wait for nobody."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('reporting:read-models', 0))")


async def forget(tx: Tx) -> None:
    """Empty the read models. Events that come meanwhile wait until this transaction ends; readers see the old numbers."""
    await lock(tx)
    for table in READ_MODELS:
        await tx.run(f"DELETE FROM {table}")  # noqa: S608 - constants only
