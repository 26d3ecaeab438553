"""Receivables that go over with a hand-over: what is not closed follows its commune, with its plan."""

from __future__ import annotations

from services.disbursement.domain.handovers import Handover, Passage
from services.disbursement.domain.ledger import RECEIVABLE
from services.disbursement.storage.handover_rows import HEIR_OF_LINE
from shared.database import Tx

_TAKE_OVER = f"""
WITH going AS (
    SELECT t.receivable_id, t.run_id, heir.to_authority_id,
           t.amount_dong - t.repaid_dong - t.written_off_dong - t.withdrawn_dong AS left_dong
    FROM receivables t {HEIR_OF_LINE.format(person="t.beneficiary_id", unit="t.unit_id")}
    WHERE t.authority_id = :from_authority_id AND t.state IN ('decided', 'agreed', 'repaying') FOR UPDATE OF t),
whole AS (
    UPDATE receivables t SET authority_id = g.to_authority_id FROM going g
    WHERE t.receivable_id = g.receivable_id AND g.to_authority_id IS NOT NULL
    RETURNING t.receivable_id, t.run_id, t.authority_id AS to_authority_id, g.left_dong),
months AS (
    UPDATE receivable_items t SET authority_id = g.to_authority_id FROM going g
    WHERE t.receivable_id = g.receivable_id AND g.to_authority_id IS NOT NULL),
plans AS (
    UPDATE receivable_instalments t SET authority_id = g.to_authority_id FROM going g
    WHERE t.receivable_id = g.receivable_id AND g.to_authority_id IS NOT NULL),
kept AS (
    INSERT INTO handover_receivables (handover_id, receivable_id, from_authority_id, to_authority_id, left_dong, moved_at)
    SELECT :handover_id, receivable_id, :from_authority_id, to_authority_id, left_dong, platform.business_now() FROM whole)
SELECT run_id, to_authority_id, CAST(count(*) AS integer) AS receivables, CAST(sum(left_dong) AS bigint) AS amount_dong
FROM whole GROUP BY run_id, to_authority_id ORDER BY run_id, to_authority_id
"""  # noqa: S608 - constants only


async def take_over(tx: Tx, handover: Handover) -> list[tuple[int, Passage]]:
    """Let what is not closed go over: how many receivables, and what is left of them, by run and heir.

    What came back before stays in the old authority's books. The heirs must be named already.
    """
    rows = await tx.rows(_TAKE_OVER, handover_id=handover.handover_id, from_authority_id=handover.from_authority_id)
    return [
        (
            row.pop("receivables"),
            Passage(book="money", account=RECEIVABLE, from_authority_id=handover.from_authority_id, **row),
        )
        for row in rows
    ]
