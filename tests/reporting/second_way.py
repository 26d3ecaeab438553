"""Coverage computed a second time, in plain Python over a list of moves, sharing no code with the service."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

PLACES = ["not_released", "in_flight", "returned", "unclaimed", "cancelled", "paid_cash", "paid_account"]


@dataclass(frozen=True)
class Fact:
    """One move with its event's provider and channel."""

    month: date
    subject: str
    kind: str
    revision: int
    step: int
    unit_id: str
    group: str
    place: str
    amount_dong: int
    provider: str | None
    channel: str | None
    was: str | None = None  # the place before
    reason: str | None = None  # why it failed


WITH_PROVIDER = ("in_flight", "paid_account", "paid_cash")


def chained(facts: list[Fact]) -> list[Fact]:
    """The same moves, each knowing where its obligation was before."""
    last: dict[tuple[date, str, str, int], str] = {}
    known: dict[Fact, Fact] = {}
    for fact in sorted(facts, key=lambda f: f.step):
        key = (fact.month, fact.subject, fact.kind, fact.revision)
        known[fact] = replace(fact, was=last.get(key))
        last[key] = fact.place
    return [known[fact] for fact in facts]


def way(fact: Fact) -> tuple[str, str]:
    """Provider and channel where the money lies with them."""
    return (fact.provider or "", fact.channel or "") if fact.place in WITH_PROVIDER else ("", "")


def newest(facts: list[Fact], month: date) -> dict[tuple[str, str, int], Fact]:
    """The last move of each obligation of a month."""
    last: dict[tuple[str, str, int], Fact] = {}
    for fact in facts:
        key = (fact.subject, fact.kind, fact.revision)
        if fact.month == month and (key not in last or fact.step > last[key].step):
            last[key] = fact
    return last


def people_of(last: dict[tuple[str, str, int], Fact]) -> dict[str, tuple[str, str]]:
    """Each person's commune and way of payment."""
    owed: dict[str, list[Fact]] = defaultdict(list)
    for fact in last.values():
        owed[fact.subject].append(fact)
    found = {}
    for subject, held in owed.items():
        home = min(held, key=lambda f: (f.revision, f.kind)).unit_id
        places = {f.place for f in held}
        by = "account" if "paid_account" in places else "cash" if "paid_cash" in places else "none"
        found[subject] = (home, by)
    return found


def switched(facts: list[Fact], month: date, unit_id: str) -> bool:
    """The design's words: nothing went through the commune cashier, and at least one account was credited."""
    here = [f for f in facts if f.month == month and f.unit_id == unit_id]
    through = any(f.provider == "commune_cashier" and f.place not in ("not_released", "cancelled") for f in here)
    credited = any(f.place == "paid_account" and f.unit_id == unit_id for f in newest(facts, month).values())
    return credited and not through


def people_view(ways: list[str]) -> dict[str, int]:
    """Counts of people."""
    return {
        "entitled": len(ways),
        "by_account": ways.count("account"),
        "by_cash": ways.count("cash"),
        "not_paid": ways.count("none"),
    }


def part_view(held: list[Fact]) -> dict[str, int]:
    """Counts of obligations."""
    return {"obligations": len(held), "amount_dong": sum(f.amount_dong for f in held)}


def parts_view(held: list[Fact]) -> dict[str, dict[str, int]]:
    """The seven parts."""
    return {place: part_view([f for f in held if f.place == place]) for place in PLACES}


def month_view(facts: list[Fact], month: date, communes: list[str]) -> dict[str, Any]:
    """A month of /v1/months, over some communes."""
    last = newest(facts, month)
    held = [f for f in last.values() if f.unit_id in communes]
    ways = [way for home, way in people_of(last).values() if home in communes]
    return {
        "month": month.isoformat(),
        "communes_switched": sum(switched(facts, month, c) for c in communes),
        "communes_total": len(communes),
        "share_by_account": round(ways.count("account") / len(ways), 6) if ways else 0.0,
        "people": people_view(ways),
        "owed": part_view(held),
        "parts": parts_view(held),
    }


def coverage_view(
    facts: list[Fact], month: date, districts: dict[str, str], names: dict[str, str], unit_id: str | None = None
) -> dict[str, Any]:
    """Every number of /v1/coverage. `districts` maps communes to districts."""
    communes = sorted(c for c, d in districts.items() if unit_id in (None, c, d))
    held = [f for f in newest(facts, month).values() if f.unit_id in communes]
    ways = sorted({way(f) for f in held})
    per_district = []
    for district in sorted({districts[c] for c in communes}):
        view = month_view(facts, month, [c for c in communes if districts[c] == district])
        per_district.append(
            {"unit_id": district, "name": names[district], **{k: view[k] for k in view if k not in ("month", "parts")}}
        )
    return {
        **month_view(facts, month, communes),
        "unit_id": unit_id,
        "by_district": per_district,
        "by_way": [
            {
                "provider": provider,
                "channel": channel,
                "parts": parts_view([f for f in held if way(f) == (provider, channel)]),
            }
            for provider, channel in ways
        ],
    }


def commune_views(facts: list[Fact], month: date, communes: list[str]) -> list[dict[str, Any]]:
    """What /v1/coverage/communes says of each, without names."""
    answer = []
    for commune in sorted(communes):
        view = month_view(facts, month, [commune])
        answer.append(
            {
                "unit_id": commune,
                "switched": bool(view["communes_switched"]),
                "people": view["people"],
                "share_by_account": view["share_by_account"],
            }
        )
    return answer
