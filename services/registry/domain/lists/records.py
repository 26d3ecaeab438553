"""What is read from a list: one record and its findings for each row, and what holds for the whole list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from services.registry.domain.lists.communes import BY_ROWS
from services.registry.domain.lists.findings import Finding, Severity
from services.registry.domain.lists.reference import UnitFact
from services.registry.domain.lists.workbook import Cell

_FINDING_SHOWN = ("code", "field", "written", "proposed", "message_vi", "message_en")


class RowStatus(StrEnum):
    """Where a row ends: taken as it is, before an officer, or not readable as a person."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class PayeeRecord:
    """Who receives in the beneficiary's place, as the row says. `national_id` is None where none of possible length is."""

    full_name: str | None
    national_id: str | None
    relationship: str | None


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A row in the registry's form. `birth_date` is `YYYY-MM-DD` or `YYYY`; what can't be read is None.

    `account_number` of a wallet is its phone number in national form; `phone` is E.164; `channel` is cash, viettelpay or
    vietinbank; `children_count` is set for a single parent (K4-DTN) alone.
    """

    children_count: int | None
    full_name: str | None
    sex: str | None
    birth_date: str | None
    national_id: str | None
    national_id_kind: str | None
    ethnicity: str | None
    commune_code: str
    village: str | None
    category: str | None
    phone: str | None
    channel: str | None
    account_number: str | None
    payee: PayeeRecord | None

    def as_json(self) -> dict[str, Any]:
        """Plain values under the same names, `payee` an object or None."""
        values: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        if self.payee is not None:
            values["payee"] = {name: getattr(self.payee, name) for name in self.payee.__slots__}
        return values


@dataclass(frozen=True, slots=True)
class RowReading:
    """One data row: where it stands (rows from 1, as the spreadsheet counts), what was read, and its cells as written."""

    sheet: str
    row: int
    status: RowStatus
    record: PersonRecord
    findings: tuple[Finding, ...]
    raw: tuple[Cell, ...]

    def as_json(self, file: str) -> dict[str, Any]:
        """The line that `import check --json` prints for the row."""
        return {
            "file": file,
            "sheet": self.sheet,
            "row": self.row,
            "status": self.status.value,
            "record": self.record.as_json(),
            "findings": [{name: getattr(finding, name) for name in _FINDING_SHOWN} for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class ListNote:
    """A finding about a sheet or the whole list rather than a person (`row` where it is about one row)."""

    sheet: str | None
    row: int | None
    finding: Finding


@dataclass(frozen=True, slots=True)
class SheetReading:
    """How a sheet was understood: its commune, its header's rows (from 1) and the column (from 0) of each field read."""

    name: str
    commune: UnitFact
    commune_source: str
    header_rows: tuple[int, int]
    columns: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class ListReading:
    """A whole file. `month_source` is option, title, file_name, inferred or assumed."""

    file: str
    commune: UnitFact
    month: date
    month_source: str
    sheets: tuple[SheetReading, ...]
    rows: tuple[RowReading, ...]
    notes: tuple[ListNote, ...]

    def commune_codes(self) -> set[str]:
        """The communes the list is of: those of its sheets, and of its rows where only these name them."""
        by_rows = {sheet.name for sheet in self.sheets if sheet.commune_source == BY_ROWS}
        return {sheet.commune.code for sheet in self.sheets} | {
            row.record.commune_code for row in self.rows if row.sheet in by_rows
        }

    def count(self, status: RowStatus) -> int:
        """How many rows ended so."""
        return sum(row.status is status for row in self.rows)


def status_of(findings: list[Finding]) -> RowStatus:
    """The gravest finding decides."""
    status = RowStatus.ACCEPTED
    for finding in findings:
        if finding.kind.severity is Severity.REJECT:
            return RowStatus.REJECTED
        if finding.kind.severity is Severity.REVIEW:
            status = RowStatus.REVIEW
    return status
