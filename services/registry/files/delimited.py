"""Delimited text: its encoding and delimiter told from its bytes."""

from __future__ import annotations

import csv
import re
from collections import Counter

from services.registry.domain.lists.legacy import Encoding, choose_encoding, decode
from services.registry.domain.lists.refusals import NOT_A_SPREADSHEET, SPREADSHEET_TOO_LARGE
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from services.registry.files.bounds import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from services.registry.files.quoted_text import read_records
from shared.kernel.errors import Refusal

_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"^sep=(.)\r?\n", re.IGNORECASE)
_SAMPLED_ROWS = 60
_MENDABLE = 20
"""One broken byte among so many good letters is a slip in a UTF-8 file, not another charset."""
_SINGLE_BYTES = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))


def read_delimited(data: bytes, filename: str) -> Workbook:
    """A .csv file as a workbook of one sheet. Refused `not-a-spreadsheet` when no delimiter makes columns of it."""
    text, charset = decode_bytes(data, filename)
    separator = _SEPARATOR_LINE.match(text)
    if separator:
        delimiter, body = separator.group(1), text
    else:
        delimiter, body = _delimiter(text, filename), text
    rows: list[list[Cell]] = []
    cells = 0
    try:
        for row in read_records(body, delimiter):
            cells += len(row)
            if len(rows) >= MAX_ROWS or len(row) > MAX_COLUMNS or cells > MAX_CELLS:
                raise Refusal(SPREADSHEET_TOO_LARGE, f"{filename}: too many rows or columns", file=filename)
            rows.append([cell if cell.strip() else None for cell in row])
    except csv.Error as error:
        raise Refusal(NOT_A_SPREADSHEET, f"{filename}: {error}", file=filename) from error
    name = re.sub(r"\.\w+$", "", re.split(r"[\\/]", filename)[-1])
    return Workbook(filename, "csv", (Sheet(name, rows),), charset)


def decode_bytes(data: bytes, filename: str) -> tuple[str, str]:
    """The text of a file and how its bytes were read: utf-8, utf-16, windows-1258, or windows-1252 without loss.

    Text of TCVN3 and VNI fonts comes out as windows-1252 shows it; the rules for old encodings take it from there.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(data, "utf-16", filename), "utf-16"
    if data.startswith(b"\xef\xbb\xbf"):
        return _strict(data[3:], "utf-8", filename), "utf-8-sig"
    zeros = data[:4000].count(0)
    if zeros:
        little = data[1:4000:2].count(0) >= data[0:4000:2].count(0)
        if zeros * 5 < len(data[:4000]):
            raise Refusal(NOT_A_SPREADSHEET, f"{filename}: bytes that are no text", file=filename)
        charset = "utf-16-le" if little else "utf-16-be"
        return _strict(data, charset, filename), charset
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        mended = data.decode("utf-8", "replace")
        if mended.count("\ufffd") * _MENDABLE < sum(mark > "\x7f" for mark in mended):
            return mended, "utf-8"
        return _single_bytes(data, filename)


def _strict(data: bytes, charset: str, filename: str) -> str:
    try:
        return data.decode(charset)
    except UnicodeDecodeError as error:
        raise Refusal(NOT_A_SPREADSHEET, f"{filename}: {error.reason}", file=filename) from error


def _single_bytes(data: bytes, filename: str) -> tuple[str, str]:
    control = sum(data.count(byte) for byte in (*range(1, 9), *range(14, 27), 28, 29, 30, 31))
    if control:
        raise Refusal(NOT_A_SPREADSHEET, f"{filename}: bytes that are no text", file=filename)
    text = data.decode("latin-1").translate(dict(enumerate(_SINGLE_BYTES)))
    words = re.findall(r"[^\s,;|\"]*[^\x00-\x7f][^\s,;|\"]*", text)
    if choose_encoding(words[:4_000]) is Encoding.WINDOWS_1258:
        return decode(text, Encoding.WINDOWS_1258), "windows-1258"
    return text, "windows-1252"


def _delimiter(text: str, filename: str) -> str:
    """The delimiter under which most rows have the same number of cells, and more than one."""
    best, best_score = "", 0.0
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            for row, _ in zip(read_records(text, delimiter), range(_SAMPLED_ROWS), strict=False):
                widths[len(row)] += bool(row)
        except csv.Error:
            continue
        wide = Counter({width: count for width, count in widths.items() if width > 1})
        if wide:
            width, count = wide.most_common(1)[0]
            score = count * min(width, 20)
            if score > best_score:
                best, best_score = delimiter, score
    if not best:
        raise Refusal(NOT_A_SPREADSHEET, f"{filename}: text without columns", file=filename)
    return best
