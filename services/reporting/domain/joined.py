"""People with obligations of a month in several communes: they count once, where the first of all their obligations stands.

The read models keep a row for each person, month and commune, which an event's moves are added to. Of nearly everybody there is
one, and the row is the person. Of the others the rows are joined.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from services.reporting.domain.sums import first_way


@dataclass(frozen=True, slots=True)
class CommunePart:
    """What one commune's obligations of a month say of a person. Facts are those of the first of these obligations."""

    unit_id: str
    category_group: str
    sex: str
    age_band: str
    revision: int  # of that first obligation, as the next
    kind: str
    owed: int
    ways: dict[str, int]  # obligations paid by each way; no zeros


class Counted(NamedTuple):
    """Where and as what a person counts."""

    unit_id: str
    way: str
    category_group: str
    sex: str
    age_band: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A person's month over all communes."""

    counted: Counted
    owed: int
    ways: dict[str, int]


def join(parts: Iterable[CommunePart]) -> Whole | None:
    """The person that these rows are of, in whatever order they come; None of no row."""
    ordered = sorted(parts, key=lambda part: (part.revision, part.kind, part.unit_id))
    if not ordered:
        return None
    ways: dict[str, int] = {}
    for part in ordered:
        for way, count in part.ways.items():
            ways[way] = ways.get(way, 0) + count
    ways = {way: count for way, count in ways.items() if count}
    first = ordered[0]
    counted = Counted(first.unit_id, first_way(ways), first.category_group, first.sex, first.age_band)
    return Whole(counted, sum(part.owed for part in ordered), ways)


def changes(before: Whole | None, after: Whole | None) -> dict[Counted, int]:
    """How many people come to where one counts, and leave it: a person counts while something is owed."""
    found: dict[Counted, int] = {}
    for whole, sign in ((before, -1), (after, 1)):
        if whole is not None and whole.owed > 0:
            found[whole.counted] = found.get(whole.counted, 0) + sign
    return {counted: people for counted, people in found.items() if people}
