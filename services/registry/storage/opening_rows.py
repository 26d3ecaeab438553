"""Entries of opening lists: as read and answered, and as confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from services.registry.domain.openings.matching import Resident
from services.registry.domain.openings.records import ConfirmedEntry, OpeningAnswer, OpeningLine, OpeningRow
from services.registry.domain.openings.refusals import OPENINGS_TWICE
from services.registry.storage import bulk
from services.registry.storage.openings import COUNTS
from services.registry.storage.received_lists import LIST_ROW
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id

_NEW = {
    "entry_id": "uuid",
    "list_id": "uuid",
    "unit_id": "text",
    "row_no": "integer",
    "sheet": "text",
    "row": "integer",
    "status": "text",
    "finding_codes": "text",
    "content_sealed": "text",
    "kind": "text",
    "provider": "text",
    "month": "date",
    "amount_dong": "bigint",
    "beneficiary_id": "uuid",
}

_ROW = """
SELECT r.entry_id, r.row_no, r.sheet, r.row, r.status, r.answer, r.kind, r.provider, r.month, r.amount_dong, r.beneficiary_id,
       r.person_name, b.code AS beneficiary_code, r.content_sealed, e.countered_at
FROM opening_rows r LEFT JOIN beneficiaries b USING (beneficiary_id) LEFT JOIN opening_entries e USING (entry_id)
"""


def _opened(row: Any, cipher: FieldCipher) -> OpeningRow:
    values = dict(row)
    return OpeningRow.opened(values, cipher.open(values.pop("content_sealed"), LIST_ROW))


async def residents(tx: Tx, unit_id: str) -> list[Resident]:
    """Everybody of a commune, with the numbers of all their documents."""
    rows = await tx.rows(
        """SELECT b.beneficiary_id, b.code, b.full_name, b.birth_date, b.birth_precision,
               coalesce(d.numbers, CAST(ARRAY[] AS bytea[])) AS numbers
           FROM beneficiaries b LEFT JOIN (
               SELECT beneficiary_id, array_agg(number_index) AS numbers FROM identity_documents GROUP BY beneficiary_id) d
               USING (beneficiary_id)
           WHERE b.unit_id = :unit_id ORDER BY b.code""",
        unit_id=unit_id,
    )
    return [Resident(**{**row, "numbers": frozenset(row["numbers"])}) for row in rows]


async def communes_of_people(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The communes that people live in; who is not there, or not to be seen by the caller, is left out."""
    rows = await tx.rows(
        "SELECT beneficiary_id, unit_id FROM beneficiaries WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))", ids=list(ids)
    )
    return {row["beneficiary_id"]: row["unit_id"] for row in rows}


async def entered_before(tx: Tx, ids: Iterable[UUID]) -> frozenset[tuple[UUID, date, bool]]:
    """(person, month, whether a recovery) of confirmed entries that count, of these people."""
    rows = await tx.rows(
        """SELECT beneficiary_id, month, kind = 'receivable' AS recovery FROM opening_entries
           WHERE countered_at IS NULL AND beneficiary_id = ANY(CAST(:ids AS uuid[]))""",
        ids=list(ids),
    )
    return frozenset((row["beneficiary_id"], row["month"], row["recovery"]) for row in rows)


async def insert_opening_rows(tx: Tx, list_id: UUID, unit_id: str, lines: Sequence[OpeningLine], cipher: FieldCipher) -> None:
    """Store the lines of a list, their content sealed."""
    rows = [
        {
            "entry_id": new_id(),
            "list_id": list_id,
            "unit_id": unit_id,
            "row_no": number,
            "sheet": line.sheet,
            "row": line.row,
            "status": line.status,
            "finding_codes": " ".join(dict.fromkeys(finding.code for finding in line.findings)),
            "content_sealed": cipher.seal(line.encode(), LIST_ROW),
            "kind": line.kind,
            "provider": line.provider,
            "month": line.month,
            "amount_dong": line.amount_dong,
            "beneficiary_id": line.beneficiary_id,
        }
        for number, line in enumerate(lines, start=1)
    ]
    codes = "coalesce(string_to_array(nullif(v.finding_codes, ''), ' '), CAST(ARRAY[] AS text[]))"
    await bulk.insert(tx, "opening_rows", _NEW, rows, {"finding_codes": codes})


async def page_of_opening_rows(
    tx: Tx, list_id: UUID, cipher: FieldCipher, *, status: str | None, answered: bool | None, after: int, limit: int
) -> list[OpeningRow]:
    """Entries in the list's order, after one."""
    rows = await tx.rows(
        f"""{_ROW} WHERE r.list_id = :list_id AND r.row_no > :after
            AND (CAST(:status AS text) IS NULL OR r.status = CAST(:status AS text))
            AND (CAST(:answered AS boolean) IS NULL OR (r.answer IS NOT NULL) = CAST(:answered AS boolean))
            ORDER BY r.row_no LIMIT :limit""",
        list_id=list_id,
        status=status,
        answered=answered,
        after=after,
        limit=limit,
    )
    return [_opened(row, cipher) for row in rows]


async def opening_rows_by_id(tx: Tx, list_id: UUID, ids: Iterable[UUID], cipher: FieldCipher) -> dict[UUID, OpeningRow]:
    """Entries of one list by their ids; what is not there is left out."""
    rows = await tx.rows(
        f"{_ROW} WHERE r.list_id = :list_id AND r.entry_id = ANY(CAST(:ids AS uuid[]))", list_id=list_id, ids=list(ids)
    )
    return {row["entry_id"]: _opened(row, cipher) for row in rows}


async def store_opening_answers(tx: Tx, answers: Sequence[OpeningAnswer], caller: Caller) -> None:
    """Note answers. What was written stays in the content; the columns hold what counts now."""
    types = {
        "entry_id": "uuid", "answer": "text", "kind": "text", "provider": "text", "month": "date", "amount_dong": "bigint",
        "beneficiary_id": "uuid", "person_name": "text",
    }  # fmt: skip
    rows = [
        {
            "entry_id": a.entry_id, "answer": a.action, "kind": a.kind, "provider": a.provider, "month": a.month,
            "amount_dong": a.amount_dong, "beneficiary_id": a.beneficiary_id, "person_name": a.person_name,
        }
        for a in answers
    ]  # fmt: skip
    await tx.run(
        f"""UPDATE opening_rows r SET answer = v.answer, kind = coalesce(v.kind, r.kind),
                provider = coalesce(v.provider, r.provider), month = coalesce(v.month, r.month),
                amount_dong = coalesce(v.amount_dong, r.amount_dong),
                beneficiary_id = CASE WHEN v.person_name IS NULL THEN coalesce(v.beneficiary_id, r.beneficiary_id) END,
                person_name = v.person_name,
                answered_at = platform.business_now(), answered_issuer = :issuer, answered_subject = :subject
            FROM {bulk.values_of(types)} WHERE r.entry_id = v.entry_id""",  # noqa: S608 - constants only
        issuer=caller.issuer,
        subject=caller.subject,
        **bulk.arrays_of(types, rows),
    )


async def entered_twice(tx: Tx, list_id: UUID) -> list[int]:
    """Rows of what counts in a list whose person and month are there before, or in a confirmed list."""
    rows = await tx.rows(
        f"""WITH counting AS (
                SELECT r.row, r.beneficiary_id, r.month, r.kind = 'receivable' AS recovery,
                       row_number() OVER (PARTITION BY r.beneficiary_id, r.month, r.kind = 'receivable' ORDER BY r.row_no) AS nth
                FROM opening_rows r WHERE r.list_id = :list_id AND {COUNTS} AND r.beneficiary_id IS NOT NULL)
            SELECT c.row FROM counting c WHERE c.nth > 1 OR EXISTS (
                SELECT FROM opening_entries e WHERE e.countered_at IS NULL AND e.beneficiary_id = c.beneficiary_id
                    AND e.month = c.month AND (e.kind = 'receivable') = c.recovery)
            ORDER BY c.row""",  # noqa: S608 - constants only
        list_id=list_id,
    )
    return [row["row"] for row in rows]


async def confirm_entries(tx: Tx, list_id: UUID) -> list[ConfirmedEntry]:
    """Make entries of what counts in a list, each with the agreement that it stands under.

    Refused with `openings-entered-twice` where another list confirmed one of them at this very moment.
    """
    try:
        rows = await tx.rows(
            f"""INSERT INTO opening_entries (entry_id, list_id, unit_id, beneficiary_id, person_name, kind, month, amount_dong,
                    provider, minutes_number, agreed_on)
                SELECT r.entry_id, r.list_id, r.unit_id, r.beneficiary_id, r.person_name, r.kind, r.month, r.amount_dong,
                    r.provider, a.minutes_number, CAST(a.agreed_at AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date)
                FROM opening_rows r JOIN opening_agreements a USING (list_id, provider)
                WHERE r.list_id = :list_id AND {COUNTS} ORDER BY r.entry_id
                RETURNING entry_id, beneficiary_id, person_name, kind, month, amount_dong, provider, minutes_number, agreed_on""",  # noqa: S608
            list_id=list_id,
        )
    except IntegrityError:
        raise Refusal(OPENINGS_TWICE) from None
    return sorted((ConfirmedEntry(**row) for row in rows), key=lambda entry: entry.entry_id)


async def counter_entry(tx: Tx, entry_id: UUID, reason: str, minutes_number: str, minutes_on: date, caller: Caller) -> str | None:
    """Take a confirmed entry back; the commune that it is of, or None where it was taken back before."""
    row = await tx.row(
        """UPDATE opening_entries SET countered_at = platform.business_now()
           WHERE entry_id = :entry_id AND countered_at IS NULL RETURNING unit_id""",
        entry_id=entry_id,
    )
    if row is None:
        return None
    await tx.run(
        """INSERT INTO opening_counters (counter_id, entry_id, unit_id, reason, minutes_number, minutes_on, made_at, made_issuer,
               made_subject)
           VALUES (:counter_id, :entry_id, :unit_id, :reason, :minutes_number, :minutes_on, platform.business_now(), :issuer,
               :subject)""",
        counter_id=new_id(),
        entry_id=entry_id,
        unit_id=row["unit_id"],
        reason=reason,
        minutes_number=minutes_number,
        minutes_on=minutes_on,
        issuer=caller.issuer,
        subject=caller.subject,
    )
    return str(row["unit_id"])
