"""A province as it would be in the plan's months: the units of 2021, and events as disbursement would say them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.contracts.base import Event
from shared.contracts.disbursement_events import MonthClosed, ObligationMove, ObligationsMoved
from shared.contracts.gateway_events import StopChanged
from shared.contracts.registry_events import UnitRecord
from shared.crypto import pseudonym
from shared.kernel.ids import new_id
from shared.kernel.units import Unit
from shared.reference import units
from shared.service import Service
from tests.reporting.enrolment_said import event_of
from tests.reporting.enrolment_second_way import Answer, Record, Request
from tests.reporting.province import envelope

PROVINCE = "46@2021-07-01"
OCTOBER = date(2021, 10, 1)
MONTHS = (date(2021, 10, 1), date(2021, 11, 1), date(2021, 12, 1), date(2022, 1, 1))
NOVEMBER = MONTHS[1]
RUN_ID = new_id()
CHUNK = 500

_AGE_BANDS = ("0-3", "4-15", "16-59", "60-79", "80+")
_GROUPS = ("children", "elderly", "elderly", "disabled", "carers")
_AMOUNTS = (540_000, 360_000, 720_000, 540_000, 360_000)
_WAYS = (("viettelpay", "wallet"), ("vietinbank", "account"))


@dataclass(frozen=True)
class Payment:
    """One person's obligation of a month and where it ended."""

    month: date
    commune: str
    person: int
    way: tuple[str, str]
    place: str
    reason: str | None = None


def province_units() -> list[Unit]:
    """The province of 7/2021 with its districts and communes."""
    return [unit for unit in units() if unit.path[0] == PROVINCE and unit.valid_from == date(2021, 7, 1)]


def unit_records() -> list[UnitRecord]:
    """The same as the registry says them."""
    return [
        UnitRecord.model_validate(
            {
                "unit_id": u.unit_id, "code": u.code, "valid_from": u.valid_from, "valid_to": u.valid_to, "level": u.level,
                "name": u.name, "parent_id": u.parent_id, "path": u.path,
            }
        )
        for u in province_units()
    ]  # fmt: skip


def communes() -> list[Unit]:
    """The 141 communes."""
    return [unit for unit in province_units() if unit.level == "commune"]


def payments(month: date, shares: Mapping[str, int], people: int = 10, cashier: bool = True) -> Iterator[Payment]:
    """So many people of each commune, so many tenths of them into an account, the rest in cash; some fail."""
    for at, (commune, tenths) in enumerate(shares.items()):
        by_account = people * tenths // 10
        for person in range(people):
            if person < by_account:
                yield Payment(month, commune, person, _WAYS[at % 2], "paid_account")
            elif person == people - 1 and at % 4 == 0 and tenths:
                failed = (("returned", "invalid_account"), ("returned", "locked"), ("unclaimed", None))[at // 4 % 3]
                yield Payment(month, commune, person, _WAYS[at % 2] if failed[1] else ("vnpost", "cash"), *failed)
            elif not tenths and cashier:
                yield Payment(month, commune, person, ("commune_cashier", "cashier"), "paid_cash")
            else:
                yield Payment(month, commune, person, ("vnpost", "cash"), "paid_cash")


class Filling:
    """Says to the service what the other services would say."""

    def __init__(self, service: Service, secret: bytes) -> None:
        self._service, self._secret = service, secret

    async def pay(self, paid: Sequence[Payment]) -> None:
        """Owed, released, and arrived or not."""
        await self.release(paid)
        await self.settle(paid)

    async def release(self, paid: Sequence[Payment]) -> None:
        """Owed and released: the money is on its way."""
        await self._say(paid, 0, None, "not_released")
        await self._say(paid, 1, "not_released", "in_flight")

    async def settle(self, paid: Sequence[Payment]) -> None:
        """What was on its way arrives, or doesn't; each chunk a while after the one before."""
        await self._say(paid, 2, "in_flight", None)

    async def send_back(self, paid: Sequence[Payment]) -> None:
        """What had been paid comes back."""
        await self._say(paid, 3, "paid_account", "returned")

    async def close(self, month: date) -> None:
        """The province closes a month."""
        await self._event(
            MonthClosed(
                run_id=RUN_ID, run_code=f"{month:%Y-%m}", run_month=month, benefit_months=[month], authority_id=PROVINCE,
                paid_dong=0, returned_dong=0, whole_run=True,
            ),
            _released(month) + timedelta(days=20),
        )  # fmt: skip

    async def stop(self, provider: str) -> None:
        """Somebody stops sending to a provider."""
        at = datetime(2021, 12, 3, 2, tzinfo=UTC)
        await self._event(
            StopChanged(
                stop_id=new_id(), scope="provider", key=provider, cause="error-rate", reason="x", stopped_at=at, lifted_at=None
            ),
            at,
        )

    async def enrol(self, people: int = 10) -> None:
        """Everybody is in the registry, most with an account: some wait, some were refused one, some never asked."""
        said: list[Record | Request | Answer] = []
        start = datetime(2021, 9, 6, 2, tzinfo=UTC)
        for at, commune in enumerate(communes()):
            provider, channel = _WAYS[at % 2]
            for person in range(people):
                one, account = _person(commune.unit_id, person), _account(commune.unit_id, person)
                asked, state = start + timedelta(weeks=(at * 5 + person * 9) % 12), (at + person * 3) % 10
                if state < 9:
                    said.append(Request(account, _payee(one), commune.unit_id, provider, asked))
                if state == 8:
                    said.append(Answer(account, provider, "refused", ("identity_mismatch", "name_mismatch")[at % 2], asked))
                opened = state < 7
                when = asked + timedelta(days=(3, 9)[at % 2]) if opened else start
                record = Record(one, 1, when, commune.unit_id, True, _payee(one), account if opened else None,
                                provider if opened else "", channel if opened else "")  # fmt: skip
                said.append(record)
        for _, alike in itertools.groupby(sorted(said, key=_together), key=_together):
            await self._service.inbox.receive(event_of(list(alike)).encode())

    async def _say(self, paid: Sequence[Payment], step: int, origin: str | None, place: str | None) -> None:
        for month, of_month in itertools.groupby(paid, key=lambda p: p.month):
            for way, together in itertools.groupby(sorted(of_month, key=lambda p: p.way), key=lambda p: p.way):
                moved = list(together)
                for number, start in enumerate(range(0, len(moved), CHUNK)):
                    moves = [self._move(p, step, origin, place) for p in moved[start : start + CHUNK]]
                    body = ObligationsMoved.model_validate(
                        {
                            "run_id": RUN_ID, "run_code": f"{month:%Y-%m}", "authority_id": PROVINCE,
                            "provider": way[0] if step else None, "channel": way[1] if step else None,
                            "released_at": _released(month) if step else None, "moves": moves,
                        }
                    )  # fmt: skip
                    minutes = (7 + 31 * number) * (1 + 9 * (way[1] == "cash")) + 1440 * 40 * (step == 3)
                    await self._event(body, _released(month) + timedelta(minutes=minutes))

    def _move(self, paid: Payment, step: int, origin: str | None, place: str | None) -> ObligationMove:
        kind = paid.person % len(_GROUPS)
        return ObligationMove.model_validate(
            {
                "benefit_month": paid.month,
                "subject": pseudonym(self._secret, str(_person(paid.commune, paid.person))),
                "kind": "monthly",
                "revision": 0,
                "step": step,
                "unit_id": paid.commune,
                "category_group": _GROUPS[kind],
                "sex": "female" if paid.person % 2 else "male",
                "age_band": _AGE_BANDS[kind],
                "amount_dong": _AMOUNTS[kind],
                "from_place": origin,
                "to_place": place or paid.place,
                "reason": "locked" if step == 3 else None if place else paid.reason,
            }
        )

    async def _event(self, body: Event, at: datetime) -> None:
        said = envelope(body.source, body.type, body.model_dump_json()).model_copy(update={"occurred_at": at})
        await self._service.inbox.receive(said.encode())


def _together(said: Record | Request | Answer) -> tuple[str, str, datetime]:
    """Sayings that go into one event."""
    return type(said).__name__, said.provider, said.at


def _released(month: date) -> datetime:
    return datetime(month.year, month.month, 5, 2, tzinfo=UTC)


def _person(commune: str, person: int) -> UUID:
    return uuid5(NAMESPACE_OID, f"{commune}/{person}")


def _payee(person: UUID) -> UUID:
    return uuid5(NAMESPACE_OID, f"payee of {person}")


def _account(commune: str, person: int) -> UUID:
    return uuid5(NAMESPACE_OID, f"account of {commune}/{person}")


def half_way(month: date = OCTOBER) -> list[Payment]:
    """A third of the communes is well on, a third in the middle, a third with the cashier: a gentle slope of districts."""
    shares = {}
    for at, commune in enumerate(communes()):
        shares[commune.unit_id] = (0, 0, 3, 5, 6, 7, 8, 9, 10)[(at * 7 + MONTHS.index(month) * 20 + at // 16) % 9]
        if MONTHS.index(month) == 0 and at % 3 == 0:
            shares[commune.unit_id] = 0
    return list(payments(month, shares))


def complete(month: date = MONTHS[-1]) -> list[Payment]:
    """Both targets reached."""
    return list(payments(month, {c.unit_id: 9 if at % 3 else 10 for at, c in enumerate(communes())}, cashier=False))
