"""A run against the authority's run before it: who is new, who stopped, whose amount or way changed, by how much and why.

Every đồng of the difference has one reason: the reasons of a person add up to that person's difference, those of a group to
the group's, and the groups to the difference of the two totals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.kernel.money import times_coefficient

Group = Literal["new", "stopped", "changed", "same"]
GROUPS: tuple[Group, ...] = ("new", "stopped", "changed", "same")

Way = Literal["payee", "account", "channel"]

BIRTHDAYS = (4, 16, 60, 70, 75, 80)
"""Ages at which what a person is owed may change (Decree 20/2021/NĐ-CP Art. 5, 6; the social pension)."""


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What one run pays a person of one obligation kind. Of the newest regular month: how the amount was reckoned."""

    regular_dong: int  # the run's own benefit months
    months: int  # how many of them
    arrears_dong: int  # all other months
    category: str | None = None
    coefficient: Decimal | None = None  # None: a flat amount
    heads: int = 1
    level_dong: int = 0
    decision_id: UUID | None = None


NOTHING = KindFacts(0, 0, 0)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person in both runs: by kind before and after, and what the registry says now."""

    beneficiary_id: UUID
    code: str
    name: str
    unit_id: str
    birth_date: date
    before: Mapping[str, KindFacts]
    after: Mapping[str, KindFacts]
    ways: tuple[Way, ...]
    status: str
    held: bool
    lives_elsewhere: bool  # in no commune of the authority
    owed_elsewhere: bool  # another authority owed the months of the run before
    owed_before: bool  # this authority owed an earlier month
    decided: bool  # a decision covers the run's months

    @property
    def before_dong(self) -> int:
        """Of the run before."""
        return sum(facts.regular_dong + facts.arrears_dong for facts in self.before.values())

    @property
    def after_dong(self) -> int:
        """Of this run."""
        return sum(facts.regular_dong + facts.arrears_dong for facts in self.after.values())

    @property
    def group(self) -> Group:
        """Where the person is counted."""
        if not self.before_dong:
            return "new"
        if not self.after_dong:
            return "stopped"
        return "same" if self.before_dong == self.after_dong and not self.ways else "changed"


@dataclass(frozen=True, slots=True)
class Months:
    """The run months compared; the one before is None where there was no run before."""

    before: date | None
    after: date


def reasons_of(person: PersonFacts, months: Months) -> dict[str, int]:
    """Why the person's amount differs, with the đồng of each reason. They add up to the difference."""
    if person.group == "new":
        return {_why_new(person, months): person.after_dong}
    if person.group == "stopped":
        return {_why_stopped(person): -person.before_dong}
    found: dict[str, int] = defaultdict(int)
    birthday = _birthday(person.birth_date, months)
    for kind in sorted(person.before.keys() | person.after.keys()):
        for reason, dong in _why_changed(person.before.get(kind, NOTHING), person.after.get(kind, NOTHING), birthday):
            found[reason] += dong
    return {reason: dong for reason, dong in found.items() if dong}


def _why_new(person: PersonFacts, months: Months) -> str:
    if months.before is None:
        return "first-run"
    if person.owed_elsewhere:
        return "moved-in"
    if person.owed_before:
        return "hold-lifted"
    return "birthday" if _birthday(person.birth_date, months) else "decision"


def _why_stopped(person: PersonFacts) -> str:
    if person.status in ("dead", "stopped"):
        return "death" if person.status == "dead" else "stop"
    if person.lives_elsewhere:
        return "moved-away"
    if person.held or person.status == "suspended":
        return "hold"
    return "other" if person.decided else "decision-ended"


def _why_changed(before: KindFacts, after: KindFacts, birthday: bool) -> Iterable[tuple[str, int]]:
    yield "arrears", after.arrears_dong - before.arrears_dong
    if not before.months or not after.months:
        yield "kind-started" if after.months else "kind-ended", after.regular_dong - before.regular_dong
        return
    month_dong = before.regular_dong // before.months
    longer_dong = (after.months - before.months) * month_dong
    yield "months", longer_dong
    rest_dong = after.regular_dong - before.regular_dong - longer_dong
    level_dong = after.months * _level_rise_dong(before, after) if rest_dong else 0
    yield "level", level_dong
    yield _what_else(before, after, birthday), rest_dong - level_dong


def _level_rise_dong(before: KindFacts, after: KindFacts) -> int:
    """What the new level alone makes of the month before."""
    if before.coefficient is None:
        return (after.level_dong - before.level_dong) * before.heads if after.coefficient is None else 0
    if after.coefficient is None:
        return 0  # from a coefficient to a flat amount is no other level but another category
    old, new = (times_coefficient(level, before.coefficient, before.heads) for level in (before.level_dong, after.level_dong))
    return new - old


def _what_else(before: KindFacts, after: KindFacts, birthday: bool) -> str:
    if before.category != after.category:
        return "birthday" if birthday else "category"
    if before.heads != after.heads:
        return "heads"
    if before.coefficient != after.coefficient:
        return "coefficient"
    return "decision" if before.decision_id != after.decision_id else "other"


def _birthday(born: date, months: Months) -> bool:
    """Whether a birthday at which something changes lies between the two run months."""
    if months.before is None:
        return False
    before, after = (_age(born, month) for month in (months.before, months.after))
    return any(before < age <= after for age in BIRTHDAYS)


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@dataclass(slots=True)
class Sum:
    """People, and their đồng."""

    people: int = 0
    before_dong: int = 0
    after_dong: int = 0
    reasons: dict[str, tuple[int, int]] = field(default_factory=dict)  # reason -> people, difference in đồng

    @property
    def difference_dong(self) -> int:
        """After less before."""
        return self.after_dong - self.before_dong


def compare(people: Sequence[PersonFacts], months: Months) -> dict[Group, Sum]:
    """All groups with their reasons."""
    sums: dict[Group, Sum] = {group: Sum() for group in GROUPS}
    for person in people:
        total = sums[person.group]
        total.people += 1
        total.before_dong += person.before_dong
        total.after_dong += person.after_dong
        for reason, dong in reasons_of(person, months).items():
            count, so_far = total.reasons.get(reason, (0, 0))
            total.reasons[reason] = (count + 1, so_far + dong)
    return sums


def changed_ways(people: Iterable[PersonFacts]) -> dict[Way, int]:
    """How many of those in both runs are paid to another payee, into another account, or another way."""
    counts: dict[Way, int] = {"payee": 0, "account": 0, "channel": 0}
    for person in people:
        for way in person.ways:
            counts[way] += 1
    return counts


TEXTS: Mapping[str, tuple[str, str]] = {
    "new": ("Đối tượng tăng", "New people"),
    "stopped": ("Đối tượng giảm", "People who stopped"),
    "changed": ("Đối tượng thay đổi mức hoặc cách nhận", "People whose amount or way changed"),
    "same": ("Đối tượng giữ nguyên", "People as before"),
    "first-run": ("Kỳ chi đầu tiên", "The first run"),
    "moved-in": ("Chuyển đến", "Moved in"),
    "hold-lifted": ("Được chi lại (hết tạm giữ hoặc tạm dừng)", "Paid again (a hold or suspension was lifted)"),
    "birthday": ("Đến tuổi chuyển mức hưởng", "A birthday"),
    "decision": ("Quyết định mới", "A new decision"),
    "death": ("Chết", "Died"),
    "stop": ("Thôi hưởng", "Stopped"),
    "moved-away": ("Chuyển đi", "Moved away"),
    "hold": ("Tạm giữ hoặc tạm dừng chi trả", "Held or suspended"),
    "decision-ended": ("Quyết định hết hiệu lực", "The decision ended"),
    "other": ("Lý do khác", "Another reason"),
    "arrears": ("Truy lĩnh", "Arrears"),
    "kind-started": ("Thêm loại trợ cấp", "One more kind of assistance"),
    "kind-ended": ("Bớt loại trợ cấp", "One kind of assistance less"),
    "months": ("Số tháng chi trong kỳ", "Months paid in the run"),
    "level": ("Thay đổi mức chuẩn", "A new standard level"),
    "category": ("Thay đổi diện hưởng", "Another category"),
    "heads": ("Thay đổi số người được tính", "Heads counted"),
    "coefficient": ("Thay đổi hệ số", "Another coefficient"),
    "payee": ("Đổi người nhận", "Another payee"),
    "account": ("Đổi tài khoản", "Another account"),
    "channel": ("Đổi cách nhận", "Another way of payment"),
}
"""Groups, reasons and ways for officers: Vietnamese, English. None names a category: some reveal what nobody needs to know."""
