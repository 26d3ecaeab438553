"""Whether reporting and disbursement's books say the same of a benefit month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.reporting.domain.coverage import PLACES, Part, Way


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month as one side has it: people owed something, obligations and đồng by place, and by provider what lies with it."""

    people: int
    places: Mapping[str, Part] = field(default_factory=dict)
    by_provider: Mapping[tuple[str, str], Part] = field(default_factory=dict)  # (provider, place); '' for the payer's


@dataclass(frozen=True, slots=True)
class Difference:
    """A number that the two sides do not agree on."""

    what: str
    reporting: int
    disbursement: int


@dataclass(frozen=True, slots=True)
class MonthConsistency:
    """A month compared. `events_behind`: events of disbursement that were not applied here yet when it was compared; numbers
    may differ by them, and agree once they are."""

    month: date
    differences: tuple[Difference, ...]
    events_behind: int


def by_provider(ways: Iterable[Way]) -> dict[tuple[str, str], Part]:
    """Ways taken together by provider and place; what is nothing is left out."""
    found: dict[tuple[str, str], Part] = {}
    for way in ways:
        for place, part in way.parts.items():
            if part != Part():
                found[way.provider, place] = found.get((way.provider, place), Part()) + part
    return found


def compare(ours: MonthFigures, books: MonthFigures) -> tuple[Difference, ...]:
    """Every number on which the two do not agree: none, when all is well."""
    return tuple(Difference(what, here, there) for what, here, there in _numbers(ours, books) if here != there)


def _numbers(ours: MonthFigures, books: MonthFigures) -> Iterator[tuple[str, int, int]]:
    yield "people", ours.people, books.people
    for place in PLACES:
        yield from _part(place, ours.places.get(place, Part()), books.places.get(place, Part()))
    for provider, place in sorted({*ours.by_provider, *books.by_provider}):
        name = f"{provider or 'payer'}.{place}"
        yield from _part(name, ours.by_provider.get((provider, place), Part()), books.by_provider.get((provider, place), Part()))


def _part(name: str, here: Part, there: Part) -> Iterator[tuple[str, int, int]]:
    yield f"{name}.obligations", here.obligations, there.obligations
    yield f"{name}.amount_dong", here.amount_dong, there.amount_dong
