"""The outline of an .xls file's sheets from its records ([MS-CFB] and [MS-XLS]), read within bounds."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.registry.domain.lists.refusals import NOT_A_SPREADSHEET, SPREADSHEET_DAMAGED, SPREADSHEET_ENCRYPTED
from services.registry.files.sheet_outline import SheetOutline
from shared.kernel.errors import Refusal

_END_OF_CHAIN, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _ROW, _COLINFO = 0x0809, 0x000A, 0x002F, 0x0085, 0x0208, 0x007D
_ONE_CELL = frozenset({0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6, 0x0001, 0x0002, 0x0003, 0x0004})
_MANY_CELLS = frozenset({0x00BD, 0x00BE})
_BIFF8 = 0x0600
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01


def outline_xls(data: bytes, filename: str) -> dict[str, SheetOutline]:
    """Sheet name -> outline. Refused when it is no workbook, is damaged, or is protected by a password."""
    try:
        streams = _Compound(data)
        book = streams.stream("Workbook") or streams.stream("Book")
        if streams.has("EncryptedPackage"):
            raise Refusal(SPREADSHEET_ENCRYPTED, filename, file=filename)
        if book is None:
            raise Refusal(NOT_A_SPREADSHEET, f"{filename}: no Excel workbook in it", file=filename)
        return _outlines(book, filename)
    except (struct.error, IndexError, ValueError, RecursionError) as error:
        raise Refusal(SPREADSHEET_DAMAGED, f"{filename}: {error}", file=filename) from error


class _Compound:
    """The streams of a compound file. Chains are followed no further than the file is long."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise ValueError("sector sizes of no compound file")
        self._size = 1 << shift
        self._fat = self._allocation()
        (first_directory,) = struct.unpack_from("<I", data, 48)
        self._mini_cutoff, first_mini_fat = struct.unpack_from("<II", data, 56)
        mini_fat = self._chain(first_mini_fat)
        self._mini_fat = struct.unpack(f"<{len(mini_fat) // 4}I", mini_fat[: len(mini_fat) // 4 * 4])
        self._entries = dict(self._directory(self._chain(first_directory)))
        root = next((entry for entry in self._entries.values() if entry[2] == 5), (0, 0, 5))
        self._mini_stream = self._chain(root[0])

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._data[start : start + self._size]

    def _allocation(self) -> tuple[int, ...]:
        sectors = [number for number in struct.unpack_from("<109I", self._data, 76) if number < _END_OF_CHAIN]
        next_difat, count = struct.unpack_from("<II", self._data, 68)
        for _ in range(min(count, len(self._data) // self._size)):
            if next_difat >= _END_OF_CHAIN:
                break
            *more, next_difat = struct.unpack(f"<{self._size // 4}I", self._sector(next_difat))
            sectors += [number for number in more if number < _END_OF_CHAIN]
        table = b"".join(self._sector(number) for number in sectors[: len(self._data) // self._size + 1])
        return struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])

    def _chain(self, number: int) -> bytes:
        parts = []
        for _ in range(len(self._data) // self._size + 1):
            if number >= len(self._fat):
                break
            parts.append(self._sector(number))
            number = self._fat[number]
        return b"".join(parts)

    def _directory(self, table: bytes) -> Iterator[tuple[str, tuple[int, int, int]]]:
        for at in range(0, len(table) - 127, 128):
            length, kind = struct.unpack_from("<HB", table, at + 64)
            if kind in (2, 5) and 2 <= length <= 64:
                name = table[at : at + length - 2].decode("utf-16-le", "replace")
                start, size = struct.unpack_from("<II", table, at + 116)
                yield name, (start, size, kind)

    def has(self, name: str) -> bool:
        return name in self._entries

    def stream(self, name: str) -> bytes | None:
        entry = self._entries.get(name)
        if entry is None:
            return None
        start, size, _ = entry
        if size >= self._mini_cutoff:
            return self._chain(start)[:size]
        parts = []
        for _ in range(len(self._mini_stream) // 64 + 1):
            if start >= len(self._mini_fat):
                break
            parts.append(self._mini_stream[start * 64 : start * 64 + 64])
            start = self._mini_fat[start]
        return b"".join(parts)[:size]


@dataclass(slots=True)
class _Scan:
    rows: int = 0
    columns: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    widths: dict[int, float] = field(default_factory=dict)

    def record(self, kind: int, body: bytes) -> None:
        """One record of a sheet: cells push the used area out, rows and columns may be hidden."""
        if kind in _ONE_CELL:
            row, column = struct.unpack_from("<HH", body)
            self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        elif kind in _MANY_CELLS:
            (row,) = struct.unpack_from("<H", body)
            (last,) = struct.unpack_from("<H", body, len(body) - 2)
            self.rows, self.columns = max(self.rows, row + 1), max(self.columns, last + 1)
        elif kind == _ROW:
            (row,) = struct.unpack_from("<H", body)
            (flags,) = struct.unpack_from("<B", body, 12)
            if flags & _HIDDEN_ROW:
                self.hidden_rows.add(row + 1)
        elif kind == _COLINFO:
            first, last, width, _, flags = struct.unpack_from("<5H", body)
            columns = range(first, min(last, 255) + 1)
            if flags & _HIDDEN_COLUMN:
                self.hidden_columns.update(columns)
            else:
                self.widths.update(dict.fromkeys(columns, width / 256))

    def outline(self) -> SheetOutline:
        hidden = frozenset(self.hidden_rows), frozenset(self.hidden_columns)
        return SheetOutline(self.rows, self.columns, *hidden, self.widths)


def _records(book: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    at = start
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + length]
        at += 4 + length


def _outlines(book: bytes, filename: str) -> dict[str, SheetOutline]:
    version = 0
    sheets: list[tuple[str, int]] = []
    for kind, body in _records(book, 0):
        if kind == _BOF and not version:
            (version,) = struct.unpack_from("<H", body)
        elif kind == _FILEPASS:
            raise Refusal(SPREADSHEET_ENCRYPTED, filename, file=filename)
        elif kind == _BOUNDSHEET:
            (offset,) = struct.unpack_from("<I", body)
            sheets.append((_sheet_name(body, version), offset))
        elif kind == _EOF:
            break
    return {name: _outline(book, offset) for name, offset in sheets}


def _sheet_name(body: bytes, version: int) -> str:
    length = body[6]
    if version < _BIFF8:
        return body[7 : 7 + length].decode("cp1252", "replace")
    wide = body[7] & 1
    raw = body[8 : 8 + length * (2 if wide else 1)]
    return raw.decode("utf-16-le" if wide else "latin-1", "replace")


def _outline(book: bytes, offset: int) -> SheetOutline:
    scan = _Scan()
    for kind, body in _records(book, offset):
        if kind == _EOF:
            break
        scan.record(kind, body)
    return scan.outline()
