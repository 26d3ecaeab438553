"""Persons and amounts of the papers that name them. The transaction must see all rows of the authority: whether the caller may
is settled before, and whom a payroll pays may have moved away since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.disbursement.domain.documents import ListLine, Person, UnpaidLine
from services.disbursement.domain.payrolls import Payroll
from services.disbursement.domain.printed_groups import printed_group
from services.disbursement.domain.runs import Run
from shared.database import Row, Tx

# Somebody else receives it: another payee than the person, told by id; what the payee's relationship was then is not kept.
_PAYEE = """CASE WHEN p.payee_id <> p.beneficiary_id AND NOT (p.payee_id = h.payee_id AND h.payee_relationship = 'self')
            THEN p.payee_name END AS payee_name"""

_LINES = f"""
SELECT p.payment_id, p.unit_id, u.name AS commune, h.full_name, h.birth_date, h.birth_precision, {_PAYEE}
FROM payments p
JOIN units u ON u.unit_id = p.unit_id
JOIN people h ON h.beneficiary_id = p.beneficiary_id
WHERE p.run_month = :run_month AND p.payroll_id = :payroll_id AND p.state <> 'removed'
  AND p.unit_id = coalesce(CAST(:commune_id AS text), p.unit_id)
ORDER BY p.line_no LIMIT :most
"""  # noqa: S608 - constants only

_PARTS = """
SELECT l.payment_id, l.benefit_month, l.revision, l.amount_dong, o.category_group, o.coefficient * o.heads AS coefficient
FROM payments p
JOIN payment_lines l ON l.payment_id = p.payment_id
JOIN obligations o ON o.benefit_month = l.benefit_month AND o.subject_id = l.subject_id AND o.kind = l.kind
    AND o.revision = l.revision
WHERE p.run_month = :run_month AND p.payroll_id = :payroll_id AND p.state <> 'removed'
  AND p.unit_id = coalesce(CAST(:commune_id AS text), p.unit_id)
ORDER BY l.benefit_month DESC, l.kind DESC, l.revision
"""


async def payment_list(tx: Tx, run: Run, payroll: Payroll, commune_id: str | None, most: int) -> list[ListLine]:
    """The lines of a payroll, or of one of its communes, that were not taken out; at most `most`."""
    which = {"run_month": payroll.run_month, "payroll_id": payroll.payroll_id, "commune_id": commune_id}
    rows = await tx.rows(_LINES, **which, most=most)
    parts: dict[UUID, list[Row]] = {row["payment_id"]: [] for row in rows}
    for part in await tx.rows(_PARTS, **which) if rows else ():
        if part["payment_id"] in parts:
            parts[part["payment_id"]].append(part)
    return [_line(row, parts[row["payment_id"]], run.benefit_months) for row in rows]


def _line(row: Row, parts: Sequence[Row], months: Sequence[date]) -> ListLine:
    """Of a run's own month the first word of the law is regular; earlier months and later differences are arrears."""
    regular = [part for part in parts if part["benefit_month"] in months and part["revision"] == 0]
    named = [part for part in regular if part["benefit_month"] == regular[0]["benefit_month"]] or parts
    return ListLine(
        payment_id=row["payment_id"],
        unit_id=row["unit_id"],
        commune=row["commune"],
        person=person(row),
        groups=tuple(dict.fromkeys(printed_group(part["category_group"]) for part in parts)),
        payee_name=row["payee_name"],
        months=tuple(sorted({part["benefit_month"] for part in parts})),
        coefficients=tuple(part["coefficient"] for part in _distinct(named)),
        amount_dong=sum(part["amount_dong"] for part in regular),
        arrears_dong=sum(part["amount_dong"] for part in parts) - sum(part["amount_dong"] for part in regular),
    )


def _distinct(parts: Sequence[Row]) -> list[Row]:
    """One part for each group and coefficient, in order; flat amounts have no coefficient."""
    found = {(part["category_group"], part["coefficient"]): part for part in parts if part["coefficient"] is not None}
    return list(found.values())


def person(row: Any) -> Person:
    """The person of a row."""
    return Person(row["full_name"], row["birth_date"], row["birth_precision"])


_UNPAID = f"""
SELECT u.name AS commune, h.full_name, h.birth_date, h.birth_precision, {_PAYEE}, r.channel, p.amount_dong, p.state, p.reason,
       m.months, again.code AS again_in
FROM payments p
JOIN payrolls r ON r.payroll_id = p.payroll_id
JOIN units u ON u.unit_id = p.unit_id
JOIN people h ON h.beneficiary_id = p.beneficiary_id
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT l.benefit_month) AS months FROM payment_lines l WHERE l.payment_id = p.payment_id) m
LEFT JOIN LATERAL (
    SELECT k.code FROM payment_lines l
    JOIN payment_lines n ON n.benefit_month = l.benefit_month AND n.subject_id = l.subject_id AND n.kind = l.kind
        AND n.revision = l.revision AND n.payment_seq > l.payment_seq
    JOIN payments t ON t.run_month = n.run_month AND t.payment_id = n.payment_id AND t.state IN ('open', 'paid')
    JOIN runs k ON k.run_id = t.run_id
    WHERE l.payment_id = p.payment_id ORDER BY k.run_month, k.code LIMIT 1) again ON true
WHERE p.run_month = :run_month AND p.run_id = :run_id AND p.authority_id = :authority_id
  AND p.unit_id = coalesce(CAST(:commune_id AS text), p.unit_id) AND p.state IN ('unclaimed', 'returned', 'rejected')
ORDER BY u.name, p.unit_id, p.payroll_id, p.line_no LIMIT :most
"""  # noqa: S608 - constants only


async def unpaid_lines(tx: Tx, run: Run, authority_id: str, commune_id: str | None, most: int) -> list[UnpaidLine]:
    """Payments of a run that did not arrive, by commune; at most `most`."""
    rows = await tx.rows(
        _UNPAID, run_month=run.run_month, run_id=run.run_id, authority_id=authority_id, commune_id=commune_id, most=most
    )
    return [
        UnpaidLine(
            commune=row["commune"],
            person=person(row),
            payee_name=row["payee_name"],
            channel=row["channel"],
            months=tuple(row["months"]),
            amount_dong=row["amount_dong"],
            state=row["state"],
            reason=row["reason"],
            again_in=row["again_in"],
        )
        for row in rows
    ]
