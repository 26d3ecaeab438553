"""After a provider was called: settle what it said, and know what we don't know."""

from __future__ import annotations

from services.provider_gateway.connectors.protocol import INVALID_REQUEST, Sent
from services.provider_gateway.domain.attempt import Said
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import chunks
from services.provider_gateway.use_cases.commit_intents import Claim
from services.provider_gateway.use_cases.record_answers import Settling, close_settling, open_settling
from shared.database import Tx


async def finish_sending(tx: Tx, claim: Claim, sent: Sent, schedule: Schedule) -> None:
    """Settle payment by payment. What the provider neither spoke of nor surely did not take is unknown from here on."""
    chunk = await chunks.lock_chunk(tx, claim.chunk.key)
    settling = await open_settling(tx, chunk)
    settling.hear(said for said in sent.said if not _doubtful(said, claim))
    if not await chunks.end_lease(tx, chunk.key, claim.worker):
        # It took too long, and somebody else has taken over: what was said is true, the rest is theirs.
        await close_settling(tx, settling, "call")
        return
    silent = [
        order.reference
        for order in claim.batch.orders
        if settling.held[order.reference].state == "sending" and order.reference not in sent.not_taken
    ]
    settling.hear(Said(reference, "unknown") for reference in silent)
    await close_settling(tx, settling, "call")
    if any(attempt.state == "sending" for attempt in settling.held.values()):
        tries = 0 if sent.said else chunk.tries + 1
        await chunks.send_later(tx, chunk.key, tries, schedule.resend_pause_seconds(tries, sent.pause_seconds))
    else:
        await chunks.end_sending(tx, chunk.key)
    await ask_first(tx, settling, schedule)


async def give_up_lease(tx: Tx, schedule: Schedule) -> bool:
    """A sender died, or was cut off, in the middle: whether its calls arrived is unknown. False: no lease has run out."""
    chunk = await chunks.lock_lapsed(tx)
    if chunk is None:
        return False
    settling = await open_settling(tx, chunk)
    settling.hear(Said(reference, "unknown") for reference, held in settling.held.items() if held.state == "sending")
    await chunks.end_lease(tx, chunk.key, None)
    await close_settling(tx, settling, "call")
    await ask_first(tx, settling, schedule)
    return True


async def ask_first(tx: Tx, settling: Settling, schedule: Schedule) -> None:
    """Set the first enquiry after a sending, where anything is open."""
    if any(held.is_open and held.state != "sending" for held in settling.held.values()):
        await chunks.schedule_enquiry(tx, settling.chunk.key, schedule.enquiry_pause_seconds(0, settling.any_unknown), 0)


def _doubtful(said: Said, claim: Claim) -> bool:
    """A form that was refused proves nothing of an earlier sending."""
    return said.reference in claim.resent and said.outcome == "rejected" and said.reason == INVALID_REQUEST
