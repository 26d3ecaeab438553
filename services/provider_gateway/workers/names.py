"""Asks providers for the names of accounts' holders, in batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.provider_gateway.connectors.protocol import AccountSaid, AccountWanted, Connector
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import name_enquiries
from services.provider_gateway.storage.due import work_is_due
from services.provider_gateway.storage.name_enquiries import HeldEnquiry
from services.provider_gateway.use_cases.answer_names import answer_names
from services.provider_gateway.workers.asking import ask
from shared.crypto import ACCOUNT, FieldCipher
from shared.database import Database
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.service import Worker

ENQUIRIES_AT_ONCE = 500
UNAVAILABLE = "unavailable"
LEASE_TIMES = 2
"""A claim outlives the call that it is for."""


class NameEnquirer:
    """Asks for names. Asking changes nothing at the provider, so what was not answered is simply asked again."""

    def __init__(
        self,
        database: Database,
        connectors: Mapping[str, Connector],
        cipher: FieldCipher,
        schedule: Schedule,
        call_limit_seconds: float,
    ) -> None:
        self._database = database
        self._connectors = connectors
        self._cipher = cipher
        self._schedule = schedule
        self._call_limit_seconds = call_limit_seconds

    def worker(self) -> Worker:
        """As background work of the service."""
        return Worker("names", self.step, idle_seconds=0.5)

    async def step(self) -> int:
        """Ask for one provider's names that are due; how many."""
        if not await work_is_due(self._database, "name"):
            return 0
        async with self._database.transaction() as tx:
            claimed = await name_enquiries.claim_enquiries(tx, ENQUIRIES_AT_ONCE, self._call_limit_seconds * LEASE_TIMES)
        if claimed is None:
            return 0
        provider, held = claimed
        said = await self._call(self._connectors.get(provider), held)
        pause = self._schedule.resend_pause_seconds(max(each.tries for each in held), 0)
        async with self._database.transaction() as tx:
            silent = await answer_names(tx, provider, held, said)
            if silent:
                await name_enquiries.try_later(tx, silent, pause)
        return len(held)

    async def _call(self, connector: Connector | None, held: Sequence[HeldEnquiry]) -> Sequence[AccountSaid]:
        if connector is None or connector.accounts is None:
            return [_unavailable(each) for each in held]
        wanted, unreadable = [], []
        for each in held:
            try:
                number = self._cipher.open(each.number_sealed, ACCOUNT)
                wanted.append(AccountWanted(str(each.enquiry_id), each.holder_name, number=number))
            except Refusal:
                unreadable.append(_unavailable(each))
        if not wanted:
            return unreadable
        way = connector.accounts
        said = await ask(lambda some: way.request(new_id().hex, some), wanted, UNAVAILABLE, self._call_limit_seconds)
        return [*unreadable, *said]


def _unavailable(held: HeldEnquiry) -> AccountSaid:
    return AccountSaid(str(held.enquiry_id), "refused", UNAVAILABLE)
