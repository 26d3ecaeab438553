"""Cash orders asked back: before the provider is asked, and after it. Until its signed answer the payment is in flight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.provider_gateway.domain.attempt import WITHDRAWN, Attempt, Said
from services.provider_gateway.domain.cash import WithdrawalSaid, end_of_withdrawal
from services.provider_gateway.domain.chunk import Chunk, ChunkKey
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import attempts, chunks
from services.provider_gateway.storage import withdrawals as storage
from services.provider_gateway.storage.withdrawals import HeldWithdrawal
from services.provider_gateway.use_cases.record_answers import close_settling, open_settling
from shared.contracts.gateway_events import RecallAnswered
from shared.database import Tx
from shared.kernel.ids import new_id
from shared.outbox import emit


@dataclass(frozen=True, slots=True)
class Withdrawing:
    """Orders to ask back, by a name that is committed before the call. `known`: the provider has said that it knows of all of
    them, so that only the end is to be asked for."""

    provider: str
    withdrawal_reference: str
    held: Sequence[HeldWithdrawal]

    @property
    def known(self) -> bool:
        """Whether there is nothing to ask for but the end."""
        return all(each.state == "requested" for each in self.held)


async def begin_withdrawal(tx: Tx, lease_seconds: float, schedule: Schedule) -> Withdrawing | bool:
    """What to ask a provider now. True: something ended, or must wait for its sending; False: nothing is due."""
    held = await storage.claim(tx, lease_seconds)
    if not held:
        return False
    ready: list[HeldWithdrawal] = []
    early: list[HeldWithdrawal] = []
    for chunk, some in await _by_chunk(tx, held):
        found = await attempts.read_attempts(tx, chunk, {each.reference for each in some})
        for each in some:
            if await _end(tx, chunk, each, found[each.reference]):
                continue
            (early if found[each.reference].state == "sending" else ready).append(each)
    await storage.set_later(tx, [(each.payment_id, each.state) for each in early], schedule.unknown_first_seconds)
    if not ready:
        return True
    reference = ready[0].withdrawal_reference or f"W-{new_id()}"
    await storage.set_asked(tx, [each.payment_id for each in ready], reference)
    return Withdrawing(ready[0].provider, reference, ready)


async def finish_withdrawal(tx: Tx, asked: Withdrawing, said: Sequence[WithdrawalSaid] | str, schedule: Schedule) -> None:
    """Settle what was confirmed; the rest stays in flight and is asked for again. A text says why nothing was learnt."""
    answers = {} if isinstance(said, str) else {each.reference: each for each in said}
    held = await storage.lock(tx, [each.payment_id for each in asked.held])
    for chunk, some in await _by_chunk(tx, held):
        settling = await open_settling(tx, chunk, {each.reference for each in some})
        settling.hear(_confirmed(answers[each.reference]) for each in some if _is(answers, each, "confirmed"))
        if settling.has_news:
            await close_settling(tx, settling, "enquiry")
        if any(_is(answers, each, "refused") for each in some):
            await chunks.schedule_enquiry(tx, chunk.key, schedule.unknown_first_seconds, chunk.enquiries)
        for each in some:
            answer = answers.get(each.reference)
            if not await _end(tx, chunk, each, settling.held[each.reference], answer):
                await _ask_later(tx, each, answer, schedule, failed=isinstance(said, str))


async def _ask_later(tx: Tx, held: HeldWithdrawal, answer: WithdrawalSaid | None, schedule: Schedule, *, failed: bool) -> None:
    state = "requested" if held.state == "requested" or (answer and answer.outcome != "unknown") else "asked"
    if failed or answer is None or answer.outcome == "unknown":
        pause = schedule.resend_pause_seconds(held.tries, 0)
    else:
        pause = schedule.opening_poll_seconds
    await storage.set_later(tx, [(held.payment_id, state)], pause)


async def _end(tx: Tx, chunk: Chunk, held: HeldWithdrawal, attempt: Attempt, answer: WithdrawalSaid | None = None) -> bool:
    """End a withdrawal whose payment has an end, and tell disbursement; False while it is in flight."""
    outcome = end_of_withdrawal(attempt)
    if outcome is None:
        return False
    reason = answer.reason if answer and outcome == "too_late" else None
    if await storage.end(tx, held.payment_id, outcome, reason):
        event = RecallAnswered(payroll_id=held.payroll_id, chunk_no=held.chunk_no, payment_id=held.payment_id, outcome=outcome)
        await emit(tx, event, chunk.authority_id)
    return True


async def _by_chunk(tx: Tx, held: Sequence[HeldWithdrawal]) -> list[tuple[Chunk, list[HeldWithdrawal]]]:
    """Each chunk, locked, with what is asked back of it; locked in the one order that all keep to."""
    some: dict[ChunkKey, list[HeldWithdrawal]] = {}
    for each in held:
        some.setdefault(each.chunk, []).append(each)
    order: Sequence[ChunkKey] = sorted(some, key=_order)
    return [(await chunks.lock_chunk(tx, key), some[key]) for key in order]


def _order(key: ChunkKey) -> tuple[UUID, int]:
    return key.payroll_id, key.chunk_no


def _is(answers: dict[str, WithdrawalSaid], held: HeldWithdrawal, outcome: str) -> bool:
    return held.reference in answers and answers[held.reference].outcome == outcome


def _confirmed(answer: WithdrawalSaid) -> Said:
    return Said(answer.reference, "returned", WITHDRAWN, answer.amount_dong)
