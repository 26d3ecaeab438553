"""Decisions of categories that are not dated in a month: what the month owes for them is not known, so somebody must look.

`domain/amounts.not_dated` says the same for one person, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.law import MonthLaw
from services.disbursement.storage.draw_dues import CLAIMS, HELD, IN_MONTH, dated_throughout, law_params
from shared.database import Tx

# Where something else of the kind is given in the month, nobody's money is missing. A category that is dated in all months
# is not looked at.
_FOUND = f"""
SELECT m.month, d.beneficiary_id, d.code, d.unit_id, d.decision_id, d.number, d.kind, d.category
FROM held d
LEFT JOIN buried b USING (beneficiary_id)
JOIN months m ON m.changed = d.changed AND {IN_MONTH}
WHERE d.category <> ALL(CAST(:dated AS text[]))
  AND NOT EXISTS (SELECT FROM law l WHERE l.month = m.month AND l.category = d.category)"""  # noqa: S608 - constants only

_COUNT = f"""
WITH {HELD}, found AS ({_FOUND})
SELECT count(DISTINCT beneficiary_id) FROM found f WHERE NOT EXISTS (
    SELECT FROM draw_owed o WHERE o.subject_id = f.beneficiary_id AND o.benefit_month = f.month AND o.kind = f.kind)
"""  # noqa: S608 - constants only

_PAGE = f"""
WITH {CLAIMS}, found AS ({_FOUND})
SELECT beneficiary_id, code, unit_id, decision_id, number, category, array_agg(month ORDER BY month) AS months
FROM found f
WHERE (CAST(:after AS uuid) IS NULL OR decision_id > :after) AND NOT EXISTS (
    SELECT FROM claims c WHERE c.beneficiary_id = f.beneficiary_id AND c.month = f.month AND c.kind = f.kind)
GROUP BY beneficiary_id, code, unit_id, decision_id, number, category ORDER BY decision_id LIMIT :limit
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class NotDated:
    """A decision, and the months in which its category is not dated."""

    beneficiary_id: UUID
    code: str
    unit_id: str
    decision_id: UUID
    number: str
    category: str
    months: list[date]


async def count(tx: Tx, authority_id: str, laws: Sequence[MonthLaw], looked_at: Mapping[date, int]) -> int:
    """How many people of a drawing up hold such a decision; after `draw_owed` was filled for the same months."""
    found = await tx.scalar(_COUNT, authority_id=authority_id, dated=dated_throughout(laws), **law_params(laws, looked_at))
    return int(found)


async def page(tx: Tx, authority_id: str, laws: Sequence[MonthLaw], after: UUID | None, limit: int) -> list[NotDated]:
    """Such decisions that an authority's communes pay, by id, as the registry has them now."""
    rows = await tx.rows(
        _PAGE, authority_id=authority_id, dated=dated_throughout(laws), after=after, limit=limit, **law_params(laws, {})
    )
    return [NotDated(**row) for row in rows]
