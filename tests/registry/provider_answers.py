"""What the provider gateway would say, through the registry's inbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

import asyncpg
import orjson

from services.registry.events import make_handlers
from shared.contracts.base import Event
from shared.contracts.envelope import Envelope
from shared.contracts.gateway_events import AccountAnswer, AccountsAnswered, NameAnswer, NamesAnswered
from shared.contracts.registry_events import NameEnquiry
from shared.crypto import ACCOUNT, FieldCipher
from shared.inbox import Inbox
from shared.service import Service

AT = datetime(2021, 10, 5, 1, tzinfo=UTC)


Outcome = Literal["named", "other_name", "not_found", "locked", "unavailable"]


class Gateway:
    """Says what the provider gateway would, through the registry's inbox."""

    def __init__(self, service: Service, cipher: FieldCipher) -> None:
        self._inbox = Inbox(service.database, make_handlers(cipher))
        self._cipher = cipher
        self._position = int(datetime.now(UTC).timestamp() * 1000)

    async def says(self, provider: str, *answers: AccountAnswer, position: int | None = None) -> int:
        """An `accounts_answered` event; its position."""
        return await self._say(AccountsAnswered(provider=provider, answers=list(answers)), position)

    async def _say(self, event: Event, position: int | None = None) -> int:
        self._position += 1
        at = position or self._position
        await self._inbox.receive(
            Envelope(
                source="provider_gateway", position=at, type=event.type, version=1, event_id=uuid4(),
                occurred_at=AT, body=event.model_dump(mode="json"),
            ).encode()
        )  # fmt: skip
        return at

    async def names(self, provider: str, *answers: NameAnswer) -> int:
        """A `names_answered` event; its position."""
        return await self._say(NamesAnswered(provider=provider, answers=list(answers)))

    def named(self, asked: NameEnquiry, holder: str | None, outcome: Outcome = "named", at: datetime = AT) -> NameAnswer:
        return NameAnswer(
            enquiry_id=asked.enquiry_id, account_id=asked.account_id, account_version=asked.account_version,
            outcome=outcome, holder_name=holder, at=at,
        )  # fmt: skip

    def opened(self, account_id: Any, number: str, holder: str, at: datetime = AT) -> AccountAnswer:
        return AccountAnswer(
            account_id=account_id, outcome="opened", reason=None, holder_name=holder, at=at,
            number_sealed=self._cipher.seal(number, ACCOUNT),
        )  # fmt: skip

    def refused(self, account_id: Any, reason: str, at: datetime = AT) -> AccountAnswer:
        return AccountAnswer(account_id=account_id, outcome="refused", reason=reason, holder_name=None, at=at, number_sealed=None)


async def bodies(admin: asyncpg.Connection, kind: str) -> list[Any]:
    """Bodies of the registry's events of a type, oldest first."""
    rows = await admin.fetch("SELECT body FROM registry.outbox WHERE type = $1 ORDER BY seq", kind)
    return [orjson.loads(row["body"]) for row in rows]
