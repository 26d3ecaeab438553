"""People whose payment waits because they collect nothing, and what communes found when they verified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.disbursement.domain.uncollected import Finding, RunMonth, Suspension, ends_wait
from shared.auth import Caller
from shared.database import Row, Tx
from shared.kernel.ids import new_id

_SUSPENSION = """suspension_id, beneficiary_id, authority_id, unit_id, since_month, months, suspended_at, found, ended_at"""

# Whoever has something in `draw_due` that failed before, with how the run months since an earlier wait was
# over ended.
_HISTORY = """
SELECT d.subject_id, p.run_month, bool_or(p.state = 'paid') AS paid,
       bool_or(p.state IN ('rejected', 'returned', 'unclaimed')) AS failed
FROM (SELECT DISTINCT subject_id FROM draw_due WHERE NOT is_new AND resting IN ('returned', 'unclaimed')) d
LEFT JOIN LATERAL (SELECT max(s.ended_at) AS at FROM suspensions s WHERE s.beneficiary_id = d.subject_id) ended ON true
JOIN payments p ON p.beneficiary_id = d.subject_id AND p.settled_at > coalesce(ended.at, '-infinity')
WHERE NOT EXISTS (SELECT FROM suspensions s WHERE s.beneficiary_id = d.subject_id AND s.ended_at IS NULL)
GROUP BY d.subject_id, p.run_month
"""

_SUSPEND = """
INSERT INTO suspensions (suspension_id, beneficiary_id, authority_id, unit_id, since_month, months, version, suspended_at)
SELECT uuidv7(), n.beneficiary_id, :authority_id, due.unit_id, n.since_month, n.months, p.version, platform.business_now()
FROM unnest(CAST(:people AS uuid[]), CAST(:since AS date[]), CAST(:months AS integer[]))
    AS n (beneficiary_id, since_month, months)
JOIN people p ON p.beneficiary_id = n.beneficiary_id
CROSS JOIN LATERAL (SELECT d.unit_id FROM draw_due d WHERE d.subject_id = n.beneficiary_id
                    ORDER BY d.benefit_month DESC, d.revision DESC LIMIT 1) due
"""


async def histories(tx: Tx) -> dict[UUID, list[RunMonth]]:
    """How the run months of people with failed payments in `draw_due` ended."""
    found: dict[UUID, list[RunMonth]] = defaultdict(list)
    for row in await tx.rows(_HISTORY):
        found[row["subject_id"]].append(RunMonth(row["run_month"], row["paid"], row["failed"]))
    return found


async def suspend(tx: Tx, authority_id: str, waiting: Mapping[UUID, Sequence[date]]) -> None:
    """Let these people's payments wait; with the months in a row that nothing reached them."""
    if waiting:
        people = sorted(waiting)
        await tx.run(
            _SUSPEND,
            authority_id=authority_id,
            people=people,
            since=[waiting[person][0] for person in people],
            months=[len(waiting[person]) for person in people],
        )


async def end_decided(tx: Tx, authority_id: str) -> int:
    """End the suspensions of an authority whose decision the registry has said; how many."""
    rows = await tx.rows(
        """SELECT s.suspension_id, s.found, p.status, p.unit_id <> s.unit_id AND NOT EXISTS (
                   SELECT FROM unit_heirs h WHERE h.from_unit_id = s.unit_id AND h.to_unit_id = p.unit_id) AS moved,
                  p.version > s.version AS changed
           FROM suspensions s JOIN people p ON p.beneficiary_id = s.beneficiary_id
           WHERE s.authority_id = :authority_id AND s.ended_at IS NULL""",
        authority_id=authority_id,
    )
    over = [
        row["suspension_id"]
        for row in rows
        if ends_wait(row["found"], status=row["status"], moved=row["moved"], changed=row["changed"])
    ]
    return await _end(tx, over) if over else 0


async def _end(tx: Tx, ids: Sequence[UUID]) -> int:
    return await tx.run(
        "UPDATE suspensions SET ended_at = platform.business_now() WHERE suspension_id = ANY(CAST(:ids AS uuid[]))", ids=list(ids)
    )


async def open_of(tx: Tx, beneficiary_id: UUID) -> Suspension | None:
    """The person's open suspension, locked; None where there is none in the transaction's scope."""
    row = await tx.row(
        f"""SELECT {_SUSPENSION} FROM suspensions WHERE beneficiary_id = :beneficiary_id AND ended_at IS NULL
            FOR UPDATE""",  # noqa: S608 - constants only
        beneficiary_id=beneficiary_id,
    )
    return Suspension(**row) if row else None


async def find(tx: Tx, suspension_id: UUID) -> Suspension:
    """One suspension."""
    row = await tx.row(
        f"SELECT {_SUSPENSION} FROM suspensions WHERE suspension_id = :suspension_id",  # noqa: S608 - constants only
        suspension_id=suspension_id,
    )
    assert row is not None
    return Suspension(**row)


async def verify(tx: Tx, caller: Caller, held: Suspension, found: Finding, paper: str, verified_on: date) -> None:
    """Keep what the commune found. Found alive and entitled, the person is paid again."""
    await tx.run(
        """INSERT INTO verifications (verification_id, suspension_id, beneficiary_id, unit_id, found, paper, verified_on, issuer,
                                      subject, recorded_at)
           VALUES (:verification_id, :suspension_id, :beneficiary_id, :unit_id, :found, :paper, :verified_on, :issuer, :subject,
                   platform.business_now())""",
        verification_id=new_id(),
        suspension_id=held.suspension_id,
        beneficiary_id=held.beneficiary_id,
        unit_id=held.unit_id,
        found=found,
        paper=paper,
        verified_on=verified_on,
        issuer=caller.issuer,
        subject=caller.subject,
    )
    await tx.run(
        "UPDATE suspensions SET found = :found WHERE suspension_id = :suspension_id",
        found=found,
        suspension_id=held.suspension_id,
    )
    if ends_wait(found, status="", moved=False, changed=False):
        await _end(tx, [held.suspension_id])


_UNCLAIMED = """
SELECT o.subject_id AS beneficiary_id, q.code AS beneficiary_code, q.full_name, o.authority_id,
       min(coalesce(o.pay_unit_id, o.unit_id)) AS unit_id, array_agg(DISTINCT o.benefit_month ORDER BY o.benefit_month) AS months,
       CAST(sum(o.amount_dong) AS bigint) AS amount_dong, min(o.benefit_month) AS since_month,
       s.suspended_at, s.months AS run_months_in_a_row, s.found
FROM obligations o
LEFT JOIN people q ON q.beneficiary_id = o.subject_id
LEFT JOIN suspensions s ON s.beneficiary_id = o.subject_id AND s.ended_at IS NULL
WHERE o.live_payment_id IS NULL AND o.resting <> 'cancelled' AND (o.resting = 'unclaimed' OR s.suspension_id IS NOT NULL)
  AND (CAST(:suspended AS boolean) IS NULL OR (s.suspension_id IS NOT NULL) = CAST(:suspended AS boolean))
  AND (CAST(:authority_id AS text) IS NULL OR o.authority_id = CAST(:authority_id AS text))
  AND o.subject_id > :after
GROUP BY o.subject_id, q.code, q.full_name, o.authority_id, s.suspended_at, s.months, s.found
ORDER BY o.subject_id, o.authority_id LIMIT :limit
"""


async def unclaimed(tx: Tx, after: UUID, limit: int, *, authority_id: str | None, suspended: bool | None) -> Sequence[Row]:
    """People with money that they did not collect, by id, after one; of those suspended all that waits.

    A person owed by two authorities stands twice, on one page.
    """
    rows = await tx.rows(_UNCLAIMED, after=after, limit=limit + 1, authority_id=authority_id, suspended=suspended)
    if len(rows) <= limit:
        return rows
    last = rows[limit]["beneficiary_id"]
    whole = [row for row in rows if row["beneficiary_id"] != last]
    return whole or rows[:limit]


async def unclaimed_totals(tx: Tx, *, authority_id: str | None) -> Row:
    """How many people, and đồng, wait uncollected, and of them how many suspended."""
    row = await tx.row(
        """SELECT count(DISTINCT o.subject_id) AS people, CAST(coalesce(sum(o.amount_dong), 0) AS bigint) AS amount_dong,
                  count(DISTINCT s.beneficiary_id) AS suspended
           FROM obligations o LEFT JOIN suspensions s ON s.beneficiary_id = o.subject_id AND s.ended_at IS NULL
           WHERE o.live_payment_id IS NULL AND o.resting <> 'cancelled'
             AND (o.resting = 'unclaimed' OR s.suspension_id IS NOT NULL)
             AND (CAST(:authority_id AS text) IS NULL OR o.authority_id = CAST(:authority_id AS text))""",
        authority_id=authority_id,
    )
    assert row is not None
    return row
