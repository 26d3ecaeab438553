"""Payments of an authority that has handed over, when something is heard of them: they go over to its heir first."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from services.disbursement.domain.handovers import Passage
from services.disbursement.domain.ledger import PAYEES, paid_place
from services.disbursement.storage import closings
from services.disbursement.storage.closings import LateEntry
from services.disbursement.storage.handover_money import record
from services.disbursement.storage.handover_rows import HEIR_OF_LINE
from services.disbursement.storage.ledger import post
from services.disbursement.storage.outcomes import ChunkRef
from shared.database import Row, Tx

# A payment that is not paid follows what it was to settle, which went over with the act; else its commune.
_ANSWERING = f"""
SELECT p.payment_id, p.authority_id, p.state, p.amount_dong, x.handover_id, heir.to_unit_id,
       CASE WHEN x.handover_id IS NULL THEN p.authority_id
            ELSE coalesce(CASE WHEN p.state <> 'paid' THEN owes.authority_id END, heir.to_authority_id, p.authority_id) END
           AS to_authority_id
FROM payments p
LEFT JOIN handovers x ON x.from_authority_id = p.authority_id
LEFT JOIN LATERAL (
    SELECT o.authority_id FROM payment_lines l
    JOIN obligations o ON o.benefit_month = l.benefit_month AND o.subject_id = l.subject_id AND o.kind = l.kind
        AND o.revision = l.revision
    WHERE l.payment_id = p.payment_id AND NOT EXISTS (SELECT FROM handovers h WHERE h.from_authority_id = o.authority_id)
    ORDER BY o.benefit_month DESC, o.revision DESC LIMIT 1) owes ON true
{HEIR_OF_LINE.format(person="p.beneficiary_id", unit="p.unit_id")}
WHERE p.run_month = :run_month AND p.payment_id = ANY(CAST(:payment_ids AS uuid[])) ORDER BY p.payment_id
"""  # noqa: S608 - constants only

_MOVE_PAYMENT = """
UPDATE payments SET authority_id = :to_authority_id WHERE run_month = :run_month AND payment_id = :payment_id
"""

_MOVE_PAID = """
UPDATE obligations o SET authority_id = :to_authority_id, pay_unit_id = :to_unit_id
FROM payment_lines l
WHERE l.payment_id = :payment_id AND o.benefit_month = l.benefit_month AND o.subject_id = l.subject_id AND o.kind = l.kind
  AND o.revision = l.revision AND o.live_payment_id = :payment_id
RETURNING o.benefit_month, o.amount_dong, old.authority_id AS from_authority_id
"""


async def who_answers(tx: Tx, chunk: ChunkRef, payment_ids: Collection[UUID]) -> dict[UUID, str]:
    """In whose books each payment of a chunk stands now. One that stood in those of an authority that has handed over goes
    over to the heir of its commune, with what it paid, as the rest went with the act."""
    if not chunk.handed_over:
        return dict.fromkeys(payment_ids, chunk.authority_id)
    rows = await tx.rows(_ANSWERING, run_month=chunk.run_month, payment_ids=list(payment_ids))
    for row in rows:
        if row["to_authority_id"] != row["authority_id"]:
            await _take_over(tx, chunk, row)
    return {row["payment_id"]: row["to_authority_id"] for row in rows}


async def _take_over(tx: Tx, chunk: ChunkRef, row: Row) -> None:
    which = {"payment_id": row["payment_id"], "to_authority_id": row["to_authority_id"]}
    await tx.run(_MOVE_PAYMENT, run_month=chunk.run_month, **which)
    if row["state"] != "paid":
        return
    moved = await tx.rows(_MOVE_PAID, to_unit_id=row["to_unit_id"], **which)
    run_id = await closings.open_run_for(tx, chunk.run_id, row["authority_id"], row["to_authority_id"])
    about = chunk.run_id if run_id != chunk.run_id else None
    passages = [
        Passage(
            book="obligations",
            run_id=run_id,
            account=paid_place(chunk.channel),
            from_authority_id=each["from_authority_id"],
            to_authority_id=row["to_authority_id"],
            amount_dong=each["amount_dong"],
            obligations=1,
            benefit_month=each["benefit_month"],
            contract_id=chunk.contract_id,
            provider=chunk.provider,
            channel=chunk.channel,
            about_run_id=about,
        )
        for each in moved
    ]
    money = Passage(
        book="money",
        run_id=run_id,
        account=PAYEES,
        from_authority_id=row["authority_id"],
        to_authority_id=row["to_authority_id"],
        amount_dong=row["amount_dong"],
        contract_id=chunk.contract_id,
        provider=chunk.provider,
        channel=chunk.channel,
        about_run_id=about,
    )
    await post(tx, [entry for passage in [*passages, money] for entry in passage.entries])
    await record(tx, row["handover_id"], [money])
    if about is not None:
        for authority_id, dong in ((row["authority_id"], -row["amount_dong"]), (row["to_authority_id"], row["amount_dong"])):
            late = [LateEntry(row["payment_id"], dong)]
            await closings.record_late(tx, chunk.run_id, run_id, authority_id, chunk.contract_id, late)
