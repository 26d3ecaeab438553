"""Breaks: opened by a comparison, healed by a later one, assigned and closed by officers."""

from __future__ import annotations

from uuid import UUID

from services.disbursement.domain.reconciliation import BREAK_CLOSED, UNKNOWN_BREAK
from services.disbursement.storage.compare_payments import Comparison
from shared.database import Row, Tx
from shared.kernel.errors import Refusal

_SELECT = """
SELECT b.break_id, b.unit_id, b.provider, b.source, b.kind, b.reference, b.run_month, b.payment_id, b.our_state, b.their_state,
       b.our_dong, b.their_dong, b.opened_in, b.opened_at, b.seen_in, b.owner, b.assigned_at, b.closed_at, b.closed_as,
       b.close_note, b.evidence, b.closed_subject,
       ((coalesce(b.closed_at, platform.business_now()) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
        - (b.opened_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) AS age_days
FROM reconciliation_breaks b
"""

# A break that the same comparison finds no more, or finds to be another one, is healed. So is what any newer list of this
# provider matches. What a comparison leaves open because its day is earlier says nothing.
_HEAL = """
UPDATE reconciliation_breaks b SET closed_at = platform.business_now(), closed_as = 'healed', closed_in = :reconciliation_id
WHERE b.closed_at IS NULL AND b.provider = :provider AND b.source = :source
  AND b.unit_id = ANY(CAST(:unit_ids AS text[]))
  AND (EXISTS (SELECT FROM compared c WHERE c.reference = b.reference AND c.kind IS DISTINCT FROM b.kind
               AND NOT (c.kind IS NULL AND c.settled_after))
       OR (b.scope = :scope AND NOT EXISTS (SELECT FROM compared c WHERE c.reference = b.reference)
           AND NOT EXISTS (SELECT FROM gaps g WHERE g.reference = b.reference)))
"""

# What an officer closed with the same facts stays closed.
_OPEN = """
WITH found AS (
    SELECT coalesce(authority_id, :unit_id) AS unit_id, kind, reference, run_month, payment_id, our_state, their_state, our_dong,
           their_dong FROM compared WHERE kind <> 'matched'
    UNION ALL
    SELECT :unit_id, 'sequence_gap', reference, NULL, NULL, NULL, NULL, 0, 0 FROM gaps),
opened AS (
    INSERT INTO reconciliation_breaks AS b (unit_id, provider, source, kind, reference, run_month, payment_id, our_state,
        their_state, our_dong, their_dong, scope, opened_in, opened_at, seen_in)
    SELECT f.unit_id, :provider, :source, f.kind, f.reference, f.run_month, f.payment_id, f.our_state, f.their_state, f.our_dong,
           f.their_dong, :scope, :reconciliation_id, platform.business_now(), :reconciliation_id
    FROM found f
    WHERE NOT EXISTS (
        SELECT FROM reconciliation_breaks o WHERE o.reference = f.reference AND o.provider = :provider AND o.source = :source
            AND o.kind = f.kind AND o.closed_at IS NOT NULL AND o.closed_as <> 'healed'
            AND (o.our_state, o.their_state, o.our_dong, o.their_dong)
                IS NOT DISTINCT FROM (f.our_state, f.their_state, f.our_dong, f.their_dong))
    ON CONFLICT (provider, source, reference, kind) WHERE closed_at IS NULL DO UPDATE SET seen_in = excluded.seen_in,
        our_state = excluded.our_state, their_state = excluded.their_state, our_dong = excluded.our_dong,
        their_dong = excluded.their_dong
    RETURNING b.opened_in = :reconciliation_id AS fresh)
SELECT count(*) FILTER (WHERE fresh) FROM opened
"""

_FILTERS = {
    "kind": " AND b.kind = :kind",
    "provider": " AND b.provider = :provider",
    "source": " AND b.source = :source",
    "owner": " AND b.owner = :owner",
    "reconciliation_id": " AND b.seen_in = :reconciliation_id",
    "reference": " AND b.reference = :reference",
}
_STANDING = {True: " AND b.closed_at IS NULL", False: " AND b.closed_at IS NOT NULL"}


async def heal(tx: Tx, asked: Comparison, unit_id: str) -> int:
    """Close what the comparison of this transaction finds healed; how many."""
    return await tx.run(
        _HEAL,
        reconciliation_id=asked.reconciliation_id,
        provider=asked.provider,
        source=asked.source,
        unit_ids=[unit_id, *asked.authority_ids],
        scope=asked.scope,
    )


async def open_found(tx: Tx, asked: Comparison, unit_id: str) -> int:
    """Open what it finds and what is not open yet; how many were new."""
    return int(
        await tx.scalar(
            _OPEN,
            reconciliation_id=asked.reconciliation_id,
            unit_id=unit_id,
            provider=asked.provider,
            source=asked.source,
            scope=asked.scope,
        )
    )


async def page(
    tx: Tx, after: UUID, limit: int, *, is_open: bool | None, older_than_days: int | None, **asked: object
) -> list[Row]:
    """Breaks after one, oldest first, as far as the transaction's scope shows."""
    given = {name: value for name, value in asked.items() if value is not None}
    sql = _SELECT + " WHERE b.break_id > :after" + "".join(_FILTERS[name] for name in given)
    if is_open is not None:
        sql += _STANDING[is_open]
    if older_than_days is not None:
        given["older_than_days"] = older_than_days
        sql += " AND b.opened_at < platform.business_now() - make_interval(days => :older_than_days)"
    return await tx.rows(sql + " ORDER BY b.break_id LIMIT :limit", after=after, limit=limit, **given)


async def find(tx: Tx, break_id: UUID) -> Row:
    """A break; refused with `unknown-break`."""
    row = await tx.row(_SELECT + " WHERE b.break_id = :id", id=break_id)
    if row is None:
        raise Refusal(UNKNOWN_BREAK, break_id=break_id)
    return row


async def still_open(tx: Tx, reconciliation_id: UUID) -> tuple[int, int]:
    """Open breaks that a reconciliation found, and the đồng by which the two sides differ over them."""
    row = await tx.row(
        """SELECT count(*) AS breaks, coalesce(sum(abs(our_dong - their_dong)), 0)::bigint AS dong FROM reconciliation_breaks
           WHERE seen_in = :id AND closed_at IS NULL""",
        id=reconciliation_id,
    )
    assert row is not None
    return row["breaks"], row["dong"]


async def set_owner(tx: Tx, break_id: UUID, owner: str) -> None:
    """Give an open break to an officer; refused with `break-closed`, `unknown-break`."""
    if not await tx.run(
        """UPDATE reconciliation_breaks SET owner = :owner, assigned_at = platform.business_now()
           WHERE break_id = :id AND closed_at IS NULL""",
        id=break_id,
        owner=owner,
    ):
        await _refuse(tx, break_id)


async def close(tx: Tx, break_id: UUID, reason: str, note: str, evidence: str | None, issuer: str, subject: str) -> None:
    """Close an open break; refused with `break-closed`, `unknown-break`."""
    if not await tx.run(
        """UPDATE reconciliation_breaks SET closed_at = platform.business_now(), closed_as = :reason, close_note = :note,
               evidence = :evidence, closed_issuer = :issuer, closed_subject = :subject
           WHERE break_id = :id AND closed_at IS NULL""",
        id=break_id,
        reason=reason,
        note=note,
        evidence=evidence,
        issuer=issuer,
        subject=subject,
    ):
        await _refuse(tx, break_id)


async def _refuse(tx: Tx, break_id: UUID) -> None:
    await find(tx, break_id)
    raise Refusal(BREAK_CLOSED, break_id=break_id)
