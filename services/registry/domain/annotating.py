"""What is written beside each row of a list that goes back to its commune, and which cells are coloured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.domain.imports import ACCEPT, ACCEPTED, CORRECT, DROP, REJECTED, REVIEW, SAME, ImportRow
from services.registry.domain.lists.field_names import FIELD_NAMES_VI
from services.registry.domain.lists.findings import Finding, Severity

Columns = Mapping[str, tuple[int, ...]]
"""Field as the importer calls columns -> their places (from 0)."""

STATUS_VI = {ACCEPTED: "Chấp nhận", REVIEW: "Cần xem lại", REJECTED: "Từ chối"}
STATUS_EN = {ACCEPTED: "Accepted", REVIEW: "Needs review", REJECTED: "Rejected"}
_ANSWERS_VI = {ACCEPT: "đã chấp nhận", CORRECT: "đã sửa", SAME: "đã nhận ra người cũ", DROP: "đã bỏ"}
_COLUMNS_OF_FIELD = {
    "full_name": ("full_name", "family_name", "given_name"),
    "birth_date": ("birth_date", "birth_day", "birth_month", "birth_year", "male", "female"),
    "sex": ("sex", "male", "female"),
    "national_id": ("national_id", "cmnd", "cccd"),
    "payee": ("payee_name", "payee_id", "relationship"),
    "payee.full_name": ("payee_name",),
    "phone": ("phone", "payee_phone"),
    "commune_code": ("commune",),
    "channel": ("channel", "bank"),
    "category": ("category", "severity"),
}
_COLUMNS_OF_CODE = {
    "minor_without_payee": ("payee_name",),
    "payee_name_missing": ("payee_name",),
    "payee_id_length": ("payee_id",),
    "payee_is_beneficiary": ("payee_id",),
    "payee_underage": ("payee_id",),
    "payee_relationship_sex": ("relationship",),
    "payee_relationship_age": ("relationship",),
    "relationship_unknown": ("relationship",),
}
_SAID_WHOLE = frozenset({"category_by_id_year"})
"""What these propose is not what the field becomes."""
_GRAVITY = (Severity.INFO, Severity.REVIEW, Severity.REJECT)


@dataclass(frozen=True, slots=True)
class RowNote:
    """What is said of one row. `marks` are the cells that findings concern, each with the gravest of them."""

    sheet: str
    row: int
    name: str
    status: str
    status_vi: str
    settled: bool
    to_do_vi: tuple[str, ...]
    to_do_en: tuple[str, ...]
    changed_vi: str
    marks: Mapping[int, Severity]


@dataclass(frozen=True, slots=True)
class AnnotatedList:
    """All that is written beside a list. `sheets` maps a sheet's name to its header's rows (from 1) and its columns."""

    file_name: str
    commune: str
    month: date
    findings: Sequence[Finding]
    sheets: Mapping[str, tuple[tuple[int, int], Columns]]
    notes: Sequence[RowNote]


def note_of(row: ImportRow, columns: Columns) -> RowNote:
    """The note on one row as it stands now."""
    grave = [finding for finding in row.findings if finding.severity is not Severity.INFO]
    answer = f" ({_ANSWERS_VI[row.answer]})" if row.answer in _ANSWERS_VI else ""
    return RowNote(
        sheet=row.sheet,
        row=row.row,
        name=row.record.get("full_name") or "",
        status=row.status,
        status_vi=STATUS_VI[row.status] + answer,
        settled=row.answer is not None or row.status == ACCEPTED,
        to_do_vi=tuple(finding.message_vi for finding in grave),
        to_do_en=tuple(finding.message_en for finding in grave),
        changed_vi="; ".join(dict.fromkeys(_changed(f) for f in row.findings if f.severity is Severity.INFO)),
        marks=_marks(row.findings, columns),
    )


def _changed(finding: Finding) -> str:
    """`họ tên → Nguyễn Thị Hòa`: what was written stands in the cell itself."""
    field = FIELD_NAMES_VI.get(finding.field)
    short = field and finding.proposed and finding.code not in _SAID_WHOLE
    return f"{field} → {finding.proposed}" if short else finding.message_vi.rstrip(".")


def _marks(findings: Iterable[Finding], columns: Columns) -> dict[int, Severity]:
    marks: dict[int, Severity] = {}
    for finding in findings:
        for at in _places(finding, columns):
            marks[at] = max(marks.get(at, finding.severity), finding.severity, key=_GRAVITY.index)
    return marks


def _places(finding: Finding, columns: Columns) -> tuple[int, ...]:
    """The columns that a finding is about; of what a row lacks, those of each field named."""
    if finding.kind.proposes_fields:
        names = [name for field in (finding.proposed or "").split(", ") for name in _COLUMNS_OF_FIELD.get(field, (field,))]
    else:
        names = [*_COLUMNS_OF_CODE.get(finding.code, _COLUMNS_OF_FIELD.get(finding.field, (finding.field,)))]
    return tuple(at for name in names for at in columns.get(name, ()))
