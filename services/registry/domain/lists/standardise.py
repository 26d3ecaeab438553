"""A commune's list, from cells to records: the whole reading."""

from __future__ import annotations

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.across_rows import RowsSeen
from services.registry.domain.lists.communes import BY_ROWS, CommuneReading, commune_finder
from services.registry.domain.lists.completeness import missing_of
from services.registry.domain.lists.findings import Finding
from services.registry.domain.lists.list_rows import PersonRow, people_of
from services.registry.domain.lists.person_rows import RowContext, read_person
from services.registry.domain.lists.records import ListNote, ListReading, RowReading, RowStatus, SheetReading, status_of
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.refusals import LIST_HEADER_NOT_FOUND
from services.registry.domain.lists.table import Table
from services.registry.domain.lists.whole_list import ListOptions, month_and_communes, tables_of
from services.registry.domain.lists.workbook import Workbook
from shared.kernel.errors import Refusal


def standardise(workbook: Workbook, reference: Reference, options: ListOptions | None = None) -> ListReading:
    """Every person of a list as a record with findings.

    Refused: `list-header-not-found` (no sheet has a table of beneficiaries), `list-commune-unknown` (no commune in
    titles, sheet name, file name or option), `list-commune-contradictory`, `wrong-month` (the option is no month).
    """
    options = options or ListOptions()
    notes: list[ListNote] = []
    tables = tables_of(workbook, options, notes)
    if not tables:
        raise Refusal(LIST_HEADER_NOT_FOUND, f"{workbook.filename}: no header row was recognised", file=workbook.filename)
    people = [(table, list(people_of(table))) for table in tables]
    month, communes = month_and_communes(workbook, people, reference, options, notes)
    finder = commune_finder(reference)
    rows: list[RowReading] = []
    seen = RowsSeen()
    for (table, found), commune in zip(people, communes, strict=True):
        by_row = commune.source == BY_ROWS
        context = RowContext(reference, month.month, commune.unit, finder, " . ".join(table.titles()), by_row)
        rows += [_row(table, row, context, seen, len(tables) > 1) for row in found]
        notes += [*_commune_notes(table, commune), *table.notes]
    return ListReading(
        file=workbook.filename,
        commune=communes[0].unit,
        month=month.month,
        month_source=month.source,
        sheets=tuple(map(_sheet_reading, tables, communes)),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _row(table: Table, row: PersonRow, context: RowContext, seen: RowsSeen, several: bool) -> RowReading:
    record = read_person(table, row, context)
    place = f"{table.sheet.name} #{row.number}" if several else f"#{row.number}"
    findings = row.cells.findings + seen.compare(record, place)
    status = status_of(findings)
    if status is RowStatus.ACCEPTED and (missing := missing_of(record, context.month)):
        findings.append(missing)
        status = status_of(findings)
    return RowReading(table.sheet.name, row.number, status, record, tuple(findings), tuple(row.cells.written))


def _commune_notes(table: Table, commune: CommuneReading) -> list[ListNote]:
    if commune.written_unit is None:
        return []
    finding = Finding(f.COMMUNE_SUCCESSOR, "commune_code", commune.written_unit.name, commune.unit.name)
    return [ListNote(table.sheet.name, None, finding)]


def _sheet_reading(table: Table, commune: CommuneReading) -> SheetReading:
    return SheetReading(
        table.sheet.name,
        commune.unit,
        commune.source,
        (table.layout.first_row + 1, table.layout.last_row + 1),
        {column.value: places for column, places in table.layout.columns.items()},
    )


__all__ = ["ListOptions", "standardise"]
