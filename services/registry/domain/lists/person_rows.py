"""One person's row in the registry's form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.communes import CommuneFinder, names_above
from services.registry.domain.lists.entitlement_fields import ListFacts, read_entitlement
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.identity import birth_year_of
from services.registry.domain.lists.list_rows import PersonRow
from services.registry.domain.lists.notes import NoteMeaning, read_note
from services.registry.domain.lists.payment_fields import check_minor, read_payee, read_payment
from services.registry.domain.lists.person_fields import (
    Person,
    check_number,
    read_birth_and_sex,
    read_ethnicity,
    read_full_name,
    read_numbers,
    read_village,
)
from services.registry.domain.lists.records import PersonRecord
from services.registry.domain.lists.reference import Reference, UnitFact
from services.registry.domain.lists.row_cells import RowCells, written_form
from services.registry.domain.lists.table import Table


@dataclass(frozen=True, slots=True)
class RowContext:
    """What a row is read against: facts, month, and the list's commune."""

    reference: Reference
    month: date
    commune: UnitFact
    finder: CommuneFinder
    titles: str = ""
    commune_by_row: bool = False


def read_person(table: Table, row: PersonRow, context: RowContext) -> PersonRecord:
    """One row in the registry's form; what was found goes to `row.cells.findings`."""
    cells, reference, month = row.cells, context.reference, context.month
    person = Person()
    read_full_name(cells, person)
    read_birth_and_sex(cells, person, month, month_first=table.month_first, unmarked_sex=table.unmarked_sex)
    read_numbers(cells, person, reference, table.numbers)
    check_number(cells, person, reference)
    born_on = person.birth.first_day if person.birth else _year_of_number(cells, person)
    facts = ListFacts(month, context.commune.province)
    entitlement = read_entitlement(cells, born_on, facts, reference, row.category)
    payment = read_payment(cells, reference)
    payee = read_payee(cells, person, reference, table.numbers, month.year)
    check_minor(cells, person, payee, month)
    _check_notes(cells, person)
    if table.sheet.errors:
        _check_errors(cells, table, row.number)
    if row.number in table.sheet.hidden_rows:
        cells.add(f.HIDDEN_ROW, "list")
    return PersonRecord(
        children_count=entitlement.children,
        full_name=person.name,
        sex=person.sex,
        birth_date=person.birth.text if person.birth else None,
        national_id=person.number,
        national_id_kind=person.number_kind,
        ethnicity=read_ethnicity(cells, reference),
        commune_code=_commune_code(cells, context),
        village=read_village(cells, row.village, table.spellings, table.default_kind, names_above(context.commune)),
        category=entitlement.category,
        phone=payment.phone,
        channel=payment.channel,
        account_number=payment.account,
        payee=payee,
    )


def _check_errors(cells: RowCells, table: Table, number: int) -> None:
    """A formula's error in a column that is read: what stood there isn't known."""
    for column, places in cells.layout.columns.items():
        if column not in (Column.OTHER, Column.ORDINAL):
            for at in places:
                if error := table.sheet.errors.get((number, at)):
                    cells.add(f.CELL_ERROR, column.value, error)


def _year_of_number(cells: RowCells, person: Person) -> date | None:
    """1 January of the year in a CCCD: without a birth date it still tells the category."""
    if person.number is None or person.number_kind != "cccd":
        return None
    year = birth_year_of(person.number)
    cells.add(f.CATEGORY_BY_ID_YEAR, "category", person.number, str(year))
    return date(year, 1, 1)


def _check_notes(cells: RowCells, person: Person) -> None:
    for text in (cells.joined(Column.NOTE), person.remark):
        meaning = read_note(text) if text else None
        if meaning:
            kind = f.NOTE_DEATH if meaning is NoteMeaning.DEATH else f.NOTE_MOVE
            cells.add(kind, "note", text)


def _commune_code(cells: RowCells, context: RowContext) -> str:
    """The list's commune, or the row's own where each names one; a row that names another than the list is for an officer."""
    text = cells.text(Column.COMMUNE)
    if text and context.commune_by_row:
        reading = context.finder.in_cell(text, context.month, context.titles)
        if reading:
            return reading.unit.code
    if text:
        named = context.finder.in_text(text, context.month, "row", needs_kind=False)
        by_code = context.finder.by_code(text, context.month, "row") if text.isdigit() else None
        units = [by_code.unit] if by_code else [reading.unit for reading in named]
        if units and context.commune not in units:
            cells.add(f.COMMUNE_DIFFERS, "commune_code", written_form(cells.cell(Column.COMMUNE)), context.commune.name)
            return units[0].code if len(units) == 1 else context.commune.code
    return context.commune.code
