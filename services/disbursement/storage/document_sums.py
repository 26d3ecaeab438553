"""Sums of the papers: a run by commune and printed group, what became of a contract's payments, what a quarter paid. The
transaction must see all rows of the authority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.disbursement.domain.documents import ChannelOutcomes, CommuneSums, ProviderMoney, Sum
from services.disbursement.domain.ledger import provider_account
from services.disbursement.domain.printed_groups import printed_group
from services.disbursement.domain.quarters import Quarter
from services.disbursement.domain.runs import Run
from services.disbursement.storage.run_books import RunPlace
from shared.database import Row, Tx

_PAID_PARTS = """
SELECT p.unit_id, p.payment_id, p.beneficiary_id, l.amount_dong, g.printed, r.channel
FROM payments p
JOIN payrolls r ON r.payroll_id = p.payroll_id
JOIN payment_lines l ON l.payment_id = p.payment_id
JOIN obligations o ON o.benefit_month = l.benefit_month AND o.subject_id = l.subject_id AND o.kind = l.kind
    AND o.revision = l.revision
JOIN unnest(CAST(:groups AS text[]), CAST(:printed AS text[])) AS g (category_group, printed) USING (category_group)
WHERE p.run_id = ANY(CAST(:run_ids AS uuid[])) AND p.run_month BETWEEN CAST(:first AS date) AND CAST(:last AS date)
  AND p.authority_id = ANY(CAST(:authority_ids AS text[])) AND p.state = ANY(CAST(:states AS text[]))
"""

_GROUPS = """
SELECT DISTINCT o.category_group FROM payments p
JOIN payment_lines l ON l.payment_id = p.payment_id
JOIN obligations o ON o.benefit_month = l.benefit_month AND o.subject_id = l.subject_id AND o.kind = l.kind
    AND o.revision = l.revision
WHERE p.run_id = ANY(CAST(:run_ids AS uuid[])) AND p.run_month BETWEEN CAST(:first AS date) AND CAST(:last AS date)
  AND p.authority_id = ANY(CAST(:authority_ids AS text[])) AND p.state = ANY(CAST(:states AS text[]))
"""

_COUNTS = """count(DISTINCT beneficiary_id) AS people, count(DISTINCT payment_id) AS payments,
             coalesce(sum(amount_dong), 0)::bigint AS amount_dong"""

_BY_COMMUNE = f"""
WITH parts AS ({_PAID_PARTS})
SELECT s.*, u.name AS commune FROM (
    SELECT unit_id, printed, grouping(printed) AS all_groups, {_COUNTS}
    FROM parts GROUP BY GROUPING SETS ((unit_id, printed), (unit_id), (printed), ())) s
LEFT JOIN units u ON u.unit_id = s.unit_id ORDER BY u.name, s.unit_id
"""  # noqa: S608 - constants only

_BY_GROUP_AND_CHANNEL = f"""
WITH parts AS ({_PAID_PARTS})
SELECT printed, channel, {_COUNTS} FROM parts GROUP BY GROUPING SETS ((printed), (channel), ())
"""  # noqa: S608 - constants only

_ALL_BUT_REMOVED = ("open", "paid", "rejected", "returned", "unclaimed")


def _sum(row: Row) -> Sum:
    return Sum(row["people"], row["payments"], row["amount_dong"])


async def _groups(tx: Tx, which: Mapping[str, object]) -> dict[str, list[str]]:
    groups = [row["category_group"] for row in await tx.rows(_GROUPS, **which)]
    return {"groups": groups, "printed": [printed_group(group) for group in groups]}


async def by_commune(tx: Tx, run: Run, authority_id: str) -> tuple[list[CommuneSums], CommuneSums]:
    """What a run pays in each commune by printed group, and all communes together; lines taken out don't count."""
    which = {
        "run_ids": [run.run_id],
        "first": run.run_month,
        "last": run.run_month,
        "authority_ids": [authority_id],
        "states": list(_ALL_BUT_REMOVED),
    }
    rows = await tx.rows(_BY_COMMUNE, **which, **await _groups(tx, which))
    groups: dict[str | None, dict[str, Sum]] = {}
    totals: dict[str | None, Row] = {}
    for row in rows:
        if row["all_groups"]:
            totals[row["unit_id"]] = row
        else:
            groups.setdefault(row["unit_id"], {})[row["printed"]] = _sum(row)
    made = {unit_id: CommuneSums(row["commune"] or "", groups.get(unit_id, {}), _sum(row)) for unit_id, row in totals.items()}
    together = made.pop(None)
    return list(made.values()), together


_RUNS = """
SELECT r.run_id, r.unit_id, r.code, r.run_month, r.opened_at FROM runs r
WHERE r.unit_id = :unit_id AND r.run_month BETWEEN CAST(:first AS date) AND CAST(:last AS date)
ORDER BY r.run_month, r.opened_at, r.run_id
"""


async def runs_of_quarter(tx: Tx, unit_id: str, quarter: Quarter) -> list[RunPlace]:
    """A province's runs of a quarter, in order."""
    rows = await tx.rows(_RUNS, unit_id=unit_id, first=quarter.first_month, last=quarter.last_month)
    return [RunPlace(**row) for row in rows]


async def paid_in(tx: Tx, runs: Sequence[RunPlace], authority_ids: Sequence[str]) -> tuple[dict[str, Sum], dict[str, Sum], Sum]:
    """What these runs paid: by printed group, by channel, and together."""
    which = {
        "run_ids": [run.run_id for run in runs],
        "first": min(run.run_month for run in runs),
        "last": max(run.run_month for run in runs),
        "authority_ids": list(authority_ids),
        "states": ["paid"],
    }
    rows = await tx.rows(_BY_GROUP_AND_CHANNEL, **which, **await _groups(tx, which))
    groups = {row["printed"]: _sum(row) for row in rows if row["printed"] is not None}
    channels = {row["channel"]: _sum(row) for row in rows if row["channel"] is not None}
    together = next(_sum(row) for row in rows if row["printed"] is None and row["channel"] is None)
    return groups, channels, together


_OUTCOMES = """
SELECT r.channel, r.provider, s.state, count(*) AS payments, sum(p.amount_dong)::bigint AS amount_dong
FROM payments p
JOIN payrolls r ON r.payroll_id = p.payroll_id
JOIN chunks c ON c.payroll_id = p.payroll_id AND c.chunk_no = p.chunk_no
CROSS JOIN LATERAL (SELECT CASE WHEN p.state <> 'open' THEN p.state WHEN c.state = 'sealed' THEN 'not_instructed'
                                ELSE 'waiting' END AS state) s
WHERE p.run_month = :run_month AND p.run_id = :run_id AND p.authority_id = :authority_id AND r.contract_id = :contract_id
  AND p.state <> 'removed'
GROUP BY r.channel, r.provider, s.state ORDER BY r.channel, r.provider, s.state
"""


async def contract_outcomes(tx: Tx, run: Run, authority_id: str, contract_id: UUID) -> list[ChannelOutcomes]:
    """What became of a contract's payments of a run, by channel and provider. States: `not_instructed`, `waiting` (instructed,
    no final answer), and the payments' own `paid`, `rejected`, `returned`, `unclaimed`."""
    rows = await tx.rows(
        _OUTCOMES, run_month=run.run_month, run_id=run.run_id, authority_id=authority_id, contract_id=contract_id
    )
    found: dict[tuple[str, str], dict[str, Sum]] = {}
    for row in rows:
        by_state = found.setdefault((row["channel"], row["provider"]), {})
        by_state[row["state"]] = Sum(payments=row["payments"], amount_dong=row["amount_dong"])
    return [ChannelOutcomes(channel, provider, by_state) for (channel, provider), by_state in found.items()]


_CONTRACTS = """
SELECT DISTINCT contract_id FROM payrolls WHERE run_id = :run_id AND authority_id = :authority_id AND state <> 'cancelled'
ORDER BY contract_id
"""


async def contracts_of(tx: Tx, run_id: UUID, authority_id: str) -> list[UUID]:
    """The contracts through which an authority pays a run."""
    return [row["contract_id"] for row in await tx.rows(_CONTRACTS, run_id=run_id, authority_id=authority_id)]


_MONEY = """
WITH placed AS (
    SELECT r.run_id, r.run_id = :run_id AS own FROM runs r JOIN runs this ON this.run_id = :run_id
    WHERE r.unit_id = this.unit_id AND (r.run_month, r.opened_at, r.run_id) <= (this.run_month, this.opened_at, this.run_id))
SELECT
    (coalesce(sum(amount_dong) FILTER (WHERE NOT own AND to_account = :account), 0)
        - coalesce(sum(amount_dong) FILTER (WHERE NOT own AND from_account = :account), 0))::bigint AS opening_dong,
    coalesce(sum(amount_dong) FILTER (WHERE own AND from_account = 'treasury'), 0)::bigint AS received_dong,
    (coalesce(sum(amount_dong) FILTER (WHERE own AND to_account = 'payees'), 0)
        - coalesce(sum(amount_dong) FILTER (WHERE own AND from_account = 'payees'), 0))::bigint AS paid_dong,
    coalesce(sum(amount_dong) FILTER (WHERE own AND to_account = 'treasury'), 0)::bigint AS refunded_dong
FROM ledger_entries JOIN placed USING (run_id)
WHERE book = 'money' AND authority_id = :authority_id AND (from_account = :account OR to_account = :account)
"""


async def contract_money(tx: Tx, run: Run, authority_id: str, contract_id: UUID) -> ProviderMoney:
    """The ledger's account of a contract's provider: before a run, in it, and so after it."""
    row = await tx.row(_MONEY, run_id=run.run_id, authority_id=authority_id, account=provider_account(contract_id))
    assert row is not None
    return ProviderMoney(**row)
