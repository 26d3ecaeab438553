"""The ledger's rows: posted in the transaction of what they record, never changed."""

from __future__ import annotations

from collections.abc import Sequence

from services.disbursement.domain.ledger import LedgerEntry
from shared.database import Tx

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
    """Write entries, dated by the business clock. No entries: nothing happens."""
    if entries:
        await tx.run(_POST, **{name: [getattr(entry, name) for entry in entries] for name in _TYPES})
