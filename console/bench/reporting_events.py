"""Events of `bench reporting`: chunks of 500 neighbours, as disbursement would say that they moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import count, islice
from uuid import UUID

import asyncpg

from console.bench.reporting_ground import AMOUNT_DONG, COMMUNES, FIRST_COMMUNE, SINCE
from shared import outbox
from shared.contracts.base import MAX_RECORDS, Place
from shared.contracts.disbursement_events import ObligationMove, ObligationsMoved
from shared.contracts.envelope import Envelope
from shared.database import Database
from shared.kernel.ids import new_id
from shared.kernel.months import next_month
from shared.kernel.units import unit_id

_RUN_ID = UUID("01890000-0000-7000-8000-000000000001")
_RELEASED_AT = datetime(2024, 12, 2, 1, 0, tzinfo=UTC)
_PAID_AT = datetime(2024, 12, 2, 1, 7, tzinfo=UTC)
_GROUPS = ("children", "disabled", "disabled", "disabled", *("elderly",) * 6)
_AGES = ("under_16", "16_59", "60_79", *("80_and_over",) * 7)
_PLACES: dict[str, tuple[Place | None, Place]] = {
    "drawn": (None, "not_released"),
    "in_flight": ("not_released", "in_flight"),
    "paid": ("in_flight", "paid_account"),
    "returned": ("paid_account", "returned"),
    "owed": (None, "not_released"),
    "met": (None, "not_released"),
}
ONCE = "met"
"""Obligations of people whom reporting has never heard of, as in the first month of all, or after a reform of units."""

KINDS = tuple(kind for kind in _PLACES if kind != ONCE)
"""What an event of 500 tells: `drawn` of the next month, of people known from the months before; then of the ground's newest
month `in_flight`, `paid`, `returned` of one provider's payments, and `owed` of second obligations of people."""

_BY_PAYMENT = ("in_flight", "paid", "returned")
_APART = 7 * MAX_RECORDS
"""People between the first of one chunk and the first of the next: chunks of payments of one provider in seven lie in between."""


class Mover:
    """Moves the people of the ground, each chunk once in each kind."""

    def __init__(self, people: int, month: date) -> None:
        self._people = people
        self._month = month
        self._position = 0
        self._next = people // 2

    def events(self, kind: str, events: int) -> Iterator[bytes]:
        """Encoded events of the first chunks."""
        for chunk in range(events):
            self._position += 1
            yield Envelope(
                source="disbursement",
                position=self._position,
                type=ObligationsMoved.type,
                version=1,
                event_id=new_id(),
                occurred_at=_PAID_AT,
                body=self._event(kind, chunk * _APART % self._people).model_dump(mode="json"),
            ).encode()

    async def hand_log_over(self, database_url: str) -> None:
        """Disbursement's log goes on where these events end, as if it had said them. `database_url` is the owner's."""
        driver = await asyncpg.connect(database_url)
        try:
            await driver.execute(
                "UPDATE disbursement.outbox_state SET last_position = $1, published_position = $1", self._position
            )
        finally:
            await driver.close()

    async def say_paid(self, disbursement: Database) -> None:
        """Disbursement says that a chunk nobody moved before was paid."""
        async with disbursement.transaction() as tx:
            await outbox.emit(tx, self._event("paid", self._next))
        self._next += _APART

    def _event(self, kind: str, first: int) -> ObligationsMoved:
        return ObligationsMoved(
            run_id=_RUN_ID,
            run_code="2024-12",
            authority_id=unit_id(str(FIRST_COMMUNE), SINCE),
            provider="viettelpay" if kind in _BY_PAYMENT else None,
            channel="wallet" if kind in _BY_PAYMENT else None,
            released_at=_RELEASED_AT if kind in _BY_PAYMENT else None,
            moves=[self._move(kind, person) for person in islice(self._people_from(kind, first), MAX_RECORDS)],
        )

    def _people_from(self, kind: str, first: int) -> Iterator[int]:
        """Neighbours; where a payment moves them those whom this provider pays, as a payroll lists them."""
        every = (n % self._people for n in count(first))
        return (n for n in every if n // 20 % 7 < 3) if kind in _BY_PAYMENT else every

    def _move(self, kind: str, person: int) -> ObligationMove:
        from_place, to_place = _PLACES[kind]
        return ObligationMove(
            benefit_month=next_month(self._month) if kind == "drawn" else self._month,
            subject=sha256(f"{'met ' if kind == ONCE else ''}{person}".encode()).hexdigest()[:32],
            kind="care_support" if kind == "owed" else "monthly",
            revision=0,
            step=11,
            unit_id=unit_id(str(FIRST_COMMUNE + person * COMMUNES // self._people), SINCE),
            category_group=_GROUPS[person % 10],
            sex="male" if person // 10 % 2 else "female",
            age_band=_AGES[person % 10],
            amount_dong=AMOUNT_DONG,
            from_place=from_place,
            to_place=to_place,
            reason="locked" if kind == "returned" else None,
        )
