"""Pages of the ledger in the order of posting, and what an account held before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.database import Row, Tx

_COLUMNS = """entry_id, posted_at, book, run_id, authority_id, contract_id, provider, channel, benefit_month, from_account,
    to_account, amount_dong, obligations, cause, payroll_id, chunk_no"""

_START = "coalesce(CAST(:from_on AS date)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh', '-infinity')"
_END = "coalesce((CAST(:to_on AS date) + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh', 'infinity')"

_WITHIN = f"""posted_at >= {_START} AND posted_at < {_END} AND (posted_at, entry_id) > (:after_at, :after_id)
    AND (CAST(:authority_id AS text) IS NULL OR authority_id = :authority_id)
    ORDER BY posted_at, entry_id LIMIT :limit"""

_ALL = f"SELECT {_COLUMNS} FROM ledger_entries WHERE {_WITHIN}"  # noqa: S608 - constants only

# One account's entries lie in two indexes, by the side they stand on; each is walked for one page.
_OF_ACCOUNT = f"""
SELECT * FROM (
    (SELECT {_COLUMNS} FROM ledger_entries WHERE from_account = :account AND {_WITHIN})
    UNION ALL
    (SELECT {_COLUMNS} FROM ledger_entries WHERE to_account = :account AND {_WITHIN})) sides
ORDER BY posted_at, entry_id LIMIT :limit
"""  # noqa: S608 - constants only

_SUMS = f"""
SELECT coalesce(sum(amount_dong) FILTER (WHERE posted_at < {_START}), 0)::bigint AS before_dong,
       coalesce(sum(amount_dong) FILTER (WHERE posted_at >= {_START}), 0)::bigint AS within_dong,
       count(*) FILTER (WHERE posted_at >= {_START}) AS entries
FROM ledger_entries WHERE {{side}} = :account AND posted_at < {_END}
    AND (CAST(:authority_id AS text) IS NULL OR authority_id = :authority_id)
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Statement:
    """An account over some days: opening + came - went = closing. What came is what was moved to it."""

    account: str
    opening_dong: int
    came_dong: int
    went_dong: int
    entries: int

    @property
    def closing_dong(self) -> int:
        """What it holds at the end."""
        return self.opening_dong + self.came_dong - self.went_dong


async def entries(
    tx: Tx,
    after: tuple[datetime, UUID],
    limit: int,
    *,
    account: str | None,
    authority_id: str | None,
    from_on: date | None,
    to_on: date | None,
) -> list[Row]:
    """Entries after a key that the transaction's scope shows, of one account (on either side) or all."""
    sql = _ALL if account is None else _OF_ACCOUNT
    given = {} if account is None else {"account": account}
    return await tx.rows(
        sql,
        **given,
        authority_id=authority_id,
        from_on=from_on,
        to_on=to_on,
        after_at=after[0],
        after_id=after[1],
        limit=limit,
    )


async def statement(tx: Tx, account: str, authority_id: str | None, from_on: date | None, to_on: date | None) -> Statement:
    """What an account held before the days, what came and went on them."""
    asked = {"account": account, "authority_id": authority_id, "from_on": from_on, "to_on": to_on}
    came = await tx.row(_SUMS.format(side="to_account"), **asked)
    went = await tx.row(_SUMS.format(side="from_account"), **asked)
    assert came is not None and went is not None
    return Statement(
        account,
        came["before_dong"] - went["before_dong"],
        came["within_dong"],
        went["within_dong"],
        came["entries"] + went["entries"],
    )
