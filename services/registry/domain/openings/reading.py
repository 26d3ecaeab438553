"""A list of opening balances, from cells to one line for each month of each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.registry.domain.lists import findings as lists
from services.registry.domain.lists.column_facts import merged_down
from services.registry.domain.lists.findings import Finding
from services.registry.domain.lists.layout import Layout
from services.registry.domain.lists.legacy import choose_encoding
from services.registry.domain.lists.months import stated_month
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.table import Table
from services.registry.domain.lists.whole_list import ListOptions, communes_of
from services.registry.domain.lists.workbook import Sheet, Workbook
from services.registry.domain.openings.columns import OpeningTable, find_opening_table
from services.registry.domain.openings.records import OpeningLine, OpeningReading
from services.registry.domain.openings.refusals import OPENINGS_EMPTY, OPENINGS_HEADER_NOT_FOUND
from services.registry.domain.openings.rows import RowReader, SheetSays
from services.registry.domain.openings.words import read_kind
from services.registry.domain.refusals import LIST_OF_SEVERAL_COMMUNES
from shared.kernel.errors import Refusal


@dataclass(slots=True)
class _Found:
    """A sheet with the table in it; `outline` is the same as the readers of commune lists want it."""

    table: OpeningTable
    outline: Table
    notes: list[Finding] = field(default_factory=list)


def read_openings(workbook: Workbook, reference: Reference, today: date, commune_code: str | None) -> OpeningReading:
    """All lines of a workbook's visible sheets. `commune_code` overrules titles and file name; the commune is one of today,
    however old the months are: where a named one was merged since, what it became.

    Refused: `openings-header-not-found`, `openings-has-no-rows`, `list-commune-unknown`, `list-commune-contradictory`,
    `list-of-several-communes`.
    """
    sheets = [found for sheet in workbook.sheets if not sheet.hidden and (found := _found(sheet))]
    if not sheets:
        raise Refusal(OPENINGS_HEADER_NOT_FOUND, workbook.filename)
    options = ListOptions(commune_code=commune_code)
    communes = communes_of(workbook, [found.outline for found in sheets], reference, today, options)
    if len({reading.unit.code for reading in communes}) > 1:
        raise Refusal(LIST_OF_SEVERAL_COMMUNES, ", ".join(reading.unit.name for reading in communes))
    lines = [line for found in sheets for line in _lines(found, today)]
    if not lines:
        raise Refusal(OPENINGS_EMPTY, workbook.filename)
    notes = [note for found in sheets for note in found.notes]
    return OpeningReading(communes[0].unit.code, today, tuple(lines), tuple(notes))


def _found(sheet: Sheet) -> _Found | None:
    encoding = choose_encoding(dict.fromkeys(cell for row in sheet.rows for cell in row if isinstance(cell, str)))
    table = find_opening_table(sheet.rows, encoding)
    if table is None:
        return None
    layout = Layout(table.first_row, table.last_row, (), {})
    return _Found(table, Table(sheet, layout, encoding, 0, len(sheet.rows), table.first_row))


def _lines(found: _Found, today: date) -> Iterator[OpeningLine]:
    outline, table = found.outline, found.table
    titles = outline.titles()
    says = SheetSays(outline.name, _kind_of_titles(titles), stated_month(titles), today)
    reader = RowReader(table, outline.encoding, says, merged_down(outline.sheet))
    for at in range(table.last_row + 1, len(outline.sheet.rows)):
        lines = reader.lines(at + 1, outline.sheet.rows[at])
        if lines is None:
            text = reader.unread_text(outline.sheet.rows[at])
            found.notes += [Finding(lists.ROW_UNREAD, "list", text)] if text else []
        else:
            yield from lines


def _kind_of_titles(titles: Sequence[str]) -> str | None:
    kinds = {kind for title in titles if (kind := read_kind(title))}
    return kinds.pop() if len(kinds) == 1 else None
