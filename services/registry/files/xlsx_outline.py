"""The outline of an .xlsx file's sheets from its XML, read as a stream and within bounds.

calamine tells neither hidden rows and columns nor, before it has reserved the memory, how large a sheet is.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from xml.parsers import expat

from services.registry.domain.lists.refusals import (
    NOT_A_SPREADSHEET,
    SPREADSHEET_DAMAGED,
    SPREADSHEET_ENCRYPTED,
    SPREADSHEET_TOO_LARGE,
)
from services.registry.files.bounds import MAX_ARCHIVE_MEMBERS, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED_BYTES
from services.registry.files.sheet_outline import SheetOutline
from shared.kernel.errors import Refusal

_CHUNK = 1 << 18
_ENCRYPTED_FLAG = 0x1
_RELATIONSHIP_ID = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
_STRICT_RELATIONSHIP_ID = "http://purl.oclc.org/ooxml/officeDocument/relationships id"


class _TooLarge(Exception):
    """The sheet goes on beyond the bounds."""


class _Forbidden(Exception):
    """The XML declares a document type: no office program writes one, and entities could swell."""


def outline_xlsx(data: bytes, filename: str) -> dict[str, SheetOutline]:
    """Sheet name -> outline. Refused when the archive is no workbook, is damaged, encrypted, or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive, filename)
            targets = _sheet_parts(archive)
            return {name: _outline(archive, part) for name, part in targets if part in archive.namelist()}
    except _TooLarge:
        raise Refusal(SPREADSHEET_TOO_LARGE, f"{filename}: too many rows or columns", file=filename) from None
    except Refusal:
        raise
    except Exception as error:
        # Broken archives, broken XML, forbidden entities; zlib and lzma raise errors of their own, a password a RuntimeError.
        raise Refusal(SPREADSHEET_DAMAGED, f"{filename}: {error}", file=filename) from error


def _check_archive(archive: zipfile.ZipFile, filename: str) -> None:
    """Every member is unpacked once and thrown away: declared sizes can lie, and calamine would believe the stream."""
    members = archive.infolist()
    names = {member.filename.lower() for member in members}
    if "xl/workbook.xml" not in names:
        raise Refusal(NOT_A_SPREADSHEET, f"{filename}: an archive, but no Excel workbook", file=filename)
    if len(members) > MAX_ARCHIVE_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise Refusal(SPREADSHEET_TOO_LARGE, f"{filename}: unpacks to too much", file=filename)
    if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
        raise Refusal(SPREADSHEET_ENCRYPTED, filename, file=filename)
    for member in members:
        if not member.filename.lower().startswith("xl/worksheets/"):
            for _ in _chunks(archive, member.filename):
                pass


def _chunks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _parser(*, namespaces: bool = True) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ") if namespaces else expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise _Forbidden("a document type declaration")

    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = False
    return parser


def _sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """(sheet name, part of the archive) in the workbook's order."""
    sheets: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith(" sheet"):
            key = attributes.get(_RELATIONSHIP_ID) or attributes.get(_STRICT_RELATIONSHIP_ID) or ""
            sheets.append((attributes.get("name", ""), key))

    def relationship(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith(" Relationship"):
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    for part, handler in (("xl/workbook.xml", sheet), ("xl/_rels/workbook.xml.rels", relationship)):
        parser = _parser()
        parser.StartElementHandler = handler
        for chunk in _chunks(archive, part):
            parser.Parse(chunk)
        parser.Parse(b"", True)
    return [(name, targets.get(key, "")) for name, key in sheets]


class _SheetScan:
    """Follows a sheet's XML: the furthest cell, and rows and columns marked hidden.

    The parser gives attributes as a flat list (name, value, ...): no dict is made for each of a million cells.
    """

    def __init__(self) -> None:
        self.rows = self.columns = 0
        self._row = self._column = 0
        self._row_text = ""
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.widths: dict[int, float] = {}
        self._handlers: dict[str, Callable[[list[str]], None] | None] = {}
        self._letters: dict[str, int] = {}

    def start(self, tag: str, attributes: list[str]) -> None:
        """An element begins. Tags are looked up whole, prefix and all, and remembered."""
        try:
            handler = self._handlers[tag]
        except KeyError:
            known = {"c": self._cell, "row": self._start_row, "col": self._start_column}
            handler = self._handlers[tag] = known.get(tag.rpartition(":")[2])
        if handler:
            handler(attributes)

    def _cell(self, attributes: list[str]) -> None:
        if attributes and attributes[0] == "r":  # every office program writes it first
            self._place(attributes[1])
        elif "r" in attributes[::2]:
            self._place(attributes[attributes[::2].index("r") * 2 + 1])
        else:
            self._column += 1
        if self._column > self.columns:
            self.columns = self._column
            if self.columns > MAX_COLUMNS:
                raise _TooLarge

    def _place(self, reference: str) -> None:
        """Move to `BC12`; mostly a cell of the row that is being read, in a column seen before."""
        row_text = self._row_text
        if row_text and reference.endswith(row_text):
            column = self._letters.get(reference[: -len(row_text)])
            if column is not None:
                self._column = column
                return
        letters = reference.rstrip("0123456789")
        row = int(reference[len(letters) :] or 0)
        if row > self._row:
            self._row = row
            self.rows = max(self.rows, row)
        if letters not in self._letters:
            self._letters[letters] = _column_number(letters)
        self._column = self._letters[letters]

    def _start_row(self, flat: list[str]) -> None:
        attributes = dict(zip(flat[::2], flat[1::2], strict=True))
        self._row_text = attributes.get("r", "")
        self._row = int(self._row_text or self._row + 1)
        self._column = 0
        if attributes.get("hidden") in ("1", "true") and self._row <= MAX_ROWS:
            self.hidden_rows.add(self._row)
        self.rows = max(self.rows, self._row)
        if self._row > MAX_ROWS * 20:
            raise _TooLarge

    def _start_column(self, flat: list[str]) -> None:
        attributes = dict(zip(flat[::2], flat[1::2], strict=True))
        first, last = int(attributes.get("min", "1")), int(attributes.get("max", "1"))
        columns = range(max(first, 1) - 1, min(last, MAX_COLUMNS))
        if attributes.get("hidden") in ("1", "true"):
            self.hidden_columns.update(columns)
        elif "width" in attributes:
            self.widths.update(dict.fromkeys(columns, float(attributes["width"])))


def _column_number(letters: str) -> int:
    """1 for `A`, 28 for `AB`; anything longer than Excel's own columns is too large."""
    if len(letters) > 3:
        raise _TooLarge
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _outline(archive: zipfile.ZipFile, part: str) -> SheetOutline:
    scan = _SheetScan()
    parser = _parser(namespaces=False)
    parser.ordered_attributes = True
    parser.StartElementHandler = scan.start
    for chunk in _chunks(archive, part):
        parser.Parse(chunk)
    parser.Parse(b"", True)
    return SheetOutline(scan.rows, scan.columns, frozenset(scan.hidden_rows), frozenset(scan.hidden_columns), scan.widths)
