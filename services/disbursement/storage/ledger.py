"""The ledger's rows: posted in the transaction of what they record, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from services.disbursement.domain.ledger import LedgerEntry, account_kind, said_of
from shared.contracts.base import MAX_RECORDS, Channel
from shared.contracts.disbursement_events import LedgerPosted, PostedEntry
from shared.database import Tx
from shared.outbox import emit

_TYPES = {
    "book": "text",
    "run_id": "uuid",
    "authority_id": "text",
    "contract_id": "uuid",
    "provider": "text",
    "channel": "text",
    "benefit_month": "date",
    "from_account": "text",
    "to_account": "text",
    "amount_dong": "bigint",
    "obligations": "integer",
    "cause": "text",
    "payroll_id": "uuid",
    "chunk_no": "integer",
    "about_run_id": "uuid",
}

_COLUMNS = ", ".join(_TYPES)

_POST = f"""
INSERT INTO ledger_entries (posted_at, {_COLUMNS})
SELECT platform.business_now(), e.* FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _TYPES.items())}) e
"""  # noqa: S608 - constants only


async def post(tx: Tx, entries: Sequence[LedgerEntry]) -> None:
    """Write entries, dated by the business clock, and say those that no other event tells. No entries: nothing happens."""
    if not entries:
        return
    await tx.run(_POST, **{name: [getattr(entry, name) for entry in entries] for name in _TYPES})
    for (run_id, authority_id), told in said_of(entries).items():
        for start in range(0, len(told), MAX_RECORDS):
            said = [_posted(entry) for entry in told[start : start + MAX_RECORDS]]
            await emit(tx, LedgerPosted(run_id=run_id, authority_id=authority_id, entries=said), unit_id=authority_id)


def _posted(entry: LedgerEntry) -> PostedEntry:
    return PostedEntry(
        book="fees" if entry.book == "fees" else "money",
        provider=entry.provider,
        channel=cast("Channel | None", entry.channel),
        from_account=account_kind(entry.from_account),
        to_account=account_kind(entry.to_account),
        amount_dong=entry.amount_dong,
        cause=entry.cause,
    )
