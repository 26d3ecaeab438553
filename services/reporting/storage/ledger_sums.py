"""Sums of money that moved beside the payments, at every level of the authority whose money it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.reporting.domain.money import PostedSum
from services.reporting.storage.levels import LEVELS
from shared.contracts.disbursement_events import PostedEntry
from shared.database import Tx

_ADD = f"""
INSERT INTO ledger_cells AS c (unit_id, posted_month, book, provider, channel, cause, from_account, to_account, entries,
    amount_dong)
SELECT level.unit_id, :posted_month, e.book, e.provider, e.channel, e.cause, e.from_account, e.to_account, count(*),
    sum(e.amount_dong)
FROM unnest(CAST(:books AS text[]), CAST(:providers AS text[]), CAST(:channels AS text[]), CAST(:causes AS text[]),
        CAST(:froms AS text[]), CAST(:tos AS text[]), CAST(:amounts AS bigint[]))
        AS e (book, provider, channel, cause, from_account, to_account, amount_dong)
    JOIN {LEVELS} ON u.unit_id = :authority_id
GROUP BY level.unit_id, e.book, e.provider, e.channel, e.cause, e.from_account, e.to_account
ORDER BY level.unit_id, e.book, e.provider, e.channel, e.cause, e.from_account, e.to_account
ON CONFLICT (unit_id, posted_month, book, provider, channel, cause, from_account, to_account)
    DO UPDATE SET entries = c.entries + excluded.entries, amount_dong = c.amount_dong + excluded.amount_dong
"""  # noqa: S608 - constants only


async def add(tx: Tx, authority_id: str, posted_month: date, entries: Sequence[PostedEntry]) -> None:
    """Add postings of an authority that the transaction has found to be defined."""
    await tx.run(
        _ADD,
        authority_id=authority_id,
        posted_month=posted_month,
        books=[one.book for one in entries],
        providers=[one.provider or "" for one in entries],
        channels=[one.channel or "" for one in entries],
        causes=[one.cause for one in entries],
        froms=[one.from_account for one in entries],
        tos=[one.to_account for one in entries],
        amounts=[one.amount_dong for one in entries],
    )


async def read(tx: Tx, units: Sequence[str], from_month: date | None, to_month: date | None) -> list[PostedSum]:
    """The sums of units, none in another, over months of posting, both included; None: without a bound."""
    rows = await tx.rows(
        """SELECT provider, channel, cause, from_account, to_account, sum(amount_dong)::bigint AS amount_dong FROM ledger_cells
           WHERE unit_id = ANY(CAST(:units AS text[])) AND posted_month >= coalesce(:from_month, CAST('-infinity' AS date))
             AND posted_month <= coalesce(:to_month, CAST('infinity' AS date))
           GROUP BY provider, channel, cause, from_account, to_account
           ORDER BY provider, channel, cause, from_account, to_account""",
        units=list(units),
        from_month=from_month,
        to_month=to_month,
    )
    return [PostedSum(**row) for row in rows]


async def forget(tx: Tx) -> None:
    """Empty the sums. The caller holds the lock of the read models."""
    await tx.run("DELETE FROM ledger_cells")
