"""Providers are asked again who holds the accounts that people are paid into, before the evidence is over 90 days old."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from services.registry.domain.name_evidence import ASKED_AGAIN_AFTER
from services.registry.storage.name_evidence import claim_due_accounts, renamed_payees_are_due
from shared import outbox
from shared.contracts.base import MAX_RECORDS
from shared.contracts.registry_events import NameEnquiriesRequested, NameEnquiry
from shared.database import Tx
from shared.kernel.ids import new_id

MOST_A_DAY = 20_000
"""So many accounts are asked about on one day: whoever opened a million in one month is not to ask a million on one day."""


async def ask_names(tx: Tx, today: date) -> int:
    """Say `name_enquiries_requested` of accounts whose evidence runs out, longest due first, up to 500 an event; how many.

    Also of those whose payee was renamed since. One that gets no answer is asked for again after a week.
    """
    await renamed_payees_are_due(tx, today)
    due = await claim_due_accounts(tx, today, today + ASKED_AGAIN_AFTER, MOST_A_DAY)
    for (provider, unit_id), group in groupby(due, key=lambda account: (str(account["provider"]), str(account["unit_id"]))):
        await _say(tx, provider, unit_id, list(group))
    return len(due)


async def _say(tx: Tx, provider: str, unit_id: str, accounts: Sequence[Mapping[str, Any]]) -> None:
    for at in range(0, len(accounts), MAX_RECORDS):
        enquiries = [
            NameEnquiry(
                enquiry_id=new_id(),
                account_id=account["account_id"],
                account_version=account["version"],
                unit_id=unit_id,
                holder_name=account["payee_name"],
                number_sealed=account["number_sealed"],
            )
            for account in accounts[at : at + MAX_RECORDS]
        ]
        await outbox.emit(tx, NameEnquiriesRequested(provider=provider, enquiries=enquiries), unit_id)
