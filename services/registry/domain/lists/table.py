"""Reading one sheet's table, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.category_marks import NO_MARKS, CategoryMarks, settle_marks
from services.registry.domain.lists.cell_words import SAYS_NOTHING, is_ditto, is_mark
from services.registry.domain.lists.column_agreement import settle_by_agreement
from services.registry.domain.lists.column_doubts import set_aside_doubtful, set_aside_others
from services.registry.domain.lists.column_facts import (
    SEVERAL,
    column_cells,
    column_texts,
    columns_written_once,
    filled_without,
    number_facts,
    rows_differ,
)
from services.registry.domain.lists.column_places import OWN_NUMBERS
from services.registry.domain.lists.column_sums import settle_sums
from services.registry.domain.lists.content import guess_column
from services.registry.domain.lists.findings import Finding
from services.registry.domain.lists.headers import Column, is_payee_header, read_header
from services.registry.domain.lists.layout import Layout, header_text
from services.registry.domain.lists.legacy import (
    Encoding,
    choose_encoding,
    decode,
    read_text,
)
from services.registry.domain.lists.notes import read_note
from services.registry.domain.lists.payee_words import hold_names_with_kin
from services.registry.domain.lists.person_fields import NumberColumnFacts
from services.registry.domain.lists.places_in_commune import standard_village, village_kind, village_name
from services.registry.domain.lists.records import ListNote
from services.registry.domain.lists.text import fold
from services.registry.domain.lists.workbook import Cell, Sheet

_NUMBER_COLUMNS = (Column.IDENTITY, Column.CMND, Column.CCCD, Column.PAYEE_ID)
_TELLING_ROWS = 400
_CLOSING_ROWS = 8
_MOSTLY = 0.75
_OF_PAYEES = (Column.RELATIONSHIP, Column.PAYEE_ID)
"""Before these stands the payee's name, whatever its header says."""
_WANTED = (Column.IDENTITY, Column.PHONE, Column.BIRTH, Column.SEX, Column.CATEGORY, Column.CHANNEL, Column.RELATIONSHIP,
           Column.VILLAGE, Column.ETHNICITY, Column.ACCOUNT)  # fmt: skip
_WANTED_OF_PAYEES = (Column.PAYEE_ID, Column.PAYEE_PHONE, Column.RELATIONSHIP, Column.PAYEE_NAME)


@dataclass(slots=True)
class Table:
    """A table on a sheet: its layout, how its columns are encoded, and what its columns show as a whole.

    It takes the rows (indexes) from `first_row`, its own titles, to before `end_row`. The first `title_rows` of the sheet
    are titles of all its tables.
    """

    sheet: Sheet
    layout: Layout
    encoding: Encoding
    first_row: int
    end_row: int
    title_rows: int
    notes: list[ListNote] = field(default_factory=list)
    encodings: list[Encoding] = field(default_factory=list)
    numbers: dict[int, NumberColumnFacts] = field(default_factory=dict)
    rows_differ: bool = False
    month_first: bool = False
    marks: CategoryMarks = NO_MARKS
    written_once: frozenset[Column] = frozenset()
    birth_cells: list[Cell] = field(default_factory=list)
    unmarked_sex: str | None = None
    default_kind: str = "Thôn"
    spellings: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Learn from the columns as a whole: encodings, lost zeros, the order of day and month, village spellings."""
        rows = self.rows
        width = max((len(row) for row in rows), default=0)
        sample = rows[:_TELLING_ROWS]
        self.encodings = [choose_encoding(dict.fromkeys(column_texts(sample, at)), self.encoding) for at in range(width)]
        self.rows_differ = rows_differ(sample, width)
        self._settle_village_encoding(sample)
        set_aside_others(self.layout, lambda at: column_cells(sample, at))
        set_aside_doubtful(self.layout, lambda at: [self._read_cell(cell, at) for cell in column_cells(sample, at)])
        self.marks = settle_marks(self.layout, rows)
        settle_sums(self.layout, lambda at: [self._read_cell(cell, at) for cell in column_cells(sample, at)], width)
        self._settle_payees_with_kin(sample)
        settle_by_agreement(self.layout, sample)
        self._name_columns_by_content(sample, width)
        self.written_once = columns_written_once(self.layout, rows)
        self._keep_remarks(rows, width)
        self._settle_whose_numbers(rows)
        for column in _NUMBER_COLUMNS:
            for at in self.layout.columns.get(column, ()):
                self.numbers[at] = number_facts(column_cells(rows, at))
        dates = [at for column in (Column.BIRTH, Column.MALE, Column.FEMALE) for at in self.layout.columns.get(column, ())]
        self.birth_cells = [cell for at in dates for cell in column_cells(rows, at)]
        self.unmarked_sex = self._sex_without_mark(rows)
        self._learn_villages(rows)

    def _settle_village_encoding(self, sample: Sequence[Sequence[Cell]]) -> None:
        """A column of villages has too few words to tell its encoding by: `Xãm 1` is Xóm 1, for Xãm is no kind of village."""
        for at in self.layout.columns.get(Column.VILLAGE, ()):
            texts = [text for text in dict.fromkeys(column_texts(sample, at)) if not text.isascii()]
            named = {encoding: sum(len(village_kind(decode(text, encoding)) or "") for text in texts) for encoding in Encoding}
            best = max(named, key=lambda encoding: named[encoding])
            if at < len(self.encodings) and named[best] > named[self.encodings[at]]:
                self.encodings[at] = best

    def _sex_without_mark(self, rows: Sequence[Sequence[Cell]]) -> str | None:
        """A lone column `Nữ` with marks in some rows says that the others are men, and a lone `Nam` the reverse."""
        for column, other, sex in ((Column.FEMALE, Column.MALE, "male"), (Column.MALE, Column.FEMALE, "female")):
            at = self.layout.first(column)
            if at is not None and other not in self.layout.columns and any(map(is_mark, column_cells(rows, at))):
                return sex
        return None

    def _name_columns_by_content(self, sample: Sequence[Sequence[Cell]], width: int) -> None:
        birth_known = Column.MALE in self.layout.columns or Column.BIRTH_YEAR in self.layout.columns
        number_known = Column.CMND in self.layout.columns or Column.CCCD in self.layout.columns
        self._join_given_names(sample)
        of_payees = {at for column in _OF_PAYEES for at in self.layout.columns.get(column, ())}
        known = {at for places in self.layout.columns.values() for at in places}
        for at in range(width):
            missing = [column for column in _WANTED if column not in self.layout.columns]
            if Column.PAYEE_NAME not in self.layout.columns and at + 1 in of_payees:
                missing.append(Column.PAYEE_NAME)
            missing = [
                column
                for column in missing
                if not ((column is Column.BIRTH and birth_known) or (column is Column.IDENTITY and number_known))
            ]
            if at in known:
                continue
            cells = [self._read_cell(row[at], at) for row in sample if at < len(row)]
            header = self.layout.headers[at] if at < len(self.layout.headers) else ""
            if is_payee_header(header):
                missing = [column for column in _WANTED_OF_PAYEES if column not in self.layout.columns]
            column = guess_column(cells, missing)
            if column:
                self.layout.columns[column] = (at,)
                self.note(f.COLUMN_BY_CONTENT, header or f"#{at + 1}", column.value)
            elif any(cell is not None for cell in cells):
                self.note(f.COLUMN_UNREAD, header or f"#{at + 1}")

    def _keep_remarks(self, rows: Sequence[Sequence[Cell]], width: int) -> None:
        """Words of death or moving in a column that isn't used are remarks all the same."""
        columns = self.layout.columns
        used = {at for column, places in columns.items() if column is not Column.OTHER for at in places}
        for at in range(width):
            if at not in used and any(read_note(str(self._read_cell(text, at))) for text in set(column_texts(rows, at))):
                columns[Column.NOTE] = (*columns.get(Column.NOTE, ()), at)
                header = self.layout.headers[at] if at < len(self.layout.headers) else ""
                self.note(f.COLUMN_BY_CONTENT, header or f"#{at + 1}", Column.NOTE.value)

    def _settle_payees_with_kin(self, sample: Sequence[Sequence[Cell]]) -> None:
        """`Người nhận thay (quan hệ)` speaks of the relationship, yet whole names stand below it, with it (`Lê Thị Hoa (mẹ)`)
        or without."""
        columns = self.layout.columns
        at = self.layout.first(Column.RELATIONSHIP)
        if at is None or Column.PAYEE_NAME in columns:
            return
        texts = [str(self._read_cell(text, at)) for text in column_texts(sample, at)]
        texts = [
            text for text in texts if read_header(text) is None and text not in SAYS_NOTHING
        ]  # a header may come again below
        if hold_names_with_kin(texts) or guess_column(texts, (Column.PAYEE_NAME,)):
            del columns[Column.RELATIONSHIP]
            columns[Column.PAYEE_NAME] = (at,)

    def _settle_whose_numbers(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Numbers taken for the payees' that stand mostly in rows without a payee are the beneficiaries' own, and the
        reverse: a lone column of numbers beside the payees, filled only where there is one."""
        columns = self.layout.columns
        payee = self.layout.first(Column.PAYEE_NAME)
        if payee is None:
            return
        beside = set(columns.get(Column.PAYEE_ID, ()))
        own = [at for column in OWN_NUMBERS for at in columns.get(column, ())]
        if beside and all(is_payee_header(self.layout.headers[at]) for at in beside if at < len(self.layout.headers)):
            return
        if beside:
            filled, alone = filled_without(rows, min(beside), payee)
            if alone >= SEVERAL and alone * 2 > filled:
                columns[Column.IDENTITY] = (*columns.get(Column.IDENTITY, ()), *columns.pop(Column.PAYEE_ID))
        elif len(own) == 1 and own[0] > payee:
            filled, alone = filled_without(rows, own[0], payee)
            empty = sum(payee >= len(row) or row[payee] is None for row in rows)
            if filled and not alone and empty >= SEVERAL:
                for column in OWN_NUMBERS:
                    columns.pop(column, None)
                columns[Column.PAYEE_ID] = (own[0],)

    def _join_given_names(self, sample: Sequence[Sequence[Cell]]) -> None:
        """A name whose last word stands in a column of its own, without a header: one header was merged over both."""
        columns = self.layout.columns
        at = self.layout.first(Column.FULL_NAME)
        if at is None or (at + 1 < len(self.layout.headers) and self.layout.headers[at + 1] not in ("", self.layout.headers[at])):
            return
        if any(at + 1 in places for column, places in columns.items() if column is not Column.FULL_NAME):
            return
        if at + 1 >= len(self.encodings):
            return
        beside = [str(self._read_cell(text, at + 1)) for text in column_texts(sample, at + 1)]
        words = sum(text.isalpha() for text in beside)
        if words * 2 > len(column_texts(sample, at)) and words >= _MOSTLY * len(beside):
            del columns[Column.FULL_NAME]
            columns[Column.FAMILY_NAME], columns[Column.GIVEN_NAME] = (at,), (at + 1,)

    def _read_cell(self, cell: Cell, at: int) -> Cell:
        return read_text(cell, self.encodings[at])[0] or None if isinstance(cell, str) else cell

    def _learn_villages(self, rows: Sequence[Sequence[Cell]]) -> None:
        at = self.layout.first(Column.VILLAGE)
        if at is None:
            return
        written = Counter(column_texts(rows, at))
        counts: Counter[str] = Counter()
        for text, count in written.items():
            counts[read_text(text, self.encodings[at])[0]] += count
        kinds: Counter[str] = Counter()
        forms: Counter[str] = Counter()
        for text, count in counts.items():
            if is_ditto(text) or not any(map(str.isalnum, text)):
                continue
            kind = village_kind(text)
            if kind:
                kinds[kind] += count
            forms[standard_village(text)] += count
        if kinds:
            self.default_kind = kinds.most_common(1)[0][0]
        for form, _ in reversed(forms.most_common()):
            name = village_name(form)
            if not name.isascii():
                self.spellings[fold(form)] = form
            if name != form and not name.isdigit():
                self.spellings[fold(name)] = form

    @property
    def name(self) -> str:
        """The sheet's name, decoded."""
        return read_text(self.sheet.name, self.encoding)[0]

    def values(self, column: Column) -> list[str]:
        """The texts and whole numbers in a column below the header, decoded."""
        at = self.layout.first(column)
        cells = [] if at is None else column_cells(self.rows, at)
        read = [self._read_cell(cell, at) if at is not None else None for cell in cells]
        return [str(cell) for cell in read if isinstance(cell, str | int)]

    @property
    def rows(self) -> Sequence[Sequence[Cell]]:
        """The rows below the header."""
        return self.sheet.rows[self.layout.last_row + 1 : self.end_row]

    def titles(self) -> list[str]:
        """The texts above the sheet's first table, decoded, top to bottom."""
        return self._texts(self.sheet.rows[: self.title_rows])

    def own_titles(self) -> list[str]:
        """The texts right above this table: with `titles` for the first of a sheet, between two tables for others."""
        return self._texts(self.sheet.rows[self.first_row : self.layout.first_row])

    def closing_words(self) -> list[str]:
        """The texts of the last rows, decoded: signatures."""
        first = max(self.layout.last_row + 1, self.end_row - _CLOSING_ROWS)
        return self._texts(self.sheet.rows[first : self.end_row])

    def _texts(self, rows: Sequence[Sequence[Cell]]) -> list[str]:
        return [text for row in rows for cell in row if (text := header_text(cell, self.encoding))]

    def note(self, kind: f.FindingKind, written: str, proposed: str | None = None, row: int | None = None) -> None:
        """Note what holds for the sheet, or for one of its rows that is no person."""
        self.notes.append(ListNote(self.sheet.name, row, Finding(kind, "list", written, proposed)))
