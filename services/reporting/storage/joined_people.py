"""People who may have obligations of a month in several communes: looked for where they ever had some, and joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import orjson

from services.reporting.domain.joined import CommunePart, Counted, Whole, changes, join
from services.reporting.domain.sums import PersonKey
from shared.database import Tx

_MEET = """
INSERT INTO person_communes (unit_id, subject)
SELECT DISTINCT unit_id, subject FROM unnest(CAST(:units AS text[]), CAST(:subjects AS text[])) AS t (unit_id, subject)
ORDER BY unit_id, subject ON CONFLICT DO NOTHING
RETURNING subject
"""

# By subject alone people are found by its hash, which is the only index of it: so that whoever asks for a person of a commune
# is led to the commune's, which lie side by side. OFFSET 0 keeps the look-ups apart, however many the planner expects to find.
_COMMUNES_OF = """
SELECT t.subject, x.units FROM unnest(CAST(:subjects AS text[])) AS t (subject)
CROSS JOIN LATERAL (
    SELECT array_agg(c.unit_id ORDER BY c.unit_id COLLATE "C") AS units FROM person_communes c
    WHERE c.subject_hash = hashtextextended(t.subject, 0) AND c.subject = t.subject OFFSET 0) x
WHERE cardinality(x.units) > 1
"""

_NAME_OTHERS = """
INSERT INTO person_communes AS c (unit_id, subject, others)
SELECT unit_id, subject, string_to_array(others, ',')
FROM unnest(CAST(:units AS text[]), CAST(:subjects AS text[]), CAST(:others AS text[])) AS t (unit_id, subject, others)
ORDER BY unit_id, subject
ON CONFLICT (unit_id, subject) DO UPDATE SET others = excluded.others
"""

_PARTS = """
SELECT p.benefit_month, p.unit_id, p.subject, p.category_group, p.sex, p.age_band, p.home_revision, p.home_kind, p.owed,
    p.ways
FROM (SELECT DISTINCT t.benefit_month, t.subject, unnest(c.others || c.unit_id) AS unit_id
      FROM unnest(CAST(:months AS date[]), CAST(:units AS text[]), CAST(:subjects AS text[]))
          AS t (benefit_month, unit_id, subject)
      JOIN person_communes c ON c.unit_id = t.unit_id AND c.subject = t.subject) w
CROSS JOIN LATERAL (
    SELECT * FROM person_months x
    WHERE x.benefit_month = w.benefit_month AND x.unit_id = w.unit_id AND x.subject = w.subject OFFSET 0) p
"""

_MARK = """
UPDATE person_months p SET joined = true
FROM unnest(CAST(:months AS date[]), CAST(:units AS text[]), CAST(:subjects AS text[])) AS t (benefit_month, unit_id, subject)
WHERE p.benefit_month = t.benefit_month AND p.unit_id = t.unit_id AND p.subject = t.subject AND NOT p.joined
"""

_KEEP = """
INSERT INTO joined_people (benefit_month, subject, unit_id, way, category_group, sex, age_band, owed, ways)
SELECT benefit_month, subject, unit_id, way, category_group, sex, age_band, owed, CAST(ways AS jsonb)
FROM unnest(CAST(:benefit_month AS date[]), CAST(:subject AS text[]), CAST(:unit_id AS text[]), CAST(:way AS text[]),
            CAST(:category_group AS text[]), CAST(:sex AS text[]), CAST(:age_band AS text[]), CAST(:owed AS integer[]),
            CAST(:ways AS text[]))
    AS t (benefit_month, subject, unit_id, way, category_group, sex, age_band, owed, ways)
ON CONFLICT (benefit_month, subject) DO UPDATE SET unit_id = excluded.unit_id, way = excluded.way,
    category_group = excluded.category_group, sex = excluded.sex, age_band = excluded.age_band, owed = excluded.owed,
    ways = excluded.ways
"""


class Touched(NamedTuple):
    """A row that an event added to, and what stood there before; None where it is new."""

    key: PersonKey
    before: CommunePart | None


async def add(tx: Tx, touched: Sequence[Touched]) -> Iterator[tuple[date, Counted, int]]:
    """What the rows' people come to, after an event was added to the rows: how many came to where one counts, and left it."""
    await _meet(tx, [each.key for each in touched if each.before is None])
    after = await _parts(tx, [each.key for each in touched])
    before = {person: dict(parts) for person, parts in after.items()}
    for (month, unit_id, subject), part in touched:
        parts = before[month, subject]
        if part is None:
            del parts[unit_id]
        else:
            parts[unit_id] = part
    wholes = {person: join(parts.values()) for person, parts in after.items()}
    await _keep(tx, {person: wholes[person] for person, parts in after.items() if len(parts) > 1})
    await _mark(tx, [PersonKey(month, unit, who) for (month, who), parts in after.items() if len(parts) > 1 for unit in parts])
    return (
        (person[0], counted, number)
        for person, whole in wholes.items()
        for counted, number in changes(join(before[person].values()), whole).items()
    )


async def _meet(tx: Tx, keys: Sequence[PersonKey]) -> None:
    """People who are new in a commune: it is named beside the others that they were in."""
    if keys:
        met = await tx.rows(_MEET, units=[key.unit_id for key in keys], subjects=[key.subject for key in keys])
        found = await tx.tuples(_COMMUNES_OF, subjects=sorted({row["subject"] for row in met}))
        named = [(unit, who, ",".join(each for each in units if each != unit)) for who, units in found for unit in units]
        if named:
            units, subjects, others = map(list, zip(*named, strict=True))
            await tx.run(_NAME_OTHERS, units=units, subjects=subjects, others=others)


async def _parts(tx: Tx, keys: Sequence[PersonKey]) -> dict[tuple[date, str], dict[str, CommunePart]]:
    """All rows of these people's months: (month, subject) -> commune -> row."""
    found: dict[tuple[date, str], dict[str, CommunePart]] = {}
    for month, unit_id, subject, *facts in await tx.tuples(_PARTS, **_arrays(keys)):
        found.setdefault((month, subject), {})[unit_id] = CommunePart(unit_id, *facts)
    return found


async def _mark(tx: Tx, keys: Sequence[PersonKey]) -> None:
    if keys:
        await tx.run(_MARK, **_arrays(keys))


async def _keep(tx: Tx, wholes: dict[tuple[date, str], Whole | None]) -> None:
    rows = [(*person, *whole.counted, whole.owed, orjson.dumps(whole.ways).decode()) for person, whole in wholes.items() if whole]
    if rows:
        names = ("benefit_month", "subject", *Counted._fields, "owed", "ways")
        await tx.run(_KEEP, **dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def _arrays(keys: Sequence[PersonKey]) -> dict[str, list[object]]:
    return {
        "months": [key.benefit_month for key in keys],
        "units": [key.unit_id for key in keys],
        "subjects": [key.subject for key in keys],
    }
