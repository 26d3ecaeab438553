"""What an event's moves add to the sums, and take away from them.

A move says where its obligation was and where it is, so what it adds needs nothing that was kept before, and sums are the same
in whatever order events are added. A person's row adds up likewise: obligations owed, and obligations paid by each way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol, TypeVar

from services.reporting.domain.coverage import COMMUNE_CASHIER, GONE_OUT

WITH_PROVIDER = frozenset({"in_flight", "paid_account", "paid_cash"})
"""Places that belong to the provider and channel of the payment; in the others the money is the payer's."""

PAID = frozenset({"paid_account", "paid_cash"})
FAILED = frozenset({"returned", "unclaimed"})
UNSAID = "unsaid"
"""The reason of a failure for which none was given."""


class Moved(Protocol):
    """One obligation going from one place to another, as an event tells it; `from_place` None when it came to be owed."""

    @property
    def benefit_month(self) -> date: ...
    @property
    def subject(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def unit_id(self) -> str: ...
    @property
    def category_group(self) -> str: ...
    @property
    def sex(self) -> str: ...
    @property
    def age_band(self) -> str: ...
    @property
    def amount_dong(self) -> int: ...
    @property
    def from_place(self) -> str | None: ...
    @property
    def to_place(self) -> str: ...
    @property
    def reason(self) -> str | None: ...


class MoneyCell(NamedTuple):
    """Which obligations are counted together; `unit_id` is their commune."""

    benefit_month: date
    unit_id: str
    provider: str
    channel: str
    place: str
    category_group: str
    sex: str
    age_band: str


class FailureCell(NamedTuple):
    """Failures that are counted together."""

    benefit_month: date
    unit_id: str
    provider: str
    channel: str
    place: str
    reason: str


class DelayCell(NamedTuple):
    """Obligations that took equally long to be paid."""

    benefit_month: date
    unit_id: str
    provider: str
    channel: str
    minutes: int


class PersonKey(NamedTuple):
    """A person's obligations of a month in a commune. Few people have some in two: see `joined`."""

    benefit_month: date
    unit_id: str
    subject: str


@dataclass(slots=True)
class Count:
    """Obligations and đồng that come to a cell; below zero: that leave it."""

    obligations: int = 0
    amount_dong: int = 0

    def add(self, obligations: int, amount_dong: int) -> None:
        """Count some more."""
        self.obligations += obligations
        self.amount_dong += amount_dong


@dataclass(frozen=True, slots=True, eq=False)
class PersonDelta:
    """What an event adds to a person's month in a commune; one object for people of whom it says the same.

    The facts are those of the first obligation there that it names.
    """

    first: Moved
    owed: int
    ways: Mapping[str, int]  # obligations paid by each way, more or fewer; no zeros

    def plus(self, other: PersonDelta) -> PersonDelta:
        """Both together, of one person."""
        first = min(self.first, other.first, key=lambda move: (move.revision, move.kind))
        ways = {way: self.ways.get(way, 0) + other.ways.get(way, 0) for way in (*self.ways, *other.ways)}
        return PersonDelta(first, self.owed + other.owed, {way: count for way, count in ways.items() if count})


@dataclass(frozen=True, slots=True)
class Sums:
    """Everything that one event adds."""

    money: dict[MoneyCell, Count] = field(default_factory=dict)
    people: dict[PersonKey, PersonDelta] = field(default_factory=dict)
    failures: dict[FailureCell, Count] = field(default_factory=dict)
    delays: dict[DelayCell, int] = field(default_factory=dict)
    cashier: dict[tuple[date, str], int] = field(default_factory=dict)  # by month and commune

    @property
    def units(self) -> set[str]:
        """The communes that something is added to."""
        return {cell.unit_id for cell in self.money} | {key.unit_id for key in self.people}


def way_of(channel: str, provider: str) -> str:
    """The one written form of a way: `wallet/viettelpay`."""
    return f"{channel}/{provider}"


def first_way(ways: Mapping[str, int]) -> str:
    """The way by which a person counts as paid: an account or wallet before cash, then the first by name; '' for none."""
    paid = [way for way, count in ways.items() if count > 0]
    return min(paid, key=lambda way: (way.partition("/")[0] not in ("wallet", "account"), way), default="")


def paid_by(way: str) -> str:
    """`account`, `cash` or `none` of the way that counts."""
    if not way:
        return "none"
    return "account" if way.partition("/")[0] in ("wallet", "account") else "cash"


def whole_minutes(since: datetime, until: datetime) -> int:
    """The time between, in minutes rounded up to two significant digits: 7, 99, 100, 110, ... Never below 0.

    So a month has at most some 300 different ones, and none is off by more than a tenth.
    """
    minutes = max(0, -(-(until - since) // timedelta(minutes=1)))
    step = int("1" + "0" * max(0, len(str(minutes)) - 2))
    return -(-minutes // step) * step


def add_up(moves: Iterable[Moved], provider: str, channel: str, released_at: datetime | None, occurred_at: datetime) -> Sums:
    """What moves of one event add. `provider` and `channel` are those of the payments that moved them, '' where none did."""
    sums = Sums()
    way = way_of(channel, provider)
    alike: dict[_Alike, _Together] = {}
    for move in moves:
        source, target = move.from_place, move.to_place
        if source == target:
            continue
        key = (
            move.benefit_month, move.unit_id, move.category_group, move.sex, move.age_band, source, target, move.reason,
            move.revision, move.kind,
        )  # fmt: skip
        together = alike.get(key)
        if together is None:
            together = alike[key] = _Together(_delta_of(move, way))
        together.obligations += 1
        together.amount_dong += move.amount_dong
        if together.of_person is not None:
            person = PersonKey(move.benefit_month, move.unit_id, move.subject)
            had = sums.people.get(person)
            sums.people[person] = together.of_person if had is None else had.plus(together.of_person)
    minutes = whole_minutes(released_at, occurred_at) if released_at is not None else None
    for (month, unit_id, group, sex, age_band, source, target, reason, *_), count in alike.items():
        if source is not None:
            _add(
                sums.money, MoneyCell(month, unit_id, *_lies(source, provider, channel), source, group, sex, age_band), count, -1
            )
        _add(sums.money, MoneyCell(month, unit_id, *_lies(target, provider, channel), target, group, sex, age_band), count, 1)
        if source in WITH_PROVIDER and target in FAILED:
            _add(sums.failures, FailureCell(month, unit_id, provider, channel, target, reason or UNSAID), count, 1)
        if source == "in_flight" and target in PAID and minutes is not None:
            paid = DelayCell(month, unit_id, provider, channel, minutes)
            sums.delays[paid] = sums.delays.get(paid, 0) + count.obligations
        if provider == COMMUNE_CASHIER and target in GONE_OUT:
            here = (month, unit_id)
            sums.cashier[here] = sums.cashier.get(here, 0) + count.obligations
    return sums


_Alike = tuple[date, str, str, str, str, str | None, str, str | None, int, str]
"""Month, commune, group, sex, age band, places before and after, reason, revision, kind: of moves that say the same."""


@dataclass(slots=True)
class _Together:
    of_person: PersonDelta | None  # what each of the moves adds to its person; None: nothing
    obligations: int = 0
    amount_dong: int = 0


_Cell = TypeVar("_Cell", MoneyCell, FailureCell)


def _lies(place: str, provider: str, channel: str) -> tuple[str, str]:
    return (provider, channel) if place in WITH_PROVIDER else ("", "")


def _add(cells: dict[_Cell, Count], cell: _Cell, count: _Together, sign: int) -> None:
    cells.setdefault(cell, Count()).add(sign * count.obligations, sign * count.amount_dong)


def _delta_of(move: Moved, way: str) -> PersonDelta | None:
    """What makes a person owed, paid or unpaid: most moves don't, and touch no person's row."""
    source, target = move.from_place, move.to_place
    if source is not None and source not in PAID and target not in PAID:
        return None
    paid = (target in PAID) - (source in PAID)
    return PersonDelta(move, int(source is None), {way: paid} if paid else {})
