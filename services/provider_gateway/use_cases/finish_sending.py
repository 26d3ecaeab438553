"""After a provider was called: settle what it said, and know what we don't know."""

from __future__ import annotations

from services.provider_gateway.connectors.protocol import INVALID_REQUEST, Sent
from services.provider_gateway.domain.attempt import Said
from services.provider_gateway.domain.chunk import Chunk, Standing
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import chunks
from services.provider_gateway.use_cases.commit_intents import Claim
from services.provider_gateway.use_cases.record_answers import accept, close_settling, open_settling
from shared.database import Tx


async def finish_sending(tx: Tx, claim: Claim, sent: Sent, schedule: Schedule) -> None:
    """Settle payment by payment. What the provider neither spoke of nor surely did not take is unknown from here on.

    Where the lease is gone it took too long, and somebody else has taken over: what was said is true, the rest is theirs.
    """
    chunk = await chunks.lock_chunk(tx, claim.chunk.key)
    is_ours = await chunks.end_lease(tx, chunk.key, claim.worker)
    if _accepted_whole(claim, sent):
        _, standing = await accept(tx, chunk, [said.reference for said in sent.said])
    else:
        standing = await _settle(tx, chunk, claim, sent, is_ours)
    if not is_ours:
        return
    if standing.sending:
        tries = 0 if sent.said else chunk.tries + 1
        await chunks.send_later(tx, chunk.key, tries, schedule.resend_pause_seconds(tries, sent.pause_seconds))
    else:
        await chunks.end_sending(tx, chunk.key)
    await _ask_first(tx, chunk, standing, schedule)


def _accepted_whole(claim: Claim, sent: Sent) -> bool:
    """Whether the provider accepted each order of the batch and said nothing else."""
    asked = {order.reference for order in claim.batch.orders}
    return all(said.is_bare_acceptance for said in sent.said) and {said.reference for said in sent.said} == asked


async def _settle(tx: Tx, chunk: Chunk, claim: Claim, sent: Sent, is_ours: bool) -> Standing:
    settling = await open_settling(tx, chunk, {order.reference for order in claim.batch.orders})
    settling.hear(said for said in sent.said if not _doubtful(said, claim))
    if is_ours:
        silent = [
            order.reference
            for order in claim.batch.orders
            if settling.held[order.reference].state == "sending" and order.reference not in sent.not_taken
        ]
        settling.hear(Said(reference, "unknown") for reference in silent)
    return await close_settling(tx, settling, "call")


async def give_up_lease(tx: Tx, schedule: Schedule) -> bool:
    """A sender died, or was cut off, in the middle: whether its calls arrived is unknown. False: no lease has run out."""
    chunk = await chunks.lock_lapsed(tx)
    if chunk is None:
        return False
    settling = await open_settling(tx, chunk)
    settling.hear(Said(reference, "unknown") for reference, held in settling.held.items() if held.state == "sending")
    await chunks.end_lease(tx, chunk.key, None)
    standing = await close_settling(tx, settling, "call")
    await _ask_first(tx, chunk, standing, schedule)
    return True


async def _ask_first(tx: Tx, chunk: Chunk, standing: Standing, schedule: Schedule) -> None:
    """Set the first enquiry after a sending, where there is anything to ask about."""
    if standing.to_enquire:
        await chunks.schedule_enquiry(tx, chunk.key, schedule.enquiry_pause_seconds(0, standing.unknown > 0), 0)


def _doubtful(said: Said, claim: Claim) -> bool:
    """A form that was refused proves nothing of an earlier sending."""
    return said.reference in claim.resent and said.outcome == "rejected" and said.reason == INVALID_REQUEST
