"""Beneficiaries and their identity documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from services.registry.domain.matching import Holder, Known
from services.registry.domain.refusals import NUMBER_TAKEN_MEANWHILE
from services.registry.storage import bulk
from shared.database import Tx
from shared.kernel.errors import Refusal

_PERSON = {
    "beneficiary_id": "uuid",
    "full_name": "text",
    "name_key": "text",
    "sex": "text",
    "birth_date": "date",
    "birth_precision": "text",
    "ethnicity": "text",
    "village": "text",
    "phone_sealed": "text",
    "phone_index": "bytea",
    "wished_channel": "text",
    "payee_id": "uuid",
    "relationship": "text",
    "row_id": "uuid",
    "listed_month": "date",
    "listed_index": "bytea",
}
_NEW_PERSON = {**_PERSON, "code": "text", "version": "integer", "unit_id": "text", "status_from_month": "date"}
_DOCUMENT = {
    "document_id": "uuid",
    "beneficiary_id": "uuid",
    "unit_id": "text",
    "kind": "text",
    "number_sealed": "text",
    "number_index": "bytea",
    "known_from": "date",
    "row_id": "uuid",
}


async def known_people(tx: Tx, unit_id: str) -> list[Known]:
    """Everybody of a commune, as matching wants them."""
    rows = await tx.rows(
        """SELECT b.beneficiary_id, b.code, b.full_name, b.sex, b.birth_date, b.birth_precision, b.village, b.phone_index,
               b.payee_id, b.listed_month, b.listed_index, b.status, b.status_from_month, r.sheet, r.row, d.cccd, d.cmnd
           FROM beneficiaries b LEFT JOIN import_rows r USING (row_id)
           LEFT JOIN LATERAL (
               SELECT min(number_index) FILTER (WHERE kind = 'cccd') AS cccd,
                      min(number_index) FILTER (WHERE kind = 'cmnd') AS cmnd
               FROM identity_documents WHERE beneficiary_id = b.beneficiary_id AND known_to IS NULL) d ON true
           WHERE b.unit_id = :unit_id ORDER BY b.code""",
        unit_id=unit_id,
    )
    return [_known(row) for row in rows]


def _known(row: Any) -> Known:
    values = dict(row)
    numbers = {kind: index for kind in ("cccd", "cmnd") if (index := values.pop(kind)) is not None}
    sheet, row_number = values.pop("sheet"), values.pop("row")
    return Known(**values, numbers=numbers, place=(sheet, row_number) if sheet is not None else None)


async def holders_of(tx: Tx, number_indexes: Sequence[bytes]) -> dict[bytes, Holder]:
    """Whose identity numbers are, in whatever commune."""
    rows = await tx.rows(
        "SELECT number_index, beneficiary_id, code, unit_id FROM number_holders(CAST(:indexes AS bytea[]))",
        indexes=list(number_indexes),
    )
    return {row["number_index"]: Holder(row["beneficiary_id"], row["code"], row["unit_id"]) for row in rows}


async def next_numbers(tx: Tx, count: int) -> list[int]:
    """The next numbers for beneficiary codes. A number is never given twice, but one may be left out."""
    rows = await tx.rows("SELECT nextval('beneficiary_numbers') AS n FROM generate_series(1, :count)", count=count)
    return sorted(row["n"] for row in rows)


async def insert_people(tx: Tx, people: Sequence[Mapping[str, Any]]) -> None:
    """New beneficiaries at version 1."""
    await bulk.insert(tx, "beneficiaries", _NEW_PERSON, people)


async def update_people(tx: Tx, people: Sequence[Mapping[str, Any]]) -> None:
    """The next version of beneficiaries. A sealed phone stays as it is where the number is the same."""
    if not people:
        return
    plain = [name for name in _PERSON if name not in ("beneficiary_id", "phone_sealed")]
    assignments = ", ".join(f"{name} = v.{name}" for name in plain)
    await tx.run(
        f"""UPDATE beneficiaries b SET version = b.version + 1, {assignments},
                phone_sealed = CASE WHEN b.phone_index IS NOT DISTINCT FROM v.phone_index
                                    THEN b.phone_sealed ELSE v.phone_sealed END
            FROM {bulk.values_of(_PERSON)} WHERE b.beneficiary_id = v.beneficiary_id""",  # noqa: S608 - constants only
        **bulk.arrays_of(_PERSON, people),
    )


async def listed_again(tx: Tx, beneficiary_ids: Sequence[UUID], month: date) -> None:
    """Note that a newer list says the same of people: no new version."""
    await tx.run(
        """UPDATE beneficiaries SET listed_month = :month
           WHERE beneficiary_id = ANY(CAST(:ids AS uuid[])) AND (listed_month IS NULL OR listed_month < :month)""",
        ids=list(beneficiary_ids),
        month=month,
    )


async def said_by_newer_lists(tx: Tx, beneficiary_ids: Sequence[UUID], import_id: UUID) -> set[UUID]:
    """Those whose record was taken from a list that came in after this one."""
    rows = await tx.rows(
        """SELECT b.beneficiary_id FROM beneficiaries b JOIN import_rows r USING (row_id)
           WHERE b.beneficiary_id = ANY(CAST(:ids AS uuid[])) AND r.import_id > :import_id""",
        ids=list(beneficiary_ids),
        import_id=import_id,
    )
    return {row["beneficiary_id"] for row in rows}


async def bump_people_of_payees(tx: Tx, payee_ids: Sequence[UUID], *, but: Sequence[UUID]) -> list[UUID]:
    """The next version of everybody whose payee changed, but for those who have it already; who they are."""
    rows = await tx.rows(
        """UPDATE beneficiaries SET version = version + 1
           WHERE beneficiary_id IN (
                   SELECT b.beneficiary_id FROM beneficiaries b WHERE b.payee_id = ANY(CAST(:payees AS uuid[]))
                   UNION SELECT c.beneficiary_id FROM payee_appointments c
                   WHERE c.payee_id = ANY(CAST(:payees AS uuid[])) AND c.purpose = 'care_support' AND c.ended_on IS NULL)
               AND NOT beneficiary_id = ANY(CAST(:but AS uuid[]))
           RETURNING beneficiary_id""",
        payees=list(payee_ids),
        but=list(but),
    )
    return [row["beneficiary_id"] for row in rows]


async def close_documents(tx: Tx, replacing: Sequence[Mapping[str, Any]]) -> None:
    """Close current documents of the same person and kind, as of the new one's day: the number was corrected."""
    if not replacing:
        return
    types = {"beneficiary_id": "uuid", "kind": "text", "known_from": "date"}
    await tx.run(
        f"""UPDATE identity_documents d SET known_to = v.known_from FROM {bulk.values_of(types)}
            WHERE d.beneficiary_id = v.beneficiary_id AND d.kind = v.kind AND d.known_to IS NULL""",  # noqa: S608
        **bulk.arrays_of(types, replacing),
    )


async def insert_documents(tx: Tx, documents: Sequence[Mapping[str, Any]]) -> None:
    """New identity documents. Refused with `try-again` where another list brought one of the numbers at this very moment."""
    try:
        await bulk.insert(tx, "identity_documents", _DOCUMENT, documents)
    except IntegrityError:
        raise Refusal(NUMBER_TAKEN_MEANWHILE) from None
