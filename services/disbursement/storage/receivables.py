"""Receivables with their months, instalments and repayments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.disbursement.domain.overpayments import RecoveredMonth
from services.disbursement.domain.receivable_refusals import UNKNOWN_RECEIVABLE
from services.disbursement.domain.receivables import Debt, Instalment, spread
from shared.database import Tx
from shared.kernel.errors import Refusal

_COLUMNS = """r.receivable_id, r.authority_id, r.unit_id, r.run_id, r.origin, r.opening_entry_id, r.beneficiary_id, r.debtor_name,
    r.debtor_relationship, r.decision_number, r.decided_on, r.notified_on, r.state, r.amount_dong, r.repaid_dong,
    r.written_off_dong, r.withdrawn_dong, r.given_back_dong, r.agreed_on, r.agreed_repaid_dong, r.made_issuer, r.made_subject,
    r.made_at, r.closing_number, r.closed_on, r.closing_reason, r.closed_subject, r.closed_at"""

# What is due and not there: due before today by the newest plan, less what came since it was agreed.
_OVERDUE = """CASE WHEN r.state IN ('agreed', 'repaying') THEN greatest(0, coalesce((
        SELECT sum(i.amount_dong) FROM receivable_instalments i
        WHERE i.receivable_id = r.receivable_id AND i.due_on < platform.business_today()), 0)
    - (r.repaid_dong - coalesce(r.agreed_repaid_dong, 0))) ELSE 0 END"""

_SELECT = f"SELECT {_COLUMNS}, CAST({_OVERDUE} AS bigint) AS overdue_dong FROM receivables r"  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Receivable:
    """A receivable as it is kept."""

    receivable_id: UUID
    authority_id: str
    unit_id: str
    run_id: UUID
    origin: str
    opening_entry_id: UUID | None
    beneficiary_id: UUID | None
    debtor_name: str
    debtor_relationship: str
    decision_number: str
    decided_on: date
    notified_on: date | None
    debt: Debt
    overdue_dong: int
    agreed_on: date | None
    agreed_repaid_dong: int | None
    made_issuer: str
    made_subject: str
    made_at: datetime
    closing_number: str | None
    closed_on: date | None
    closing_reason: str | None
    closed_subject: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Repayment:
    """Money that came back to the Treasury."""

    repayment_id: UUID
    receivable_id: UUID
    amount_dong: int
    treasury_reference: str
    repaid_on: date
    made_subject: str
    made_at: datetime


_DEBT = ("state", "amount_dong", "repaid_dong", "written_off_dong", "withdrawn_dong", "given_back_dong")


def _receivable(row: Any) -> Receivable:
    debt = Debt(**{name: row[name] for name in _DEBT})
    return Receivable(**{name: value for name, value in row.items() if name not in _DEBT}, debt=debt)


async def insert(tx: Tx, receivable: Receivable, subject_id: UUID, months: Sequence[RecoveredMonth]) -> None:
    """Keep a new receivable with its months."""
    await tx.run(
        """INSERT INTO receivables (receivable_id, authority_id, unit_id, run_id, origin, beneficiary_id, debtor_name,
               debtor_relationship, decision_number, decided_on, notified_on, amount_dong, state, made_issuer, made_subject,
               made_at)
           VALUES (:receivable_id, :authority_id, :unit_id, :run_id, :origin, :beneficiary_id, :debtor_name,
               :debtor_relationship, :decision_number, :decided_on, :notified_on, :amount_dong, :state, :made_issuer,
               :made_subject, :made_at)""",
        **{name: getattr(receivable, name) for name in (
            "receivable_id", "authority_id", "unit_id", "run_id", "origin", "beneficiary_id", "debtor_name",
            "debtor_relationship", "decision_number", "decided_on", "notified_on", "made_issuer", "made_subject", "made_at",
        )},
        amount_dong=receivable.debt.amount_dong,
        state=receivable.debt.state,
    )  # fmt: skip
    await tx.run(
        """INSERT INTO receivable_items (receivable_id, benefit_month, subject_id, kind, authority_id, amount_dong)
           SELECT :receivable_id, n.month, :subject_id, n.kind, :authority_id, n.amount_dong
           FROM unnest(CAST(:months AS date[]), CAST(:kinds AS text[]), CAST(:amounts AS bigint[]))
                AS n (month, kind, amount_dong)""",
        receivable_id=receivable.receivable_id,
        subject_id=subject_id,
        authority_id=receivable.authority_id,
        months=[each.benefit_month for each in months],
        kinds=[each.kind for each in months],
        amounts=[each.amount_dong for each in months],
    )


async def find(tx: Tx, receivable_id: UUID, *, lock: bool = False) -> Receivable:
    """The receivable; refused with `unknown-receivable`. `lock` holds it until the transaction ends."""
    ending = " FOR UPDATE OF r" if lock else ""
    row = await tx.row(f"{_SELECT} WHERE r.receivable_id = :receivable_id{ending}", receivable_id=receivable_id)
    if row is None:
        raise Refusal(UNKNOWN_RECEIVABLE, receivable_id=receivable_id)
    return _receivable(row)


async def of_opening(tx: Tx, entry_id: UUID) -> Receivable | None:
    """The receivable of an opening entry, held until the transaction ends."""
    row = await tx.row(f"{_SELECT} WHERE r.opening_entry_id = :entry_id FOR UPDATE OF r", entry_id=entry_id)
    return _receivable(row) if row else None


async def page(
    tx: Tx,
    *,
    authority_id: str | None,
    state: str | None,
    beneficiary_id: UUID | None,
    overdue: bool,
    after: UUID,
    limit: int,
) -> list[Receivable]:
    """Receivables in the order of their ids (in time), from after one."""
    rows = await tx.rows(
        f"""SELECT * FROM ({_SELECT}
            WHERE r.receivable_id > :after
              AND (CAST(:authority_id AS text) IS NULL OR r.authority_id = :authority_id)
              AND (CAST(:state AS text) IS NULL OR r.state = :state)
              AND (CAST(:beneficiary_id AS uuid) IS NULL OR r.beneficiary_id = CAST(:beneficiary_id AS uuid))) found
            WHERE NOT :overdue OR overdue_dong > 0 ORDER BY receivable_id LIMIT :limit""",  # noqa: S608 - constants only
        authority_id=authority_id,
        state=state,
        beneficiary_id=beneficiary_id,
        overdue=overdue,
        after=after,
        limit=limit,
    )
    return [_receivable(row) for row in rows]


async def months_of(tx: Tx, receivable_id: UUID) -> list[dict[str, Any]]:
    """The months of a receivable, oldest first."""
    return await tx.rows(
        """SELECT benefit_month, kind, amount_dong, repaid_dong, withdrawn_dong, given_back_dong FROM receivable_items
           WHERE receivable_id = :receivable_id ORDER BY benefit_month, kind COLLATE "C" """,
        receivable_id=receivable_id,
    )


async def instalments_of(tx: Tx, receivable_id: UUID) -> list[Instalment]:
    """The newest plan, in order of the days."""
    rows = await tx.rows(
        "SELECT due_on, amount_dong FROM receivable_instalments WHERE receivable_id = :receivable_id ORDER BY due_on",
        receivable_id=receivable_id,
    )
    return [Instalment(**row) for row in rows]


_REPAYMENT = """
SELECT repayment_id, receivable_id, amount_dong, treasury_reference, repaid_on, made_subject, made_at FROM receivable_repayments
"""


async def repayments_of(tx: Tx, receivable_id: UUID) -> list[Repayment]:
    """What came back, first first."""
    rows = await tx.rows(
        f"{_REPAYMENT} WHERE receivable_id = :receivable_id ORDER BY made_at, repayment_id", receivable_id=receivable_id
    )
    return [Repayment(**row) for row in rows]


async def repayment_by_reference(tx: Tx, authority_id: str, treasury_reference: str) -> Repayment | None:
    """The repayment that a Treasury reference stands for."""
    row = await tx.row(
        f"{_REPAYMENT} WHERE authority_id = :authority_id AND treasury_reference = :reference",
        authority_id=authority_id,
        reference=treasury_reference,
    )
    return Repayment(**row) if row else None


async def set_debt(tx: Tx, receivable_id: UUID, debt: Debt) -> None:
    """Write how it stands."""
    await tx.run(
        """UPDATE receivables SET state = :state, repaid_dong = :repaid_dong, written_off_dong = :written_off_dong,
               withdrawn_dong = :withdrawn_dong, given_back_dong = :given_back_dong WHERE receivable_id = :receivable_id""",
        receivable_id=receivable_id,
        **{name: getattr(debt, name) for name in _DEBT if name != "amount_dong"},
    )


async def set_plan(tx: Tx, receivable: Receivable, agreed_on: date, instalments: Sequence[Instalment]) -> None:
    """Put a plan in place of the one before. What came before it counts for no instalment of it."""
    await tx.run("DELETE FROM receivable_instalments WHERE receivable_id = :id", id=receivable.receivable_id)
    await tx.run(
        """INSERT INTO receivable_instalments (receivable_id, due_on, authority_id, amount_dong)
           SELECT :id, n.due_on, :authority_id, n.amount_dong
           FROM unnest(CAST(:days AS date[]), CAST(:amounts AS bigint[])) AS n (due_on, amount_dong)""",
        id=receivable.receivable_id,
        authority_id=receivable.authority_id,
        days=[each.due_on for each in instalments],
        amounts=[each.amount_dong for each in instalments],
    )
    await tx.run(
        "UPDATE receivables SET agreed_on = :agreed_on, agreed_repaid_dong = repaid_dong WHERE receivable_id = :id",
        id=receivable.receivable_id,
        agreed_on=agreed_on,
    )


async def add_repayment(tx: Tx, receivable: Receivable, repayment: Repayment, issuer: str) -> bool:
    """Keep a repayment, and count it for the oldest months first; False where its reference has just been used for another."""
    inserted = await tx.run(
        """INSERT INTO receivable_repayments (repayment_id, receivable_id, authority_id, amount_dong, treasury_reference,
               repaid_on, made_issuer, made_subject, made_at)
           VALUES (:repayment_id, :receivable_id, :authority_id, :amount_dong, :treasury_reference, :repaid_on, :issuer,
               :made_subject, :made_at)
           ON CONFLICT (authority_id, treasury_reference) DO NOTHING""",
        **{name: getattr(repayment, name) for name in Repayment.__slots__},
        authority_id=receivable.authority_id,
        issuer=issuer,
    )
    if inserted:
        await _count(tx, receivable.receivable_id, "repaid_dong", repayment.amount_dong)
    return bool(inserted)


async def withdraw_months(tx: Tx, receivable_id: UUID, amount_dong: int) -> None:
    """Count what is withdrawn for the months that it is left of."""
    await _count(tx, receivable_id, "withdrawn_dong", amount_dong)


async def set_closed(
    tx: Tx, receivable_id: UUID, *, number: str, closed_on: date, reason: str, issuer: str, subject: str
) -> None:
    """Note by which decision and by whom it ended."""
    await tx.run(
        """UPDATE receivables SET closing_number = :number, closed_on = :closed_on, closing_reason = :reason,
               closed_issuer = :issuer, closed_subject = :subject, closed_at = platform.business_now()
           WHERE receivable_id = :receivable_id""",
        receivable_id=receivable_id,
        number=number,
        closed_on=closed_on,
        reason=reason,
        issuer=issuer,
        subject=subject,
    )


async def _count(tx: Tx, receivable_id: UUID, column: str, amount_dong: int) -> None:
    assert column in ("repaid_dong", "withdrawn_dong")
    months = await months_of(tx, receivable_id)
    parts = spread(amount_dong, [each["amount_dong"] - each["repaid_dong"] - each["withdrawn_dong"] for each in months])
    counted = [(each, part) for each, part in zip(months, parts, strict=True) if part]
    await tx.run(
        f"""UPDATE receivable_items i SET {column} = i.{column} + n.amount_dong
            FROM unnest(CAST(:months AS date[]), CAST(:kinds AS text[]), CAST(:amounts AS bigint[]))
                AS n (month, kind, amount_dong)
            WHERE i.receivable_id = :receivable_id AND i.benefit_month = n.month AND i.kind = n.kind""",  # noqa: S608 - constants only
        receivable_id=receivable_id,
        months=[each["benefit_month"] for each, _ in counted],
        kinds=[each["kind"] for each, _ in counted],
        amounts=[part for _, part in counted],
    )


async def one_at_a_time(tx: Tx, beneficiary_id: UUID) -> None:
    """Let two decisions about one person follow each other: the second sees what the first wants back."""
    await tx.scalar("SELECT pg_advisory_xact_lock(hashtextextended('recovery:' || :id, 0))", id=str(beneficiary_id))
