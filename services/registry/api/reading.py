"""From an uploaded file to rows ready to be stored: CPU work, done in a thread and outside any transaction."""

from __future__ import annotations

from hashlib import sha256

from services.registry.api.upload import Upload
from services.registry.domain.imports import NewImport, NewRow, RowContent, encode_findings
from services.registry.domain.lists.records import ListReading, RowReading
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.refusals import LIST_COMMUNE_UNKNOWN
from services.registry.domain.lists.standardise import ListOptions
from services.registry.domain.lists.workbook import Cell, Workbook
from services.registry.domain.refusals import LIST_HAS_NO_ROWS, LIST_OF_SEVERAL_COMMUNES, UNKNOWN_COMMUNE
from services.registry.files.lists import read_list
from services.registry.storage.import_files import seal_file
from services.registry.storage.import_rows import seal_content
from services.registry.storage.received_lists import LIST_ROW
from shared.crypto import FieldCipher
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


def prepare_import(upload: Upload, reference: Reference, cipher: FieldCipher) -> NewImport:
    """Read, standardise and seal a list.

    Refused: what `read_workbook` and `standardise` refuse, `unknown-commune` for a code given that no commune has,
    `list-has-no-rows`, `list-of-several-communes` (named sheet by sheet).
    """
    workbook, reading = _standardised(upload, reference)
    if not reading.rows:
        raise Refusal(LIST_HAS_NO_ROWS, upload.file_name)
    codes = reading.commune_codes()
    if len(codes) > 1:
        named = "; ".join(f"{sheet.name}: {sheet.commune.name}" for sheet in reading.sheets)
        raise Refusal(LIST_OF_SEVERAL_COMMUNES, named if len(reading.sheets) > 1 else ", ".join(sorted(codes)))
    return NewImport(
        file_name=upload.file_name,
        file_sha256=sha256(upload.data).digest(),
        size_bytes=len(upload.data),
        format=workbook.format,
        charset=workbook.charset,
        commune_code=reading.commune.code,
        month=reading.month,
        month_source=reading.month_source,
        findings_sealed=cipher.seal(encode_findings([note.finding for note in reading.notes]), LIST_ROW),
        file_sealed=seal_file(cipher, upload.data),
        rows=[_new_row(number, row, cipher) for number, row in enumerate(reading.rows, start=1)],
    )


def _standardised(upload: Upload, reference: Reference) -> tuple[Workbook, ListReading]:
    try:
        return read_list(upload.data, upload.file_name, reference, ListOptions(commune_code=upload.commune_code))
    except Refusal as refusal:
        if upload.commune_code and refusal.code is LIST_COMMUNE_UNKNOWN:
            raise Refusal(UNKNOWN_COMMUNE, refusal.detail, commune=upload.commune_code) from None
        raise


def _new_row(number: int, row: RowReading, cipher: FieldCipher) -> NewRow:
    content = RowContent(row.record.as_json(), _cells(row.raw), row.findings)
    codes = tuple(dict.fromkeys(finding.code for finding in row.findings))
    return NewRow(new_id(), number, row.sheet, row.row, row.status.value, codes, seal_content(cipher, content))


def _cells(raw: tuple[Cell, ...]) -> dict[str, str | int | float]:
    """Cells as written, by the letters of their columns; empty ones left out."""
    return {
        column_letters(at): cell if isinstance(cell, str | int | float) else cell.isoformat()
        for at, cell in enumerate(raw)
        if cell is not None
    }


def column_letters(at: int) -> str:
    """`A` for column 0, `Z` for 25, `AA` for 26."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
