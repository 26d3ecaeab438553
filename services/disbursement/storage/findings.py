"""What gates find in a payroll, each gate set by set over the lines that are still to be paid.

The transaction must see all rows: one account may serve people of two authorities, and people move.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from services.disbursement.domain.gates import AFTER_DEATH, Finding, Gate
from services.disbursement.domain.payrolls import Payroll
from services.disbursement.domain.routing import ACCOUNT_CHANNELS
from services.disbursement.storage import budgets, seals
from services.disbursement.storage.seals import as_sets
from shared.database import Tx

MAX_FINDINGS = 500
"""Of one gate: a payroll with more of them is looked at as a whole."""

_OPEN = "p.run_month = :run_month AND p.payment_id BETWEEN :first AND :last AND p.payroll_id = :payroll_id AND p.state = 'open'"

# Over the whole run month, whichever authority pays: an account or payee counts where this payroll pays it at all. An account
# is of one provider and channel, so payrolls of others can't pay into it. All of a payroll's are sought at once: an index takes
# the sorted list in one go, however many payments the run has, where a look-up for each line would descend anew.
_CROWDED = """ARRAY(
    SELECT x.{column} FROM payments x
    WHERE CAST(:{most} AS numeric) IS NOT NULL AND x.run_month = :run_month AND x.run_id = :run_id
      AND x.state IN ('open', 'paid') AND x.{column} IS NOT NULL AND x.{column} = ANY(ARRAY(SELECT o.{column} FROM opened o))
    GROUP BY x.{column} HAVING count(*) > CAST(:{most} AS numeric) ORDER BY x.{column})"""

# One look at all lines says what there is to find: of people of whom hardly anybody is paid, of hardly any amount, and of payees
# and accounts that hardly ever are paid for several. `IS TRUE` keeps such people a hashed set, where a join of sides without
# statistics could go row by row.
_SIGNS = f"""
WITH opened AS MATERIALIZED (
    SELECT p.beneficiary_id, p.payee_id, p.account_id, p.amount_dong FROM payments p WHERE {_OPEN})
SELECT coalesce(bool_or((p.beneficiary_id IN (
           SELECT q.beneficiary_id FROM people q WHERE q.status IN ('stopped', 'dead'))) IS TRUE), false) AS any_ended,
       coalesce(bool_or((p.beneficiary_id IN (
           SELECT q.beneficiary_id FROM people q WHERE q.birth_date <= :born_on)) IS TRUE), false) AS any_old,
       coalesce(max(p.amount_dong), 0) AS most_dong,
       {_CROWDED.format(column="account_id", most="most_of_account")} AS accounts,
       {_CROWDED.format(column="payee_id", most="most_of_payee")} AS payees
FROM opened p
"""  # noqa: S608 - constants only

_OVER_MAXIMUM = f"""
SELECT CAST(p.payment_id AS text) AS about, p.amount_dong AS measured, ARRAY[p.line_no] AS lines,
       ARRAY[p.beneficiary_code] AS names
FROM payments p WHERE {_OPEN} AND p.amount_dong > :threshold ORDER BY p.line_no LIMIT :most
"""  # noqa: S608 - constants only

# A month of one kind against the month before it, as other payments had it: arrears, which pay several months at once, are no
# jump, and a raise that this very payment makes up for in the month before hides none.
_JUMPS = f"""
WITH months AS (
    SELECT l.subject_id, l.kind, l.benefit_month, sum(l.amount_dong) AS amount_dong, min(p.line_no) AS line_no,
           min(p.beneficiary_code) AS name, p.payment_id
    FROM payments p JOIN payment_lines l ON l.payment_id = p.payment_id AND l.run_month = p.run_month
        AND l.payment_id BETWEEN :first AND :last
    WHERE {_OPEN} AND l.kind IN ('monthly', 'care_support')
    GROUP BY p.payment_id, l.subject_id, l.kind, l.benefit_month)
SELECT CAST(m.payment_id AS text) AS about, max(round(m.amount_dong / b.amount_dong, 2)) AS measured,
       ARRAY[min(m.line_no)] AS lines,
       ARRAY[min(m.name)] AS names
FROM months m
CROSS JOIN LATERAL (
    SELECT sum(o.amount_dong) AS amount_dong FROM obligations o
    WHERE o.benefit_month = CAST(m.benefit_month - interval '1 month' AS date) AND o.subject_id = m.subject_id AND o.kind = m.kind
      AND o.live_payment_id IS DISTINCT FROM m.payment_id AND (o.live_payment_id IS NOT NULL OR o.resting <> 'cancelled')
    OFFSET 0) b
WHERE m.amount_dong > :threshold * b.amount_dong
GROUP BY m.payment_id ORDER BY min(m.line_no) LIMIT :most
"""  # noqa: S608 - constants only

# OFFSET 0 keeps the inner select apart: each payee or account that is paid for several looks up its payments by key.
_SHARED = """
SELECT CAST(c.shared AS text) AS about, count(DISTINCT p.beneficiary_id) AS measured,
       array_agg(p.line_no ORDER BY p.line_no) FILTER (WHERE p.payroll_id = :payroll_id) AS lines,
       array_agg(DISTINCT p.beneficiary_code) AS names
FROM unnest(CAST(:shared AS uuid[])) AS c (shared)
CROSS JOIN LATERAL (
    SELECT x.beneficiary_id, x.beneficiary_code, x.line_no, x.payroll_id FROM payments x
    WHERE x.{column} = c.shared AND x.run_month = :run_month AND x.run_id = :run_id AND x.state IN ('open', 'paid')
    OFFSET 0) p
GROUP BY c.shared HAVING count(DISTINCT p.beneficiary_id) > :threshold ORDER BY c.shared LIMIT :most
"""
_ACCOUNT_SHARED, _PAYEE_SHARED = (_SHARED.format(column=column) for column in ("account_id", "payee_id"))

_TOO_OLD = f"""
SELECT CAST(p.payment_id AS text) AS about, extract(year FROM age(CAST(:run_month AS date), q.birth_date)) AS measured,
       ARRAY[p.line_no] AS lines, ARRAY[p.beneficiary_code] AS names
FROM payments p
CROSS JOIN LATERAL (SELECT x.birth_date FROM people x WHERE x.beneficiary_id = p.beneficiary_id OFFSET 0) q
WHERE {_OPEN} AND q.birth_date <= :born_on
ORDER BY p.line_no LIMIT :most
"""  # noqa: S608 - constants only

# The rule of months that a stop or a death takes away is `domain/amounts.has_ended`.
_AFTER_DEATH = f"""
SELECT CAST(p.payment_id AS text) AS about, 0 AS measured, ARRAY[p.line_no] AS lines, ARRAY[p.beneficiary_code] AS names
FROM payments p
CROSS JOIN LATERAL (
    SELECT x.status, x.status_from_month FROM people x WHERE x.beneficiary_id = p.beneficiary_id OFFSET 0) q
WHERE {_OPEN} AND q.status IN ('stopped', 'dead') AND EXISTS (
    SELECT FROM payment_lines l WHERE l.payment_id = p.payment_id AND l.kind IN ('monthly', 'care_support')
        AND l.benefit_month >= q.status_from_month OFFSET 0)
ORDER BY p.line_no LIMIT :most
"""  # noqa: S608 - constants only

# First drawings up, for each benefit month: a run of two months is no doubling, and a supplement no collapse.
_TOTALS = """
WITH totals AS (
    SELECT r.run_id, r.run_month, sum(p.amount_dong) / cardinality(r.benefit_months) AS amount_dong
    FROM payrolls p JOIN runs r ON r.run_id = p.run_id
    WHERE p.authority_id = :authority_id AND p.seq = 0 AND r.run_month <= :run_month
    GROUP BY r.run_id)
SELECT round(abs(t.amount_dong - b.amount_dong) * 100 / b.amount_dong, 2) AS measured
FROM totals t JOIN LATERAL (
    SELECT amount_dong FROM totals WHERE run_month < t.run_month ORDER BY run_month DESC LIMIT 1) b ON true
WHERE t.run_id = :run_id
"""


async def find(tx: Tx, payroll: Payroll, gates: dict[str, Gate]) -> list[Finding]:
    """Everything doubtful of a payroll, by gate and line."""
    within = await _within(tx, payroll)
    within["born_on"] = _too_old_born_on(payroll, gates["too-old"])
    accounts, payees = gates["account-shared"], gates["payee-shared"]
    into_accounts = accounts.severity != "off" and payroll.channel in ACCOUNT_CHANNELS
    signs = await tx.row(
        _SIGNS,
        **within,
        run_id=payroll.run_id,
        most_of_account=accounts.threshold if into_accounts else None,
        most_of_payee=payees.threshold if payees.severity != "off" else None,
    )
    assert signs is not None, "an aggregate has one row"
    found = []
    if signs["any_ended"]:
        found += await _lines(tx, payroll, within, Gate(AFTER_DEATH, "block", Decimal(0)), _AFTER_DEATH)
    if await _drawn_before(tx, payroll):
        async with as_sets(tx):
            found += await _lines(tx, payroll, within, gates["amount-jump"], _JUMPS)
    if signs["most_dong"] > gates["amount-maximum"].threshold:
        found += await _lines(tx, payroll, within, gates["amount-maximum"], _OVER_MAXIMUM)
    if signs["accounts"]:
        found += await _lines(tx, payroll, {**within, "shared": signs["accounts"]}, accounts, _ACCOUNT_SHARED)
    if signs["payees"]:
        found += await _lines(tx, payroll, {**within, "shared": signs["payees"]}, payees, _PAYEE_SHARED)
    if signs["any_old"]:
        found += await _lines(tx, payroll, within, gates["too-old"], _TOO_OLD)
    return found + await _budget(tx, payroll, gates) + await _total(tx, payroll, gates["total-changed"])


def _too_old_born_on(payroll: Payroll, gate: Gate) -> date:
    """Whoever was born on this day, or before it, is older than the gate says; a run month's first day is in every year."""
    year = payroll.run_month.year - int(gate.threshold) - 1
    return payroll.run_month.replace(year=max(year, 1))


async def _within(tx: Tx, payroll: Payroll) -> dict[str, Any]:
    """Where the payroll's lines lie."""
    found = await seals.bounds(tx, payroll.payroll_id, payroll.run_month)
    return {
        "run_month": payroll.run_month,
        "payroll_id": payroll.payroll_id,
        "first": found.first,
        "last": found.last,
    }


async def not_live(tx: Tx, payroll: Payroll) -> Sequence[int]:
    """The first lines that settle something that is another payment's, or nobody's, to settle.

    OFFSET 0 keeps the inner selects apart, as in `moves.py`: each line looks up by key, and the month's other payrolls are not
    read for it.
    """
    rows = await tx.rows(
        f"""SELECT DISTINCT p.line_no FROM payments p
            CROSS JOIN LATERAL (
                SELECT * FROM payment_lines x WHERE x.payment_id = p.payment_id AND x.run_month = p.run_month OFFSET 0) l
            LEFT JOIN LATERAL (
                SELECT x.live_payment_id FROM obligations x WHERE x.benefit_month = l.benefit_month
                    AND x.subject_id = l.subject_id AND x.kind = l.kind AND x.revision = l.revision OFFSET 0) o ON true
            WHERE {_OPEN} AND o.live_payment_id IS DISTINCT FROM p.payment_id ORDER BY p.line_no LIMIT 10""",  # noqa: S608
        **await _within(tx, payroll),
    )
    return [row["line_no"] for row in rows]


async def _lines(tx: Tx, payroll: Payroll, within: dict[str, Any], gate: Gate, sql: str) -> list[Finding]:
    """What one gate finds; nothing where it is off. A statement takes of these parameters what it names."""
    if gate.severity == "off":
        return []
    rows = await tx.rows(
        sql,
        **within,
        most=MAX_FINDINGS,
        threshold=gate.threshold,
        run_id=payroll.run_id,
    )
    return [
        Finding(
            code=gate.code,
            severity=gate.severity,
            about=row["about"],
            measured=Decimal(row["measured"]),
            threshold=gate.threshold,
            lines=tuple(row["lines"][:10]),
            names=tuple(row["names"][:10]),
        )
        for row in rows
    ]


async def _budget(tx: Tx, payroll: Payroll, gates: dict[str, Gate]) -> list[Finding]:
    """The year's estimate against what is used with this payroll. Payrolls of one authority are counted one at a time."""
    over, missing = gates["over-budget"], gates["no-budget"]
    await tx.scalar("SELECT pg_advisory_xact_lock(hashtextextended('budget:' || :authority, 0))", authority=payroll.authority_id)
    year = payroll.run_month.year
    budget = await budgets.newest(tx, payroll.authority_id, year)
    if budget is None:
        return [] if missing.severity == "off" else [_whole(missing, Decimal(0))]
    if over.severity == "off":
        return []
    used_dong = await budgets.used_dong(tx, payroll.authority_id, year, besides=payroll.payroll_id)
    excess_dong = used_dong + payroll.net_dong - budget.amount_dong
    return [_whole(over, Decimal(excess_dong))] if excess_dong > over.threshold else []


async def _total(tx: Tx, payroll: Payroll, gate: Gate) -> list[Finding]:
    if gate.severity == "off" or payroll.seq != 0:
        return []
    changed = await tx.scalar(_TOTALS, authority_id=payroll.authority_id, run_month=payroll.run_month, run_id=payroll.run_id)
    return [_whole(gate, changed)] if changed is not None and changed > gate.threshold else []


def _whole(gate: Gate, measured: Decimal) -> Finding:
    return Finding(gate.code, gate.severity, "", measured, gate.threshold)


async def _drawn_before(tx: Tx, payroll: Payroll) -> bool:
    """Whether the authority drew up a run before this month: the first run has nothing to jump from."""
    return bool(
        await tx.scalar(
            """SELECT EXISTS (SELECT FROM run_authorities a JOIN runs r ON r.run_id = a.run_id
                              WHERE a.authority_id = :authority_id AND r.run_month < :run_month)""",
            authority_id=payroll.authority_id,
            run_month=payroll.run_month,
        )
    )
