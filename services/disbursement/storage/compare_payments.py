"""Our payments beside a provider's lines, a whole list at once: tables of this transaction, and the rules in SQL.

`theirs` has one row for each reference of the list, `ours` one for each payment that is to be compared or that the list names,
`compared` one for each reference with what became of it. `domain/reconciliation.py` has the same rules for one reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.database import Tx

_DAY = "(({}) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"

_SENT = """
SELECT reference, amount_dong, state, seq, part_no, line_no,
       CASE WHEN seq IS NULL THEN 1 ELSE row_number() OVER (
           PARTITION BY seq, reference, amount_dong, state ORDER BY part_no, line_no) END AS time
FROM reconciliation_lines WHERE reconciliation_id = :reconciliation_id
"""
"""A line that comes again under its own number is the same line."""

_FETCHED = """
SELECT reference, amount_dong, state, line_no AS seq, listed_on - date '2000-01-01' AS part_no, line_no, 1 AS time
FROM provider_lines WHERE provider = :provider AND source = :source AND listed_on BETWEEN :from_on AND :to_on
"""

_THEIRS = """
CREATE TEMP TABLE theirs ON COMMIT DROP AS
SELECT reference, count(*) FILTER (WHERE state = 'paid') AS paid, count(*) FILTER (WHERE state = 'returned') AS returned,
       coalesce(sum(amount_dong) FILTER (WHERE state = 'paid'), 0)::bigint AS paid_dong,
       coalesce(sum(amount_dong) FILTER (WHERE state = 'returned'), 0)::bigint AS returned_dong,
       min(amount_dong) AS least_dong, max(amount_dong) AS most_dong,
       (array_agg(state ORDER BY part_no DESC, line_no DESC) FILTER (WHERE state NOT IN ('paid', 'returned')))[1] AS other
FROM ({lines}) lines WHERE time = 1 GROUP BY reference
"""

_MINE = """(r.provider = :provider AND r.authority_id = ANY(CAST(:authority_ids AS text[]))
        AND (CAST(:contract_id AS uuid) IS NULL OR r.contract_id = :contract_id))"""

_PAYMENT = f"""
SELECT p.run_month, p.payment_id, payment_reference(p.payment_id, greatest(1, p.step / 100)) AS reference, r.authority_id,
       p.amount_dong, p.state, c.state <> 'sealed' AND p.state <> 'removed' AS handed_over,
       coalesce({_DAY.format("p.settled_at")} > CAST(:to_on AS date), false) AS settled_after, {_MINE} AS mine
FROM payments p JOIN payrolls r USING (payroll_id) JOIN chunks c ON c.payroll_id = p.payroll_id AND c.chunk_no = p.chunk_no
"""  # noqa: S608 - constants only

_OURS_OF_RUN = f"""
CREATE TEMP TABLE ours ON COMMIT DROP AS
{_PAYMENT} WHERE p.run_id = :run_id AND p.run_month = (SELECT run_month FROM runs WHERE run_id = :run_id) AND {_MINE}
"""  # noqa: S608 - constants only

# A payment belongs to the period that it ended in; one that is open, to every period since it was handed over.
_OURS_OF_PERIOD = f"""
CREATE TEMP TABLE ours ON COMMIT DROP AS
{_PAYMENT} WHERE p.run_month BETWEEN CAST(:from_on AS date) - interval '12 months' AND CAST(:to_on AS date) + interval '2 months'
    AND {_MINE} AND c.state <> 'sealed' AND p.state <> 'removed'
    AND ({_DAY.format("p.settled_at")} BETWEEN CAST(:from_on AS date) AND CAST(:to_on AS date)
         OR (p.state = 'open' AND {_DAY.format("c.instructed_at")} <= CAST(:to_on AS date)))
"""

# References that they name and that are not among those yet. Of a period they may be ours after all: the sides differ by a day.
# Those of other runs and contracts somebody's list must not name; the gateway's days name everything, so there they are let go.
_NAMED = f"""
WITH payment AS MATERIALIZED (
    SELECT run_month, payment_id, reference, authority_id, amount_dong, state, handed_over, settled_after,
           mine AND :of_period AS mine
    FROM ({_PAYMENT} WHERE p.run_month BETWEEN CAST(:from_on AS date) - interval '12 months'
                                       AND CAST(:to_on AS date) + interval '2 months' OFFSET 0) y
    WHERE EXISTS (SELECT FROM theirs t WHERE t.reference = y.reference)
      AND NOT EXISTS (SELECT FROM ours o WHERE o.reference = y.reference)
      AND (:from_gateway OR authority_id = ANY(CAST(:authority_ids AS text[])))),
kept AS (
    INSERT INTO ours SELECT run_month, payment_id, reference, authority_id, amount_dong, state, handed_over AND mine,
                            settled_after, mine
    FROM payment WHERE mine OR NOT :from_gateway)
DELETE FROM theirs WHERE :from_gateway AND reference IN (SELECT reference FROM payment WHERE NOT mine)
"""  # noqa: S608 - constants only

_ANY_OTHERS = "SELECT EXISTS (SELECT FROM theirs t WHERE NOT EXISTS (SELECT FROM ours o WHERE o.reference = t.reference))"

_COMPARED = """
CREATE TEMP TABLE compared ON COMMIT DROP AS
WITH both_sides AS (
    SELECT o.run_month, o.payment_id, reference, o.authority_id, o.amount_dong, o.state AS our_state, o.handed_over,
           o.settled_after, t.paid, t.returned, t.least_dong, t.most_dong,
           CASE WHEN t.paid IS NULL THEN NULL WHEN t.paid > t.returned THEN 'paid'
                WHEN t.paid + t.returned > 0 OR t.other IS NULL THEN 'returned' ELSE t.other END AS their_state,
           CASE WHEN t.paid > 0 THEN t.paid_dong - t.returned_dong ELSE 0 END AS their_dong
    FROM ours o FULL JOIN theirs t USING (reference)),
judged AS (
    SELECT *, CASE their_state WHEN 'pending' THEN our_state = 'open' OR settled_after
                               WHEN 'paid' THEN our_state = 'paid' OR (our_state = 'returned' AND settled_after)
                               ELSE our_state IN ('rejected', 'returned', 'unclaimed') END AS agrees
    FROM both_sides)
SELECT reference, run_month, payment_id, authority_id, our_state, their_state, coalesce(settled_after, false) AS settled_after,
       CASE WHEN handed_over AND ((their_state = 'paid' AND agrees) OR (our_state = 'paid' AND NOT settled_after))
            THEN amount_dong ELSE 0 END AS our_dong, their_dong,
       CASE WHEN their_state IS NULL THEN
                CASE WHEN handed_over AND NOT settled_after AND our_state = ANY(CAST(:expected AS text[]))
                     THEN 'missing_there' END
            WHEN payment_id IS NULL THEN 'unknown_reference'
            WHEN NOT handed_over THEN 'missing_here'
            WHEN paid - returned >= 2 THEN 'paid_twice'
            WHEN least_dong <> amount_dong OR most_dong <> amount_dong OR (paid > 0 AND returned > paid) THEN 'amount_differs'
            WHEN agrees THEN 'matched' ELSE 'state_differs' END AS kind
FROM judged
"""

_GAPS = """
CREATE TEMP TABLE gaps ON COMMIT DROP AS
SELECT :scope || ' ' || seq + 1 || '-' || next - 1 AS reference
FROM (SELECT seq, lead(seq) OVER (ORDER BY seq) AS next FROM reconciliation_lines
      WHERE reconciliation_id = :reconciliation_id AND seq IS NOT NULL) numbered WHERE next > seq + 1
"""

# Of what the gateway fetched: lines of a day that did not come here, and holes in the list's own numbers. Whichever comparison
# looks at the day finds the same gap.
_FETCHED_GAPS = """
CREATE TEMP TABLE gaps ON COMMIT DROP AS
WITH days AS (
    SELECT listed_on, lines FROM provider_days
    WHERE provider = :provider AND source = :source AND listed_on BETWEEN CAST(:from_on AS date) AND CAST(:to_on AS date)),
fetched AS (
    SELECT d.listed_on, d.lines, l.line_no, l.seq
    FROM days d JOIN provider_lines l ON l.provider = :provider AND l.source = :source AND l.listed_on = d.listed_on)
SELECT :provider || ' ' || :source || ' ' || listed_on || ' ' || what || ' ' || first || '-' || last AS reference
FROM (
    SELECT listed_on, 'line' AS what, at + 1 AS first, coalesce(next, lines + 1) - 1 AS last
    FROM (SELECT listed_on, lines, line_no AS at, lead(line_no) OVER (PARTITION BY listed_on ORDER BY line_no) AS next
          FROM (SELECT listed_on, lines, line_no FROM fetched UNION ALL SELECT listed_on, lines, 0 FROM days) n) lined
    UNION ALL
    SELECT listed_on, 'seq', seq + 1, next - 1
    FROM (SELECT listed_on, seq, lead(seq) OVER (PARTITION BY listed_on ORDER BY seq) AS next FROM fetched
          WHERE seq IS NOT NULL) numbered) holes
WHERE last >= first
"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared. `from_on` is the first day of a period, or of the lines that the gateway fetched for a run."""

    reconciliation_id: UUID
    provider: str
    source: str
    authority_ids: Sequence[str]
    contract_id: UUID | None
    run_id: UUID | None
    from_on: date
    to_on: date
    from_gateway: bool
    expected: Sequence[str]
    scope: str


async def compare(tx: Tx, asked: Comparison) -> int:
    """Make the tables of this transaction; how many of their lines were compared. It must see all rows."""
    mine = {
        "provider": asked.provider,
        "authority_ids": list(asked.authority_ids),
        "contract_id": asked.contract_id,
        "to_on": asked.to_on,
    }
    await _read_theirs(tx, asked)
    if asked.run_id is not None:
        await tx.run(_OURS_OF_RUN, **mine, run_id=asked.run_id)
    else:
        await tx.run(_OURS_OF_PERIOD, **mine, from_on=asked.from_on)
    await tx.run("ANALYZE theirs")
    await tx.run("ANALYZE ours")
    if await tx.scalar(_ANY_OTHERS):
        of_period = asked.run_id is None
        await tx.run(_NAMED, **mine, from_on=asked.from_on, of_period=of_period, from_gateway=asked.from_gateway)
    lines = await tx.scalar("SELECT coalesce(sum(paid + returned), 0) + count(*) FILTER (WHERE other IS NOT NULL) FROM theirs")
    await judge(tx, asked.expected)
    await tx.run("CREATE INDEX ON compared (reference)")  # every break is looked up in it
    await tx.run("ANALYZE compared")
    if asked.from_gateway:
        days = {"from_on": asked.from_on, "to_on": asked.to_on}
        await tx.run(_FETCHED_GAPS, provider=asked.provider, source=asked.source, **days)
    else:
        await tx.run(_GAPS, reconciliation_id=asked.reconciliation_id, scope=asked.scope)
    return int(lines)


async def judge(tx: Tx, expected: Sequence[str]) -> None:
    """`compared`, from `ours` and `theirs`."""
    await tx.run(_COMPARED, expected=list(expected))


async def _read_theirs(tx: Tx, asked: Comparison) -> None:
    if asked.from_gateway:
        sql = _THEIRS.format(lines=_FETCHED)
        days = {"from_on": asked.from_on, "to_on": asked.to_on}
        await tx.run(sql, provider=asked.provider, source=asked.source, **days)
    else:
        await tx.run(_THEIRS.format(lines=_SENT), reconciliation_id=asked.reconciliation_id)
