"""Sends messages to payees, in batches; what could not be sent is tried again, with backoff, for three days."""

from __future__ import annotations

from collections.abc import Sequence

from services.provider_gateway.connectors.sms import Sms, SmsPort, SmsSaid
from services.provider_gateway.domain.messages import HeldMessage, text_of
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import messages
from services.provider_gateway.storage.message_templates import load_templates
from shared.crypto import PHONE, FieldCipher
from shared.database import Database
from shared.kernel.errors import Refusal
from shared.service import Worker

MESSAGES_AT_ONCE = 100
LEASE_SECONDS = 300.0
"""A batch is noted well within this time; a worker that died is missed after it, and its messages go out under the same ids."""

IDLE_SECONDS = 0.5


class Messenger:
    """Sends messages by a port. Without one messages are off: none is queued, and none that waits is sent."""

    def __init__(
        self, database: Database, port: SmsPort | None, cipher: FieldCipher, schedule: Schedule, *, diacritics: bool
    ) -> None:
        self._database = database
        self._port = port
        self._cipher = cipher
        self._schedule = schedule
        self._diacritics = diacritics
        self._switched = False

    def worker(self) -> Worker:
        """As background work of the service."""
        return Worker("messages", self.step, idle_seconds=IDLE_SECONDS)

    async def step(self) -> int:
        """Send what is due; how many were taken up."""
        if not self._switched:
            async with self._database.transaction() as tx:
                await messages.set_switch(tx, self._port is not None)
            self._switched = True
        if self._port is None or not await messages.are_due(self._database):
            return 0
        async with self._database.transaction() as tx:
            held = await messages.claim(tx, MESSAGES_AT_ONCE, LEASE_SECONDS)
        if held:
            results = await self._send(self._port, held)
            async with self._database.transaction() as tx:
                await tx.plan_anew()
                await messages.save(tx, results)
        return len(held)

    async def _send(self, port: SmsPort, held: Sequence[HeldMessage]) -> list[tuple[HeldMessage, str, str | None, float | None]]:
        results: list[tuple[HeldMessage, str, str | None, float | None]] = []
        opened: dict[str, tuple[HeldMessage, Sms]] = {}
        for message in held:
            if message.too_old:
                results.append((message, "failed", "too_old", None))
                continue
            try:
                phone = self._cipher.open(message.phone_sealed, PHONE)
            except Refusal as refusal:
                results.append((message, "failed", refusal.code.code, None))
                continue
            text = text_of(message, load_templates(), diacritics=self._diacritics)
            opened[str(message.message_id)] = (message, Sms(str(message.message_id), phone, text))
        said = await port.send([sms for _, sms in opened.values()]) if opened else ()
        return results + [self._result(opened[each.message_id][0], each) for each in said]

    def _result(self, message: HeldMessage, said: SmsSaid) -> tuple[HeldMessage, str, str | None, float | None]:
        if said.outcome == "sent":
            return message, "sent", None, None
        if said.outcome == "refused":
            return message, "failed", said.why, None
        return message, "waiting", said.why, self._schedule.resend_pause_seconds(message.tries, 0)
