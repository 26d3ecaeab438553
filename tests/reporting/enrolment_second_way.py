"""Enrolment computed a second time, in plain Python over all that was said, in no order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

VIETNAM_HOURS = timedelta(hours=7)


@dataclass(frozen=True)
class Record:
    """A version of a person's record."""

    person: UUID
    version: int
    at: datetime
    unit_id: str
    active: bool
    payee: UUID
    account: UUID | None
    provider: str
    channel: str
    hold: str | None = None


@dataclass(frozen=True)
class Request:
    account: UUID
    payee: UUID
    unit_id: str
    provider: str
    at: datetime


@dataclass(frozen=True)
class Answer:
    account: UUID
    provider: str
    outcome: str
    reason: str | None
    at: datetime


@dataclass(frozen=True)
class Use:
    account: UUID
    provider: str
    used_on: date


Said = Record | Request | Answer | Use


def day(at: datetime) -> date:
    """In Vietnam."""
    return (at.astimezone(UTC) + VIETNAM_HOURS).date()


def _only(said: Iterable[Said], kind: type) -> list[Any]:
    return [one for one in said if isinstance(one, kind)]


Standing = tuple[str, str, str, str, str, date | None, bool]
"""Commune, state, provider, channel, reason, asked on, used."""


def standing(said: Sequence[Said]) -> list[Standing]:
    """Each active person's."""
    records, requests, answers = _only(said, Record), _only(said, Request), _only(said, Answer)
    used = {one.account for one in _only(said, Use)}
    recorded = {one.account for one in records if one.account}
    found: list[Standing] = []
    for person in {one.person for one in records}:
        versions = [one for one in records if one.person == person]
        newest = max(versions, key=lambda one: one.version)
        if not newest.active:
            continue
        if newest.account:
            found.append((newest.unit_id, "with_account", newest.provider, newest.channel, "", None, newest.account in used))
            continue
        ended = "ended" if any(one.account for one in versions) else ""
        asked = [one for one in requests if one.payee == newest.payee]
        if not asked:
            found.append((newest.unit_id, "without", "", "", ended, None, False))
            continue
        last = max(asked, key=lambda one: (one.at, one.account))
        said_of = [one for one in answers if one.account == last.account]
        answer = max(said_of, key=lambda one: (one.at, one.outcome, one.reason or "")) if said_of else None
        if last.account in recorded:
            found.append((newest.unit_id, "without", "", "", ended, None, False))
        elif answer is None or answer.at < last.at:
            found.append((newest.unit_id, "waiting", last.provider, "", "", day(last.at), False))
        else:
            reason = "not_accepted" if answer.outcome == "opened" else answer.reason or "unsaid"
            found.append((newest.unit_id, "refused", last.provider, "", reason, None, False))
    return found


def cells(said: Sequence[Said], levels: dict[str, tuple[str, ...]]) -> set[tuple[Any, ...]]:
    """Rows of enrolment_cells."""
    people: Counter[tuple[Any, ...]] = Counter()
    used: Counter[tuple[Any, ...]] = Counter()
    for commune, *rest, in_use in standing(said):
        for unit in levels[commune]:
            people[unit, *rest] += 1
            used[unit, *rest] += in_use
    return {(*key, people[key], used[key]) for key in people}


def weeks(said: Sequence[Said], levels: dict[str, tuple[str, ...]]) -> set[tuple[Any, ...]]:
    """Rows of enrolment_weeks."""
    people: Counter[tuple[Any, ...]] = Counter()
    with_account = [one for one in _only(said, Record) if one.account]
    for person in {one.person for one in with_account}:
        first = min((one for one in with_account if one.person == person), key=lambda one: one.version)
        on = day(first.at)
        monday = on - timedelta(days=on.weekday())
        for unit in levels[first.unit_id]:
            people[unit, monday, first.provider, first.channel] += 1
    return {(*key, count) for key, count in people.items()}


def days(said: Sequence[Said], levels: dict[str, tuple[str, ...]]) -> set[tuple[Any, ...]]:
    """Rows of enrolment_days."""
    accounts: Counter[tuple[Any, ...]] = Counter()
    for account in {one.account for one in _only(said, Request)}:
        recorded = [one.at for one in _only(said, Record) if one.account == account]
        if recorded:
            first = min((one for one in _only(said, Request) if one.account == account), key=lambda one: (one.at, one.unit_id))
            taken = max((day(min(recorded)) - day(first.at)).days, 0)
            for unit in levels[first.unit_id]:
                accounts[unit, first.provider, taken] += 1
    return {(*key, count) for key, count in accounts.items()}
