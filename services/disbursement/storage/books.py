"""The books, counted from rows: obligations, lines with their payments and chunks, fundings, refunds, and the ledger.

A caller reads all of one set of books in one snapshot (a REPEATABLE READ transaction): work goes on meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.disbursement.domain.books import (
    Dimension,
    LedgerBalance,
    MoneyFlow,
    MonthBooks,
    Part,
    Places,
    RunBooks,
    taken_back,
)
from services.disbursement.domain.ledger import PLACES, WITH_PROVIDER, Place
from shared.database import Row, Tx

# `x = ANY(NULL) IS NOT FALSE` holds: no list of authorities means all of them.
_OWED = """
SELECT count(*) AS obligations, count(DISTINCT subject_id) AS people, coalesce(sum(amount_dong), 0)::bigint AS amount_dong,
       coalesce(sum(payment_seq), 0) AS payments_taken
FROM obligations
WHERE benefit_month = :month AND authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE
"""

_RUN_MONTHS = "SELECT min(run_month) AS first, max(run_month) AS last FROM payment_lines WHERE benefit_month = :month"

# A line stands in the books of whoever owes its obligation now, whoever drew up its payroll: authorities hand over. What was
# paid twice settles nothing.
# Lines of payments that live, and obligations that no payment lives of, each by what its own rows say: nothing is put
# anywhere because it is nowhere else. A place is a provider's only while a payment is in flight or paid.
_PARTS = """
WITH lines AS MATERIALIZED (
    SELECT l.subject_id, l.amount_dong, p.state IN ('open', 'paid') AND v.payment_id IS NULL AS live,
           CASE WHEN p.state = 'paid' THEN CASE WHEN r.channel IN ('wallet', 'account') THEN 'paid_account' ELSE 'paid_cash' END
                WHEN c.state = 'sealed' THEN 'not_released' ELSE 'in_flight' END AS place,
           CASE :by WHEN 'authority' THEN p.authority_id
                    WHEN 'provider' THEN CASE WHEN p.state = 'paid' OR c.state <> 'sealed' THEN r.provider END
                    WHEN 'channel' THEN CASE WHEN p.state = 'paid' OR c.state <> 'sealed' THEN r.channel END END AS key
    FROM payment_lines l
    JOIN payments p ON p.run_month = l.run_month AND p.payment_id = l.payment_id
        AND p.run_month BETWEEN CAST(:first AS date) AND CAST(:last AS date)
    JOIN chunks c ON c.payroll_id = p.payroll_id AND c.chunk_no = p.chunk_no
    JOIN payrolls r ON r.payroll_id = p.payroll_id
    LEFT JOIN overpaid_lines v ON v.payment_id = l.payment_id AND v.benefit_month = l.benefit_month
        AND v.subject_id = l.subject_id AND v.kind = l.kind AND v.revision = l.revision
    WHERE l.benefit_month = :month AND (CAST(:authority_ids AS text[]) IS NULL OR EXISTS (
        SELECT FROM obligations o WHERE o.benefit_month = l.benefit_month AND o.subject_id = l.subject_id AND o.kind = l.kind
            AND o.revision = l.revision AND o.authority_id = ANY(CAST(:authority_ids AS text[]))))),
pieces AS MATERIALIZED (
    SELECT subject_id, amount_dong, place, key FROM lines WHERE live
    UNION ALL
    SELECT subject_id, amount_dong, CASE resting WHEN 'new' THEN 'not_released' ELSE resting END,
           CASE :by WHEN 'authority' THEN authority_id END FROM obligations
    WHERE benefit_month = :month AND live_payment_id IS NULL
      AND authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE)
SELECT 'part' AS what, key, place, count(*) AS number, sum(amount_dong)::bigint AS amount_dong FROM pieces GROUP BY key, place
UNION ALL
SELECT 'people', NULL, (CAST(:places AS text[]))[first], count(*), 0
FROM (SELECT min(array_position(CAST(:places AS text[]), place)) AS first FROM pieces
      WHERE CAST(:by AS text) IS NULL GROUP BY subject_id) people GROUP BY first
UNION ALL
SELECT 'lines', NULL, '', count(*), 0 FROM lines
"""

_AS_OF_END = "coalesce((CAST(:as_of AS date) + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh', 'infinity')"
"""The first instant after a day in Vietnam; with no day, after everything."""

# `past`: posted by the end of the day asked for; what is not has moved since.
_LEDGER = f"""
SELECT CASE :by WHEN 'authority' THEN authority_id
                WHEN 'provider' THEN CASE WHEN account = ANY(CAST(:with_provider AS text[])) THEN provider END
                WHEN 'channel' THEN CASE WHEN account = ANY(CAST(:with_provider AS text[])) THEN channel END END AS key,
       account, posted_at < {_AS_OF_END} AS past, sum(obligations)::bigint AS obligations, sum(amount_dong)::bigint AS amount_dong
FROM (
    SELECT to_account AS account, obligations, amount_dong, authority_id, provider, channel, posted_at FROM ledger_entries
    WHERE book = 'obligations' AND benefit_month = :month
    UNION ALL
    SELECT from_account, -obligations, -amount_dong, authority_id, provider, channel, posted_at FROM ledger_entries
    WHERE book = 'obligations' AND benefit_month = :month) moved
WHERE account = ANY(CAST(:places AS text[])) AND authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE
GROUP BY 1, 2, 3
"""  # noqa: S608 - constants only


async def month_books(
    tx: Tx, month: date, authority_ids: Sequence[str] | None, *, as_of: date | None = None, by: Dimension | None = None
) -> MonthBooks:
    """The books of a benefit month, of some paying authorities or (None) of all. The transaction must see all their rows."""
    which = {"month": month, "authority_ids": authority_ids}
    owed = await tx.row(_OWED, **which)
    assert owed is not None
    run_months = await tx.row(_RUN_MONTHS, month=month)
    assert run_months is not None
    rows = await tx.rows(_PARTS, **which, **run_months, places=list(PLACES), by=None)
    ledger = await _ledger(tx, which, as_of, None)
    (whole,) = _places(rows, ledger, as_of, [None])
    groups: list[Places] | None = None
    if by is not None:
        rows_by = await tx.rows(_PARTS, **which, **run_months, places=list(PLACES), by=by)
        ledger_by = await _ledger(tx, which, as_of, by)
        keys = {row["key"] for row in rows_by if row["what"] == "part"} | {row["key"] for row in ledger_by}
        groups = _places(rows_by, ledger_by, as_of, sorted(keys, key=lambda key: key or ""), people=False)
    now = Part(owed["obligations"], owed["people"], owed["amount_dong"])
    late = [row for row in ledger if not row["past"]]
    since = LedgerBalance(sum(row["obligations"] for row in late), sum(row["amount_dong"] for row in late))
    return MonthBooks(
        month=month,
        owed=now if as_of is None else taken_back(now, since),
        places=whole,
        payments_taken=owed["payments_taken"],
        payments_found=next(row["number"] for row in rows if row["what"] == "lines"),
        as_of=as_of,
        groups=groups,
    )


async def _ledger(tx: Tx, which: dict[str, Any], as_of: date | None, by: Dimension | None) -> list[Row]:
    return await tx.rows(_LEDGER, **which, places=list(PLACES), with_provider=list(WITH_PROVIDER), as_of=as_of, by=by)


def _places(
    rows: Sequence[Row], ledger: Sequence[Row], as_of: date | None, keys: Sequence[str | None], *, people: bool = True
) -> list[Places]:
    """The places of each key, from rows and ledger; as of a date the rows without what moved since."""
    counted = {(row["what"], row["key"], row["place"]): (row["number"], row["amount_dong"]) for row in rows}
    moved = {(row["past"], row["key"], row["account"]): LedgerBalance(row["obligations"], row["amount_dong"]) for row in ledger}
    found = []
    for key in keys:
        parts: dict[Place, Part] = {}
        for place in PLACES:
            obligations, amount_dong = counted.get(("part", key, place), (0, 0))
            persons = counted.get(("people", None, place), (0, 0))[0] if people else None
            part = Part(obligations, persons, amount_dong)
            parts[place] = part if as_of is None else taken_back(part, moved.get((False, key, place), LedgerBalance()))
        found.append(Places(key, parts, {place: moved.get((True, key, place), LedgerBalance()) for place in PLACES}))
    return found


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
SELECT 'received' AS flow, own, coalesce(sum(amount_dong), 0)::bigint AS amount_dong
FROM fundings JOIN until USING (run_id) WHERE authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE GROUP BY own
UNION ALL
SELECT 'paid', own, coalesce(sum(amount_dong), 0)::bigint FROM payments JOIN until USING (run_id)
WHERE state = 'paid' AND run_month <= :run_month AND authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE GROUP BY own
UNION ALL
SELECT 'paid', own, coalesce(sum(moved.dong), 0)::bigint
FROM late_entries e
CROSS JOIN LATERAL (VALUES (e.of_run_id, -e.amount_dong), (e.in_run_id, e.amount_dong)) AS moved (run_id, dong)
JOIN until USING (run_id) WHERE authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE GROUP BY own
UNION ALL
SELECT 'returned', own, coalesce(sum(amount_dong), 0)::bigint FROM refunds JOIN until USING (run_id)
WHERE authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE GROUP BY own
UNION ALL
SELECT 'taken_over', own, coalesce(sum(moved.dong), 0)::bigint
FROM handover_money m JOIN until USING (run_id)
CROSS JOIN LATERAL (VALUES (m.from_authority_id, -m.amount_dong), (m.to_authority_id, m.amount_dong)) AS moved (whose, dong)
WHERE moved.whose = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE GROUP BY own
"""
)

# Only what goes between the Treasury, providers and payees, and from one authority to another: overpayments and their recovery
# are between others.
_LEDGER_FLOWS = f"""{_UNTIL}
, moved AS (
    SELECT own, posted_at < {_AS_OF_END} AS past, amount_dong, from_account = 'treasury' AS from_treasury,
           from_account = 'payees' AS from_payees, from_account LIKE 'provider:%' AS from_provider,
           from_account = 'handed_over' AND to_account <> 'receivable' AS from_other,
           to_account = 'treasury' AS to_treasury, to_account = 'payees' AS to_payees,
           to_account LIKE 'provider:%' AS to_provider,
           to_account = 'handed_over' AND from_account <> 'receivable' AS to_other
    FROM ledger_entries JOIN until USING (run_id)
    WHERE book = 'money' AND authority_id = ANY(CAST(:authority_ids AS text[])) IS NOT FALSE)
SELECT own, past,
    coalesce(sum(amount_dong) FILTER (WHERE from_treasury AND to_provider), 0)::bigint AS received_dong,
    (coalesce(sum(amount_dong) FILTER (WHERE (from_provider OR from_other) AND to_payees), 0)
        - coalesce(sum(amount_dong) FILTER (WHERE from_payees AND (to_provider OR to_other)), 0))::bigint AS paid_dong,
    coalesce(sum(amount_dong) FILTER (WHERE from_provider AND to_treasury), 0)::bigint AS returned_dong,
    (coalesce(sum(amount_dong) FILTER (WHERE from_other), 0)
        - coalesce(sum(amount_dong) FILTER (WHERE to_other), 0))::bigint AS taken_over_dong,
    (coalesce(sum(amount_dong) FILTER (WHERE to_provider), 0)
        - coalesce(sum(amount_dong) FILTER (WHERE from_provider), 0))::bigint AS held_dong
FROM moved GROUP BY own, past
"""  # noqa: S608 - constants only


async def run_books(tx: Tx, run: RunPlace, authority_ids: Sequence[str] | None, *, as_of: date | None = None) -> RunBooks:
    """The books of a run, of some paying authorities or (None) of all. The transaction must see all their rows."""
    where = {
        "run_id": run.run_id,
        "unit_id": run.unit_id,
        "run_month": run.run_month,
        "opened_at": run.opened_at,
        "authority_ids": authority_ids,
    }
    rows: Counter[tuple[str, bool]] = Counter()
    for row in await tx.rows(_ROW_FLOWS, **where):
        rows[row["flow"], row["own"]] += row["amount_dong"]
    ledger = await tx.rows(_LEDGER_FLOWS, **where, as_of=as_of)
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
