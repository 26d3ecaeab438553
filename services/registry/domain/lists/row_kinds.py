"""Which rows of a table are people, and what the others are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.layout import Layout
from services.registry.domain.lists.payee_words import is_name_with_kin, payee_on_line
from services.registry.domain.lists.places_in_commune import heading_village
from services.registry.domain.lists.text import fold
from services.registry.domain.lists.workbook import Cell


class RowKind(StrEnum):
    """What a row below the header is."""

    BLANK = "blank"
    PERSON = "person"
    HEADING = "heading"
    SUMMARY = "summary"
    SIGNATURE = "signature"
    NUMBERING = "numbering"
    PAYEE = "payee"
    OTHER = "other"


_SUMMARY = re.compile(r"^(?:tổng|cộng|lũy kế|luỹ kế)\b|^(?:[ivx\d]+[.)]?\s+)?(?:tổng cộng|tổng số|cộng)\b", re.IGNORECASE)
_SUMMARY_PLAIN = re.compile(r"^(?:tong (?:cong|so|thon|toan)|cong (?:thon|to|xa|toan|cua|khoan|dien|\d|i)|cong$|tong$)")
_SIGNATURE = re.compile(
    r"nguoi lap|lap (?:bieu|bang)|chu tich|ke toan|thu truong|can bo|ky ten|xac nhan|\btm ubnd|\bkt chu|phong ld|giam doc"
    r"|ngay (?:\d+ )?thang (?:\d+ )?nam|so tien bang chu|bang chu|an dinh danh sach|nguoi kiem|tham dinh|noi nhan"
)
_NUMBERING = re.compile(r"^[(\[]?(?:\d{1,2}|[A-Za-z])[)\]]?(?:\s*=.*)?$")
_ROMAN = re.compile(r"^[IVX]+[.)]?$|^[A-Z][.)]?$")
_DIGIT_COLUMNS = (Column.IDENTITY, Column.CMND, Column.CCCD, Column.BIRTH, Column.BIRTH_YEAR, Column.PHONE)
_WORD_COLUMNS = (Column.CATEGORY, Column.SEX, Column.ETHNICITY, Column.CHANNEL, Column.PAYEE_NAME, Column.RELATIONSHIP)
_OF_PAYEES = (Column.PAYEE_NAME, Column.PAYEE_ID, Column.RELATIONSHIP, Column.PAYEE_PHONE, Column.NOTE)
_OF_BENEFICIARIES = (Column.CATEGORY, Column.COEFFICIENT, Column.AMOUNT, Column.SEVERITY)
_BIRTHS = (Column.BIRTH, Column.BIRTH_YEAR, Column.MALE, Column.FEMALE)


class RowJudge:
    """Tells the kind of a row of one table."""

    def __init__(self, layout: Layout, marked: frozenset[int] = frozenset()) -> None:
        """`marked` are the columns whose headers are categories: totals stand in these as well as marks."""
        self._digits = tuple(at for column in _DIGIT_COLUMNS for at in layout.columns.get(column, ()))
        self._marks = tuple(at for column in (Column.MALE, Column.FEMALE) for at in layout.columns.get(column, ()))
        self._words = tuple(at for column in _WORD_COLUMNS for at in layout.columns.get(column, ()) if at not in marked)
        self._names = layout.columns.get(Column.FULL_NAME) or layout.columns.get(Column.GIVEN_NAME, ())
        self._payee_names = layout.columns.get(Column.PAYEE_NAME, ())
        self._payees = frozenset(at for column in _OF_PAYEES for at in layout.columns.get(column, ()))
        self._beneficiarys = tuple(at for column in _OF_BENEFICIARIES for at in layout.columns.get(column, ()))
        self._births = tuple(at for column in _BIRTHS for at in layout.columns.get(column, ()))
        self._ordinal = layout.first(Column.ORDINAL)
        self._header = {at: fold(text) for at, text in enumerate(layout.headers) if text}

    def evidence(self, row: Sequence[Cell]) -> int:
        """How many cells of the row say something of a person (numbers, dates, categories; not names or amounts)."""
        width = len(row)
        count = self.numbers_and_dates(row)
        for at in self._marks:
            count += at < width and row[at] is not None
        for at in self._words:
            count += at < width and row[at] is not None
        return count

    def numbers_and_dates(self, row: Sequence[Cell]) -> int:
        """How many cells hold an identity number, a phone or a birth date."""
        width = len(row)
        count = 0
        for at in self._digits:
            if at < width and (cell := row[at]) is not None:
                count += not isinstance(cell, str) or any(map(str.isdigit, cell))
        return count

    def kind(self, row: Sequence[Cell], *, closed: bool = False) -> RowKind:
        """The row's kind; below the signatures (`closed`) only who surely is a person is one, and not who signed."""
        kind = self._kind(row)
        return RowKind.OTHER if closed and kind is RowKind.PERSON and not self._surely_a_person(row) else kind

    def _kind(self, row: Sequence[Cell]) -> RowKind:
        """Three cells of evidence make a person whatever else stands there, even without a name."""
        if all(cell is None for cell in row):
            return RowKind.BLANK
        if _is_numbering(row):
            return RowKind.NUMBERING
        if self._may_be_of_payee(row) and self._names_payee(row):
            return RowKind.PAYEE
        evidence = self.evidence(row)
        texts = [cell for cell in row if isinstance(cell, str)]
        if evidence >= 3 and (self._has_number(row) or not self._repeats_header(row)):
            return RowKind.PERSON
        odd = self._odd_kind(row, texts)
        if odd:
            return odd
        name = self.name_of(row)
        if not name:
            person = evidence >= 2 or (self._has_number(row) and self.numbers_and_dates(row))
            return RowKind.PERSON if person else self._heading_or_other(texts)
        if heading_village(name) and evidence < 2:
            return RowKind.HEADING
        if self._has_number(row) or evidence >= (1 if self._ordinal is None else 2):
            return RowKind.PERSON
        return RowKind.HEADING if evidence == 0 else RowKind.OTHER

    def _may_be_of_payee(self, row: Sequence[Cell]) -> bool:
        """Whether nothing in the row is what a line of a beneficiary has: an ordinal, a category, a sum."""
        width = len(row)
        return not self._has_number(row) and not any(at < width and row[at] is not None for at in self._beneficiarys)

    def _names_payee(self, row: Sequence[Cell]) -> bool:
        """Whether the row says who receives for the person above it: by words, by columns, or by a name with its kin."""
        filled = [at for at, cell in enumerate(row) if cell is not None]
        if self._payees.issuperset(filled):
            return any(at in self._payee_names for at in filled)
        if any(payee_on_line(cell) for cell in row if isinstance(cell, str)):
            return True
        born = any(at < len(row) and row[at] is not None for at in self._births)
        return self._ordinal is not None and not born and is_name_with_kin(self.name_of(row))

    def _surely_a_person(self, row: Sequence[Cell]) -> bool:
        return self.evidence(row) >= 3 or self._has_number(row)

    def _odd_kind(self, row: Sequence[Cell], texts: list[str]) -> RowKind | None:
        if self._repeats_header(row):
            return RowKind.NUMBERING
        if any(_SUMMARY.search(text.strip()) or _SUMMARY_PLAIN.search(fold(text)) for text in texts[:3]):
            return RowKind.SUMMARY
        if any(_SIGNATURE.search(fold(text)) for text in texts):
            return RowKind.SIGNATURE
        return None

    def _repeats_header(self, row: Sequence[Cell]) -> bool:
        name = self.name_of(row)
        if name and not any(fold(name) in self._header.get(at, "") for at in self._names):
            return False
        same = 0
        for at, words in self._header.items():
            cell = row[at] if at < len(row) else None
            if isinstance(cell, str) and cell and (key := fold(cell)):
                same += words == key or words.startswith(key + " ") or words.endswith(" " + key)
        return same >= 3 or (same > 0 and same == sum(cell is not None for cell in row))

    def name_of(self, row: Sequence[Cell]) -> str:
        """The text in the name's column, empty for none."""
        cells = [row[at] for at in self._names if at < len(row)]
        return next((cell for cell in cells if isinstance(cell, str) and cell.strip()), "")

    def _has_number(self, row: Sequence[Cell]) -> bool:
        cell = row[self._ordinal] if self._ordinal is not None and self._ordinal < len(row) else None
        if isinstance(cell, str):
            return cell.strip().rstrip(".").isdigit() and not _ROMAN.match(cell.strip())
        return isinstance(cell, int | float)

    def _heading_or_other(self, texts: list[str]) -> RowKind:
        return RowKind.HEADING if len(texts) in (1, 2) else RowKind.OTHER


def _is_numbering(row: Sequence[Cell]) -> bool:
    """A row that counts the columns: `(1) (2) (3)`, `A B 1 2`."""
    count = 0
    for cell in row:
        if cell is not None:
            if isinstance(cell, float) or not _NUMBERING.match(str(cell).strip()):
                return False
            count += 1
    return count >= 5
