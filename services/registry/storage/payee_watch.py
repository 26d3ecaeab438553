"""Appointments whose end has come or comes soon, found by their dates' own indexes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.payee_watch import Watched
from shared.database import Tx

_WATCHED = """SELECT a.beneficiary_id, b.birth_date, a.payee_id, p.full_name AS payee_name, a.capacity, a.expires_on, a.of_age_on,
        a.purpose
    FROM payee_appointments a JOIN beneficiaries b USING (beneficiary_id) JOIN payees p ON p.payee_id = a.payee_id
    WHERE a.ended_on IS NULL AND a.purpose IN ('monthly', 'care_support') AND b.status IN ('active', 'suspended')"""


async def papers_that_end(tx: Tx, by: date) -> list[Watched]:
    """Appointments of now whose paper holds until that day or one before."""
    return [Watched(**row) for row in await tx.rows(f"{_WATCHED} AND a.expires_on <= :by", by=by)]


async def wards_of_age(tx: Tx, by: date) -> list[Watched]:
    """Appointments of now for minors who come of age by that day."""
    return [Watched(**row) for row in await tx.rows(f"{_WATCHED} AND a.of_age_on <= :by", by=by)]


async def lines_of_the_dead(tx: Tx) -> list[dict[str, Any]]:
    """Living people whose payee died, wherever they are: `beneficiary_id`, `payee_id`."""
    return await tx.rows(
        """SELECT b.beneficiary_id, b.payee_id FROM payees p JOIN beneficiaries b USING (payee_id)
           WHERE p.died_on IS NOT NULL AND p.self_of IS DISTINCT FROM b.beneficiary_id AND b.status IN ('active', 'suspended')"""
    )


async def lines_given_up(tx: Tx) -> list[dict[str, Any]]:
    """Living people whose payee's standing ended and who have no other: `beneficiary_id`, `payee_id`, `ended_why`."""
    return await tx.rows(
        """SELECT DISTINCT ON (a.beneficiary_id) a.beneficiary_id, a.payee_id, a.ended_why
           FROM payee_appointments a JOIN beneficiaries b USING (beneficiary_id)
           WHERE a.ended_why IN ('revoked', 'guardianship_ended', 'care_ended') AND a.purpose = 'monthly'
               AND b.status IN ('active', 'suspended')
               AND NOT EXISTS (SELECT FROM payee_appointments c WHERE c.beneficiary_id = a.beneficiary_id
                               AND c.purpose = 'monthly' AND c.ended_on IS NULL)
           ORDER BY a.beneficiary_id, a.appointment_id DESC"""
    )


async def care_given_up(tx: Tx) -> list[dict[str, Any]]:
    """People whose carer's standing ended, or who died, and who have no other: `beneficiary_id`, `payee_id`, `ended_why`."""
    return await tx.rows(
        """SELECT a.beneficiary_id, a.payee_id, a.ended_why FROM payee_appointments a JOIN payees p USING (payee_id)
           WHERE a.purpose = 'care_support' AND (a.ended_why IN ('care_ended', 'payee_died') OR p.died_on IS NOT NULL)
               AND NOT EXISTS (SELECT FROM payee_appointments c WHERE c.beneficiary_id = a.beneficiary_id
                               AND c.purpose = a.purpose AND c.appointment_id > a.appointment_id)"""
    )


async def likely_payees(tx: Tx, beneficiary_ids: Sequence[UUID], but: UUID) -> dict[UUID, list[dict[str, Any]]]:
    """Who may receive next, by person: those who did before, then payees of others who have the same phone at home."""
    rows = await tx.rows(
        """SELECT DISTINCT ON (found.beneficiary_id, found.payee_id) found.*, p.full_name
           FROM (SELECT a.beneficiary_id, a.payee_id, a.relationship, 'earlier' AS why FROM payee_appointments a
                 WHERE a.beneficiary_id = ANY(CAST(:ids AS uuid[])) AND a.purpose = 'monthly' AND a.relationship <> 'self'
                 UNION ALL
                 SELECT b.beneficiary_id, o.payee_id, o.relationship, 'same_phone' FROM beneficiaries b
                 JOIN beneficiaries o ON o.phone_index = b.phone_index AND o.beneficiary_id <> b.beneficiary_id
                     AND o.unit_id = b.unit_id
                 WHERE b.beneficiary_id = ANY(CAST(:ids AS uuid[]))) found
           JOIN payees p USING (payee_id)
           WHERE p.payee_id <> :but AND p.died_on IS NULL AND p.self_of IS DISTINCT FROM found.beneficiary_id
           ORDER BY found.beneficiary_id, found.payee_id, found.why""",
        ids=list(beneficiary_ids),
        but=but,
    )
    likely: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        named = {"payee_id": str(row["payee_id"]), **{name: row[name] for name in ("full_name", "relationship", "why")}}
        likely.setdefault(row["beneficiary_id"], []).append(named)
    return likely
