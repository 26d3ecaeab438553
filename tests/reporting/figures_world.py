"""A few hundred generated people of four months, told as events, and every figure of theirs counted in plain Python."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import orjson

from shared import reference
from shared.contracts.disbursement_events import MonthClosed, ObligationsMoved
from shared.contracts.envelope import Envelope
from shared.contracts.registry_events import UnitRecord
from shared.kernel.ids import new_id
from tests.reporting.province import RUN_ID

PROVINCE = "46@2021-07-01"
MONTHS = (date(2021, 10, 1), date(2021, 11, 1), date(2021, 12, 1), date(2022, 1, 1))
CODES = ("19750", "19906", "19909", "19924", "19840", "19843", "20131")
COMMUNES = tuple(f"{code}@2021-07-01" for code in CODES)
WAYS = (("viettelpay", "wallet"), ("vietinbank", "account"), ("vnpost", "cash"), ("commune_cashier", "cashier"))
PAID_BY = {"wallet": "account", "account": "account", "cash": "cash", "cashier": "cash"}
HOLDING = ("in_flight", "paid_account", "paid_cash")

UNITS = [u for u in reference.units() if u.level != "commune" or u.code in CODES]
PATHS = {u.unit_id: u.path for u in UNITS}

Row = dict[str, Any]


def unit_records() -> list[UnitRecord]:
    """The units, as the registry says them."""
    return [UnitRecord.model_validate({name: getattr(u, name) for name in UnitRecord.model_fields}) for u in UNITS]


@dataclass(frozen=True)
class Step:
    """One obligation going somewhere."""

    month: date
    subject: str
    kind: str
    step: int
    commune: str
    group: str
    sex: str
    age: str
    amount: int
    was: str | None
    place: str
    provider: str
    channel: str
    at: datetime
    released_at: datetime | None
    reason: str | None = None

    @property
    def way(self) -> tuple[str, str]:
        return (self.provider, self.channel) if self.place in HOLDING else ("", "")


def live(seed: int, people: int) -> list[Step]:
    """What happens to the obligations of some people, in the order in which it happens."""
    chance = random.Random(seed)
    steps: list[Step] = []
    for number in range(people):
        commune = chance.choice(COMMUNES)
        group = chance.choices(("elderly", "disabled", "children", "carers"), (50, 30, 15, 3))[0]
        age = {"elderly": "80_plus", "children": "under_16"}.get(group) or chance.choice(("16_to_59", "60_to_79"))
        sex = chance.choice(("female", "male"))
        for month in MONTHS:
            for kind in ("monthly", *(("care_support",) if chance.random() < 0.2 else ())):
                base = Step(
                    month, f"s{number:04}", kind, 0, commune, "carers" if kind == "care_support" else group, sex, age,
                    chance.choice((360_000, 540_000, 900_000)), None, "not_released", "", "", _at(month, -5), None,
                )  # fmt: skip
                steps += _course(chance, base)
    return sorted(steps, key=lambda s: (s.at, s.subject, s.kind, s.step))


def _at(month: date, days: float) -> datetime:
    return datetime(month.year, month.month, 1, 3, tzinfo=UTC) + timedelta(days=days)


def _course(chance: random.Random, base: Step) -> Iterable[Step]:
    """Drawn up, sent, paid or failed, sometimes paid again by another way or given back long after the month was closed."""
    yield base
    last, days = base, 4.0
    for payment in range(1, chance.choice((1, 1, 1, 2)) + 1):
        provider, channel = chance.choices(WAYS, (60, 20, 30, 4))[0]
        released = _at(base.month, days)
        paid = "paid_account" if PAID_BY[channel] == "account" else "paid_cash"
        for stage, place in enumerate(("in_flight", chance.choices((paid, "returned", "unclaimed"), (85, 10, 5))[0])):
            days += chance.choice((0.01, 0.3, 2.0))
            reason = chance.choice(("invalid_account", "locked", None)) if place in ("returned", "unclaimed") else None
            last = replace(
                base, step=payment * 10 + stage + 1, was=last.place, place=place, provider=provider, channel=channel,
                at=_at(base.month, days), released_at=released, reason=reason,
            )  # fmt: skip
            yield last
        if last.place == paid:
            break
        days += chance.choice((1.0, 40.0))
    if last.place == "paid_account" and chance.random() < 0.1:
        yield replace(last, step=last.step + 1, was=last.place, place="returned", at=_at(base.month, 70), reason="locked")


CLOSED_AFTER_DAYS = 30


def events(steps: list[Step]) -> list[bytes]:
    """The steps as events in the order of time, and each month's closing where it comes."""
    positions = count(1)
    together: dict[tuple[Any, ...], list[Step]] = defaultdict(list)
    for step in steps:
        together[step.at, step.provider, step.channel, str(step.released_at)].append(step)
    moments: list[tuple[datetime, ObligationsMoved | MonthClosed]] = [(key[0], _moves(held)) for key, held in together.items()]
    moments += [(_at(month, CLOSED_AFTER_DAYS), _closing(month)) for month in MONTHS]
    moments.sort(key=lambda moment: moment[0])  # of the same time a closing comes last, as it stands here
    return [_envelope(next(positions), at, body).encode() for at, body in moments]


def _closing(month: date) -> MonthClosed:
    return MonthClosed(
        run_id=RUN_ID, run_code=str(month), run_month=month, benefit_months=[month], authority_id=PROVINCE,
        paid_dong=0, returned_dong=0, whole_run=True,
    )  # fmt: skip


def _moves(steps: list[Step]) -> ObligationsMoved:
    first = steps[0]
    return ObligationsMoved.model_validate(
        {
            "run_id": RUN_ID, "run_code": "r", "authority_id": PROVINCE, "provider": first.provider or None,
            "channel": first.channel or None, "released_at": first.released_at,
            "moves": [
                {
                    "benefit_month": s.month, "subject": s.subject, "kind": s.kind, "revision": 0, "step": s.step,
                    "unit_id": s.commune, "category_group": s.group, "sex": s.sex, "age_band": s.age, "amount_dong": s.amount,
                    "from_place": s.was, "to_place": s.place, "reason": s.reason,
                }
                for s in steps
            ],
        }
    )  # fmt: skip


def _envelope(position: int, at: datetime, body: ObligationsMoved | MonthClosed) -> Envelope:
    return Envelope.model_validate(
        {
            "source": "disbursement", "position": position, "type": body.type, "version": 1, "event_id": new_id(),
            "occurred_at": at, "body": orjson.loads(body.model_dump_json()),
        }
    )  # fmt: skip


def as_of(steps: Iterable[Step], closed: bool) -> list[Step]:
    """Where every obligation stands: now, or when its month was closed."""
    last: dict[tuple[date, str, str], Step] = {}
    for step in steps:
        if not closed or step.at <= _at(step.month, CLOSED_AFTER_DAYS):
            last[step.month, step.subject, step.kind] = step
    return list(last.values())


def people(standing: Iterable[Step]) -> list[Row]:
    """One row for a person and month."""
    mine: dict[tuple[date, str], list[Step]] = defaultdict(list)
    for step in standing:
        mine[step.month, step.subject].append(step)
    return [_person(steps) for steps in mine.values()]


def _person(steps: list[Step]) -> Row:
    home = min(steps, key=lambda s: s.kind)
    paid = [s for s in steps if s.place in ("paid_account", "paid_cash")]
    first = min(paid, key=lambda s: (PAID_BY[s.channel] != "account", f"{s.channel}/{s.provider}"), default=None)
    provider, channel = first.way if first else ("", "")
    return {
        **_where(home), "provider": provider, "channel": channel, "paid_by": PAID_BY.get(channel, "none"), "people": 1,
        "category_group": home.group, "sex": home.sex, "age_band": home.age,
    }  # fmt: skip


def money(standing: Iterable[Step]) -> list[Row]:
    """One row for an obligation."""
    return [
        {
            **_where(s), "provider": s.way[0], "channel": s.way[1], "place": s.place, "category_group": s.group, "sex": s.sex,
            "age_band": s.age, "obligations": 1, "amount_dong": s.amount,
        }
        for s in standing
    ]  # fmt: skip


def failures(steps: Iterable[Step]) -> list[Row]:
    """One row for each time that paying failed."""
    return [
        {
            **_where(s), "provider": s.provider, "channel": s.channel, "place": s.place, "reason": s.reason or "unsaid",
            "failures": 1, "failed_dong": s.amount,
        }
        for s in steps
        if s.place in ("returned", "unclaimed")
    ]  # fmt: skip


def delays(steps: Iterable[Step]) -> list[Row]:
    """One row for each obligation paid, with its minutes rounded up to two digits."""
    found = []
    for s in steps:
        if s.place in ("paid_account", "paid_cash") and s.released_at:
            minutes = math.ceil((s.at - s.released_at).total_seconds() / 60)
            digits = max(0, len(str(minutes)) - 2)
            found.append(
                {**_where(s), "provider": s.provider, "channel": s.channel, "minutes": -(-minutes // 10**digits) * 10**digits}
            )
    return found


def _where(step: Step) -> Row:
    province, district, commune = PATHS[step.commune]
    return {"month": str(step.month), "province": province, "district": district, "commune": commune}


def summed(
    rows: Iterable[Row], by: list[str], *columns: str, only: Callable[[Row], bool] = lambda _: True
) -> dict[Any, tuple[int, ...]]:
    """Sums by key, without those that come to nothing."""
    found: dict[Any, list[int]] = defaultdict(lambda: [0] * len(columns))
    for row in rows:
        if only(row):
            for at, column in enumerate(columns):
                found[tuple(row[dim] for dim in by)][at] += row[column]
    return {key: tuple(sums) for key, sums in found.items() if any(sums)}
