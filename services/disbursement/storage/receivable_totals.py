"""What receivables come to, by their rows and by the ledger: both must say the same."""

from __future__ import annotations

from collections.abc import Sequence

from shared.database import Tx

# By who did it: an heir goes on with what was left when it took over.
_TOTALS = """
SELECT 'rows' AS what,
       (SELECT coalesce(sum(r.amount_dong), 0)::bigint FROM receivables r
        LEFT JOIN LATERAL (SELECT h.from_authority_id FROM handover_receivables h
            WHERE h.receivable_id = r.receivable_id ORDER BY h.moved_at, h.handover_id LIMIT 1) first ON true
        WHERE coalesce(first.from_authority_id, r.authority_id) = ANY(CAST(:authority_ids AS text[]))) AS established_dong,
       (SELECT coalesce(sum(amount_dong), 0)::bigint FROM receivable_repayments
        WHERE authority_id = ANY(CAST(:authority_ids AS text[]))) AS repaid_dong,
       coalesce(sum(written_off_dong), 0)::bigint AS written_off_dong, coalesce(sum(withdrawn_dong), 0)::bigint AS withdrawn_dong,
       (SELECT coalesce(sum(amount_dong), 0)::bigint FROM receivable_give_backs
        WHERE authority_id = ANY(CAST(:authority_ids AS text[]))) AS given_back_dong,
       (SELECT coalesce(sum(moved.dong), 0)::bigint FROM handover_receivables h
        CROSS JOIN LATERAL (VALUES (h.from_authority_id, -h.left_dong), (h.to_authority_id, h.left_dong)) AS moved (whose, dong)
        WHERE moved.whose = ANY(CAST(:authority_ids AS text[]))) AS taken_over_dong
FROM receivables WHERE authority_id = ANY(CAST(:authority_ids AS text[]))
UNION ALL
SELECT 'ledger',
       coalesce(sum(amount_dong) FILTER (WHERE to_account = 'receivable' AND from_account <> 'handed_over'), 0)::bigint,
       coalesce(sum(amount_dong) FILTER (WHERE from_account = 'receivable' AND to_account = 'treasury'), 0)::bigint,
       coalesce(sum(amount_dong) FILTER (WHERE from_account = 'receivable' AND to_account = 'written_off'), 0)::bigint,
       coalesce(sum(amount_dong) FILTER (WHERE from_account = 'receivable' AND to_account IN ('payees', 'opening')), 0)::bigint,
       coalesce(sum(amount_dong) FILTER (WHERE from_account = 'treasury' AND to_account = 'payees'), 0)::bigint,
       (coalesce(sum(amount_dong) FILTER (WHERE to_account = 'receivable' AND from_account = 'handed_over'), 0)
           - coalesce(sum(amount_dong) FILTER (WHERE from_account = 'receivable' AND to_account = 'handed_over'), 0))::bigint
FROM ledger_entries WHERE book = 'money' AND authority_id = ANY(CAST(:authority_ids AS text[]))
"""


async def totals(tx: Tx, authority_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """What receivables come to, by their `rows` and by the `ledger`."""
    rows = await tx.rows(_TOTALS, authority_ids=list(authority_ids))
    return {row["what"]: {name: value for name, value in row.items() if name != "what"} for row in rows}
