"""How tests look at what a province's service keeps: rows, events and the ledger, as the superuser sees them."""

from __future__ import annotations

from typing import Any

import asyncpg
import orjson

from tests.disbursement.registry_voice import RegistryVoice

_LEFT_ALONE = (
    "runs campaigns campaign_people run_authorities draw_gates obligations payrolls chunks payments payment_lines "
    "payroll_exceptions contracts contract_channels contract_communes fundings ledger_entries audit_log outbox "
    "idempotency_keys gates accepted_findings budgets delegations recalls "
    "contract_fees payment_fees fee_settlements reconciliations reconciliation_parts reconciliation_lines "
    "reconciliation_breaks"
)
_VERSIONS = " UNION ALL ".join(
    f"""SELECT '{table}' AS name, md5(coalesce(string_agg(t.tableoid::text || t.ctid::text || t.xmin::text, '~'
        ORDER BY t.tableoid, t.ctid), '')) AS versions FROM disbursement.{table} t"""
    for table in _LEFT_ALONE.split()
)


class Looking(RegistryVoice):
    """A province that can be looked into."""

    admin: asyncpg.Connection

    async def fingerprint(self) -> dict[str, str]:
        """For every table that a refusal must leave alone: which row versions it has. Any write makes another version."""
        rows = await self.admin.fetch(_VERSIONS)
        return {row["name"]: row["versions"] for row in rows}

    async def rows(self, sql: str, *params: Any) -> list[asyncpg.Record]:
        """Rows as the superuser sees them; tables of the service need no schema."""
        await self.admin.execute("SET search_path = disbursement")
        found: list[asyncpg.Record] = await self.admin.fetch(sql, *params)
        return found

    async def obligations(self, **where: Any) -> list[asyncpg.Record]:
        """This authority's obligations in order of their keys."""
        condition = " AND ".join(["authority_id = $1", *(f"{name} = ${i}" for i, name in enumerate(where, 2))])
        return await self.rows(
            f"SELECT * FROM obligations WHERE {condition} ORDER BY benefit_month, subject_id, kind, revision",
            self.authority,
            *where.values(),
        )

    async def events(self, kind: str) -> list[Any]:
        """Bodies of this authority's events of a type, oldest first."""
        rows = await self.rows(
            "SELECT body::text FROM outbox WHERE type = $1 AND unit_id = $2 ORDER BY seq", kind, self.authority
        )
        return [orjson.loads(row[0]) for row in rows]

    async def ledger(self, book: str = "obligations") -> dict[tuple[str, str], tuple[int, int]]:
        """(from, to) -> obligations and đồng."""
        rows = await self.rows(
            """SELECT from_account, to_account, sum(obligations) AS n, sum(amount_dong) AS amount_dong FROM ledger_entries
               WHERE book = $1 AND authority_id = $2 GROUP BY 1, 2""",
            book,
            self.authority,
        )
        return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows}
