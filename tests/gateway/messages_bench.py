"""How the tests of messages make a payroll with phones, let the provider speak and look at what is queued."""

from __future__ import annotations

import asyncio
import time

from services.provider_gateway.connectors.sms import SmsPort
from services.provider_gateway.domain.attempt import Outcome, Said
from services.provider_gateway.domain.chunk import ChunkKey
from services.provider_gateway.domain.schedule import SANDBOX
from services.provider_gateway.storage import chunks
from services.provider_gateway.use_cases.record_answers import close_settling, open_settling
from services.provider_gateway.workers.messenger import Messenger
from shared.crypto import PHONE
from tests.gateway.bench import Bench, Payroll

PHONE_NUMBER = "+84912345678"


def messenger(bench: Bench, port: SmsPort | None) -> Messenger:
    return Messenger(bench.service.database, port, bench.cipher, SANDBOX, diacritics=False)


async def switched(bench: Bench, port: SmsPort | None) -> Messenger:
    """A messenger that has started, and left over from no other test."""
    await bench.fetch("UPDATE messages SET state = 'failed', next_try_at = NULL WHERE state = 'waiting'")
    made = messenger(bench, port)
    assert await made.step() == 0
    return made


async def payroll(bench: Bench, payments: int = 3, *, phones: bool = True, provider: str = "viettelpay") -> Payroll:
    """Sent and accepted, nothing settled; the payees have phones."""
    made = await bench.payroll(provider, "wallet" if provider == "viettelpay" else "cash", payments)
    if phones:
        records = [bench.record(made, line) for line in made.lines]
        for record in records:
            record["payee"]["phone_sealed"] = bench.cipher.seal(PHONE_NUMBER, PHONE)
        await bench.hear("registry", "beneficiaries_changed", {"records": records})
    bench.run("sender")
    await bench.until_answered([made])
    await bench.halt("sender")
    return made


async def say(bench: Bench, made: Payroll, outcome: Outcome, *, reason: str | None = None, only: int | None = None) -> None:
    """The provider says an outcome of the payments, as a webhook would."""
    said = [Said(reference, outcome, reason, dong) for reference, dong in list(made.references.items())[:only]]
    async with bench.service.database.transaction() as tx:
        settling = await open_settling(tx, await chunks.lock_chunk(tx, ChunkKey(made.payroll_id, 1)))
        settling.hear(said)
        await close_settling(tx, settling, "webhook")


async def queued(bench: Bench, made: Payroll) -> list[tuple[str, str, str | None]]:
    """Kind, state and why of the payroll's messages."""
    rows = await bench.fetch(
        """SELECT m.kind, m.state, m.why FROM messages m JOIN attempts a ON a.payment_id = m.about
           WHERE a.payroll_id = $1 ORDER BY m.message_id""",
        made.payroll_id,
    )
    return [(row["kind"], row["state"], row["why"]) for row in rows]


async def until_done(bench: Bench, sender: Messenger, made: Payroll) -> None:
    """Step until nothing of the payroll waits."""
    deadline = time.monotonic() + 300
    while any(state == "waiting" for _, state, _ in await queued(bench, made)):
        await sender.step()
        assert time.monotonic() < deadline, await queued(bench, made)
        await asyncio.sleep(0.05)
