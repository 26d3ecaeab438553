"""The people of one sheet's table, row by row, with what the lines between them say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.cell_words import is_mark
from services.registry.domain.lists.column_facts import merged_down
from services.registry.domain.lists.column_places import OWN_NUMBERS
from services.registry.domain.lists.dates import read_birth
from services.registry.domain.lists.entitlement_fields import amount_of, coefficient_of, wording_of
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.legacy import Encoding, read_text
from services.registry.domain.lists.months import PersonFacts
from services.registry.domain.lists.payee_words import payee_on_line
from services.registry.domain.lists.person_fields import birth_in_parts
from services.registry.domain.lists.places_in_commune import heading_village, standard_village
from services.registry.domain.lists.row_cells import RowCells, RowCellsReader, written_form
from services.registry.domain.lists.row_kinds import RowJudge, RowKind
from services.registry.domain.lists.table import Table
from services.registry.domain.lists.text import fold
from services.registry.domain.lists.title_categories import category_of_titles
from services.registry.domain.lists.workbook import Cell

_VILLAGE_TITLE = re.compile(r"(?:thon|xom|ap|tdp|to dan pho|khu pho|khom|buon|lang|to \d+)(?: \w+){1,5}$|to \d+$")
"""Words that begin nothing else in a title, as `Bản tổng hợp` and `Tổ công tác` do."""
_PIECES = re.compile(r"\s+[-–]\s+|[,;:]\s*")


@dataclass(slots=True)
class PersonRow:
    """A person's row before it is understood: its number from 1, its cells, and what headings above it said."""

    number: int
    cells: RowCells
    village: str | None
    category: str | None


def people_of(table: Table) -> Iterator[PersonRow]:
    """The rows that are people, in order, with the village and category that headings above them (or the sheet) name.

    A line below a person that names who receives in his place belongs to that person.
    """
    judge = RowJudge(table.layout, frozenset(table.marks.words))
    reader = RowCellsReader(
        table.layout, table.encodings, merged_down(table.sheet), rows_differ=table.rows_differ, marks=table.marks
    )
    village = _village_of_titles(table.own_titles()) or heading_village(table.name)
    village = village or _village_in_any_encoding([table.sheet.name])
    category = None if Column.CATEGORY in table.layout.columns else category_of_titles(table.own_titles(), table.name)
    closed = False
    last: PersonRow | None = None
    for at in range(table.layout.last_row + 1, table.end_row):
        row = table.sheet.rows[at]
        read, decoded = reader.decoded(row)
        kind = judge.kind(read, closed=closed)
        closed = closed or kind is RowKind.SIGNATURE
        if kind is RowKind.PAYEE and last:
            _add_payee(last.cells, reader.line(row, read, decoded))
            continue
        if last and kind is not RowKind.BLANK:
            yield last
            last = None
        if kind is RowKind.PERSON:
            cells = reader.person(at + 1, row, read, decoded)
            village, category = _of_those_below(table, cells, village, category)
            last = PersonRow(at + 1, cells, village, category)
        elif kind is RowKind.HEADING:
            named, headed = _heading(read, row)
            village, category = named or village, headed or category
            if named:
                reader.heading(named)
            elif not headed:
                table.note(f.ROW_UNREAD, _heading_text(read), row=at + 1)
        elif kind in (RowKind.OTHER, RowKind.PAYEE):
            table.note(f.ROW_UNREAD, _heading_text(read), row=at + 1)
    if last:
        yield last


def _village_of_titles(titles: Sequence[str]) -> str | None:
    """The village that a title of its own names above a table: `THÔN ĐÔNG HỒ`."""
    pieces = (piece for title in titles for piece in _PIECES.split(title))
    named = [village for piece in pieces if _VILLAGE_TITLE.match(fold(piece)) and (village := heading_village(piece))]
    return named[-1] if named else None


def _of_those_below(table: Table, cells: RowCells, village: str | None, category: str | None) -> tuple[str | None, str | None]:
    """The village and category that hold from this row on, where they are written once for all below."""
    if Column.VILLAGE in table.written_once and (text := cells.text(Column.VILLAGE)):
        village = standard_village(text, table.default_kind)
    if Column.CATEGORY in table.written_once and (text := cells.text(Column.CATEGORY)):
        category = text
    return village, category


def _add_payee(person: RowCells, line: RowCells) -> None:
    """What a line below a person says of the payee: name with relationship, identity number, phone."""
    numbers = (line.cell(column) for column in (Column.PAYEE_ID, *OWN_NUMBERS))
    named = (payee_on_line(cell) for cell in line.read if isinstance(cell, str))
    name = line.cell(Column.PAYEE_NAME) or next(filter(None, named), None) or line.cell(Column.FULL_NAME)
    values: dict[Column, Cell] = {
        Column.PAYEE_NAME: name,
        Column.RELATIONSHIP: line.cell(Column.RELATIONSHIP),
        Column.PAYEE_ID: next((cell for cell in numbers if cell is not None), None),
        Column.PAYEE_PHONE: line.cell(Column.PAYEE_PHONE) or line.cell(Column.PHONE),
    }
    written = " ".join(text for cell in line.written if (text := written_form(cell)))
    if person.cell(Column.PAYEE_NAME) is not None or person.cell(Column.PAYEE_ID) is not None:
        person.add(f.PAYEE_SECOND, "payee", written)
        return
    person.add(f.PAYEE_BELOW, "payee", written, written_form(name))
    person.values.update({column: cell for column, cell in values.items() if cell is not None})


def _heading(read: Sequence[Cell], row: Sequence[Cell]) -> tuple[str | None, str | None]:
    """The village or the category that a heading names."""
    text = _heading_text(read)
    village = heading_village(text) or _village_in_any_encoding(row)
    return village, text if not village and len(read_wording(text).groups) == 1 else None


def _village_in_any_encoding(row: Sequence[Cell]) -> str | None:
    """The village that a heading names when its column's encoding isn't its own: `Xóm 1` above names typed in VNI."""
    texts = [cell for cell in row if isinstance(cell, str) and not cell.isascii()]
    readings = (heading_village(read_text(text, encoding)[0]) for text in texts for encoding in Encoding)
    return next((village for village in readings if village), None)


def _heading_text(read: Sequence[Cell]) -> str:
    texts = [cell for cell in read if isinstance(cell, str)]
    return max(texts, key=len, default="")


def facts_of(row: PersonRow, *, month_first: bool = False) -> PersonFacts:
    """What a row tells of the list's month."""
    _, wording = wording_of(row.cells, row.category)
    written = row.cells.cell(Column.BIRTH) or row.cells.cell(Column.MALE) or row.cells.cell(Column.FEMALE)
    birth = birth_in_parts(row.cells) if written is None or is_mark(written) else read_birth(written, month_first=month_first)
    return PersonFacts(
        wording or read_wording(""),
        birth.first_day if birth else None,
        coefficient_of(row.cells),
        amount_of(row.cells),
    )
