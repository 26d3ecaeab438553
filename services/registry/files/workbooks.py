"""An uploaded file as a workbook, whatever it is called: its bytes tell what it is."""

from __future__ import annotations

from services.registry.domain.lists.refusals import NOT_A_SPREADSHEET, SPREADSHEET_TOO_LARGE
from services.registry.domain.lists.workbook import Workbook
from services.registry.files.bounds import MAX_FILE_BYTES
from services.registry.files.delimited import read_delimited
from services.registry.files.excel import read_xls, read_xlsx
from shared.kernel.errors import Refusal

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KNOWN_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf", b"\x7fELF", b"MZ")


def read_workbook(data: bytes, filename: str) -> Workbook:
    """The sheets and cells of an .xlsx, .xls or .csv file.

    Refused: `not-a-spreadsheet`, `spreadsheet-damaged`, `spreadsheet-encrypted`, `spreadsheet-too-large` (also for an
    archive that unpacks to too much, or a sheet whose used area is too wide or long).
    """
    if len(data) > MAX_FILE_BYTES:
        raise Refusal(SPREADSHEET_TOO_LARGE, f"{filename}: {len(data)} bytes", file=filename)
    if data.startswith(_ZIP):
        return read_xlsx(data, filename)
    if data.startswith(_OLE):
        return read_xls(data, filename)
    if not data.strip() or data.startswith(_KNOWN_OTHERS):
        raise Refusal(NOT_A_SPREADSHEET, filename, file=filename)
    return read_delimited(data, filename)
