"""A provider's staff list accounts that money was taken out of: each account's first use is kept and said once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.domain.refusals import WRONG_USES
from services.provider_gateway.storage import account_uses
from shared import audit
from shared.auth import Caller
from shared.contracts.base import MAX_RECORDS
from shared.contracts.gateway_events import AccountsUsed, AccountUse
from shared.crypto import ACCOUNT, FieldCipher, mask
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.outbox import emit

INDEXED_AT_ONCE = 2_000
SHOWN = 100
"""Of the numbers that are nobody's here, so many are named, masked."""


@dataclass(frozen=True, slots=True)
class Use:
    """A line of such a list. The number is in clear here and nowhere else."""

    number: str
    first_used_on: date


@dataclass(frozen=True, slots=True)
class UsesReported:
    """What became of a list: accounts whose first use is new, accounts whose use was known, numbers of no account of ours."""

    recorded: int
    known: int
    unknown: int
    unknown_numbers: tuple[str, ...]  # masked, the first of them


async def index_accounts(tx: Tx, connector: Connector, cipher: FieldCipher) -> int:
    """Make the blind indexes of some accounts that have none yet; how many. Done again until it is none."""

    def index_of(sealed: str) -> bytes:
        return cipher.index(connector.number_form(cipher.open(sealed, ACCOUNT)), ACCOUNT)

    return await account_uses.index_some(tx, connector.name, index_of, INDEXED_AT_ONCE)


async def report_uses(tx: Tx, caller: Caller, connector: Connector, cipher: FieldCipher, uses: Sequence[Use]) -> UsesReported:
    """Keep first uses, and say `accounts_used` of those that are new. A number that is listed twice counts at its first day.

    The transaction sees all rows; accounts of people outside the caller's units are as unknown as others. Refused: `wrong-uses`
    where a day lies ahead.
    """
    today = await tx.today()
    ahead = next((n for n, use in enumerate(uses, start=1) if use.first_used_on > today), None)
    if ahead is not None:
        raise Refusal(WRONG_USES, f"line {ahead}: a use on a day that lies ahead", line=ahead)
    days: dict[bytes, date] = {}
    numbers: dict[bytes, str] = {}
    for use in uses:
        index = cipher.index(connector.number_form(use.number), ACCOUNT)
        days[index] = min(use.first_used_on, days.get(index, use.first_used_on))
        numbers[index] = use.number
    found = await account_uses.match(tx, connector.name, list(days), caller.unit_ids)
    fresh = await account_uses.keep(
        tx, caller, connector.name, {account_id: days[index] for account_id, index in found.accounts.items()}
    )
    said = [AccountUse(account_id=account_id, first_used_on=day) for account_id, day in sorted(fresh.items())]
    for at in range(0, len(said), MAX_RECORDS):
        await emit(tx, AccountsUsed(provider=connector.name, uses=said[at : at + MAX_RECORDS]))
    unknown = [mask(numbers[index]) for index in days if index not in found.indexes]
    known = len(found.accounts) - len(fresh)
    await audit.append(
        tx, caller, "report-account-uses", f"provider/{connector.name}", recorded=len(fresh), known=known, unknown=len(unknown)
    )
    return UsesReported(len(fresh), known, len(unknown), tuple(unknown[:SHOWN]))
