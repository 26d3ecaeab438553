"""A commune's list, from cells to records: the whole reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.across_rows import RowsSeen
from services.registry.domain.lists.communes import CommuneFinder, CommuneReading, choose_commune, commune_finder, require_commune
from services.registry.domain.lists.findings import Finding
from services.registry.domain.lists.layout import find_layout, header_text
from services.registry.domain.lists.legacy import Encoding, choose_encoding, read_text
from services.registry.domain.lists.months import infer_month, stated_month
from services.registry.domain.lists.records import ListNote, ListReading, RowReading, SheetReading, status_of
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.refusals import (
    LIST_COMMUNE_CONTRADICTORY,
    LIST_COMMUNE_UNKNOWN,
    LIST_HEADER_NOT_FOUND,
)
from services.registry.domain.lists.table import PersonRow, RowContext, Table, facts_of, read_person
from services.registry.domain.lists.workbook import Cell, Workbook
from shared.kernel.errors import Refusal
from shared.kernel.months import month_of, require_month

DEFAULT_MONTH = date(2021, 10, 1)
"""The plan's first month: assumed where neither the list nor the caller says one."""


_TELLING_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What the caller knows. `month` and `commune_code` overrule the list; `fallback_month` helps where it says none."""

    commune_code: str | None = None
    month: date | None = None
    fallback_month: date | None = None


@dataclass(frozen=True, slots=True)
class _Month:
    month: date
    source: str


def standardise(workbook: Workbook, reference: Reference, options: ListOptions | None = None) -> ListReading:
    """Every person of a list as a record with findings.

    Refused: `list-header-not-found` (no sheet has a table of beneficiaries), `list-commune-unknown` (no commune in
    titles, sheet name, file name or option), `list-commune-contradictory`, `wrong-month` (the option is no month).
    """
    options = options or ListOptions()
    notes: list[ListNote] = []
    tables = _tables(workbook, notes)
    if not tables:
        raise Refusal(LIST_HEADER_NOT_FOUND, f"{workbook.filename}: no header row was recognised", file=workbook.filename)
    people = {id(table): list(table.people()) for table in tables}
    month = _month(workbook, tables, people, reference, options, notes)
    finder = commune_finder(reference)
    sheets: list[SheetReading] = []
    rows: list[RowReading] = []
    seen = RowsSeen()
    for table in tables:
        commune = _commune(workbook, table, finder, reference, month.month, options)
        if commune.written_unit:
            finding = Finding(f.COMMUNE_SUCCESSOR, "commune_code", commune.written_unit.name, commune.unit.name)
            notes.append(ListNote(table.sheet.name, None, finding))
        sheets.append(_sheet_reading(table, commune))
        context = RowContext(reference, month.month, commune.unit, finder)
        rows += [_row(table, row, context, seen, len(tables) > 1) for row in people[id(table)]]
        notes += table.notes
    main = sheets[0].commune
    return ListReading(workbook.filename, main, month.month, month.source, tuple(sheets), tuple(rows), tuple(notes))


def _row(table: Table, row: PersonRow, context: RowContext, seen: RowsSeen, several: bool) -> RowReading:
    record = read_person(table, row, context)
    place = f"{table.sheet.name} #{row.number}" if several else f"#{row.number}"
    findings = row.cells.findings + seen.compare(record, place)
    return RowReading(table.sheet.name, row.number, status_of(findings), record, tuple(findings), tuple(row.cells.written))


def _tables(workbook: Workbook, notes: list[ListNote]) -> list[Table]:
    tables = []
    for sheet in workbook.sheets:
        texts = {cell for row in sheet.rows[:_TELLING_ROWS] for cell in row if isinstance(cell, str)}
        encoding = choose_encoding(texts)
        layout = find_layout(sheet.rows, encoding, hidden=sheet.hidden_columns)
        if layout is None:
            if any(cell is not None for row in sheet.rows for cell in row):
                notes.append(ListNote(sheet.name, None, Finding(f.SHEET_UNREAD, "list", sheet.name)))
            continue
        for at in sorted(sheet.hidden_columns):
            header = layout.headers[at] if at < len(layout.headers) else ""
            if header:
                notes.append(ListNote(sheet.name, None, Finding(f.COLUMN_HIDDEN, "list", header)))
        table = Table(sheet, layout, encoding)
        table.prepare()
        tables.append(table)
    return tables


def _titles(table: Table) -> list[str]:
    """The texts above the table, decoded, top to bottom."""
    return _texts(table.sheet.rows[: table.layout.first_row], table.encoding)


def _texts(rows: Sequence[Sequence[Cell]], encoding: Encoding) -> list[str]:
    return [text for row in rows for cell in row if (text := header_text(cell, encoding))]


def _month(
    workbook: Workbook,
    tables: list[Table],
    people: dict[int, list[PersonRow]],
    reference: Reference,
    options: ListOptions,
    notes: list[ListNote],
) -> _Month:
    if options.month is not None:
        return _Month(require_month(options.month), "option")
    titles = [text for table in tables for text in [*_titles(table), _decoded_name(table)]]
    stated = stated_month(titles)
    if stated:
        return _Month(stated, "title")
    named = stated_month([workbook.filename.replace("_", " ")])
    if named:
        return _Month(named, "file_name")
    fallback = month_of(options.fallback_month or DEFAULT_MONTH)
    facts = [facts_of(row) for table in tables for row in people[id(table)]]
    month, told = infer_month(facts, reference, fallback)
    kind = f.MONTH_INFERRED if told else f.MONTH_ASSUMED
    notes.append(ListNote(None, None, Finding(kind, "month", None, f"{month.month}/{month.year}")))
    return _Month(month, "inferred" if told else "assumed")


def _decoded_name(table: Table) -> str:
    return read_text(table.sheet.name, table.encoding)[0]


def _commune(
    workbook: Workbook, table: Table, finder: CommuneFinder, reference: Reference, month: date, options: ListOptions
) -> CommuneReading:
    """The table's commune: by option, else by titles, sheet name and file name, which must not contradict each other."""
    if options.commune_code:
        return require_commune(reference, options.commune_code, month)
    titles = " . ".join(_titles(table))
    places = [
        finder.in_text(titles, month, "title"),
        finder.in_text(_decoded_name(table), month, "sheet_name", needs_kind=False),
        finder.in_file_name(workbook.filename, month),
        finder.in_text(_below(table), month, "signature"),
    ]
    chosen = choose_commune(places)
    if chosen is None:
        raise Refusal(LIST_COMMUNE_UNKNOWN, f"{workbook.filename}: no commune was recognised", file=workbook.filename)
    _refuse_contradiction(workbook, places[:3], chosen)
    return chosen


def _below(table: Table) -> str:
    """The texts of the last rows: signatures sometimes name the commune that no title does."""
    rows = table.sheet.rows
    tail = rows[max(table.layout.last_row + 1, len(rows) - 8) :]
    return " . ".join(text for text in _texts(tail, table.encoding) if "ubnd" in text.lower())


def _refuse_contradiction(workbook: Workbook, places: list[list[CommuneReading]], chosen: CommuneReading) -> None:
    for readings in places:
        units = {reading.unit for reading in readings}
        if units and chosen.unit not in units:
            names = f"{chosen.unit.name} ({chosen.source}), {readings[0].unit.name} ({readings[0].source})"
            raise Refusal(LIST_COMMUNE_CONTRADICTORY, f"{workbook.filename}: {names}", file=workbook.filename)


def _sheet_reading(table: Table, commune: CommuneReading) -> SheetReading:
    return SheetReading(
        table.sheet.name,
        commune.unit,
        commune.source,
        (table.layout.first_row + 1, table.layout.last_row + 1),
        {column.value: places for column, places in table.layout.columns.items()},
    )
