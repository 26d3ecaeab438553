"""Requests for accounts: taken in, asked of the provider, answered to the registry."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.provider_gateway.connectors.protocol import AccountSaid, AccountWanted
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import accounts
from services.provider_gateway.storage.accounts import HeldRequest
from shared.contracts.gateway_events import AccountAnswer, AccountsAnswered
from shared.crypto import ACCOUNT, IDENTITY, PHONE, FieldCipher
from shared.database import Tx
from shared.outbox import emit


def open_request(held: HeldRequest, cipher: FieldCipher) -> AccountWanted:
    """A request with its numbers in clear, to be sent."""
    return AccountWanted(
        request_id=str(held.account_id),
        holder_name=held.holder_name,
        identity_number=cipher.open(held.identity_sealed, IDENTITY) if held.identity_sealed else None,
        phone_number=cipher.open(held.phone_sealed, PHONE) if held.phone_sealed else None,
        number=cipher.open(held.number_sealed, ACCOUNT) if held.number_sealed else None,
    )


async def answer_accounts(tx: Tx, provider: str, said: Sequence[AccountSaid], cipher: FieldCipher, schedule: Schedule) -> int:
    """Settle what a provider said of accounts and tell the registry; how many were answered. What is answered stays so."""
    by_id = {account_id: each for each in said if (account_id := _uuid(each.request_id)) is not None}
    unanswered = await accounts.lock_unanswered(tx, provider, by_id.keys())
    received = [account_id for account_id in unanswered if by_id[account_id].outcome == "received"]
    if received:
        await accounts.set_state(tx, received, "asked", schedule.opening_poll_seconds)
    final = {account_id: by_id[account_id] for account_id in unanswered if by_id[account_id].outcome != "received"}
    if not final:
        return 0
    await accounts.set_answers(
        tx, [{"account_id": account_id, "state": each.outcome, "reason": each.reason} for account_id, each in final.items()]
    )
    now = await tx.business_now()
    answers = [
        AccountAnswer(
            account_id=account_id,
            outcome="opened" if each.outcome == "opened" else "refused",
            reason=each.reason,
            number_sealed=cipher.seal(each.number, ACCOUNT) if each.number else None,
            holder_name=each.holder_name or (unanswered[account_id] if each.outcome == "opened" else None),
            at=now,
        )
        for account_id, each in final.items()
    ]
    await emit(tx, AccountsAnswered(provider=provider, answers=answers))
    return len(answers)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
