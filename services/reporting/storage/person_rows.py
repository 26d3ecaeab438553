"""Rows of people's months. An event's people lie side by side, by commune; of nearly everybody one row is the whole person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, NamedTuple

import orjson

from services.reporting.domain.joined import CommunePart, Counted
from services.reporting.domain.sums import PersonDelta, PersonKey, first_way, paid_by
from services.reporting.storage import joined_people
from services.reporting.storage.joined_people import Touched
from shared.database import Tx

_EARLIER = '(excluded.home_revision, excluded.home_kind COLLATE "C") < (p.home_revision, p.home_kind COLLATE "C")'

# What is taken back is mostly the one payment that there was: told without going through the counts.
_TAKEN_BACK = "p.ways = jsonb_build_object(p.way, 1) AND excluded.ways = jsonb_build_object(p.way, -1)"

# `old` and `new` of RETURNING are the row as it was and as it is left, so differences add up exactly. A row is looked at
# apart where the person has others in the month, or may have; of a new one that is told by the person's communes, in a function
# so that this statement, which names every month's partition no more, is planned once and not for each event.
_PEOPLE = f"""
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
    FROM incoming ORDER BY benefit_month, unit_id, subject
    ON CONFLICT (benefit_month, unit_id, subject) DO UPDATE SET
        category_group = CASE WHEN {_EARLIER} THEN excluded.category_group ELSE p.category_group END,
        sex = CASE WHEN {_EARLIER} THEN excluded.sex ELSE p.sex END,
        age_band = CASE WHEN {_EARLIER} THEN excluded.age_band ELSE p.age_band END,
        home_revision = CASE WHEN {_EARLIER} THEN excluded.home_revision ELSE p.home_revision END,
        home_kind = CASE WHEN {_EARLIER} THEN excluded.home_kind ELSE p.home_kind END,
        owed = p.owed + excluded.owed,
        ways = CASE WHEN p.ways = '{{}}' THEN excluded.ways WHEN excluded.ways = '{{}}' THEN p.ways
                    WHEN {_TAKEN_BACK} THEN '{{}}' ELSE add_ways(p.ways, excluded.ways) END,
        way = CASE WHEN p.ways = '{{}}' THEN excluded.way WHEN excluded.ways = '{{}}' THEN p.way
                   WHEN {_TAKEN_BACK} THEN '' ELSE first_way(add_ways(p.ways, excluded.ways)) END
    RETURNING new.benefit_month, new.unit_id, new.subject, new.joined, old.category_group AS old_group, old.sex AS old_sex,
        old.age_band AS old_age, old.home_revision AS old_revision, old.home_kind AS old_kind, old.owed AS old_owed,
        old.ways AS old_ways, old.way AS old_way, new.category_group, new.sex, new.age_band, new.owed, new.way),
doubtful AS (
    SELECT d.month, d.commune, d.who
    FROM (SELECT array_agg(benefit_month) AS months, array_agg(unit_id) AS communes, array_agg(subject) AS subjects
          FROM people WHERE old_owed IS NULL) added, not_alone(added.months, added.communes, added.subjects) d),
told AS (
    SELECT p.*, p.joined OR p.subject = ANY(CAST(:twice AS text[]))
        OR (p.old_owed IS NULL AND (p.benefit_month, p.unit_id, p.subject) IN (SELECT month, commune, who FROM doubtful)) AS apart
    FROM people p)
SELECT benefit_month, unit_id, way, category_group, sex, age_band, CAST(sum(n) AS integer) AS people,
    NULL AS subject, NULL AS revision, NULL AS kind, NULL AS owed, CAST(NULL AS jsonb) AS ways
FROM (SELECT benefit_month, unit_id, way, category_group, sex, age_band, 1 AS n FROM told WHERE NOT apart AND owed > 0
      UNION ALL
      SELECT benefit_month, unit_id, old_way, old_group, old_sex, old_age, -1 FROM told WHERE NOT apart AND old_owed > 0) signed
GROUP BY benefit_month, unit_id, way, category_group, sex, age_band HAVING sum(n) <> 0
UNION ALL
SELECT benefit_month, unit_id, old_way, old_group, old_sex, old_age, 0, subject, old_revision, old_kind, old_owed, old_ways
FROM told WHERE apart
"""  # noqa: S608 - constants only


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


async def add_people(tx: Tx, people: Mapping[PersonKey, PersonDelta]) -> dict[PeopleCell, int]:
    """Add to the people's rows; how many people came to each cell (below zero: left it). The caller holds the read models' lock.

    Most of an event's people are alike: their facts, and what is added, are sent once and pointed at.
    """
    if not people:
        return {}
    homes: dict[tuple[Any, ...], int] = {}
    added: dict[tuple[date, int, str, str], int] = {}
    numbers: dict[int, tuple[int, int]] = {}  # by identity: deltas of many people are one object
    for key, delta in people.items():
        if id(delta) not in numbers:
            first = delta.first
            home = (key.unit_id, first.category_group, first.sex, first.age_band, first.revision, first.kind)
            adds = (key.benefit_month, delta.owed, ways_json(delta), first_way(delta.ways))
            numbers[id(delta)] = (homes.setdefault(home, len(homes) + 1), added.setdefault(adds, len(added) + 1))
    rows = await tx.rows(
        _PEOPLE,
        subject=[key.subject for key in people],
        home_no=[numbers[id(delta)][0] for delta in people.values()],
        added_no=[numbers[id(delta)][1] for delta in people.values()],
        twice=_twice(people),
        **columns(("unit_id", "category_group", "sex", "age_band", "revision", "kind"), homes),
        **columns(("month", "owed", "ways", "way"), added),
    )
    cells: Counter[PeopleCell] = Counter()
    apart: list[Touched] = []
    for row in rows:
        if row["subject"] is None:
            cells[_cell(row["benefit_month"], Counted(*(row[name] for name in Counted._fields)))] += row["people"]
        else:
            apart.append(Touched(PersonKey(*(row[name] for name in PersonKey._fields)), _part(row)))
    for month, counted, number in await joined_people.add(tx, apart) if apart else ():
        cells[_cell(month, counted)] += number
    return {cell: number for cell, number in cells.items() if number}


def ways_json(delta: PersonDelta) -> str:
    """A person's ways as the database keeps them."""
    return orjson.dumps(delta.ways).decode() if delta.ways else "{}"


def columns(names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """Rows as an array for each column."""
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def _twice(people: Iterable[PersonKey]) -> list[str]:
    """People of whose month the event tells in several communes."""
    subjects = [key.subject for key in people]
    if len(set(subjects)) == len(subjects):
        return []
    seen = Counter((key.benefit_month, key.subject) for key in people)
    return sorted({subject for (_, subject), rows in seen.items() if rows > 1})


def _part(row: Mapping[str, Any]) -> CommunePart | None:
    if row["owed"] is None:
        return None
    return CommunePart(**{field.name: row[field.name] for field in fields(CommunePart)})


def _cell(month: date, counted: Counted) -> PeopleCell:
    unit_id, way, *facts = counted
    channel, _, provider = way.partition("/")
    return PeopleCell(month, unit_id, paid_by(way), provider, channel, *facts)
