"""Instruct a chunk: verify its seal and hand it to the gateway, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.disbursement.domain.ledger import IN_FLIGHT, NOT_RELEASED, Posting
from services.disbursement.domain.payrolls import Payroll, check_root
from services.disbursement.domain.refusals import SEAL_BROKEN
from services.disbursement.domain.seal import root_of, verify_removal
from services.disbursement.storage import chunks, home_deliveries, instructing, payrolls, runs
from services.disbursement.storage.chunks import ClaimedChunk
from services.disbursement.storage.instructing import GoingChunk
from services.disbursement.storage.ledger import post
from services.disbursement.storage.moves import WayOfMoves, say_moves_of_chunk
from services.disbursement.storage.removals import Removal
from services.disbursement.use_cases.check_seal import check_signed
from shared import audit
from shared.auth import Caller
from shared.contracts.disbursement_events import ChunkInstructed
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.outbox import emit_body

DISPATCHER = Caller("chitra", "disbursement-dispatcher", "service", frozenset(), ())
"""In whose name the audit tells what the dispatcher found."""


async def instruct_chunk(tx: Tx, claimed: ClaimedChunk, key: Ed25519PublicKey) -> int:
    """Verify a claimed chunk from its plaintext and instruct the lines that were not removed; how many.

    Refused with `seal-broken`, and nothing is instructed, where the digests, the root, the approver's signature, a removal's
    signature or the obligations' live payments don't agree.
    """
    payroll = await payrolls.find(tx, claimed.payroll_id)
    which = (payroll.payroll_id, payroll.run_month, claimed.chunk_no)
    chunk = await instructing.read_chunk(tx, *which, claimed.sealed_no, await _at_home(tx, payroll, claimed.chunk_no))
    await _check_chunk(tx, payroll, claimed, chunk, key)
    _check_removed(payroll, chunk, await instructing.removals_of(tx, *which), key)
    _check_released(payroll, chunk)
    await chunks.set_instructed(tx, payroll.payroll_id, claimed.chunk_no, answered=not chunk.to_pay)
    if chunk.to_pay:
        await _move(tx, payroll, claimed.chunk_no)
        await _say(tx, payroll, claimed.chunk_no, chunk)
    return chunk.to_pay


async def stop_broken_payroll(tx: Tx, claimed: ClaimedChunk, why: str) -> None:
    """Stop a payroll whose chunk did not verify: nothing more of it is instructed, and the audit says so."""
    if await payrolls.mark_seal_broken(tx, claimed.payroll_id):
        await audit.append(tx, DISPATCHER, "seal-broken", f"payroll/{claimed.payroll_id}", chunk_no=claimed.chunk_no, why=why)


async def _check_chunk(tx: Tx, payroll: Payroll, claimed: ClaimedChunk, chunk: GoingChunk, key: Ed25519PublicKey) -> None:
    digests = await chunks.digests(tx, payroll.payroll_id)
    if chunk.digest is None or chunk.digest != digests.get(claimed.sealed_no):
        raise Refusal(SEAL_BROKEN, f"the lines of chunk {claimed.sealed_no} are not those that were sealed")
    root = root_of(payroll.header, list(digests.values()))
    check_root(payroll, root)
    check_signed(payroll, root, key)


def _check_removed(payroll: Payroll, chunk: GoingChunk, gone: Sequence[Removal], key: Ed25519PublicKey) -> None:
    """A line that is marked removed but has no exception, or the other way round, breaks the seal; so does one that is neither
    removed nor open and live."""
    for removal in gone:
        verify_removal(
            key,
            removal.signature,
            payroll.payroll_id,
            removal.payment_id,
            removal.reason,
            removal.issuer,
            removal.subject,
            removal.made_at,
        )
    unlike = {removal.payment_id for removal in gone}.symmetric_difference(chunk.removed)
    if unlike:
        raise Refusal(SEAL_BROKEN, f"payment {min(unlike)} is removed and has no exception, or the other way round")
    if chunk.amiss is not None:
        raise Refusal(SEAL_BROKEN, f"payment {chunk.amiss} is not open and live")


def _check_released(payroll: Payroll, chunk: GoingChunk) -> None:
    """A chunk is claimed once all of its communes are released: whoever changed that changed what may be paid."""
    released = payroll.released_communes
    if released is not None and not set(chunk.communes) <= set(released):
        raise Refusal(SEAL_BROKEN, "a commune of the chunk was not released")


async def _move(tx: Tx, payroll: Payroll, chunk_no: int) -> None:
    way = WayOfMoves(await runs.find(tx, payroll.run_id), payroll.authority_id, payroll.provider, payroll.channel)
    sums = await say_moves_of_chunk(tx, way, payroll.payroll_id, chunk_no, from_place=NOT_RELEASED, to_place=IN_FLIGHT, stage=1)
    posting = Posting(
        run_id=payroll.run_id,
        authority_id=payroll.authority_id,
        cause="instruct",
        contract_id=payroll.contract_id,
        provider=payroll.provider,
        channel=payroll.channel,
        payroll_id=payroll.payroll_id,
        chunk_no=chunk_no,
    )
    await post(tx, posting.sums(sums))


async def _say(tx: Tx, payroll: Payroll, chunk_no: int, chunk: GoingChunk) -> None:
    event = ChunkInstructed(
        run_id=payroll.run_id,
        run_month=payroll.run_month,
        payroll_id=payroll.payroll_id,
        chunk_no=chunk_no,
        authority_id=payroll.authority_id,
        provider=payroll.provider,
        channel=payroll.channel,
        lines=[],
    )
    body = f"{event.model_dump_json().removesuffix(']}')}{chunk.lines}]}}"
    await emit_body(tx, ChunkInstructed, body, unit_id=payroll.authority_id)


async def _at_home(tx: Tx, payroll: Payroll, chunk_no: int) -> set[UUID]:
    """Whose cash is carried home. How, not whom and what: so it is no part of the seal, and said as it is on the day."""
    if payroll.channel not in ("cash", "cashier"):
        return set()
    among = await instructing.beneficiaries(tx, payroll.payroll_id, payroll.run_month, chunk_no)
    return await home_deliveries.among(tx, among, await tx.today())
