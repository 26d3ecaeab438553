"""A province of a test's own: its units, and what its authority says. Offices work in it, and ground is laid in it."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from typing import Any

from services.disbursement.use_cases.copy_units import copy_units
from shared import outbox
from shared.contracts.disbursement_events import ObligationMove, ObligationsMoved
from shared.contracts.registry_events import UnitRecord, UnitsDefined
from shared.database import Database
from shared.inbox import Inbox
from tests.disbursement.records import FROM

_numbers = itertools.count(100)


class Province(ABC):
    """One province with one paying authority (a district) and its communes, all its own."""

    communes_count: int = 3
    province: str = ""
    authority: str = ""
    communes: tuple[str, ...] = ()

    @property
    @abstractmethod
    def database(self) -> Database:
        """The service's database."""

    @property
    @abstractmethod
    def inbox(self) -> Inbox:
        """Where events come in."""

    async def lay_units(self, name: str) -> None:
        """The units, numbered for this test, as the service copies the registry's; and partitions."""
        number = next(_numbers)
        self.province, self.authority = f"{number}@{FROM}", f"{number}9@{FROM}"
        self.communes = tuple(f"{number}{i:02}@{FROM}" for i in range(1, self.communes_count + 1))
        async with self.database.transaction() as tx:
            await outbox.ensure_partitions(tx, "disbursement")
            await copy_units(tx, UnitsDefined(units=self.units(name)))

    def units(self, name: str) -> list[UnitRecord]:
        """The province, the authority and the communes."""

        def unit(unit_id: str, level: Any, *path: str) -> UnitRecord:
            parent = path[-1] if path else None
            called = name if level == "province" else f"{level} {unit_id}"
            return UnitRecord(
                unit_id=unit_id, code=unit_id.split("@")[0], valid_from=FROM, valid_to=None, level=level, name=called,
                parent_id=parent, path=(*path, unit_id),
            )  # fmt: skip

        return [
            unit(self.province, "province"),
            unit(self.authority, "district", self.province),
            *(unit(commune, "commune", self.province, self.authority) for commune in self.communes),
        ]

    async def moves(self) -> list[ObligationMove]:
        """What was said of this authority's obligations, oldest first."""
        async with self.database.transaction() as tx:
            rows = await tx.rows(
                """SELECT CAST(body AS text) AS body FROM outbox WHERE type = 'obligations_moved' AND unit_id = :authority
                   ORDER BY seq""",
                authority=self.authority,
            )
        return [move for row in rows for move in ObligationsMoved.model_validate_json(row["body"]).moves]
