"""Payments that came from one state to another: obligations let go, both books, and what reporting hears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.disbursement.domain.ledger import PAYEES, UNCLAIMED, Cause, LedgerEntry, Posting, provider_account
from services.disbursement.domain.outcomes import HeldPayment, Transition
from services.disbursement.storage import closings
from services.disbursement.storage import outcomes as storage
from services.disbursement.storage.closings import LateEntry
from services.disbursement.storage.ledger import post
from services.disbursement.storage.moves import WayOfMoves, say_moves_of_chunk
from services.disbursement.storage.outcomes import ChunkRef
from services.disbursement.use_cases.accrue_fees import accrue_fees
from shared.database import Tx


async def move_payments(
    tx: Tx, chunk: ChunkRef, authority_id: str, change: Transition, payments: Sequence[HeldPayment], cause: Cause
) -> None:
    """One transition of some payments of a chunk, in the books of who answers for them. Their rows are saved already."""
    payment_ids = [payment.payment_id for payment in payments]
    if change.lets_go:
        await storage.let_go(tx, chunk, payment_ids, "unclaimed" if change.to_place == UNCLAIMED else "returned")
        if change.money == "back":
            await storage.note_came_back(tx, payment_ids)
    sums = await say_moves_of_chunk(
        tx,
        WayOfMoves(chunk, authority_id, chunk.provider, chunk.channel, chunk.released_at),
        chunk.payroll_id,
        chunk.chunk_no,
        from_place=change.from_place,
        to_place=change.to_place,
        stage=change.stage,
        payment_ids=payment_ids,
    )
    posting = await posting_of(tx, chunk, authority_id, cause)
    money = _money(posting, change, chunk.contract_id, payments)
    await post(tx, posting.sums(sums) + money)
    if money and posting.about_run_id is not None:
        came = 1 if change.money == "to_payees" else -1
        await note_late(tx, chunk, posting, [LateEntry(p.payment_id, came * p.amount_dong) for p in payments])
    await accrue_fees(tx, chunk, posting, change.money, payments)


async def posting_of(tx: Tx, chunk: ChunkRef, authority_id: str, cause: Cause) -> Posting:
    """What the entries of a chunk share. Of a run that the authority has closed they go to the next open one and point back."""
    posting = Posting(
        run_id=await closings.open_run_for(tx, chunk.run_id, authority_id),
        authority_id=authority_id,
        cause=cause,
        contract_id=chunk.contract_id,
        provider=chunk.provider,
        channel=chunk.channel,
        payroll_id=chunk.payroll_id,
        chunk_no=chunk.chunk_no,
    )
    return posting if posting.run_id == chunk.run_id else replace(posting, about_run_id=chunk.run_id)


async def note_late(tx: Tx, chunk: ChunkRef, posting: Posting, entries: Sequence[LateEntry]) -> None:
    """Keep money that moved after the payments' run was closed, where it was."""
    if posting.about_run_id is not None:
        await closings.record_late(tx, chunk.run_id, posting.run_id, posting.authority_id, chunk.contract_id, entries)


def _money(posting: Posting, change: Transition, contract_id: UUID, payments: Sequence[HeldPayment]) -> list[LedgerEntry]:
    if change.money == "none":
        return []
    amount_dong = sum(payment.amount_dong for payment in payments)
    provider = provider_account(contract_id)
    accounts = (provider, PAYEES) if change.money == "to_payees" else (PAYEES, provider)
    return [posting.money(*accounts, amount_dong)]
