"""Accounts by the blind index of their number, and the first use of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.auth import Caller
from shared.database import Tx

Indexer = Callable[[str], bytes]
"""Makes the blind index of a sealed number."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Accounts by the index that a list gave for them."""

    accounts: Mapping[UUID, bytes]

    @property
    def indexes(self) -> set[bytes]:
        """The indexes for which there is an account."""
        return set(self.accounts.values())


async def index_some(tx: Tx, provider: str, index_of: Indexer, limit: int) -> int:
    """Make the indexes of some of a provider's accounts that have none; how many."""
    rows = await tx.rows(
        """SELECT account_id, version, number_sealed FROM accounts WHERE provider = :provider AND number_index IS NULL
           ORDER BY account_id, version LIMIT :limit FOR UPDATE SKIP LOCKED""",
        provider=provider,
        limit=limit,
    )
    if rows:
        await tx.run(
            """UPDATE accounts a SET number_index = i.number_index
               FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[]), CAST(:indexes AS bytea[]))
                   AS i (account_id, version, number_index)
               WHERE a.account_id = i.account_id AND a.version = i.version""",
            ids=[row["account_id"] for row in rows],
            versions=[row["version"] for row in rows],
            indexes=[index_of(row["number_sealed"]) for row in rows],
        )
    return len(rows)


async def match(tx: Tx, provider: str, indexes: list[bytes], units: tuple[str, ...]) -> Matched:
    """A provider's accounts with these numbers, of any version; `units` not empty: only those of people in these units."""
    rows = await tx.rows(
        """SELECT DISTINCT account_id, number_index FROM accounts a
           WHERE provider = :provider AND number_index = ANY(CAST(:indexes AS bytea[]))
             AND (:everywhere OR EXISTS (
                 SELECT FROM units u WHERE u.unit_id = a.unit_id AND u.path && CAST(:units AS text[])))""",
        provider=provider,
        indexes=indexes,
        everywhere=not units,
        units=list(units),
    )
    return Matched({row["account_id"]: row["number_index"] for row in rows})


async def keep(tx: Tx, caller: Caller, provider: str, used_on: Mapping[UUID, date]) -> dict[UUID, date]:
    """Keep first uses; those that were not kept before. What was told first stays."""
    rows = await tx.rows(
        """INSERT INTO account_uses (account_id, provider, first_used_on, issuer, subject, told_at)
           SELECT account_id, :provider, first_used_on, :issuer, :subject, platform.business_now()
           FROM unnest(CAST(:ids AS uuid[]), CAST(:days AS date[])) AS t (account_id, first_used_on) ORDER BY account_id
           ON CONFLICT DO NOTHING RETURNING account_id, first_used_on""",
        provider=provider,
        issuer=caller.issuer,
        subject=caller.subject,
        ids=list(used_on),
        days=list(used_on.values()),
    )
    return {row["account_id"]: row["first_used_on"] for row in rows}
