"""Asks providers for accounts, in batches, and asks again after those not answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.provider_gateway.connectors.protocol import (
    INVALID_REQUEST,
    Accounts,
    AccountSaid,
    AccountWanted,
    Connector,
)
from services.provider_gateway.domain.account_answer import request_name
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import accounts
from services.provider_gateway.storage.accounts import HeldRequest
from services.provider_gateway.storage.due import work_is_due
from services.provider_gateway.use_cases.answer_accounts import answer_accounts, open_request
from services.provider_gateway.workers.asking import ask, enquire
from shared.crypto import FieldCipher
from shared.database import Database
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.service import Worker

REQUESTS_AT_ONCE = 500
ENQUIRIES_AT_ONCE = 50
NO_ACCOUNTS = "no_accounts"
LEASE_TIMES = 2
"""A claim outlives the call that it is for: nobody else asks at the same time. After a crash it is asked again by the same id."""


class AccountOpener:
    """Opens and checks accounts."""

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
        return Worker("accounts", self.step, idle_seconds=0.2)

    async def step(self) -> int:
        """Ask for what waits; else after what was asked for. How many requests that was."""
        if not await work_is_due(self._database, "open"):
            return 0
        for state, limit in (("waiting", REQUESTS_AT_ONCE), ("asked", ENQUIRIES_AT_ONCE)):
            async with self._database.transaction() as tx:
                claimed = await accounts.claim_requests(tx, state, limit, self._call_limit_seconds * LEASE_TIMES)
            if claimed is not None:
                await self._ask(state, *claimed)
                return len(claimed[1])
        return 0

    async def _ask(self, state: str, provider: str, held: Sequence[HeldRequest]) -> None:
        connector = self._connectors.get(provider)
        names = {request_name(each.account_id, each.asking): each.account_id for each in held}
        if connector is None or connector.accounts is None:
            said: Sequence[AccountSaid] = [AccountSaid(name, "refused", NO_ACCOUNTS) for name in names]
        else:
            said = await self._call(connector.accounts, state, held)
        heard = {each.request_id for each in said}
        silent = [account_id for name, account_id in names.items() if name not in heard]
        pause = self._schedule.resend_pause_seconds(max(each.tries for each in held), 0)
        async with self._database.transaction() as tx:
            await answer_accounts(tx, provider, said, self._cipher, self._schedule, "call")
            if silent:  # asking again for the same request asks for nothing new
                await accounts.set_state(tx, silent, "waiting", pause)

    async def _call(self, way: Accounts, state: str, held: Sequence[HeldRequest]) -> Sequence[AccountSaid]:
        if state == "asked":
            names = [request_name(each.account_id, each.asking) for each in held]
            return await enquire(way.enquire, names, self._call_limit_seconds)
        wanted, unreadable = self._open(held)
        if not wanted:
            return unreadable
        said = await ask(lambda some: way.request(new_id().hex, some), wanted, INVALID_REQUEST, self._call_limit_seconds)
        return [*unreadable, *said]

    def _open(self, held: Sequence[HeldRequest]) -> tuple[list[AccountWanted], list[AccountSaid]]:
        """Requests with numbers in clear; one whose numbers can't be opened is refused, and doesn't hold up the others."""
        wanted, refused = [], []
        for each in held:
            try:
                wanted.append(open_request(each, self._cipher))
            except Refusal as refusal:
                refused.append(AccountSaid(request_name(each.account_id, each.asking), "refused", refusal.code.code))
        return wanted, refused
