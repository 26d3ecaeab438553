"""What goes over from one authority to another: obligations in flight and at rest with their payments, and rows that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.handovers import Handover, Passage
from services.disbursement.storage.handovers import lineage
from shared.database import Tx

# Where a commune of then is today, and whose. Of a commune that was divided the part counts where the person lives now.
HEIR_OF_LINE = """
LEFT JOIN LATERAL (
    SELECT h.to_authority_id, h.to_unit_id FROM unit_heirs u JOIN handover_communes h ON h.to_unit_id = u.to_unit_id
    LEFT JOIN people q ON q.beneficiary_id = {person}
    WHERE u.from_unit_id = {unit} ORDER BY h.to_unit_id = q.unit_id DESC NULLS LAST, h.to_unit_id LIMIT 1) heir ON true
"""

_TABLE = """
CREATE TEMP TABLE handed (
    benefit_month date, subject_id uuid, kind text, revision integer, amount_dong bigint, place text, run_id uuid,
    contract_id uuid, provider text, channel text, run_month date, payment_id uuid, payment_dong bigint,
    to_authority_id text, to_unit_id text
) ON COMMIT DROP
"""

_IN_FLIGHT = f"""
INSERT INTO handed
SELECT o.benefit_month, o.subject_id, o.kind, o.revision, o.amount_dong, 'in_flight', p.run_id, r.contract_id, r.provider,
       r.channel, p.run_month, p.payment_id, p.amount_dong, heir.to_authority_id, heir.to_unit_id
FROM payrolls r
JOIN payments p ON p.run_month = r.run_month AND p.payroll_id = r.payroll_id
{HEIR_OF_LINE.format(person="p.beneficiary_id", unit="p.unit_id")}
JOIN payment_lines l ON l.payment_id = p.payment_id
JOIN obligations o ON o.benefit_month = l.benefit_month AND o.subject_id = l.subject_id AND o.kind = l.kind
    AND o.revision = l.revision AND o.live_payment_id = p.payment_id
WHERE r.authority_id = ANY(CAST(:lineage AS text[])) AND p.authority_id = :from_authority_id AND p.state = 'open'
"""  # noqa: S608 - constants only

# What rests lies at the contract of the payment that let it go, where there was one.
_RESTING = f"""
INSERT INTO handed
SELECT o.benefit_month, o.subject_id, o.kind, o.revision, o.amount_dong,
       CASE o.resting WHEN 'new' THEN 'not_released' ELSE o.resting END, coalesce(last.run_id, o.run_id), last.contract_id,
       last.provider, last.channel, NULL, NULL, NULL, heir.to_authority_id, heir.to_unit_id
FROM obligations o
{HEIR_OF_LINE.format(person="o.subject_id", unit="o.unit_id")}
LEFT JOIN LATERAL (
    SELECT p.run_id, r.contract_id, r.provider, r.channel FROM payment_lines l
    JOIN payments p ON p.run_month = l.run_month AND p.payment_id = l.payment_id
    JOIN payrolls r ON r.payroll_id = p.payroll_id
    WHERE l.benefit_month = o.benefit_month AND l.subject_id = o.subject_id AND l.kind = o.kind AND l.revision = o.revision
      AND l.payment_seq = o.payment_seq) last ON true
WHERE o.authority_id = :from_authority_id AND o.live_payment_id IS NULL AND o.resting <> 'cancelled'
"""  # noqa: S608 - constants only

_MOVE_OBLIGATIONS = """
UPDATE obligations o SET authority_id = h.to_authority_id, pay_unit_id = h.to_unit_id FROM handed h
WHERE o.benefit_month = h.benefit_month AND o.subject_id = h.subject_id AND o.kind = h.kind AND o.revision = h.revision
"""

_MOVE_PAYMENTS = """
UPDATE payments p SET authority_id = h.to_authority_id
FROM (SELECT DISTINCT run_month, payment_id, to_authority_id FROM handed WHERE payment_id IS NOT NULL) h
WHERE p.run_month = h.run_month AND p.payment_id = h.payment_id
"""

_PASSAGES = """
SELECT run_id, place AS account, to_authority_id, CAST(sum(amount_dong) AS bigint) AS amount_dong,
       CAST(count(*) AS integer) AS obligations, benefit_month, contract_id, provider, channel
FROM handed GROUP BY run_id, place, to_authority_id, benefit_month, contract_id, provider, channel
ORDER BY benefit_month, run_id, place, to_authority_id, contract_id, channel
"""


async def lock_books(tx: Tx, from_authority_id: str) -> None:
    """Hold everything that an authority answers for until the transaction ends: its contracts, and the chunks of its payrolls
    and of those that it took over. Outcomes, releases and refunds wait, and then find who answers now."""
    of = {"lineage": await lineage(tx, from_authority_id)}
    await tx.run(
        "SELECT 1 FROM contracts WHERE authority_id = ANY(CAST(:lineage AS text[])) ORDER BY contract_id FOR UPDATE", **of
    )
    await tx.run(
        """SELECT 1 FROM chunks c JOIN payrolls r ON r.payroll_id = c.payroll_id
           WHERE r.authority_id = ANY(CAST(:lineage AS text[])) ORDER BY c.payroll_id, c.chunk_no FOR UPDATE OF c""",
        **of,
    )


async def unsent(tx: Tx, from_authority_id: str) -> list[tuple[UUID, list[UUID]]]:
    """Open lines that no dispatcher has sent, by payroll."""
    rows = await tx.rows(
        """SELECT p.payroll_id, array_agg(p.payment_id ORDER BY p.line_no) AS payment_ids
           FROM payrolls r JOIN chunks c ON c.payroll_id = r.payroll_id AND c.state = 'sealed'
           JOIN payments p ON p.run_month = r.run_month AND p.payroll_id = c.payroll_id AND p.chunk_no = c.chunk_no
           WHERE r.authority_id = :from_authority_id AND r.state <> 'cancelled' AND p.state = 'open'
           GROUP BY p.payroll_id ORDER BY p.payroll_id""",
        from_authority_id=from_authority_id,
    )
    return [(row["payroll_id"], list(row["payment_ids"])) for row in rows]


async def cancel_unreleased(tx: Tx, from_authority_id: str) -> int:
    """Cancel the payrolls that were not released; how many. Their lines have been taken out."""
    return await tx.run(
        """UPDATE payrolls SET state = 'cancelled'
           WHERE authority_id = :from_authority_id AND state IN ('drawn', 'prepared', 'approved')""",
        from_authority_id=from_authority_id,
    )


async def take_over_open(tx: Tx, handover: Handover) -> list[Passage]:
    """Move the open payments and what rests to their heirs; what went from whose books to whose. Left in `handed` for others."""
    await tx.run(_TABLE)
    which = {"from_authority_id": handover.from_authority_id}
    await tx.run(_IN_FLIGHT, lineage=await lineage(tx, handover.from_authority_id), **which)
    await tx.run(_RESTING, **which)
    await tx.run("ANALYZE handed")
    await tx.run(_MOVE_OBLIGATIONS)
    await tx.run(_MOVE_PAYMENTS)
    rows = await tx.rows(_PASSAGES)
    return [Passage(book="obligations", from_authority_id=handover.from_authority_id, **row) for row in rows]


@dataclass(frozen=True, slots=True)
class Follower:
    """A table whose open rows go over with their commune. To let another table follow, add a row to `FOLLOWERS`."""

    table: str
    person: str  # column
    open: str  # condition on `t`


FOLLOWERS = (
    Follower("opening_entries", "beneficiary_id", "t.state = 'booked'"),
    Follower("suspensions", "beneficiary_id", "t.ended_at IS NULL"),
    Follower("overpaid_lines", "subject_id", "t.came_back_at IS NULL"),
)
"""Each has `authority_id` and `unit_id` (a commune). A contradiction has no commune of its own: it follows its payment."""

_FOLLOW = """
UPDATE {table} t SET authority_id = n.to_authority_id
FROM (SELECT t.ctid AS row, heir.to_authority_id FROM {table} t {heir}
      WHERE t.authority_id = :from_authority_id AND {open}) n
WHERE t.ctid = n.row AND n.to_authority_id IS NOT NULL
"""

_CONTRADICTIONS = f"""
UPDATE contradictions t SET authority_id = n.to_authority_id
FROM (SELECT c.contradiction_id, heir.to_authority_id FROM contradictions c
      JOIN payments p ON p.run_month = c.run_month AND p.payment_id = c.payment_id
      {HEIR_OF_LINE.format(person="p.beneficiary_id", unit="p.unit_id")}
      WHERE c.authority_id = :from_authority_id AND c.settled_at IS NULL) n
WHERE t.contradiction_id = n.contradiction_id AND n.to_authority_id IS NOT NULL
"""  # noqa: S608 - constants only


async def take_over_followers(tx: Tx, from_authority_id: str) -> dict[str, int]:
    """Let open rows of other tables follow; how many, by table."""
    moved = {}
    for each in FOLLOWERS:
        heir = HEIR_OF_LINE.format(person=f"t.{each.person}", unit="t.unit_id")
        sql = _FOLLOW.format(table=each.table, heir=heir, open=each.open)
        moved[each.table] = await tx.run(sql, from_authority_id=from_authority_id)
    moved["contradictions"] = await tx.run(_CONTRADICTIONS, from_authority_id=from_authority_id)
    return moved


@dataclass(frozen=True, slots=True)
class Claim:
    """Đồng of one contract and run that an authority's lines stand for: `open_dong` in flight, `resting_dong` let go."""

    authority_id: str
    contract_id: UUID
    run_id: UUID
    open_dong: int
    resting_dong: int


async def claims(tx: Tx) -> list[Claim]:
    """What the lines of `handed` stand for. In flight a payment counts once, whatever it settles."""
    rows = await tx.rows(
        """SELECT to_authority_id AS authority_id, contract_id, run_id,
                  CAST(coalesce(sum(amount_dong) FILTER (WHERE place = 'in_flight'), 0) AS bigint) AS open_dong,
                  CAST(coalesce(sum(amount_dong) FILTER (WHERE place IN ('returned', 'unclaimed')), 0) AS bigint) AS resting_dong
           FROM handed WHERE contract_id IS NOT NULL GROUP BY to_authority_id, contract_id, run_id
           ORDER BY contract_id, run_id, to_authority_id"""
    )
    return [Claim(**row) for row in rows]


_CONTRACTS = """
WITH served AS (
    SELECT c.contract_id, c.number, c.lead_provider, c.valid_to, h.to_authority_id, h.to_unit_id,
           greatest(min(s.from_month), CAST(:month AS date)) AS from_month,
           CASE WHEN bool_or(s.to_month IS NULL) THEN NULL ELSE max(s.to_month) END AS to_month
    FROM contracts c JOIN contract_communes s ON s.contract_id = c.contract_id
    JOIN handover_communes h ON h.handover_id = :handover_id AND h.from_unit_id = s.unit_id
    WHERE c.authority_id = :from_authority_id AND (c.valid_to IS NULL OR c.valid_to >= CAST(:month AS date))
      AND (s.to_month IS NULL OR s.to_month >= CAST(:month AS date))
    GROUP BY c.contract_id, h.to_authority_id, h.to_unit_id),
made AS (
    INSERT INTO contracts (contract_id, authority_id, number, lead_provider, valid_from, valid_to, continues_id)
    SELECT uuidv7(), n.to_authority_id,
           CASE WHEN EXISTS (SELECT FROM contracts x WHERE x.authority_id = n.to_authority_id AND x.number = n.number)
                THEN n.number || ' (' || CAST(:from_authority_id AS text) || ')' ELSE n.number END,
           n.lead_provider, CAST(:month AS date), n.valid_to, n.contract_id
    FROM (SELECT DISTINCT contract_id, number, lead_provider, valid_to, to_authority_id FROM served) n
    ORDER BY n.to_authority_id, n.number
    RETURNING contract_id, authority_id, continues_id),
channels AS (
    INSERT INTO contract_channels (contract_id, channel, provider)
    SELECT m.contract_id, h.channel, h.provider FROM made m JOIN contract_channels h ON h.contract_id = m.continues_id),
communes AS (
    INSERT INTO contract_communes (contract_id, unit_id, from_month, to_month)
    SELECT m.contract_id, s.to_unit_id, s.from_month, s.to_month
    FROM made m JOIN served s ON s.contract_id = m.continues_id AND s.to_authority_id = m.authority_id)
SELECT authority_id, CAST(count(*) AS integer) AS contracts FROM made GROUP BY authority_id
"""


async def continue_contracts(tx: Tx, handover: Handover) -> dict[str, int]:
    """Let the contracts in force go on at the heirs, for the communes that they served, and end them at the old authority; how
    many each heir got. Payments under way stay with the old contract, and run to their end there."""
    on = handover.happened_on
    which = {"from_authority_id": handover.from_authority_id, "month": on}
    rows = await tx.rows(_CONTRACTS, handover_id=handover.handover_id, **which)
    await _end_contracts(tx, handover.from_authority_id, on)
    return {row["authority_id"]: row["contracts"] for row in rows}


async def _end_contracts(tx: Tx, authority_id: str, on: date) -> None:
    await tx.run(
        """UPDATE contract_communes s SET to_month = CAST(CAST(:month AS date) - interval '1 month' AS date)
           FROM contracts c WHERE c.contract_id = s.contract_id AND c.authority_id = :authority_id
             AND (s.to_month IS NULL OR s.to_month >= CAST(:month AS date))""",
        authority_id=authority_id,
        month=on,
    )
    await tx.run(
        """UPDATE contracts SET valid_to = CAST(:month AS date) - 1
           WHERE authority_id = :authority_id AND (valid_to IS NULL OR valid_to >= CAST(:month AS date))""",
        authority_id=authority_id,
        month=on,
    )


async def without_heir(tx: Tx) -> Sequence[UUID]:
    """People of lines in `handed` that no authority takes over. There are none where every commune was named."""
    rows = await tx.rows("SELECT DISTINCT subject_id FROM handed WHERE to_authority_id IS NULL")
    return [row["subject_id"] for row in rows]
