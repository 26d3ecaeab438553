"""What holds for a list as a whole: which sheets are read, which month it is of, whose commune it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.communes import CommuneFinder, CommuneReading, choose_commune, commune_finder, require_commune
from services.registry.domain.lists.dates import column_has_month_first
from services.registry.domain.lists.findings import Finding, FindingKind
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.headless import goes_on, without_any_header
from services.registry.domain.lists.layout import Layout
from services.registry.domain.lists.legacy import Encoding, choose_encoding
from services.registry.domain.lists.list_rows import PersonRow, facts_of
from services.registry.domain.lists.months import infer_month, stated_month
from services.registry.domain.lists.places_in_commune import village_kind
from services.registry.domain.lists.records import ListNote
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.refusals import LIST_COMMUNE_CONTRADICTORY, LIST_COMMUNE_UNKNOWN
from services.registry.domain.lists.sheet_tables import find_tables
from services.registry.domain.lists.table import Table
from services.registry.domain.lists.text import tidy
from services.registry.domain.lists.workbook import Sheet, Workbook
from shared.kernel.errors import Refusal
from shared.kernel.months import month_of, require_month

DEFAULT_MONTH = date(2021, 10, 1)
"""The plan's first month: assumed where neither the list nor the caller says one."""

_TELLING_ROWS = 1_000
_SAMPLED_ROWS = 100


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What the caller knows. `month` and `commune_code` overrule the list; `fallback_month` helps where it says none."""

    commune_code: str | None = None
    month: date | None = None
    fallback_month: date | None = None


@dataclass(frozen=True, slots=True)
class MonthReading:
    """The month of a list and how it is known: option, title, file_name, inferred or assumed."""

    month: date
    source: str


def tables_of(workbook: Workbook, options: ListOptions, notes: list[ListNote]) -> list[Table]:
    """The tables of beneficiaries in a workbook, each ready to be read.

    Hidden sheets are left out where a visible one has a table, and of sheets of several months all but the month asked
    for (else the last): people would stand in them twice. Each sheet left out is a note.
    """
    texts = (cell for sheet in workbook.sheets for row in sheet.rows[:_SAMPLED_ROWS] for cell in row if isinstance(cell, str))
    usual = choose_encoding(dict.fromkeys(texts))
    found = _with_headless([(sheet, _tables(sheet, usual)) for sheet in workbook.sheets], usual)
    tables = [table for _, on_sheet in found for table in on_sheet]
    for sheet, on_sheet in found:
        if not on_sheet and any(cell is not None for row in sheet.rows for cell in row):
            notes.append(_sheet_note(f.SHEET_UNREAD, sheet.name))
    if any(not table.sheet.hidden for table in tables):
        hidden = dict.fromkeys(table.name for table in tables if table.sheet.hidden)
        notes += [_sheet_note(f.SHEET_HIDDEN, name) for name in hidden]
        tables = [table for table in tables if not table.sheet.hidden]
    tables = _of_one_month(tables, options, notes)
    for table in tables:
        table.prepare()
        notes += _hidden_columns(table)
        old = sorted({encoding.value for encoding in table.encodings if encoding is not Encoding.UNICODE})
        if old:
            notes.append(_sheet_note(f.ENCODING_OLD, table.name, ", ".join(old)))
    month_first = column_has_month_first(cell for table in tables for cell in table.birth_cells)
    for table in tables:
        table.month_first = month_first
    return tables


def _tables(sheet: Sheet, usual: Encoding) -> list[Table]:
    rows = sheet.rows[:_TELLING_ROWS]
    encoding = choose_encoding(dict.fromkeys(cell for row in rows for cell in row if isinstance(cell, str)), usual)
    found = find_tables(sheet.rows, encoding, hidden=sheet.hidden_columns)
    sheet_titles = found[0].layout.first_row if found else 0
    return [Table(sheet, one.layout, encoding, one.first_row, one.end_row, sheet_titles) for one in found]


def _with_headless(found: list[tuple[Sheet, list[Table]]], usual: Encoding) -> list[tuple[Sheet, list[Table]]]:
    """With the tables of sheets without a header: those that go on from one with a header; where none has, by content."""
    some = any(tables for _, tables in found)
    before: Layout | None = None
    for sheet, tables in found:
        if tables:
            before = tables[-1].layout
            continue
        table = (goes_on(sheet.rows, before, usual) if before else None) if some else without_any_header(sheet.rows, usual)
        if table:
            tables.append(Table(sheet, table.layout, usual, table.first_row, table.end_row, table.layout.last_row + 1))
    return found


def _sheet_note(kind: FindingKind, sheet: str, proposed: str | None = None) -> ListNote:
    return ListNote(sheet, None, Finding(kind, "list", sheet, proposed))


def _of_one_month(tables: list[Table], options: ListOptions, notes: list[ListNote]) -> list[Table]:
    months = [stated_month([table.name, *table.titles()]) for table in tables]
    stated = {month for month in months if month}
    if len(stated) < 2:
        return tables
    chosen = options.month if options.month in stated else max(stated)
    kept = []
    for table, month in zip(tables, months, strict=True):
        if month in (None, chosen):
            kept.append(table)
        else:
            notes.append(_sheet_note(f.SHEET_OTHER_MONTH, table.name, f"{month:%m/%Y}"))
    return kept


def _hidden_columns(table: Table) -> list[ListNote]:
    headers = table.layout.headers
    named = [headers[at] for at in sorted(table.sheet.hidden_columns) if at < len(headers) and headers[at]]
    return [ListNote(table.sheet.name, None, Finding(f.COLUMN_HIDDEN, "list", header)) for header in named]


def month_of_list(
    workbook: Workbook,
    people: Sequence[tuple[Table, list[PersonRow]]],
    reference: Reference,
    options: ListOptions,
    notes: list[ListNote],
) -> MonthReading:
    """The month: by option, as titles or the file name state it, else as ages, coefficients and amounts tell it.

    Refused `wrong-month` when the option is no first day of a month.
    """
    if options.month is not None:
        return MonthReading(require_month(options.month), "option")
    stated = stated_month([text for table, _ in people for text in [*table.titles(), table.name]])
    if stated:
        return MonthReading(stated, "title")
    named = stated_month([workbook.filename.replace("_", " ")])
    if named:
        return MonthReading(named, "file_name")
    fallback = month_of(options.fallback_month or DEFAULT_MONTH)
    facts = [facts_of(row, month_first=table.month_first) for table, rows in people for row in rows]
    month, told = infer_month(facts, reference, fallback)
    kind = f.MONTH_INFERRED if told else f.MONTH_ASSUMED
    notes.append(ListNote(None, None, Finding(kind, "month", None, f"{month:%m/%Y}")))
    return MonthReading(month, "inferred" if told else "assumed")


def month_and_communes(
    workbook: Workbook,
    people: Sequence[tuple[Table, list[PersonRow]]],
    reference: Reference,
    options: ListOptions,
    notes: list[ListNote],
) -> tuple[MonthReading, list[CommuneReading]]:
    """The month, and each table's commune in it.

    A month that the list doesn't state gives way to the commune's name: a unit that came to be later tells a later month.
    Refused as `month_of_list` and `communes_of` do.
    """
    tables = [table for table, _ in people]
    month = month_of_list(workbook, people, reference, options, notes)
    try:
        return month, communes_of(workbook, tables, reference, month.month, options)
    except Refusal as refusal:
        told = month.source not in ("inferred", "assumed") or options.commune_code
        if (
            told
            or refusal.code is not LIST_COMMUNE_UNKNOWN
            or any(any(_commune_places(workbook, table, reference, month.month)) for table in tables)
        ):
            raise
        for first_day in sorted({unit.valid_from for unit in reference.units if unit.valid_from > month.month}):
            try:
                communes = communes_of(workbook, tables, reference, first_day, options)
            except Refusal:
                continue
            notes.append(ListNote(None, None, Finding(f.MONTH_ASSUMED, "month", None, f"{first_day:%m/%Y}")))
            return MonthReading(month_of(first_day), "assumed"), communes
        raise


def communes_of(
    workbook: Workbook, tables: Sequence[Table], reference: Reference, month: date, options: ListOptions
) -> list[CommuneReading]:
    """The commune of each table; a sheet that names none is of the commune that the others name.

    Refused `list-commune-unknown` when no sheet names one, `list-commune-contradictory` when titles, sheet name and
    file name say different ones.
    """
    if options.commune_code:
        return [require_commune(reference, options.commune_code, month)] * len(tables)
    found = [_commune(workbook, table, reference, month) for table in tables]
    known = [reading for reading in found if reading]
    if len({reading.unit for reading in known}) == 1:
        return [reading or CommuneReading(known[0].unit, "other_sheet") for reading in found]
    if not known or len(known) < len(found):
        raise Refusal(LIST_COMMUNE_UNKNOWN, f"{workbook.filename}: no commune was recognised", file=workbook.filename)
    return known


def _commune(workbook: Workbook, table: Table, reference: Reference, month: date) -> CommuneReading | None:
    places = _commune_places(workbook, table, reference, month)
    chosen = choose_commune(places)
    if chosen:
        _refuse_contradiction(workbook, places[:3], chosen)
    return chosen if chosen or any(places) else _commune_most_rows_name(table, reference, month)


def _commune_most_rows_name(table: Table, reference: Reference, month: date) -> CommuneReading | None:
    """Where only the rows name communes, each of them its own: the one that most of them name."""
    finder, titles = commune_finder(reference), " . ".join(table.titles())
    named = Counter(finder.in_cell(text, month, titles) for text in table.values(Column.COMMUNE))
    named.pop(None, None)
    return named.most_common(1)[0][0] if named else None


def _commune_places(workbook: Workbook, table: Table, reference: Reference, month: date) -> list[list[CommuneReading]]:
    """The communes that titles, the sheet's name, the file's name and the signatures name."""
    finder = commune_finder(reference)
    signatures = " . ".join(text for text in table.closing_words() if "ubnd" in text.lower())
    return [
        finder.in_text(" . ".join(table.titles()), month, "title"),
        _commune_of_sheet_name(table, finder, month),
        finder.in_file_name(workbook.filename, month),
        finder.in_text(signatures, month, "signature"),
    ]


def _commune_of_sheet_name(table: Table, finder: CommuneFinder, month: date) -> list[CommuneReading]:
    """The commune in a sheet's name, which needs no `xã` before it; a sheet of a village (`Thôn Thanh Thủy`) names none."""
    names = (table.name, tidy(table.sheet.name))
    if any(village_kind(name) for name in names):
        return []
    readings = (finder.in_text(name, month, "sheet_name", needs_kind=False) for name in names)
    return next((found for found in readings if found), [])


def _refuse_contradiction(workbook: Workbook, places: list[list[CommuneReading]], chosen: CommuneReading) -> None:
    for readings in places:
        units = {reading.unit for reading in readings}
        if units and chosen.unit not in units:
            names = f"{chosen.unit.name} ({chosen.source}), {readings[0].unit.name} ({readings[0].source})"
            raise Refusal(LIST_COMMUNE_CONTRADICTORY, f"{workbook.filename}: {names}", file=workbook.filename)
