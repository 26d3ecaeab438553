"""Closed months, what came late to them, and where the log stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from services.reporting.domain.sums import MoneyCell, PersonKey, Sums
from services.reporting.storage.person_rows import ways_json
from shared.database import Tx

SOURCE = "disbursement"


@dataclass(frozen=True, slots=True)
class Ground:
    """What an event finds: communes that nobody has defined yet, whether an event before it is missing, whether a rebuild has
    read it, and at which positions months of its communes were closed."""

    unknown_units: Sequence[str]
    over_gap: bool
    rebuilt: bool
    closed_at: dict[tuple[date, str], int]


# The event's own inbox record is in already: positions up to it are all there when as many are recorded.
_GROUND = """
SELECT ARRAY(SELECT wanted FROM unnest(CAST(:units AS text[])) wanted
             WHERE NOT EXISTS (SELECT FROM units u WHERE u.unit_id = wanted)) AS unknown_units,
    EXISTS (SELECT FROM rebuilt r WHERE r.source = :source AND r.complete AND r.position >= :position) AS rebuilt,
    NOT EXISTS (SELECT FROM rebuilt r WHERE r.source = :source AND NOT r.complete) AND (
        SELECT w.position + (SELECT count(*) FROM inbox i
                          WHERE i.source = :source AND i.position > w.position AND i.position < :position) < :position - 1
        FROM (SELECT coalesce((SELECT position FROM inbox_watermark WHERE source = :source), 0) AS position) w) AS over_gap,
    (SELECT coalesce(json_agg(json_build_array(benefit_month, unit_id, position)), '[]')::text FROM commune_closings
     WHERE unit_id = ANY(CAST(:units AS text[])) AND benefit_month = ANY(CAST(:months AS date[]))) AS closed
"""


async def ground(tx: Tx, position: int, units: Collection[str], months: Collection[date]) -> Ground:
    """Look, with the lock of the read models held."""
    row = await tx.row(_GROUND, position=position, units=sorted(units), months=sorted(months), source=SOURCE)
    assert row is not None
    closed = {(date.fromisoformat(month), unit): at for month, unit, at in orjson.loads(row["closed"])}
    return Ground(row["unknown_units"], row["over_gap"], row["rebuilt"], closed)


_LATE_MONEY = """
INSERT INTO late_money (position, benefit_month, authority_id, unit_id, provider, channel, place, category_group, sex, age_band,
                        occurred_on, obligations, amount_dong)
SELECT :position, benefit_month, :authority_id, unit_id, provider, channel, place, category_group, sex, age_band,
       CAST(:occurred_on AS date), obligations, amount_dong
FROM unnest(CAST(:benefit_month AS date[]), CAST(:unit_id AS text[]), CAST(:provider AS text[]), CAST(:channel AS text[]),
            CAST(:place AS text[]), CAST(:category_group AS text[]), CAST(:sex AS text[]), CAST(:age_band AS text[]),
            CAST(:obligations AS bigint[]), CAST(:amount_dong AS bigint[]))
    AS t (benefit_month, unit_id, provider, channel, place, category_group, sex, age_band, obligations, amount_dong)
"""

_LATE_PEOPLE = """
INSERT INTO late_people (position, benefit_month, authority_id, subject, unit_id, occurred_on, owed, ways)
SELECT :position, benefit_month, :authority_id, subject, unit_id, CAST(:occurred_on AS date), owed, CAST(ways AS jsonb)
FROM unnest(CAST(:benefit_month AS date[]), CAST(:subject AS text[]), CAST(:unit_id AS text[]), CAST(:owed AS integer[]),
            CAST(:ways AS text[])) AS t (benefit_month, subject, unit_id, owed, ways)
"""


async def note_late(
    tx: Tx, position: int, authority_id: str, occurred_on: date, sums: Sums, late: Collection[tuple[date, str]]
) -> None:
    """Keep what an event adds to months of communes: it comes late, or may turn out to."""
    event: dict[str, Any] = {"position": position, "authority_id": authority_id, "occurred_on": occurred_on}
    money = [(*cell, c.obligations, c.amount_dong) for cell, c in sums.money.items() if cell[:2] in late]
    if money:
        names = (*MoneyCell._fields, "obligations", "amount_dong")
        await tx.run(_LATE_MONEY, **event, **dict(zip(names, map(list, zip(*money, strict=True)), strict=True)))
    people = [
        (*key, delta.owed, ways_json(delta)) for key, delta in sums.people.items() if (key.benefit_month, key.unit_id) in late
    ]
    if people:
        named = (*PersonKey._fields, "owed", "ways")
        await tx.run(_LATE_PEOPLE, **event, **dict(zip(named, map(list, zip(*people, strict=True)), strict=True)))


async def close(tx: Tx, authority_id: str, months: Sequence[date], position: int, closed_on: date) -> None:
    """An authority closed months at a position: of several closings the first counts, in whatever order they come.

    What was kept because it might be late, and is not, is forgotten; so are cells in which nothing stands any more.
    """
    await tx.run(
        """INSERT INTO closings (authority_id, benefit_month, position, closed_on)
           SELECT :authority_id, m, :position, CAST(:closed_on AS date) FROM unnest(CAST(:months AS date[])) m
           ON CONFLICT (authority_id, benefit_month) DO UPDATE
           SET position = excluded.position, closed_on = excluded.closed_on WHERE excluded.position < closings.position""",
        authority_id=authority_id,
        months=list(months),
        position=position,
        closed_on=closed_on,
    )
    for table in ("late_money", "late_people"):
        await tx.run(
            f"""DELETE FROM {table} l USING commune_closings c WHERE c.unit_id = l.unit_id AND c.benefit_month = l.benefit_month
                AND l.benefit_month = ANY(CAST(:months AS date[])) AND l.position <= c.position""",  # noqa: S608 - constants only
            months=list(months),
        )
    for table, empty in (("people_cells", "people = 0"), ("money_cells", "obligations = 0 AND amount_dong = 0")):
        await tx.run(
            f"DELETE FROM {table} WHERE benefit_month = ANY(CAST(:months AS date[])) AND {empty}",  # noqa: S608 - constants only
            months=list(months),
        )
