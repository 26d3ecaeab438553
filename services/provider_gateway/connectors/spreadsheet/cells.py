"""Files that come back, as cells of text: .xlsx by its content, else .csv. Nothing in a file is run or followed."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time

import python_calamine

from services.provider_gateway.connectors.protocol import UnreadableWebhook

MAX_FILE_BYTES = 5_000_000
MAX_UNPACKED_BYTES = 60_000_000
MAX_ROWS = 5_000
MAX_COLUMNS = 100
_XLSX = b"PK\x03\x04"
_DELIMITERS = ";\t,|"


def read_cells(content: bytes) -> list[list[str]]:
    """The cells of the first sheet with anything on it, row by row from the first. Raises UnreadableWebhook."""
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableWebhook("too_large")
    rows = _read_xlsx(content) if content.startswith(_XLSX) else _read_csv(content)
    if len(rows) > MAX_ROWS:
        raise UnreadableWebhook("too_many_rows")
    return rows


def _read_xlsx(content: bytes) -> list[list[str]]:
    _check_unpacked(content)
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
                raise UnreadableWebhook("too_many_rows")
            rows = sheet.to_python(skip_empty_area=False)
            if any(cell != "" for row in rows for cell in row):
                return [[_text(cell) for cell in row] for row in rows]
    except UnreadableWebhook:
        raise
    except Exception:  # whatever a broken file makes the reader say
        raise UnreadableWebhook("not_a_workbook") from None
    except BaseException as error:  # the reader's Rust panics are no Exceptions
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableWebhook("not_a_workbook") from None
    raise UnreadableWebhook("empty")


def _check_unpacked(content: bytes) -> None:
    """A small file that becomes a large one is refused before it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MAX_UNPACKED_BYTES:
                raise UnreadableWebhook("too_large")
    except UnreadableWebhook:
        raise
    except Exception:  # BadZipFile, or what else a directory of nonsense makes zipfile say
        raise UnreadableWebhook("not_a_workbook") from None


def _text(cell: object) -> str:
    """A cell as it is read: whole numbers without a point, days as dd/mm/yyyy."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, (datetime, date)):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, time):
        return cell.isoformat()
    return str(cell).strip()


def _read_csv(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    if "\x00" in text:
        raise UnreadableWebhook("not_text")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error:
        raise UnreadableWebhook("not_text") from None
    if any(len(row) > MAX_COLUMNS for row in rows):
        raise UnreadableWebhook("too_many_rows")
    return [[cell.strip() for cell in row] for row in rows]


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableWebhook("encoding") from None


def _delimiter(text: str) -> str:
    """The sign that parts most lines, by how often it stands in the first of them."""
    counts = {sign: text[:20_000].count(sign) for sign in _DELIMITERS}
    return max(_DELIMITERS, key=lambda sign: counts[sign])


def row_is_empty(row: Sequence[str]) -> bool:
    """Whether nothing stands in a row."""
    return not any(cell for cell in row)
