"""What the connector suite stands on: the providers' sandbox, the connectors that are registered, and payments to try them with.

A new connector is taken up by itself: the suite asks the registration which there are, and each connector which capabilities
and channels it has. A provider that isn't played by the sandbox's HTTP needs a line in `LEARNT_OTHERWISE`.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from services.provider_gateway.connectors.protocol import (
    AccountWanted,
    Batch,
    Connector,
    ForgedWebhook,
    Notice,
    NotTaken,
    Order,
    Refused,
    UnreadableWebhook,
    Unsure,
)
from services.provider_gateway.connectors.registry import CONNECTORS, build_connectors
from services.provider_gateway.domain.attempt import Said
from shared.kernel.ids import payment_reference
from tests.gateway.sandbox_at_work import SandboxAtWork
from tests.sandbox.webhook_receiver import Receiver

TIMEOUT_SECONDS = 1.0
PATIENCE_SECONDS = 300.0
COMMUNE = "19753"
HOLDER = "Nguyễn Thị Hoà"
FINAL = frozenset(("paid", "rejected", "returned", "unclaimed"))
KNOWN_ERRORS = (NotTaken, Refused, Unsure, ForgedWebhook, UnreadableWebhook)

_numbers = count(1)

LEARNT_OTHERWISE: dict[str, Callable[[Ground, Batch], Awaitable[None]]] = {}
"""Provider -> what makes it say what became of a batch, where the sandbox doesn't do it by itself."""


@dataclass
class Ground:
    """The suite's world, one for a process."""

    sandbox: SandboxAtWork
    receiver: Receiver
    keys: Path
    connectors: dict[str, Connector]
    telling: list[str] = field(default_factory=list)
    """Numbers and names that went through connectors: none may stand in an error, a repr or a log."""

    async def ask(self, method: str, path: str, **body: Any) -> Any:
        """An admin route of the sandbox."""
        return await asyncio.to_thread(lambda: self.sandbox.ask(method, path, **body))

    async def today(self) -> date:
        return date.fromisoformat((await self.ask("GET", "/clock"))["today"])

    async def days_pass(self, days: int) -> None:
        """The providers' business clock moves on, and each day before it is over."""
        await self.ask("POST", "/clock", today=date.fromordinal((await self.today()).toordinal() + days).isoformat(), hour=9)

    async def strike(self, *kinds: str) -> None:
        """These faults strike the next occasions."""
        await self.ask("POST", "/faults", next=list(kinds))

    async def fault_is_over(self) -> None:
        """Book what was taken, and let what hangs and hides show."""
        await self.ask("POST", "/flush")

    async def batch(self, name: str, channel: str, payments: int = 2, *, note: str = "TCXH 10.2021 HUE-0000001") -> Batch:
        """A batch nobody has heard of, its payees known to the provider."""
        orders = [self.order(channel, note=note) for _ in range(payments)]
        await self.introduce(name, channel, orders)
        return Batch(payment_reference(uuid.uuid4(), 1), channel, await self.today(), orders)

    def order(self, channel: str, *, note: str = "TCXH 10.2021 HUE-0000001") -> Order:
        n = next(_numbers)
        amount_dong = 360_000 + 1000 * (n % 50)
        account = {"wallet": f"0917{n:06d}", "account": f"1017{n:08d}"}.get(channel)
        identity = f"046175{n:06d}"
        self.telling += [identity, HOLDER, *([account, account[1:]] if account else [])]
        return Order(payment_reference(uuid.uuid4(), 1), amount_dong, HOLDER, note, COMMUNE, account, identity)

    async def introduce(self, name: str, channel: str, orders: Sequence[Order], *, locked: bool = False) -> None:
        """The provider knows the orders' accounts."""
        if channel not in ("wallet", "account"):
            return
        numbers = [f"84{number[1:]}" if channel == "wallet" else number for number in (o.account_number or "" for o in orders)]
        accounts = [{"provider": name, "account_number": n, "holder_name": HOLDER, "locked": locked} for n in numbers]
        await self.ask("POST", "/accounts", accounts=accounts)

    def wanted(self, *, number: str | None = None, holder: str = HOLDER) -> AccountWanted:
        """An account to open; with a number, one to check."""
        n = next(_numbers)
        self.telling += [f"046176{n:06d}", f"0918{n:06d}", holder, *([number] if number else [])]
        return AccountWanted(str(uuid.uuid4()), holder, f"046176{n:06d}", f"0918{n:06d}", number)

    async def moved(self, batch: Batch) -> dict[str, list[tuple[str, int]]]:
        """What the provider's books hold of a batch: reference -> [(kind, đồng)]."""
        movements = await asyncio.to_thread(self.sandbox.movements)
        return {order.reference: movements.get(order.reference, []) for order in batch.orders}

    async def assert_paid_once(self, batch: Batch, paid: Iterable[str]) -> None:
        """The books paid exactly these references, each once and with its own amount."""
        moved = await self.moved(batch)
        amounts = {order.reference: order.amount_dong for order in batch.orders}
        of_payments = {reference: [dong for kind, dong in all_ if kind != "return"] for reference, all_ in moved.items()}
        assert of_payments == {r: [amounts[r]] if r in set(paid) else [] for r in amounts}

    def forget_posts(self) -> None:
        self.receiver.received.clear()

    def notices(self, name: str) -> list[Notice]:
        """What a provider has posted, verified and read by its connector; forged ones left out."""
        notices = []
        for post in [each for each in self.receiver.received if each.provider == name]:
            try:
                self.connectors[name].webhooks.verify(post.headers, post.body)
            except ForgedWebhook:
                continue
            notices.append(self.connectors[name].webhooks.read(post.body))
        return notices

    async def arrived(self, name: str) -> list[Said]:
        """What the files say that a provider laid down for us; each is acknowledged, twice."""
        files = self.connectors[name].files
        said: list[Said] = []
        for arrival in await files.arrivals() if files else ():
            assert files is not None
            assert files.verify(arrival.name, arrival.body) == files.verify(arrival.name, arrival.body)
            parts = getattr(files, "parts", None)
            read = list(parts(arrival.body)) if parts else [files.read(arrival.body)]
            said += [each for notice in read for each in notice.said]
            for _ in range(2):
                await files.acknowledge(arrival.name)
        return said

    async def learn(self, name: str, batch: Batch, until: Callable[[dict[str, Said]], bool]) -> dict[str, Said]:
        """What becomes of a batch, by whatever way its provider says it: enquiry, posts, files."""
        connector = self.connectors[name]
        asked = {order.reference for order in batch.orders}
        known: dict[str, Said] = {}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not until(known):
            assert time.monotonic() < deadline, {r: s.outcome for r, s in known.items()}
            await self.fault_is_over()
            if name in LEARNT_OTHERWISE:
                await LEARNT_OTHERWISE[name](self, batch)
            try:
                found = await connector.enquiry.enquire(batch)
                assert not {s.reference for s in found.said} & found.not_found
                heard = list(found.said)
            except (NotTaken, Unsure):
                heard = [said for notice in self.notices(name) for said in notice.said]
            heard += await self.arrived(name)
            known |= {s.reference: s for s in heard if s.reference in asked and s.outcome != "unknown"}
            await asyncio.sleep(0.05)
        return known

    async def settled(self, name: str, batch: Batch) -> dict[str, Said]:
        """All of a batch final; cash is collected on the days that pass."""
        if batch.channel in ("cash", "cashier"):
            await self.days_pass(1)
        if batch.channel in ("cash", "cashier"):
            await self.days_pass(9)
        whole = {order.reference for order in batch.orders}
        return await self.learn(
            name, batch, lambda known: {r for r, s in known.items() if s.outcome in FINAL and s.reason != "duplicate"} == whole
        )


async def fate(connector: Connector, batch: Batch) -> dict[str, Said | str]:
    """What the sender would take an answer for: reference -> what was said, "not_taken" or "unknown"."""
    references = [order.reference for order in batch.orders]
    try:
        sent = await connector.payments.pay(batch)
    except NotTaken:
        return dict.fromkeys(references, "not_taken")
    except Refused:
        return dict.fromkeys(references, "refused")
    except Unsure:
        return dict.fromkeys(references, "unknown")
    said = {each.reference: each for each in sent.said}
    assert said.keys() <= set(references) and not said.keys() & sent.not_taken
    return {r: said.get(r, "not_taken" if r in sent.not_taken else "unknown") for r in references}


def outcomes(fates: dict[str, Said | str]) -> set[str]:
    """The different fates of a batch."""
    return {each if isinstance(each, str) else each.outcome for each in fates.values()}


def at(base_url: str | None, keys: Path, name: str, timeout_seconds: float = TIMEOUT_SECONDS) -> Connector:
    """One provider's connector, reached elsewhere."""
    return build_connectors(base_url, keys, timeout_seconds)[name]


def registered() -> dict[str, Connector]:
    """The connectors as registered, for reading what they can do; they reach nobody."""
    return build_connectors(None, Path("nowhere"), 1)


WAYS = [(name, channel) for name, connector in registered().items() for channel in connector.channels]
NAMES = list(CONNECTORS)
WITH_ACCOUNTS = [name for name, connector in registered().items() if connector.accounts]
WITH_DAYS = [name for name, connector in registered().items() if connector.days]
WITH_FILES = [name for name, connector in registered().items() if connector.files]
