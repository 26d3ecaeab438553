"""What stands behind one person's benefit month: decisions, obligations, and the payments that settle them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.storage.disputes import IS_DISPUTED
from shared.database import Row, Tx


async def person(tx: Tx, beneficiary_id: UUID) -> Row | None:
    """The person as the registry's newest applied event has it."""
    return await tx.row(
        """SELECT p.beneficiary_id, p.code, p.full_name, p.unit_id, p.status, p.status_from_month, p.hold, p.payee_name,
                  p.payee_relationship, p.account_provider, p.account_channel, k.payee_name AS carer_name,
                  k.payee_relationship AS carer_relationship, k.hold AS carer_hold
           FROM people p LEFT JOIN kind_payees k ON k.beneficiary_id = p.beneficiary_id AND k.kind = 'care_support'
           WHERE p.beneficiary_id = :beneficiary_id""",
        beneficiary_id=beneficiary_id,
    )


async def one_off_payees(tx: Tx, beneficiary_id: UUID) -> dict[str, Row]:
    """Who is named to receive for a purpose of the person's death, by purpose."""
    rows = await tx.rows(
        "SELECT purpose, payee_name, payee_relationship FROM one_off_payees WHERE beneficiary_id = :id", id=beneficiary_id
    )
    return {row["purpose"]: row for row in rows}


async def decisions(tx: Tx, beneficiary_id: UUID, month: date) -> Sequence[Row]:
    """The person's decisions, those that cover the month first."""
    return await tx.rows(
        """SELECT decision_id, number, decided_on, kind, category, from_month, to_month, heads,
                  from_month <= :month AND :month <= coalesce(to_month, 'infinity') AS covers
           FROM decisions WHERE beneficiary_id = :beneficiary_id ORDER BY covers DESC, from_month, number""",
        beneficiary_id=beneficiary_id,
        month=month,
    )


async def obligations(tx: Tx, beneficiary_id: UUID, month: date) -> Sequence[Row]:
    """What the month owes, each with the place it is in by its own rows."""
    return await tx.rows(
        f"""SELECT o.benefit_month, o.kind, o.revision, o.amount_dong, o.total_dong, o.unit_id, o.authority_id, o.decision_id,
                  o.category, o.coefficient, o.heads, o.level_dong, o.topups, g.name_vi AS campaign,
                  g.paper_number AS campaign_paper, u.code AS run, o.live_payment_id IS NOT NULL AS drawn,
                  o.live_payment_id IS NULL AND o.resting <> 'cancelled' AND {IS_DISPUTED} AS disputed,
                  CASE WHEN o.live_payment_id IS NULL THEN CASE o.resting WHEN 'new' THEN 'not_released' ELSE o.resting END
                       WHEN p.state = 'paid' THEN CASE WHEN r.channel IN ('wallet', 'account') THEN 'paid_account'
                                                       ELSE 'paid_cash' END
                       WHEN c.state = 'sealed' THEN 'not_released' ELSE 'in_flight' END AS place
           FROM obligations o JOIN runs u ON u.run_id = o.run_id
           LEFT JOIN campaigns g ON g.campaign_id = o.decision_id
           LEFT JOIN payments p ON p.run_month = o.live_run_month AND p.payment_id = o.live_payment_id
           LEFT JOIN payrolls r ON r.payroll_id = p.payroll_id
           LEFT JOIN chunks c ON c.payroll_id = p.payroll_id AND c.chunk_no = p.chunk_no
           WHERE o.benefit_month = :month AND o.subject_id = :beneficiary_id ORDER BY o.kind, o.revision""",  # noqa: S608 - constants only
        beneficiary_id=beneficiary_id,
        month=month,
    )


async def payments(tx: Tx, beneficiary_id: UUID, month: date) -> Sequence[Row]:
    """Every payment that took one of the month's obligations, with its payroll's officers, first payment first."""
    return await tx.rows(
        """SELECT l.kind, l.revision, l.payment_seq, l.amount_dong AS line_amount_dong, p.payment_id, u.code AS run, p.payroll_id,
                  p.chunk_no, p.line_no, p.payee_name, p.amount_dong, p.note, p.state,
                  greatest(p.step, CASE WHEN c.state = 'answered' THEN 1 ELSE 0 END) AS step, p.reason, p.provider_reference,
                  p.settled_at, p.run_id, p.run_month, c.instructed_at, c.state AS chunk_state, r.contract_id, r.provider,
                  r.channel, r.state AS payroll_state, drawn.drawn_subject AS drawn_by, drawn.drawn_at,
                  f.confirmed_subject AS funded_by, f.confirmed_at AS funded_at, f.withdrawal_paper,
                  x.subject AS removed_by, x.made_at AS removed_at, x.reason AS removed_because, whole.parts,
                  r.prepared_subject AS prepared_by, r.prepared_at, r.approved_subject AS approved_by, r.approved_at,
                  r.released_subject AS released_by, r.released_at
           FROM payment_lines l
           JOIN payments p ON p.run_month = l.run_month AND p.payment_id = l.payment_id
           JOIN runs u ON u.run_id = p.run_id
           LEFT JOIN payrolls r ON r.payroll_id = p.payroll_id
           LEFT JOIN chunks c ON c.payroll_id = p.payroll_id AND c.chunk_no = p.chunk_no
           LEFT JOIN LATERAL (
               SELECT a.drawn_subject, a.drawn_at FROM run_authorities a
               WHERE a.run_id = r.run_id AND a.authority_id = r.authority_id AND a.registry_position <= r.registry_position
               ORDER BY a.draw_no DESC LIMIT 1) drawn ON true
           LEFT JOIN LATERAL (
               SELECT g.confirmed_subject, g.confirmed_at, g.withdrawal_paper FROM fundings g
               WHERE g.run_id = r.run_id AND g.contract_id = r.contract_id
                 AND g.confirmed_at <= coalesce(r.released_at, 'infinity')
               ORDER BY g.confirmed_at DESC, g.funding_id LIMIT 1) f ON true
           LEFT JOIN payroll_exceptions x ON r.payroll_id IS NOT NULL AND x.payroll_id = p.payroll_id
               AND x.payment_id = p.payment_id
           CROSS JOIN LATERAL (
               SELECT jsonb_agg(jsonb_build_object('benefit_month', w.benefit_month, 'kind', w.kind, 'revision', w.revision,
                                                   'amount_dong', w.amount_dong)) AS parts
               FROM payment_lines w WHERE w.payment_id = p.payment_id AND w.run_month = p.run_month) whole
           WHERE l.benefit_month = :month AND l.subject_id = :beneficiary_id ORDER BY l.kind, l.revision, l.payment_seq""",
        beneficiary_id=beneficiary_id,
        month=month,
    )


async def month_drawn(tx: Tx, unit_id: str, month: date) -> bool:
    """Whether the authority over a commune has drawn up a run that pays this benefit month."""
    return bool(
        await tx.scalar(
            """SELECT EXISTS (
                   SELECT FROM run_authorities a JOIN runs r ON r.run_id = a.run_id JOIN units u ON u.unit_id = :unit_id
                   WHERE (a.authority_id = ANY(u.path) OR EXISTS (
                       SELECT FROM unit_heirs h WHERE h.from_unit_id = a.authority_id AND h.to_unit_id = ANY(u.path)))
                     AND :month = ANY(r.benefit_months) AND r.campaign_id IS NULL)""",
            unit_id=unit_id,
            month=month,
        )
    )


async def province_name(tx: Tx, unit_id: str) -> str | None:
    """The name of the province over a unit, by which the law's rows call it."""
    name: str | None = await tx.scalar(
        "SELECT p.name FROM units u JOIN units p ON p.unit_id = u.path[1] WHERE u.unit_id = :unit_id", unit_id=unit_id
    )
    return name


@dataclass(frozen=True, slots=True)
class Routed:
    """Whether a contract pays in the person's commune now what the payee receives, and what the carer does."""

    payee: bool
    carer: bool


async def is_routed(tx: Tx, beneficiary_id: UUID) -> Routed:
    """As `draw_people` looks for a contract: into the account, or by hand. The transaction must see all contracts."""
    row = await tx.row(
        """SELECT coalesce(bool_or(by_hand OR (h.channel, h.provider) = (p.account_channel, p.account_provider)), false) AS payee,
                  coalesce(bool_or(by_hand OR (h.channel, h.provider) = (k.account_channel, k.account_provider)), false) AS carer
           FROM people p
           LEFT JOIN kind_payees k ON k.beneficiary_id = p.beneficiary_id AND k.kind = 'care_support'
           JOIN contract_communes s ON s.unit_id = p.unit_id
           JOIN contracts c ON c.contract_id = s.contract_id
           JOIN contract_channels h ON h.contract_id = c.contract_id
           CROSS JOIN LATERAL (SELECT h.channel IN ('cash', 'cashier') AS by_hand) hand
           CROSS JOIN LATERAL (SELECT date_trunc('month', platform.business_today())::date AS month) now
           WHERE p.beneficiary_id = :beneficiary_id AND s.from_month <= now.month
             AND coalesce(s.to_month, 'infinity') >= now.month AND coalesce(c.valid_to, 'infinity') >= now.month""",
        beneficiary_id=beneficiary_id,
    )
    assert row is not None, "an aggregate has one row"
    return Routed(**row)
