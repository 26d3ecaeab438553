"""Requests for accounts: taken in, asked of the provider, answered to the registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.provider_gateway.connectors.protocol import AccountSaid, AccountWanted
from services.provider_gateway.domain.account_answer import AccountHeld, judge_account, read_request_name, request_name
from services.provider_gateway.domain.attempt import Verdict
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import accounts
from services.provider_gateway.storage.account_contradictions import open_contradiction
from services.provider_gateway.storage.accounts import HeldRequest
from shared.contracts.gateway_events import AccountAnswer, AccountsAnswered
from shared.crypto import ACCOUNT, IDENTITY, PHONE, FieldCipher
from shared.database import Tx
from shared.outbox import emit

Source = Literal["call", "webhook"]


def open_request(held: HeldRequest, cipher: FieldCipher) -> AccountWanted:
    """A request with its numbers in clear, to be sent."""
    return AccountWanted(
        request_id=request_name(held.account_id, held.asking),
        holder_name=held.holder_name,
        identity_number=cipher.open(held.identity_sealed, IDENTITY) if held.identity_sealed else None,
        phone_number=cipher.open(held.phone_sealed, PHONE) if held.phone_sealed else None,
        number=cipher.open(held.number_sealed, ACCOUNT) if held.number_sealed else None,
    )


async def answer_accounts(
    tx: Tx, provider: str, said: Sequence[AccountSaid], cipher: FieldCipher, schedule: Schedule, source: Source = "webhook"
) -> int:
    """Settle what a provider said of accounts and tell the registry; how many were answered. What is answered stays so.

    What contradicts an answer is kept for a person. A second number is told to the registry as well: it holds the money.
    """
    named = [(name, each) for each in said if (name := read_request_name(each.request_id)) is not None]
    held = await accounts.lock_requests(tx, provider, {account_id for (account_id, _), _ in named})
    received, answered, told = [], [], []
    for (account_id, asking), each in named:
        if account_id not in held:
            continue
        before = held[account_id]
        index = cipher.index(each.number, ACCOUNT) if each.number else None
        verdict, held[account_id] = judge_account(before, asking, each.outcome, index)
        if verdict is Verdict.CONTRADICTION:
            if await open_contradiction(tx, _contradiction(before, asking, each, index, provider, source)) and index is not None:
                told.append((account_id, each))
        elif verdict is Verdict.APPLIED and held[account_id].is_open:
            received.append(account_id)
        elif verdict is Verdict.APPLIED:
            answered.append({**_row(held[account_id]), "reason": each.reason})
            told.append((account_id, each))
    if received:
        await accounts.set_state(tx, received, "asked", schedule.opening_poll_seconds)
    if answered:
        await accounts.set_answers(tx, answered)
    if told:
        now = await tx.business_now()
        answers = [_answer(account_id, each, held[account_id].holder_name, cipher, now) for account_id, each in told]
        await emit(tx, AccountsAnswered(provider=provider, answers=answers))
    return len(answered)


def _row(held: AccountHeld) -> dict[str, Any]:
    return {"account_id": held.account_id, "state": held.state, "number_index": held.number_index}


def _answer(account_id: UUID, said: AccountSaid, asked_name: str, cipher: FieldCipher, now: datetime) -> AccountAnswer:
    return AccountAnswer(
        account_id=account_id,
        outcome="opened" if said.outcome == "opened" else "refused",
        reason=said.reason,
        number_sealed=cipher.seal(said.number, ACCOUNT) if said.number else None,
        holder_name=said.holder_name or (asked_name if said.outcome == "opened" else None),
        at=now,
    )


def _contradiction(
    held: AccountHeld, asking: int, said: AccountSaid, index: bytes | None, provider: str, source: Source
) -> dict[str, Any]:
    return {
        "account_id": held.account_id,
        "asking": asking,
        "provider": provider,
        "unit_id": held.unit_id,
        "held": held.state,
        "held_asking": held.asking,
        "said": said.outcome,
        "said_reason": said.reason,
        "number_index": index or b"",
        "source": source,
    }
