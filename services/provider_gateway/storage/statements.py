"""A bank's statements, and what is missing in them or between them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from services.provider_gateway.domain.statement import StatementSaid
from shared.database import Tx


async def insert_statement(tx: Tx, webhook_id: UUID, position: int, provider: str, said: StatementSaid) -> None:
    """Keep a statement's head, once for each file."""
    await tx.run(
        """INSERT INTO bank_statements (webhook_id, position, provider, is_ours, account, sequence_no, page_no, is_last_page,
                                        day, opening_dong, closing_dong, entries, moved_dong, unclear, kept_at)
           VALUES (:webhook_id, :position, :provider, :is_ours, :account, :sequence_no, :page_no, :is_last_page, :day,
                   :opening_dong, :closing_dong, :entries, :moved_dong, :unclear, platform.business_now())
           ON CONFLICT DO NOTHING""",
        webhook_id=webhook_id,
        position=position,
        provider=provider,
        is_ours=said.is_ours,
        account=said.account,
        sequence_no=said.sequence_no,
        page_no=said.page_no,
        is_last_page=said.is_last_page,
        day=said.day,
        opening_dong=said.opening_dong,
        closing_dong=said.closing_dong,
        entries=said.entries,
        moved_dong=said.moved_dong,
        unclear=said.unclear,
    )


_STATEMENTS = """
WITH pages AS (      -- of each page the newest coming
    SELECT DISTINCT ON (provider, account, coalesce(sequence_no, 0), day, page_no) *, coalesce(sequence_no, 0) AS number,
           count(*) OVER (PARTITION BY provider, account, coalesce(sequence_no, 0), day, page_no) AS comings
    FROM bank_statements ORDER BY provider, account, coalesce(sequence_no, 0), day, page_no, webhook_id DESC
), statements AS (
    SELECT provider, account, bool_and(is_ours) AS is_ours, number, day,
           (array_agg(opening_dong ORDER BY page_no))[1] AS opening_dong,
           (array_agg(closing_dong ORDER BY page_no DESC))[1] AS closing_dong, CAST(sum(entries) AS int) AS entries,
           CAST(sum(moved_dong) AS bigint) AS moved_dong, CAST(sum(unclear) AS int) AS unclear,
           CAST(max(comings) AS int) AS comings, CAST(max(page_no) - count(*) AS int) AS pages_missing,
           bool_or(is_last_page) AS is_whole
    FROM pages GROUP BY provider, account, number, day
), seen AS (
    SELECT *, lag(number) OVER before AS number_before, lag(closing_dong) OVER before AS closing_before_dong
    FROM statements WINDOW before AS (PARTITION BY provider, account ORDER BY number, day)
)
SELECT provider, account, is_ours, nullif(number, 0) AS sequence_no, day, opening_dong, closing_dong, entries, moved_dong,
       unclear, comings, pages_missing + CASE WHEN is_whole THEN 0 ELSE 1 END AS pages_missing,
       CASE WHEN number > 0 THEN greatest(coalesce(number - number_before - 1, 0), 0) ELSE 0 END AS missing_before,
       coalesce(closing_dong - opening_dong - moved_dong, 0) AS unexplained_dong,
       CASE WHEN number = number_before + 1 THEN coalesce(opening_dong - closing_before_dong, 0) ELSE 0 END AS jump_dong
FROM seen
"""


async def statements_page(
    tx: Tx, provider: str | None, only_findings: bool, after: tuple[date, str, str, int] | None, limit: int
) -> list[dict[str, Any]]:
    """Statements in the order of (day, provider, account, number), after a key: all, or those with something wrong."""
    key = after or (date.min, "", "", -1)
    rows = await tx.rows(
        f"""SELECT * FROM ({_STATEMENTS}) s
            WHERE (CAST(:provider AS text) IS NULL OR provider = :provider)
              AND (day, provider, account, coalesce(sequence_no, 0)) > (:day, :key_provider, :account, :number)
              AND (NOT :only_findings OR is_ours AND (missing_before > 0 OR unexplained_dong <> 0 OR jump_dong <> 0 OR unclear > 0
                   OR comings > 1 OR pages_missing > 0))
            ORDER BY day, provider, account, coalesce(sequence_no, 0) LIMIT :limit""",  # noqa: S608 - constants only
        provider=provider,
        only_findings=only_findings,
        day=key[0],
        key_provider=key[1],
        account=key[2],
        number=key[3],
        limit=limit,
    )
    return [dict(row) for row in rows]
