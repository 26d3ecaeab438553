"""Before a provider is called: take a chunk, pass its gates, and commit what is about to be tried (DESIGN 6, points 4 and 5)."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.provider_gateway.connectors.protocol import Batch, Order
from services.provider_gateway.domain.chunk import Chunk, Line
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import accounts, attempts, chunks, recalls, stops
from services.provider_gateway.use_cases.pass_limits import note_call_begins, pass_limits, providers_with_room
from shared.crypto import ACCOUNT, IDENTITY, FieldCipher
from shared.database import Tx, is_infrastructure
from shared.kernel.errors import Refusal
from shared.kernel.ids import payment_reference


@dataclass(frozen=True, slots=True)
class Claim:
    """A chunk whose intents are committed once the transaction is, and the batch to send under a lease.

    `resent` are references that were sent before.
    """

    chunk: Chunk
    batch: Batch
    worker: str
    resent: frozenset[str] = frozenset()
    call_seconds: float = math.inf  # after so long the call's outcome is unknown


@dataclass(frozen=True, slots=True)
class Waits:
    """A chunk that could not be sent yet: something about it was written down, so the transaction must commit."""

    why: str


async def commit_intents(
    tx: Tx, providers: Sequence[str], worker: str, schedule: Schedule, cipher: FieldCipher
) -> Claim | Waits | None:
    """Take the chunk that has waited longest for one of these providers; None when there is none, or a gate or a limit holds
    it back.

    A chunk that can't be prepared at all is held for a person, and doesn't stand in the others' way.
    """
    found = await chunks.lock_sendable(tx, await providers_with_room(tx, providers, schedule))
    if found is None:
        return None
    chunk, lines = found
    if not await stops.pass_gates(tx, chunk):
        return None
    way = await pass_limits(tx, chunk.provider, schedule)
    if way is None:
        return None
    try:
        async with tx.savepoint():
            prepared = await _prepare(tx, chunk, lines, worker, schedule, cipher)
            if isinstance(prepared, Claim):
                await note_call_begins(tx, way, schedule)
                return replace(prepared, call_seconds=way.way.limits.call_seconds)
            return prepared
    except Exception as error:
        if is_infrastructure(error):
            raise
        why = error.code.code if isinstance(error, Refusal) else type(error).__name__
        await chunks.hold(tx, chunk.key, why)
        return Waits(why)


async def _prepare(
    tx: Tx, chunk: Chunk, lines: Sequence[Line], worker: str, schedule: Schedule, cipher: FieldCipher
) -> Claim | Waits:
    stopped = await recalls.stopped(tx, chunk.key)
    lines = [line for line in lines if line.payment_id not in stopped]
    orders = await _orders(tx, chunk, lines, cipher)
    if orders is None:
        await chunks.wait(tx, chunk.key, "accounts", schedule.account_wait_seconds)
        return Waits("accounts")
    pay_on = chunk.pay_on or await tx.today()
    if chunk.state == "waiting":
        await attempts.insert_intents(tx, chunk, lines, [order.reference for order in orders])
        resent: frozenset[str] = frozenset()
    else:
        resent = frozenset(await attempts.send_again(tx, chunk))
        orders = [order for order in orders if order.reference in resent]
        if not orders:  # meanwhile a webhook told of all of them
            await chunks.end_sending(tx, chunk.key)
            return Waits("nothing")
    await chunks.lease(tx, chunk.key, worker, schedule.lease_seconds, pay_on)
    return Claim(chunk, Batch(chunk.batch_reference, chunk.channel, pay_on, orders), worker, resent)


async def _orders(tx: Tx, chunk: Chunk, lines: Sequence[Line], cipher: FieldCipher) -> list[Order] | None:
    """The chunk's orders with numbers in clear; None while an account or payee at its exact version is not here yet."""
    by_account = {(line.account_id, line.account_version) for line in lines if line.account_id and line.account_version}
    numbers = await accounts.account_numbers(tx, chunk.provider, by_account) if by_account else {}
    by_payee = {(line.payee_id, line.payee_version) for line in lines if line.account_id is None}
    identities = await accounts.payee_identities(tx, by_payee) if by_payee else {}
    if len(numbers) < len(by_account) or len(identities) < len(by_payee):
        return None
    return [_order(line, numbers, identities, cipher) for line in lines]


def _order(
    line: Line,
    numbers: dict[tuple[UUID, int], str],
    identities: dict[tuple[UUID, int], str | None],
    cipher: FieldCipher,
) -> Order:
    account = identity = None
    if line.account_id is not None and line.account_version is not None:
        account = cipher.open(numbers[line.account_id, line.account_version], ACCOUNT)
    else:
        sealed = identities[line.payee_id, line.payee_version]
        identity = cipher.open(sealed, IDENTITY) if sealed else None
    return Order(
        reference=payment_reference(line.payment_id, line.attempt_no),
        amount_dong=line.amount_dong,
        payee_name=line.payee_name,
        note=line.note,
        unit_code=line.unit_id.partition("@")[0],
        account_number=account,
        identity_number=identity,
        home_delivery=line.home_delivery,
    )


async def reopen_batch(tx: Tx, chunk: Chunk, references: Collection[str]) -> Batch:
    """The batch as far as an enquiry needs it: these orders, without any number."""
    lines = await chunks.read_lines(tx, chunk.key)
    orders = [
        Order(reference, line.amount_dong, line.payee_name, line.note, line.unit_id.partition("@")[0])
        for line in lines
        if (reference := payment_reference(line.payment_id, line.attempt_no)) in references
    ]
    return Batch(chunk.batch_reference, chunk.channel, chunk.pay_on or await tx.today(), orders)
