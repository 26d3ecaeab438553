"""A provider answered account requests: accounts become active or are refused, and people are paid into them from now on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.registry.domain.accounts import Answered, HeldAccount, canonical_number, settle
from services.registry.storage.accounts import (
    lock_accounts,
    payees_behind_numbers,
    people_to_pay_into,
    settle_accounts,
)
from services.registry.use_cases.publish_changes import publish_changes
from shared.auth import Caller
from shared.contracts.events import AccountAnswer, AccountsAnswered
from shared.crypto import ACCOUNT, FieldCipher
from shared.database import Tx
from shared.kernel.errors import NotYet

PROVIDER_GATEWAY = Caller(issuer="chitra", subject="provider_gateway", kind="service", scopes=frozenset(), unit_ids=())
"""Whom the history names for what a provider's answer changed."""


async def apply_account_answers(tx: Tx, cipher: FieldCipher, event: AccountsAnswered) -> None:
    """Settle accounts as the provider says, stale answers aside, and say `beneficiaries_changed` of whom it concerns.

    A number that is somebody else's active account is refused here as `number_in_use`. Early (`NotYet`) where an account
    is not known.
    """
    held = await lock_accounts(tx, [answer.account_id for answer in event.answers])
    unknown = next((answer.account_id for answer in event.answers if answer.account_id not in held), None)
    if unknown is not None:
        raise NotYet(f"account {unknown}")
    indexes = _indexes(cipher, event)
    taken = await payees_behind_numbers(tx, event.provider, list(indexes.values()), ("active",))
    settled = _settle_all(event.answers, held, indexes, taken)
    await settle_accounts(tx, settled)
    active = [values["account_id"] for values in settled if values["state"] == "active"]
    people = await people_to_pay_into(tx, active) if active else []
    await publish_changes(tx, PROVIDER_GATEWAY, people, reason="account_active", effective_from=await tx.today())


def _indexes(cipher: FieldCipher, event: AccountsAnswered) -> dict[UUID, bytes]:
    """Blind indexes of the numbers that the answers name."""
    return {
        answer.account_id: cipher.index(canonical_number(event.provider, cipher.open(answer.number_sealed, ACCOUNT)), ACCOUNT)
        for answer in event.answers
        if answer.number_sealed
    }


def _settle_all(
    answers: Sequence[AccountAnswer],
    held: dict[UUID, HeldAccount],
    indexes: dict[UUID, bytes],
    taken: dict[bytes, UUID],
) -> list[dict[str, Any]]:
    """The rows to write. Of two payees for whom one event names the same number, the first has it."""
    rows: dict[UUID, dict[str, Any]] = {}
    for answer in answers:
        account = held[answer.account_id]
        index = indexes.get(answer.account_id)
        elsewhere = index is not None and taken.get(index, account.payee_id) != account.payee_id
        said = Answered(answer.outcome, answer.reason, index, answer.at)
        result = settle(account, said, elsewhere)
        if result is None or answer.account_id in rows:
            continue
        active = result.state == "active"
        if active and index is not None:
            taken[index] = account.payee_id
        rows[answer.account_id] = {
            "account_id": answer.account_id,
            "state": result.state,
            "version": result.version,
            "reason": result.reason,
            "number_sealed": answer.number_sealed if active else None,
            "number_index": index if active else None,
            "holder_name": answer.holder_name if active else None,
            "answered_at": answer.at,
        }
    return list(rows.values())
