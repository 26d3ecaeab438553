"""What was repaid without need, and what the Treasury gave back of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.disbursement.domain.overpayments import NeedlessMonth
from services.disbursement.domain.receivables import spread
from services.disbursement.storage.receivables import Receivable
from shared.database import Tx


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Money that went from the Treasury back to whoever had repaid it."""

    give_back_id: UUID
    receivable_id: UUID
    amount_dong: int
    treasury_reference: str
    given_on: date
    made_subject: str
    made_at: datetime


_SUSPECTS = """
SELECT DISTINCT subject_id FROM receivable_items
WHERE authority_id = ANY(CAST(:authority_ids AS text[])) AND repaid_dong > given_back_dong
  AND subject_id > :after ORDER BY subject_id LIMIT :limit
"""


async def suspects(tx: Tx, authority_ids: Sequence[str], after: UUID, limit: int) -> list[UUID]:
    """People of whose months anything was repaid that was not given back, in the order of their ids."""
    rows = await tx.rows(_SUSPECTS, authority_ids=list(authority_ids), after=after, limit=limit)
    return [row["subject_id"] for row in rows]


# Whoever of several receivables of a month repaid first is given back first.
_NEEDLESS = """
WITH open_items AS (
    SELECT i.receivable_id, i.benefit_month, a.root_id, i.kind, i.subject_id, i.repaid_dong - i.given_back_dong AS open_dong,
           k.to_give_back_dong,
           coalesce(sum(i.repaid_dong - i.given_back_dong) OVER (
               PARTITION BY i.benefit_month, a.root_id, i.kind ORDER BY i.receivable_id, i.subject_id
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before_dong
    FROM again_asked a JOIN receivable_items i ON i.subject_id = a.beneficiary_id
    JOIN again_keys k ON k.root_id = a.root_id AND k.benefit_month = i.benefit_month AND k.kind = i.kind
    WHERE k.to_give_back_dong > 0 AND i.repaid_dong > i.given_back_dong)
SELECT o.receivable_id, o.benefit_month, o.kind, r.authority_id, r.beneficiary_id, q.code AS beneficiary_code, q.full_name,
       r.debtor_name, CAST(least(o.open_dong, o.to_give_back_dong - o.before_dong) AS bigint) AS to_give_back_dong
FROM open_items o JOIN receivables r USING (receivable_id) JOIN people q ON q.beneficiary_id = r.beneficiary_id
WHERE o.to_give_back_dong > o.before_dong AND r.authority_id = ANY(CAST(:authority_ids AS text[]))
  AND o.subject_id = ANY(CAST(:people AS uuid[]))
ORDER BY r.beneficiary_id, o.receivable_id, o.benefit_month, o.kind COLLATE "C"
"""


async def needless(tx: Tx, authority_ids: Sequence[str], people: Sequence[UUID]) -> list[NeedlessMonth]:
    """What was repaid without need to receivables of these authorities about these records, once `owed_again.reckon` has run for
    them. Other records of the same person count beside, and stand where they themselves are asked for."""
    rows = await tx.rows(_NEEDLESS, authority_ids=list(authority_ids), people=list(people))
    return [NeedlessMonth(**row) for row in rows]


_COLUMNS = "give_back_id, receivable_id, amount_dong, treasury_reference, given_on, made_subject, made_at"


async def given_back(tx: Tx, receivable_id: UUID) -> list[GiveBack]:
    """What was given back of a receivable, first first."""
    rows = await tx.rows(
        f"""SELECT {_COLUMNS} FROM receivable_give_backs WHERE receivable_id = :receivable_id
            ORDER BY made_at, give_back_id""",  # noqa: S608 - constants only
        receivable_id=receivable_id,
    )
    return [GiveBack(**row) for row in rows]


async def by_reference(tx: Tx, authority_id: str, treasury_reference: str) -> GiveBack | None:
    """What a Treasury reference stands for."""
    row = await tx.row(
        f"""SELECT {_COLUMNS} FROM receivable_give_backs
            WHERE authority_id = :authority_id AND treasury_reference = :reference""",  # noqa: S608 - constants only
        authority_id=authority_id,
        reference=treasury_reference,
    )
    return GiveBack(**row) if row else None


async def add(tx: Tx, receivable: Receivable, kept: GiveBack, issuer: str, months: Sequence[NeedlessMonth]) -> bool:
    """Keep what was given back, and count it for the oldest of these months first; False where its reference has just been used
    for another."""
    inserted = await tx.run(
        """INSERT INTO receivable_give_backs (give_back_id, receivable_id, authority_id, amount_dong, treasury_reference,
               given_on, made_issuer, made_subject, made_at)
           VALUES (:give_back_id, :receivable_id, :authority_id, :amount_dong, :treasury_reference, :given_on, :issuer,
               :made_subject, :made_at)
           ON CONFLICT (authority_id, treasury_reference) DO NOTHING""",
        **{name: getattr(kept, name) for name in GiveBack.__slots__},
        authority_id=receivable.authority_id,
        issuer=issuer,
    )
    if not inserted:
        return False
    parts = spread(kept.amount_dong, [each.to_give_back_dong for each in months])
    await tx.run(
        """UPDATE receivable_items i SET given_back_dong = i.given_back_dong + n.amount_dong
           FROM unnest(CAST(:months AS date[]), CAST(:kinds AS text[]), CAST(:amounts AS bigint[]))
                AS n (month, kind, amount_dong)
           WHERE i.receivable_id = :receivable_id AND i.benefit_month = n.month AND i.kind = n.kind""",
        receivable_id=receivable.receivable_id,
        months=[each.benefit_month for each in months],
        kinds=[each.kind for each in months],
        amounts=parts,
    )
    return True
