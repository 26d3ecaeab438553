"""Instruct a chunk: verify its seal and hand it to the gateway, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.disbursement.domain.ledger import IN_FLIGHT, NOT_RELEASED, Posting
from services.disbursement.domain.payrolls import Payroll, check_root
from services.disbursement.domain.refusals import SEAL_BROKEN
from services.disbursement.domain.seal import chunk_digest, root_of, verify_removal
from services.disbursement.storage import chunks, home_deliveries, payrolls, removals, runs, seals
from services.disbursement.storage.chunks import ClaimedChunk
from services.disbursement.storage.ledger import post
from services.disbursement.storage.moves import WayOfMoves, say_moves_of_chunk
from services.disbursement.storage.removals import Removal
from services.disbursement.storage.seals import HeldLine
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
    sealed = await seals.chunk_lines(tx, payroll.payroll_id, payroll.run_month, claimed.sealed_no)
    await _check_chunk(tx, payroll, claimed, sealed, key)
    lines = [held for held in sealed if held.chunk_no == claimed.chunk_no]
    gone = await removals.of_payments(tx, payroll.payroll_id, [held.line.payment_id for held in lines])
    to_pay = _still_to_pay(payroll, lines, gone, key)
    _check_released(payroll, to_pay)
    await chunks.set_instructed(tx, payroll.payroll_id, claimed.chunk_no, answered=not to_pay)
    if to_pay:
        await _move(tx, payroll, claimed.chunk_no)
        await _say(tx, payroll, claimed.chunk_no, to_pay)
    return len(to_pay)


async def stop_broken_payroll(tx: Tx, claimed: ClaimedChunk, why: str) -> None:
    """Stop a payroll whose chunk did not verify: nothing more of it is instructed, and the audit says so."""
    if await payrolls.mark_seal_broken(tx, claimed.payroll_id):
        await audit.append(tx, DISPATCHER, "seal-broken", f"payroll/{claimed.payroll_id}", chunk_no=claimed.chunk_no, why=why)


async def _check_chunk(tx: Tx, payroll: Payroll, claimed: ClaimedChunk, lines: Sequence[HeldLine], key: Ed25519PublicKey) -> None:
    digests = await chunks.digests(tx, payroll.payroll_id)
    if chunk_digest(held.line for held in lines) != digests.get(claimed.sealed_no):
        raise Refusal(SEAL_BROKEN, f"the lines of chunk {claimed.sealed_no} are not those that were sealed")
    root = root_of(payroll.header, list(digests.values()))
    check_root(payroll, root)
    check_signed(payroll, root, key)


def _still_to_pay(
    payroll: Payroll, lines: Sequence[HeldLine], gone: Mapping[UUID, Removal], key: Ed25519PublicKey
) -> list[HeldLine]:
    """Lines with no exception. A line that is marked removed but has none, or the other way round, breaks the seal."""
    for removal in gone.values():
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
    for held in lines:
        expected = "removed" if held.line.payment_id in gone else "open"
        if held.state != expected or (expected == "open" and not held.live):
            raise Refusal(SEAL_BROKEN, f"payment {held.line.payment_id} is {held.state}, not {expected} and live")
    return [held for held in lines if held.line.payment_id not in gone]


def _check_released(payroll: Payroll, to_pay: Sequence[HeldLine]) -> None:
    """A chunk is claimed once all of its communes are released: whoever changed that changed what may be paid."""
    released = payroll.released_communes
    if released is not None and any(held.unit_id not in released for held in to_pay):
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


async def _say(tx: Tx, payroll: Payroll, chunk_no: int, to_pay: Sequence[HeldLine]) -> None:
    """Of rows' values: 500 lines are not worth checking again on their way out. Who reads them checks them."""
    at_home = await _at_home(tx, payroll, to_pay)
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
    lines = [{**_line(held), "home_delivery": held.line.beneficiary_id in at_home} for held in to_pay]
    body = orjson.dumps({**event.model_dump(mode="json"), "lines": lines})
    await emit_body(tx, ChunkInstructed, body.decode(), unit_id=payroll.authority_id)


def _line(held: HeldLine) -> dict[str, Any]:
    """An `InstructedLine`: its first attempt."""
    line = held.line
    return {
        "payment_id": str(line.payment_id),
        "attempt_no": 1,
        "beneficiary_id": str(line.beneficiary_id),
        "unit_id": held.unit_id,
        "payee_id": str(line.payee_id),
        "payee_version": line.payee_version,
        "payee_name": line.payee_name,
        "account_id": str(line.account_id) if line.account_id else None,
        "account_version": line.account_version,
        "amount_dong": line.amount_dong,
        "note": line.note,
    }


async def _at_home(tx: Tx, payroll: Payroll, to_pay: Sequence[HeldLine]) -> set[UUID]:
    """Whose cash is carried home. How, not whom and what: so it is no part of the seal, and said as it is on the day."""
    if payroll.channel not in ("cash", "cashier"):
        return set()
    return await home_deliveries.among(tx, [held.line.beneficiary_id for held in to_pay], await tx.today())
