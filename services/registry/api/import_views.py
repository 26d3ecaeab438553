"""Wire models of imports, their rows and the answers to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID, Short, Text
from services.registry.domain.imports import ImportRow, ListImport
from services.registry.domain.lists.findings import Finding
from services.registry.domain.masking import mask_record, mask_text
from services.registry.domain.missing import findings_of_missing

RowStatus = Literal["accepted", "review", "rejected"]
ImportState = Literal["read", "confirmed"]
Action = Literal["accept", "correct", "same", "drop"]

_FINDING: JsonDict = {
    "code": "id_missing",
    "severity": "review",
    "field": "national_id",
    "written": None,
    "proposed": None,
    "message_vi": "Không có số CMND/CCCD.",
    "message_en": "There is no identity number.",
}
_RECORD: JsonDict = {
    "full_name": "Nguyễn Thị Hòa",
    "sex": "female",
    "birth_date": "1938-08-22",
    "national_id": "046138235639",
    "ethnicity": "Kinh",
    "village": "Thôn 1",
    "category": "K5C-80",
    "phone": "+84912345678",
    "channel": "viettelpay",
    "account_number": "0912345678",
    "payee": None,
    "children_count": None,
}
_IMPORT: JsonDict = {
    "import_id": ID,
    "file_name": "19870-thang-10.xlsx",
    "commune_unit_id": COMMUNE,
    "month": "2021-10-01",
    "month_source": "title",
    "format": "xlsx",
    "charset": None,
    "state": "read",
    "rows": {"accepted": 52, "review": 6, "rejected": 2},
    "unanswered": 8,
    "confirmed_rows": 0,
    "missing_people": 0,
    "newer_import_id": None,
    "findings": [],
    "read_at": "2021-09-20T02:00:00Z",
    "confirmed_at": None,
}
_ROW: JsonDict = {
    "row_id": ID,
    "row_no": 1,
    "sheet": "Sheet1",
    "row": 6,
    "status": "review",
    "record": _RECORD,
    "cells": {"A": 1, "B": "NGUYỄN THỊ HOÀ"},
    "findings": [_FINDING],
    "answer": None,
    "outcome": None,
    "beneficiary_id": None,
}


class FindingView(BaseModel):
    """What was seen in a field. `proposed` is what is read or suggested."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FINDING]})

    code: str
    severity: Literal["info", "review", "reject"]
    field: str
    written: str | None
    proposed: str | None
    message_vi: str
    message_en: str


class RowCounts(BaseModel):
    """Rows by status."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"accepted": 52, "review": 6, "rejected": 2}]})

    accepted: int
    review: int
    rejected: int


class ImportView(BaseModel):
    """A list that came in."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IMPORT]})

    import_id: UUID
    file_name: str
    commune_unit_id: str
    month: date = Field(description="Benefit month that the list speaks of.")
    month_source: str = Field(description="Where the month was read: option, title, file_name, inferred, assumed.")
    format: str = Field(description="xlsx, xls or csv.")
    charset: str | None = Field(description="How a csv's bytes were read.")
    state: ImportState
    rows: RowCounts
    unanswered: int = Field(description="Rows in review or rejected that nobody answered.")
    confirmed_rows: int = Field(description="Rows that confirming has closed.")
    missing_people: int = Field(description="People in force whom neither this list nor a newer one names, when confirmed.")
    newer_import_id: UUID | None = Field(description="The newest list of the same commune and month that came in later.")
    findings: list[FindingView] = Field(description="About the list as a whole.")
    read_at: datetime = Field(description="Business clock.")
    confirmed_at: datetime | None


class ImportPage(BaseModel):
    """Imports, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_IMPORT], "next_cursor": None}]})

    items: list[ImportView]
    next_cursor: str | None


class RowView(BaseModel):
    """A data row: what is read of it (as corrected, where an officer did), and the cells as written."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ROW]})

    row_id: UUID
    row_no: int = Field(description="Place among the list's data rows, from 1.")
    sheet: str
    row: int = Field(description="As the spreadsheet counts, from 1.")
    status: RowStatus
    record: dict[str, Any] = Field(description="Numbers are masked for tokens without `registry:write`.")
    cells: dict[str, Any] = Field(description="Column letter -> the cell as written; masked alike.")
    findings: list[FindingView]
    answer: Action | None
    outcome: Literal["created", "updated", "unchanged", "older", "dropped"] | None
    beneficiary_id: UUID | None


class RowPage(BaseModel):
    """Rows in the list's order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_ROW], "next_cursor": None}]})

    items: list[RowView]
    next_cursor: str | None


class PayeeInput(BaseModel):
    """Who receives in the beneficiary's stead."""

    model_config = ConfigDict(extra="forbid")

    full_name: Text
    national_id: Short | None = None
    relationship: Short | None = None


class RecordInput(BaseModel):
    """The fields that an officer corrects; those left out stay as read."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"national_id": "046138235639"}]})

    full_name: Text | None = None
    sex: Literal["male", "female"] | None = None
    birth_date: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}-\d{2})?$")] | None = None
    national_id: Short | None = None
    national_id_kind: Literal["cccd", "cmnd"] | None = Field(None, description="Told by the number itself; not looked at.")
    ethnicity: Short | None = None
    commune_code: Short | None = Field(None, description="That of the list; not looked at.")
    village: Text | None = None
    category: Short | None = None
    children_count: Annotated[int, Field(ge=0, le=20)] | None = None
    phone: Short | None = None
    channel: Literal["cash", "viettelpay", "vietinbank"] | None = None
    account_number: Short | None = None
    payee: PayeeInput | None = None
    decision_number: Short | None = None
    decided_on: date | None = None


class AnswerInput(BaseModel):
    """An answer to one row."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"row_id": ID, "action": "correct", "record": {"national_id": "046138235639"}}]},
    )

    row_id: UUID
    action: Action = Field(
        description="accept: take the row as it is read. correct: take it with the fields of `record`, which are checked "
        "again. same: it is the person that the finding names. drop: it is nobody to be paid."
    )
    record: RecordInput | None = None


class Answers(BaseModel):
    """Answers to rows, taken all or none."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"answers": [{"row_id": ID, "action": "drop"}]}]})

    answers: list[AnswerInput] = Field(min_length=1, max_length=10_000)

    @field_validator("answers")
    @classmethod
    def one_for_each_row(cls, answers: list[AnswerInput]) -> list[AnswerInput]:
        """No row has two answers in one request."""
        if len({answer.row_id for answer in answers}) < len(answers):
            raise ValueError("a row is answered twice")
        return answers


class ConfirmationView(BaseModel):
    """What confirming did, in rows."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"created": 55, "updated": 0, "unchanged": 0, "older": 0, "dropped": 3, "left": 2, "missing": 1}]
        }
    )

    created: int
    updated: int
    unchanged: int = Field(description="The list says what the registry has already.")
    older: int = Field(description="A newer list names the person: nothing was changed.")
    dropped: int
    left: int = Field(description="Still in the import: not answered, or sent to review by confirming.")
    missing: int = Field(description="People in force whom neither this list nor a newer one names: nothing was done about them.")


def view_of_finding(finding: Finding, shown: bool) -> FindingView:
    """A finding, its numbers masked unless `shown`."""
    values = finding.as_json()
    if not shown:
        for name in ("written", "proposed", "message_vi", "message_en"):
            values[name] = mask_text(values[name], finding.field)
    return FindingView.model_validate(values)


def view_of_import(listed: ListImport, shown: bool) -> ImportView:
    """An import."""
    return ImportView(
        import_id=listed.import_id,
        file_name=listed.file_name,
        commune_unit_id=listed.unit_id,
        month=listed.month,
        month_source=listed.month_source,
        format=listed.format,
        charset=listed.charset,
        state="confirmed" if listed.state == "confirmed" else "read",
        rows=RowCounts(accepted=listed.accepted, review=listed.review, rejected=listed.rejected),
        unanswered=listed.unanswered,
        confirmed_rows=listed.confirmed,
        missing_people=listed.missing_people,
        newer_import_id=listed.newer_import_id,
        findings=[view_of_finding(finding, shown) for finding in (*listed.findings, *findings_of_missing(listed))],
        read_at=listed.read_at,
        confirmed_at=listed.confirmed_at,
    )


def view_of_row(row: ImportRow, shown: bool) -> RowView:
    """A row, its numbers masked unless `shown`."""
    cells = {letters: str(cell) if isinstance(cell, int | float) else cell for letters, cell in row.content.cells.items()}
    return RowView.model_validate(
        {
            "row_id": row.row_id,
            "row_no": row.row_no,
            "sheet": row.sheet,
            "row": row.row,
            "status": row.status,
            "record": dict(row.record) if shown else mask_record(row.record),
            "cells": dict(row.content.cells) if shown else mask_record(cells),
            "findings": [view_of_finding(finding, shown) for finding in row.findings],
            "answer": row.answer,
            "outcome": row.outcome,
            "beneficiary_id": row.beneficiary_id,
        }
    )
