"""How a month's lists stand, commune by commune, and who is in force that they may lack."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.registry.domain.missing import InForcePerson
from services.registry.domain.standing import CommuneStanding
from shared.database import Tx


async def in_force_before(tx: Tx, unit_id: str, month: date) -> list[InForcePerson]:
    """People of a commune who are in force and whom no list of that month or a later one names, by their codes."""
    rows = await tx.rows(
        """SELECT b.beneficiary_id, b.code, b.full_name, b.name_key, b.birth_date, b.birth_precision, b.village, b.listed_month,
               ARRAY(SELECT d.number_index FROM identity_documents d
                     WHERE d.beneficiary_id = b.beneficiary_id AND d.known_to IS NULL) AS numbers
           FROM beneficiaries b WHERE b.unit_id = :unit_id AND b.status = 'active' AND b.listed_month < :month
           ORDER BY b.code""",
        unit_id=unit_id,
        month=month,
    )
    return [InForcePerson(**{**row, "numbers": frozenset(row["numbers"])}) for row in rows]


async def standing_of_communes(tx: Tx, month: date, unit_id: str | None) -> Sequence[CommuneStanding]:
    """Each commune that the caller may see and that is in that month, with its newest list of the month."""
    rows = await tx.rows(
        """SELECT u.unit_id, u.name, u.parent_id, n.lists, n.confirmed_lists,
               i.import_id, i.file_name, i.state, i.read_at, i.confirmed_at, coalesce(i.missing_people, 0) AS missing_people,
               coalesce(r.accepted, 0) AS accepted, coalesce(r.review, 0) AS review, coalesce(r.rejected, 0) AS rejected,
               coalesce(r.unanswered, 0) AS unanswered, coalesce(r.settled, 0) AS settled
           FROM units u
           LEFT JOIN LATERAL (
               SELECT count(*) AS lists, count(*) FILTER (WHERE state = 'confirmed') AS confirmed_lists,
                      max(import_id::text)::uuid AS import_id
               FROM imports WHERE unit_id = u.unit_id AND month = :month) n ON true
           LEFT JOIN imports i ON i.import_id = n.import_id
           LEFT JOIN LATERAL (
               SELECT count(*) FILTER (WHERE status = 'accepted') AS accepted,
                      count(*) FILTER (WHERE status = 'review') AS review,
                      count(*) FILTER (WHERE status = 'rejected') AS rejected,
                      count(*) FILTER (WHERE status <> 'accepted' AND answer IS NULL) AS unanswered,
                      count(*) FILTER (WHERE outcome IS NOT NULL) AS settled
               FROM import_rows WHERE import_id = i.import_id) r ON true
           WHERE u.level = 'commune' AND u.valid_from <= :month AND (u.valid_to IS NULL OR u.valid_to >= :month)
               AND ((SELECT platform.scope_is_all()) OR u.path && (SELECT platform.scope_units()))
               AND (CAST(:unit_id AS text) IS NULL OR u.path @> ARRAY[CAST(:unit_id AS text)])
           ORDER BY u.unit_id""",
        month=month,
        unit_id=unit_id,
    )
    return [_standing(row) for row in rows]


def _standing(row: Any) -> CommuneStanding:
    return CommuneStanding(**row)
