"""Rows of lists: sealed as a whole, since any cell may hold a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.domain.imports import Answer, ImportRow, NewRow, RowContent
from services.registry.storage import bulk
from services.registry.storage.received_lists import LIST_ROW
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Row, Tx

_NEW = {
    "row_id": "uuid",
    "import_id": "uuid",
    "unit_id": "text",
    "row_no": "integer",
    "sheet": "text",
    "row": "integer",
    "status": "text",
    "finding_codes": "text",
    "content_sealed": "text",
}

_ROW = """
SELECT r.row_id, r.row_no, r.sheet, r.row, r.status, r.content_sealed, r.answer, r.corrected_sealed, r.raised,
       r.raised_beneficiary_id, b.code AS raised_code, r.outcome, r.beneficiary_id
FROM import_rows r LEFT JOIN beneficiaries b ON b.beneficiary_id = r.raised_beneficiary_id
"""


def seal_content(cipher: FieldCipher, content: RowContent) -> str:
    """A row's content as it is stored."""
    return cipher.seal(content.encode(), LIST_ROW)


def _opened(row: Any, cipher: FieldCipher) -> ImportRow:
    values = dict(row)
    content, corrected = values.pop("content_sealed"), values.pop("corrected_sealed")
    return ImportRow(
        **values,
        content=RowContent.decode(cipher.open(content, LIST_ROW)),
        corrected=RowContent.decode(cipher.open(corrected, LIST_ROW)) if corrected else None,
    )


async def insert_rows(tx: Tx, import_id: UUID, unit_id: str, rows: Sequence[NewRow]) -> None:
    """Store the rows of a list."""
    await bulk.insert(
        tx,
        "import_rows",
        _NEW,
        [
            {
                "row_id": row.row_id,
                "import_id": import_id,
                "unit_id": unit_id,
                "row_no": row.row_no,
                "sheet": row.sheet,
                "row": row.row,
                "status": row.status,
                "finding_codes": " ".join(row.finding_codes),
                "content_sealed": row.content_sealed,
            }
            for row in rows
        ],
        {"finding_codes": "coalesce(string_to_array(nullif(v.finding_codes, ''), ' '), CAST(ARRAY[] AS text[]))"},
    )


async def page_of_rows(
    tx: Tx, import_id: UUID, cipher: FieldCipher, *, status: str | None, answered: bool | None, after: int, limit: int
) -> list[ImportRow]:
    """Rows in the list's order, after one."""
    rows = await tx.rows(
        f"""{_ROW} WHERE r.import_id = :import_id AND r.row_no > :after
            AND (CAST(:status AS text) IS NULL OR r.status = CAST(:status AS text))
            AND (CAST(:answered AS boolean) IS NULL OR (r.answer IS NOT NULL) = CAST(:answered AS boolean))
            ORDER BY r.row_no LIMIT :limit""",
        import_id=import_id,
        status=status,
        answered=answered,
        after=after,
        limit=limit,
    )
    return [_opened(row, cipher) for row in rows]


async def all_rows(tx: Tx, import_id: UUID, cipher: FieldCipher) -> list[ImportRow]:
    """Every row of a list, in its order."""
    rows = await tx.rows(f"{_ROW} WHERE r.import_id = :import_id ORDER BY r.row_no", import_id=import_id)
    return [_opened(row, cipher) for row in rows]


async def rows_by_id(tx: Tx, import_id: UUID, row_ids: Iterable[UUID], cipher: FieldCipher) -> dict[UUID, ImportRow]:
    """Rows of one import by their ids; what is not there is left out."""
    rows = await tx.rows(
        f"{_ROW} WHERE r.import_id = :import_id AND r.row_id = ANY(CAST(:ids AS uuid[]))",
        import_id=import_id,
        ids=list(row_ids),
    )
    return {row["row_id"]: _opened(row, cipher) for row in rows}


async def rows_to_confirm(tx: Tx, import_id: UUID, cipher: FieldCipher) -> list[ImportRow]:
    """Rows that may become beneficiaries now: accepted, or answered so, and not confirmed before."""
    rows = await tx.rows(
        f"""{_ROW} WHERE r.import_id = :import_id AND r.outcome IS NULL
            AND ((r.status = 'accepted' AND r.answer IS NULL) OR r.answer IN ('accept', 'correct', 'same'))
            ORDER BY r.row_no""",
        import_id=import_id,
    )
    return [_opened(row, cipher) for row in rows]


async def taken_by_import(tx: Tx, import_id: UUID) -> frozenset[UUID]:
    """Persons whom rows of this import have become."""
    rows = await tx.rows(
        "SELECT beneficiary_id FROM import_rows WHERE import_id = :id AND beneficiary_id IS NOT NULL", id=import_id
    )
    return frozenset(row["beneficiary_id"] for row in rows)


async def store_answers(tx: Tx, answers: Sequence[Answer], caller: Caller, cipher: FieldCipher) -> None:
    """Note an officer's answers. A correction stands beside what was read, and replaces an earlier correction."""
    types = {"row_id": "uuid", "answer": "text", "corrected_sealed": "text"}
    rows = [
        {"row_id": a.row_id, "answer": a.action, "corrected_sealed": seal_content(cipher, a.content) if a.content else None}
        for a in answers
    ]
    await tx.run(
        f"""UPDATE import_rows r SET answer = v.answer, corrected_sealed = coalesce(v.corrected_sealed, r.corrected_sealed),
                raised = CASE WHEN v.answer = 'correct' THEN NULL ELSE r.raised END,
                raised_beneficiary_id = CASE WHEN v.answer = 'correct' THEN NULL ELSE r.raised_beneficiary_id END,
                answered_at = platform.business_now(), answered_issuer = :issuer, answered_subject = :subject
            FROM {bulk.values_of(types)} WHERE r.row_id = v.row_id""",  # noqa: S608 - constants only
        issuer=caller.issuer,
        subject=caller.subject,
        **bulk.arrays_of(types, rows),
    )


async def store_outcomes(tx: Tx, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Note what rows became: `row_id`, `outcome`, `beneficiary_id`."""
    types = {"row_id": "uuid", "outcome": "text", "beneficiary_id": "uuid"}
    await tx.run(
        f"""UPDATE import_rows r SET outcome = v.outcome, beneficiary_id = v.beneficiary_id
            FROM {bulk.values_of(types)} WHERE r.row_id = v.row_id""",  # noqa: S608
        **bulk.arrays_of(types, outcomes),
    )


async def raise_rows(tx: Tx, raised: Sequence[Mapping[str, Any]]) -> None:
    """Send rows to review with a finding that confirming brought up: `row_id`, `raised`, `about`. They want an answer anew."""
    types = {"row_id": "uuid", "raised": "text", "about": "uuid"}
    await tx.run(
        f"""UPDATE import_rows r SET status = 'review', raised = v.raised, raised_beneficiary_id = v.about, answer = NULL,
                answered_at = NULL, answered_issuer = NULL, answered_subject = NULL
            FROM {bulk.values_of(types)} WHERE r.row_id = v.row_id""",  # noqa: S608
        **bulk.arrays_of(types, raised),
    )


async def settle_dropped(tx: Tx, import_id: UUID) -> int:
    """Close the rows that an officer dropped; how many."""
    return await tx.run(
        "UPDATE import_rows SET outcome = 'dropped' WHERE import_id = :id AND answer = 'drop' AND outcome IS NULL", id=import_id
    )


async def count_left(tx: Tx, import_id: UUID) -> int:
    """Rows that nothing became of yet."""
    return int(await tx.scalar("SELECT count(*) FROM import_rows WHERE import_id = :id AND outcome IS NULL", id=import_id))


async def source_row(tx: Tx, row_id: UUID, cipher: FieldCipher) -> tuple[Row, ImportRow] | None:
    """A row that somebody's record came from, and the import that it is of; None where it is another commune's list."""
    rows = await tx.rows(f"{_ROW} WHERE r.row_id = :row_id", row_id=row_id)
    files = await tx.rows(
        "SELECT i.import_id, i.file_name, i.month FROM imports i JOIN import_rows r USING (import_id) WHERE r.row_id = :row_id",
        row_id=row_id,
    )
    return (files[0], _opened(rows[0], cipher)) if rows else None
