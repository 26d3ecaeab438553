"""Records of delimited text, also where somebody typed a quotation mark that never closes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

_TELLING_LINES = 20
_MOST_MENDED = 200
"""Lines with a mark left open in one file; a file with more is refused, since each costs another reading of what follows."""


def read_records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The records in order. Raises `csv.Error` for text that makes none.

    A mark left open (`"Út Văn Cao,12/5/1937,...`) makes one cell of all the lines up to the next mark: where those lines
    have the delimiters of records of their own, the line is read as it stands, and they as records.
    """
    lines = io.StringIO(text, newline="").readlines()
    usual = max((line.count(delimiter) for line in lines[:_TELLING_LINES]), default=0)
    at = mended = 0
    while at < len(lines):
        reader = csv.reader(islice(lines, at, None), delimiter=delimiter)
        start = at
        while at < len(lines):
            row = _next(reader)
            end = len(lines) if row is None else start + reader.line_num
            if end - at > 1 and (row is None or _holds_records(row, delimiter, usual)):
                mended += 1
                if mended > _MOST_MENDED:
                    raise csv.Error("quotation marks that never close")
                yield next(csv.reader([lines[at]], delimiter=delimiter, quoting=csv.QUOTE_NONE))
                at += 1
                break
            if row is None:
                raise csv.Error("a cell beyond all bounds")
            yield row
            at = end


def _next(reader: Iterator[list[str]]) -> list[str] | None:
    """The next record; None for a cell longer than any may be."""
    try:
        return next(reader)
    except csv.Error:
        return None


def _holds_records(row: list[str], delimiter: str, usual: int) -> bool:
    """Whether a cell holds a line with most of the delimiters that a record has."""
    least = max(3, usual // 2)
    return any(line.count(delimiter) >= least for cell in row if "\n" in cell or "\r" in cell for line in cell.splitlines()[1:])
