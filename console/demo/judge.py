"""The judge: counts double and lost payments from the providers' own books, and sets their totals beside ours.

It trusts nothing of ours for that: each movement in the providers' books names in its text whom and which months it pays.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from console.demo.stage import Stage
from console.load_province import PROVINCE

PROVIDERS = ("viettelpay", "vietinbank", "vnpost", "commune_cashier")
_NOTE = re.compile(r"^TCXH (?P<months>(?:\d\d\.\d{4} )+)(?P<code>[A-Z]+-\d+)$")


@dataclass(slots=True)
class Verdict:
    """What the books say."""

    providers: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    double_payments: int = 0
    lost_payments: int = 0
    unexplained: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of a provider's book. `sign` is -1 where money came back."""

    reference: str
    provider: str
    amount_dong: int
    sign: int
    note: str
    booked_on: str


async def read_movements(stage: Stage) -> list[Movement]:
    """The providers' own books, to the end."""
    return [movement async for movement in _movements(stage)]


async def judge(stage: Stage, movements: list[Movement]) -> Verdict:
    """Compare the providers' books with ours, read to the end."""
    payments = [p async for p in stage.staff.officer("province", PROVINCE).pages("disbursement", "/v1/payments")]
    return compare(movements, payments)


async def _movements(stage: Stage) -> Any:
    after = 0
    while True:
        page = await stage.sandbox.ask("GET", "/admin/books", params={"after": after, "limit": 1000})
        for row in page["movements"]:
            sign = -1 if row["kind"] == "return" else 1
            yield Movement(row["reference"], row["provider"], row["amount_dong"], sign, row["note"], row["booked_on"])
        if not page["next_after"]:
            return
        after = page["next_after"]


def compare(movements: Iterable[Movement], payments: Iterable[dict[str, Any]]) -> Verdict:
    """Double: a person's month credited more than once, net of returns. Lost: one side's books say paid, the other's don't."""
    verdict = Verdict()
    theirs: dict[str, Counter[str]] = {p: Counter() for p in PROVIDERS}
    ours: dict[str, Counter[str]] = {p: Counter() for p in PROVIDERS}
    person_months: Counter[tuple[str, str]] = Counter()
    credited: dict[str, int] = defaultdict(int)  # text of the transfer -> đồng, net
    for m in movements:
        theirs[m.provider]["payments"] += m.sign
        theirs[m.provider]["amount_dong"] += m.sign * m.amount_dong
        credited[m.note] += m.sign * m.amount_dong
        for person_month in _person_months(m.note, verdict):
            person_months[person_month] += m.sign
    verdict.double_payments = sum(count - 1 for count in person_months.values() if count > 1)
    held: dict[str, int] = defaultdict(int)
    for payment in payments:
        if payment["state"] == "paid":
            ours[payment["provider"]]["payments"] += 1
            ours[payment["provider"]]["amount_dong"] += payment["amount_dong"]
            held[payment["note"]] += payment["amount_dong"]
    for note in credited.keys() | held.keys():
        if credited.get(note, 0) != held.get(note, 0):
            verdict.lost_payments += 1
            verdict.unexplained.append(f"{note}: theirs {credited.get(note, 0)}, ours {held.get(note, 0)}")
    verdict.providers = {p: {"ours": _totals(ours[p]), "theirs": _totals(theirs[p])} for p in PROVIDERS}
    return verdict


def _person_months(note: str, verdict: Verdict) -> list[tuple[str, str]]:
    match = _NOTE.match(note)
    if match is None:
        verdict.unexplained.append(f"a transfer text that names nobody: {note!r}")
        verdict.lost_payments += 1
        return []
    return [(match["code"], month) for month in match["months"].split()]


def _totals(counter: Counter[str]) -> dict[str, int]:
    return {"payments": counter["payments"], "amount_dong": counter["amount_dong"]}
