"""Two runs of one authority side by side, a row for each person. The transaction must see all rows: people move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from services.disbursement.domain.comparison import GROUPS, Group, KindFacts, PersonFacts, Way
from services.disbursement.domain.payrolls import Payroll
from services.disbursement.domain.runs import Run
from shared.database import Row, Tx


@dataclass(frozen=True, slots=True)
class Pair:
    """What is compared: a run of an authority, or one payroll of it, with the authority's run before."""

    run: Run
    last: Run | None
    authority_id: str
    payroll: Payroll | None = None


_LAST = """
SELECT r.run_id, r.unit_id, r.code, r.run_month, r.benefit_months, r.opened_at
FROM run_authorities a JOIN runs r ON r.run_id = a.run_id
WHERE a.authority_id = :authority_id AND r.run_month < :run_month
ORDER BY r.run_month DESC LIMIT 1
"""

# Who is paid by two payments at a time has two ways, the carer's (of care support alone) held against the carer's before: `care`.
# An obligation that two payments of a run took one after the other is paid once: the later one counts. Of a payroll alone: its
# own payments now, and of the run before those whom it pays, or whom that run paid this way and this run doesn't pay at all.
_TAKEN = """
WITH paid AS (
    SELECT p.run_id = :run_id AS is_now, p.payment_id, p.run_month, p.beneficiary_id, p.beneficiary_code, p.payee_id,
           p.payee_name, p.account_id, p.account_version, p.unit_id, r.contract_id, r.channel, r.provider
    FROM payments p JOIN payrolls r ON r.payroll_id = p.payroll_id
    WHERE p.authority_id = :authority_id AND p.run_month = ANY(CAST(:run_months AS date[])) AND p.state <> 'removed'
      AND (p.run_id = :last_id OR (p.run_id = :run_id AND (CAST(:payroll_id AS uuid) IS NULL OR p.payroll_id = :payroll_id)))),
ways AS (
    SELECT DISTINCT ON (is_now, beneficiary_id, care) * FROM (
        SELECT p.*, CASE WHEN count(*) OVER (PARTITION BY p.beneficiary_id) > 2 THEN NOT EXISTS (
                   SELECT FROM payment_lines l WHERE l.payment_id = p.payment_id AND l.run_month = p.run_month
                       AND l.kind <> 'care_support') ELSE false END AS care
        FROM paid p) each_way
    ORDER BY is_now, beneficiary_id, care, payment_id DESC),
asked AS (
    SELECT w.beneficiary_id FROM ways w
    WHERE CAST(:payroll_id AS uuid) IS NULL OR w.is_now
       OR (w.contract_id = :contract_id AND w.channel = :channel AND NOT EXISTS (
           SELECT FROM payments x WHERE x.beneficiary_id = w.beneficiary_id AND x.run_month = :run_month AND x.run_id = :run_id
               AND x.state <> 'removed'))
    GROUP BY w.beneficiary_id),
taken AS (
    SELECT DISTINCT ON (p.is_now, l.benefit_month, l.subject_id, l.kind, l.revision)
           p.is_now, l.benefit_month, l.subject_id, l.kind, l.revision, l.amount_dong
    FROM paid p JOIN payment_lines l ON l.payment_id = p.payment_id AND l.payment_id BETWEEN :first AND :last
    WHERE p.beneficiary_id IN (SELECT beneficiary_id FROM asked)
    ORDER BY p.is_now, l.benefit_month, l.subject_id, l.kind, l.revision, l.payment_seq DESC),
"""

_PEOPLE = """
kinds AS (
    SELECT t.is_now, t.subject_id, t.kind,
           CAST(coalesce(sum(t.amount_dong) FILTER (WHERE regular.month), 0) AS bigint) AS regular_dong,
           count(DISTINCT t.benefit_month) FILTER (WHERE regular.month) AS months,
           CAST(coalesce(sum(t.amount_dong) FILTER (WHERE NOT regular.month), 0) AS bigint) AS arrears_dong,
           (array_agg(json_build_object('category', o.category, 'coefficient', CAST(o.coefficient AS text), 'heads', o.heads,
                'level_dong', o.level_dong, 'decision_id', o.decision_id) ORDER BY t.benefit_month DESC, t.revision DESC)
            FILTER (WHERE regular.month))[1] AS newest
    FROM taken t
    LEFT JOIN obligations o ON o.benefit_month = t.benefit_month AND o.subject_id = t.subject_id AND o.kind = t.kind
        AND o.revision = t.revision AND o.benefit_month = ANY(CAST(:both_months AS date[]))
    CROSS JOIN LATERAL (SELECT t.benefit_month = ANY(
        CASE WHEN t.is_now THEN CAST(:months AS date[]) ELSE CAST(:last_months AS date[]) END) AS month) regular
    GROUP BY t.is_now, t.subject_id, t.kind),
sums AS (
    SELECT subject_id, CAST(coalesce(sum(regular_dong + arrears_dong) FILTER (WHERE is_now), 0) AS bigint) AS after_dong,
           CAST(coalesce(sum(regular_dong + arrears_dong) FILTER (WHERE NOT is_now), 0) AS bigint) AS before_dong,
           json_agg(json_build_object('is_now', is_now, 'kind', kind, 'regular_dong', regular_dong, 'months', months,
               'arrears_dong', arrears_dong, 'newest', newest) ORDER BY kind) AS kinds
    FROM kinds GROUP BY subject_id),
sided AS (
    SELECT s.*, coalesce(n.beneficiary_code, nc.beneficiary_code) AS code,
           coalesce(n.payee_name, b.payee_name, nc.payee_name, bc.payee_name) AS name,
           coalesce(n.unit_id, nc.unit_id, b.unit_id, bc.unit_id) AS unit_id,
           coalesce(b.beneficiary_code, bc.beneficiary_code) AS last_code,
           coalesce((n.payee_id, n.payee_name) <> (b.payee_id, b.payee_name), false)
               OR coalesce((cn.payee_id, cn.payee_name) <> (cb.payee_id, cb.payee_name), false) AS other_payee,
           n.beneficiary_id IS NOT NULL AND b.beneficiary_id IS NOT NULL
               AND (n.account_id, n.account_version) IS DISTINCT FROM (b.account_id, b.account_version)
               OR nc.beneficiary_id IS NOT NULL AND bc.beneficiary_id IS NOT NULL
               AND (nc.account_id, nc.account_version) IS DISTINCT FROM (bc.account_id, bc.account_version) AS other_account,
           coalesce((n.channel, n.provider, n.contract_id) <> (b.channel, b.provider, b.contract_id), false)
               OR coalesce((nc.channel, nc.provider, nc.contract_id) <> (bc.channel, bc.provider, bc.contract_id), false)
               AS other_channel
    FROM sums s
    LEFT JOIN ways n ON n.is_now AND n.beneficiary_id = s.subject_id AND NOT n.care
    LEFT JOIN ways b ON NOT b.is_now AND b.beneficiary_id = s.subject_id AND NOT b.care
    LEFT JOIN ways nc ON nc.is_now AND nc.beneficiary_id = s.subject_id AND nc.care
    LEFT JOIN ways bc ON NOT bc.is_now AND bc.beneficiary_id = s.subject_id AND bc.care
    CROSS JOIN LATERAL (
        SELECT coalesce(nc.payee_id, n.payee_id) AS payee_id, coalesce(nc.payee_name, n.payee_name) AS payee_name) cn
    CROSS JOIN LATERAL (
        SELECT coalesce(bc.payee_id, b.payee_id) AS payee_id, coalesce(bc.payee_name, b.payee_name) AS payee_name) cb),
grouped AS (
    SELECT *, CASE WHEN before_dong = 0 THEN 'new' WHEN after_dong = 0 THEN 'stopped'
                   WHEN before_dong = after_dong AND NOT other_payee AND NOT other_account AND NOT other_channel THEN 'same'
                   ELSE 'changed' END AS group_name
    FROM sided)
SELECT g.subject_id AS beneficiary_id, coalesce(g.code, g.last_code) AS code, g.name, g.unit_id, q.birth_date, g.kinds,
       g.other_payee, g.other_account, g.other_channel, q.status, q.hold IS NOT NULL AS held,
       NOT EXISTS (SELECT FROM units u WHERE u.unit_id = q.unit_id AND u.path @> ARRAY[CAST(:authority_id AS text)])
           AS lives_elsewhere,
       g.before_dong = 0 AND EXISTS (
           SELECT FROM obligations o WHERE o.subject_id = g.subject_id AND o.benefit_month = ANY(CAST(:last_months AS date[]))
               AND o.authority_id <> :authority_id) AS owed_elsewhere,
       g.before_dong = 0 AND EXISTS (
           SELECT FROM obligations o JOIN runs r ON r.run_id = o.run_id
           WHERE o.subject_id = g.subject_id AND o.authority_id = :authority_id AND r.run_month < :run_month) AS owed_before,
       EXISTS (SELECT FROM decisions d WHERE d.beneficiary_id = g.subject_id AND d.from_month <= :last_month
                   AND (d.to_month IS NULL OR d.to_month >= :last_month)) AS decided
FROM grouped g JOIN people q ON q.beneficiary_id = g.subject_id
"""

# Payment ids of one drawing up are neighbours (UUIDv7): what two runs paid lies in one range of each partition's index.
_BOUNDS = """
SELECT min(CAST(payment_id AS text)) AS first, max(CAST(payment_id AS text)) AS last FROM payments
WHERE authority_id = :authority_id AND run_month = ANY(CAST(:run_months AS date[]))
"""

_PAGE = """
WHERE g.subject_id > :after AND g.group_name = ANY(CAST(:groups AS text[]))
ORDER BY g.subject_id LIMIT CAST(:limit AS bigint)
"""


async def last_run(tx: Tx, authority_id: str, run_month: date) -> Run | None:
    """The newest run that the authority drew up before this month."""
    row = await tx.row(_LAST, authority_id=authority_id, run_month=run_month)
    return Run(**{**row, "benefit_months": tuple(row["benefit_months"])}) if row else None


async def people(
    tx: Tx, pair: Pair, *, after: UUID = UUID(int=0), group: Group | None = None, limit: int | None = None
) -> list[PersonFacts]:
    """Everybody in one of the two runs, or a page of them, by id; of one group where it is named."""
    last, payroll = pair.last, pair.payroll
    run_months = [pair.run.run_month, *([last.run_month] if last else [])]
    bounds = await tx.row(_BOUNDS, authority_id=pair.authority_id, run_months=run_months)
    if bounds is None or bounds["first"] is None:
        return []
    # A partition that was filled a moment ago has no statistics: the planner takes 20,000 people for one, and would go through
    # all of them for each of them.
    await tx.scalar("SELECT set_config('enable_nestloop', 'off', true)")
    rows = await tx.rows(
        _TAKEN + _PEOPLE + _PAGE,
        run_id=pair.run.run_id,
        last_id=last.run_id if last else UUID(int=0),
        authority_id=pair.authority_id,
        run_month=pair.run.run_month,
        run_months=run_months,
        first=UUID(bounds["first"]),
        last=UUID(bounds["last"]),
        months=list(pair.run.benefit_months),
        last_months=list(last.benefit_months) if last else [],
        both_months=[*pair.run.benefit_months, *(last.benefit_months if last else ())],
        last_month=max(pair.run.benefit_months),
        payroll_id=payroll.payroll_id if payroll else None,
        contract_id=payroll.contract_id if payroll else None,
        channel=payroll.channel if payroll else None,
        after=after,
        groups=[group] if group else list(GROUPS),
        limit=limit,
    )
    return [_person(row) for row in rows]


def _person(row: Row) -> PersonFacts:
    kinds = orjson.loads(row["kinds"]) if isinstance(row["kinds"], str) else row["kinds"]
    ways: Sequence[tuple[Way, bool]] = (
        ("payee", row["other_payee"]),
        ("account", row["other_account"]),
        ("channel", row["other_channel"]),
    )
    return PersonFacts(
        beneficiary_id=row["beneficiary_id"],
        code=row["code"],
        name=row["name"],
        unit_id=row["unit_id"],
        birth_date=row["birth_date"],
        before={each["kind"]: _kind(each) for each in kinds if not each["is_now"]},
        after={each["kind"]: _kind(each) for each in kinds if each["is_now"]},
        ways=tuple(way for way, other in ways if other),
        status=row["status"],
        held=row["held"],
        lives_elsewhere=row["lives_elsewhere"],
        owed_elsewhere=row["owed_elsewhere"],
        owed_before=row["owed_before"],
        decided=row["decided"],
    )


def _kind(said: dict[str, Any]) -> KindFacts:
    newest = said["newest"] or {}
    coefficient = newest.get("coefficient")
    return KindFacts(
        regular_dong=said["regular_dong"],
        months=said["months"],
        arrears_dong=said["arrears_dong"],
        category=newest.get("category"),
        coefficient=None if coefficient is None else Decimal(coefficient),
        heads=newest.get("heads", 1),
        level_dong=newest.get("level_dong", 0),
        decision_id=UUID(newest["decision_id"]) if newest else None,
    )
