"""A record as it was on a day, as the registry knew it at an instant: out of the versions that the history keeps.

Each version holds the whole record, but says with `changed` what it is about, and from which day that is so. So each field
is taken from the newest version about it whose day has come: what was recorded late counts from its own day, and does not
bring with it what is true only since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Version:
    """One version, as the history keeps it."""

    version: int
    effective_from: date
    recorded_at: datetime
    changed: tuple[str, ...]
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AsOf:
    """The record on a day; `version` is the newest that it is made of."""

    version: int
    record: Mapping[str, Any]


def as_of(versions: Sequence[Version], on: date | None, known_at: datetime | None) -> AsOf | None:
    """The record on a day (None: without regard to days), known by an instant (None: today); None where none was known.

    Decisions that begin after the day are left out; those that ended before it stay, with their last months.
    """
    known = sorted((one for one in versions if known_at is None or one.recorded_at <= known_at), key=lambda one: one.version)
    effective = [one for one in known if on is None or one.effective_from <= on]
    if not effective:
        return None
    record = dict(effective[0].record)
    for one in effective[1:]:
        record.update({name: one.record[name] for name in one.changed if name in one.record})
    if on is not None:
        record["decisions"] = [one for one in record["decisions"] if date.fromisoformat(one["from_month"]) <= on]
    return AsOf(effective[-1].version, record)
