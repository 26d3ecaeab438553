"""A province whose registry speaks: people said by events, as the registry's relay would."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any

from shared import outbox
from shared.contracts.base import Event
from shared.contracts.registry_events import BeneficiariesChanged, BeneficiaryRecord
from shared.inbox import watermark
from shared.kernel.ids import new_id
from shared.platform import Platform
from tests.disbursement.province import Province
from tests.disbursement.records import FROM, decision, payee

_codes = itertools.count(1)


class RegistryVoice(Province):
    """What the registry says, put into its log and applied here."""

    platform: Platform

    async def emit(self, event: Event) -> None:
        """The registry says an event, and it is applied here."""
        async with self.platform.database("registry").transaction() as tx:
            await outbox.emit(tx, event)
        await self.feed()

    async def feed(self) -> None:
        """Apply what the registry said and was not applied yet."""
        async with self.platform.database("registry").transaction() as tx:
            while await outbox.give_positions(tx, 1000):
                pass
        async with self.database.transaction() as tx:
            mark = await watermark(tx, "registry")
        async with self.platform.database("registry").transaction() as tx:
            events = await outbox.events_after(tx, "registry", mark, 1000)
        for envelope in events:
            await self.inbox.receive(envelope.encode())

    def person(
        self, category: str | Sequence[str] = "K5C-80", commune: int = 2, heads: int = 1, **changes: Any
    ) -> BeneficiaryRecord:
        """A person of the third commune (cash from the cashier) with an open-ended decision for each category."""
        categories = [category] if isinstance(category, str) else list(category)
        beneficiary_id = new_id()
        fields: dict[str, Any] = {
            "beneficiary_id": beneficiary_id,
            "version": 1,
            "code": f"HUE-{next(_codes):07}",
            "full_name": "Nguyễn Thị Lan",
            "sex": "female",
            "birth_date": date(1938, 5, 4),
            "birth_precision": "day",
            "unit_id": self.communes[commune],
            "status": "active",
            "status_from_month": FROM,
            "hold": None,
            "decisions": [decision(each, heads=heads) for each in categories],
            "payee": payee(beneficiary_id),
            "account": None,
        }
        return BeneficiaryRecord(**{**fields, **changes})

    async def say(self, *people: BeneficiaryRecord) -> None:
        """The registry says these records, in one event for each 500."""
        for start in range(0, len(people), 500):
            await self.emit(BeneficiariesChanged(records=list(people[start : start + 500])))
