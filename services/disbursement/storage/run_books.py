"""The books of a run: what went to providers, on to payees and back, by rows and by the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from services.disbursement.domain.books import MoneyFlow, RunBooks, RunGroup
from services.disbursement.storage.books import AS_OF_END
from shared.database import Row, Tx


@dataclass(frozen=True, slots=True)
class RunPlace:
    """A run and where it stands among the runs of its province."""

    run_id: UUID
    unit_id: str
    code: str
    run_month: date
    opened_at: datetime


async def run_place(tx: Tx, run_id: UUID, unit_ids: Sequence[str]) -> RunPlace | None:
    """The run, when a token for these units (none: the whole country) may see it: one of them, or its parent, is the run's
    or follows the run's."""
    row = await tx.row(
        """SELECT run_id, unit_id, code, run_month, opened_at FROM runs r WHERE run_id = :run_id AND (
               cardinality(CAST(:unit_ids AS text[])) = 0
               OR EXISTS (SELECT FROM units u WHERE u.unit_id = ANY(CAST(:unit_ids AS text[])) AND r.unit_id = ANY(u.path))
               OR EXISTS (SELECT FROM units u WHERE u.unit_id = r.unit_id AND u.path && CAST(:unit_ids AS text[]))
               OR EXISTS (SELECT FROM unit_heirs h JOIN units u ON u.unit_id = ANY(CAST(:unit_ids AS text[]))
                          WHERE h.from_unit_id = r.unit_id AND h.to_unit_id = ANY(u.path)))""",
        run_id=run_id,
        unit_ids=list(unit_ids),
    )
    return RunPlace(**row) if row else None


_UNTIL = """
WITH until AS (
    SELECT run_id, run_id = :run_id AS own FROM runs
    WHERE (unit_id = :unit_id OR unit_id IN (SELECT from_unit_id FROM unit_heirs WHERE to_unit_id = :unit_id))
      AND (run_month, opened_at, run_id) <= (:run_month, :opened_at, :run_id))
"""

# Which flow an amount belongs to: `own` of the run itself, else of an earlier run.
_ROW_FLOWS = (
    _UNTIL
    + """
SELECT 'received' AS flow, own, {key} AS key, coalesce(sum(amount_dong), 0)::bigint AS amount_dong
FROM fundings x JOIN until USING (run_id) WHERE authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE GROUP BY own, key
UNION ALL
SELECT 'paid', own, {key_of_payment} AS key, coalesce(sum(amount_dong), 0)::bigint FROM payments x JOIN until USING (run_id)
WHERE state = 'paid' AND run_month <= :run_month AND authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE
GROUP BY own, key
UNION ALL
SELECT 'paid', own, {key} AS key, coalesce(sum(moved.dong), 0)::bigint
FROM late_entries x
CROSS JOIN LATERAL (VALUES (x.of_run_id, -x.amount_dong), (x.in_run_id, x.amount_dong)) AS moved (run_id, dong)
JOIN until USING (run_id) WHERE authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE GROUP BY own, key
UNION ALL
SELECT 'returned', own, {key} AS key, coalesce(sum(amount_dong), 0)::bigint FROM refunds x JOIN until USING (run_id)
WHERE authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE GROUP BY own, key
UNION ALL
SELECT 'taken_over', own, {key_of_move} AS key, coalesce(sum(moved.dong), 0)::bigint
FROM handover_money x JOIN until USING (run_id)
CROSS JOIN LATERAL (VALUES (x.from_authority_id, -x.amount_dong), (x.to_authority_id, x.amount_dong)) AS moved (whose, dong)
WHERE moved.whose = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE GROUP BY own, key
"""
)

# Only what goes between the Treasury, providers and payees, and from one authority to another: overpayments and their recovery
# are between others.
_LEDGER_FLOWS = f"""{_UNTIL}
, moved AS (
    SELECT own, {{key}} AS key, posted_at < {AS_OF_END} AS past, amount_dong, from_account = 'treasury' AS from_treasury,
           from_account = 'payees' AS from_payees, from_account LIKE 'provider:%' AS from_provider,
           from_account = 'handed_over' AND to_account <> 'receivable' AS from_other,
           to_account = 'treasury' AS to_treasury, to_account = 'payees' AS to_payees,
           to_account LIKE 'provider:%' AS to_provider,
           to_account = 'handed_over' AND from_account <> 'receivable' AS to_other
    FROM ledger_entries x JOIN until USING (run_id)
    WHERE book = 'money' AND authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE)
SELECT own, past, key,
    coalesce(sum(amount_dong) FILTER (WHERE from_treasury AND to_provider), 0)::bigint AS received_dong,
    (coalesce(sum(amount_dong) FILTER (WHERE (from_provider OR from_other) AND to_payees), 0)
        - coalesce(sum(amount_dong) FILTER (WHERE from_payees AND (to_provider OR to_other)), 0))::bigint AS paid_dong,
    coalesce(sum(amount_dong) FILTER (WHERE from_provider AND to_treasury), 0)::bigint AS returned_dong,
    (coalesce(sum(amount_dong) FILTER (WHERE from_other), 0)
        - coalesce(sum(amount_dong) FILTER (WHERE to_other), 0))::bigint AS taken_over_dong,
    (coalesce(sum(amount_dong) FILTER (WHERE to_provider), 0)
        - coalesce(sum(amount_dong) FILTER (WHERE from_provider), 0))::bigint AS held_dong
FROM moved GROUP BY own, past, key
"""  # noqa: S608 - constants only


RunDimension = Literal["authority", "provider"]
"""By provider: with whom the money lies, the lead provider of its contract. Money is funded by contract, not by channel."""

_LEAD = "(SELECT c.lead_provider FROM contracts c WHERE c.contract_id = {contract_id})"
_CONTRACT_OF_PAYMENT = "(SELECT r.contract_id FROM payrolls r WHERE r.payroll_id = x.payroll_id)"
_KEYS: dict[RunDimension | None, dict[str, str]] = {
    None: dict.fromkeys(("key", "key_of_payment", "key_of_move"), "CAST(NULL AS text)"),
    "authority": {"key": "x.authority_id", "key_of_payment": "x.authority_id", "key_of_move": "moved.whose"},
    "provider": {
        "key": _LEAD.format(contract_id="x.contract_id"),
        "key_of_payment": _LEAD.format(contract_id=_CONTRACT_OF_PAYMENT),
        "key_of_move": _LEAD.format(contract_id="x.contract_id"),
    },
}


async def run_books(
    tx: Tx,
    run: RunPlace,
    authority_ids: Sequence[str] | None,
    *,
    as_of: date | None = None,
    by: RunDimension | None = None,
) -> RunBooks:
    """The books of a run, of some paying authorities or (None) of all. The transaction must see all their rows."""
    where = {
        "run_id": run.run_id,
        "unit_id": run.unit_id,
        "run_month": run.run_month,
        "opened_at": run.opened_at,
        "authority_ids": authority_ids,
    }
    whole = await _read(tx, run, where, as_of, None)
    if by is None:
        return whole[None]
    groups = await _read(tx, run, where, as_of, by)
    parts = tuple(RunGroup(key, groups[key]) for key in sorted(groups, key=lambda key: key or ""))
    return replace(whole[None], groups=parts)


async def _read(
    tx: Tx, run: RunPlace, where: dict[str, Any], as_of: date | None, by: RunDimension | None
) -> dict[str | None, RunBooks]:
    rows = await tx.rows(_ROW_FLOWS.format(**_KEYS[by]), **where)
    ledger = await tx.rows(_LEDGER_FLOWS.format(**_KEYS[by]), **where, as_of=as_of)
    keys = {row["key"] for row in [*rows, *ledger]} if by is not None else {None}
    found = {}
    for key in keys:
        mine: Counter[tuple[str, bool]] = Counter()
        for row in rows:
            if row["key"] == key:
                mine[row["flow"], row["own"]] += row["amount_dong"]
        found[key] = _books(run, as_of, mine, [row for row in ledger if row["key"] == key])
    return found


def _books(run: RunPlace, as_of: date | None, rows: Counter[tuple[str, bool]], ledger: Sequence[Row]) -> RunBooks:
    past = [row for row in ledger if row["past"]]
    late = [row for row in ledger if not row["past"]]
    return RunBooks(
        code=run.code,
        before=_flow(rows, (False,)).less(_ledger_flow(late, (False,))),
        own=_flow(rows, (True,)).less(_ledger_flow(late, (True,))),
        until=_flow(rows, (False, True)).less(_ledger_flow(late, (False, True))),
        ledger=_ledger_flow(past, (True,)),
        held_dong=sum(row["held_dong"] for row in past),
        as_of=as_of,
    )


_FLOWS = ("received", "paid", "returned", "taken_over")


def _ledger_flow(rows: Sequence[Row], which: tuple[bool, ...]) -> MoneyFlow:
    chosen = [row for row in rows if row["own"] in which]
    return MoneyFlow(*(sum(row[f"{flow}_dong"] for row in chosen) for flow in _FLOWS))


def _flow(rows: Counter[tuple[str, bool]], which: tuple[bool, ...]) -> MoneyFlow:
    return MoneyFlow(*(sum(rows[flow, own] for own in which) for flow in _FLOWS))
