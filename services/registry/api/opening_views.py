"""Wire models of opening balances: what is answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.import_views import FindingView, RowCounts, RowStatus, view_of_finding
from services.registry.api.wire import COMMUNE, ID
from services.registry.domain.masking import mask_record, mask_text
from services.registry.domain.openings.records import Agreement, OpeningList, OpeningRow, Total
from services.registry.domain.openings.words import OpeningKind

OpeningPlace = Literal["viettelpay", "vietinbank", "vnpost", "commune_cashier"]
OpeningsState = Literal["read", "confirmed"]

_TOTAL: JsonDict = {"unit_id": COMMUNE, "provider": "vnpost", "kind": "unclaimed", "entries": 3, "amount_dong": 1_620_000}
_AGREEMENT: JsonDict = {
    "provider": "vnpost",
    "totals_dong": {"unpaid": 0, "unclaimed": 1_620_000, "receivable": 0},
    "minutes_number": "12/BB-ĐC",
    "minutes_on": "2021-09-28",
    "agreed_at": "2021-09-29T02:00:00Z",
    "agreed_subject": "buudien.phuloc",
}
_LIST: JsonDict = {
    "list_id": ID,
    "commune_unit_id": COMMUNE,
    "file_name": "so-du-dau-ky-19870.xlsx",
    "state": "read",
    "rows": {"accepted": 11, "review": 2, "rejected": 0},
    "unanswered": 0,
    "totals": [_TOTAL],
    "agreements": [_AGREEMENT],
    "waiting_for": [],
    "findings": [],
    "read_at": "2021-09-27T02:00:00Z",
    "read_subject": "lan.phuloc",
    "confirmed_at": None,
    "confirmed_subject": None,
    "sealed_sha256": None,
}
_ROW: JsonDict = {
    "entry_id": ID,
    "row_no": 4,
    "sheet": "Sheet1",
    "row": 9,
    "status": "review",
    "answer": None,
    "kind": "unclaimed",
    "provider": "vnpost",
    "month": "2021-08-01",
    "amount_dong": 540_000,
    "beneficiary_id": None,
    "person_name": None,
    "beneficiary_code": None,
    "person": {"code": None, "full_name": "Nguyễn Thị Hòa", "birth_date": "1938", "national_id": None},
    "note": "ốm",
    "cells": {"A": 4, "B": "Nguyễn Thị Hoà"},
    "findings": [
        {
            "code": "person_perhaps",
            "severity": "review",
            "field": "person",
            "written": "Nguyễn Thị Hòa",
            "proposed": "HUE-0000123",
            "message_vi": "“Nguyễn Thị Hòa” có thể là HUE-0000123.",
            "message_en": "“Nguyễn Thị Hòa” is perhaps HUE-0000123.",
        }
    ],
    "countered_at": None,
}


class TotalView(BaseModel):
    """Entries and đồng of one kind with one provider in one commune."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TOTAL]})

    unit_id: str
    provider: OpeningPlace = Field(description="Where the money lies, or who answers for what was never paid out.")
    kind: OpeningKind
    entries: int
    amount_dong: int


class TotalsView(BaseModel):
    """Confirmed opening balances by commune, provider and kind, less what counter entries took back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"totals": [_TOTAL], "amount_dong": 1_620_000}]})

    totals: list[TotalView]
    amount_dong: int


class AgreementView(BaseModel):
    """A provider's word."""

    model_config = ConfigDict(json_schema_extra={"examples": [_AGREEMENT]})

    provider: OpeningPlace
    totals_dong: dict[str, int]
    minutes_number: str | None
    minutes_on: date | None
    agreed_at: datetime = Field(description="Business clock.")
    agreed_subject: str


class OpeningsView(BaseModel):
    """A list of opening balances."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LIST]})

    list_id: UUID
    commune_unit_id: str
    file_name: str
    state: OpeningsState
    rows: RowCounts = Field(description="Entries by status: a row of several months is several entries.")
    unanswered: int = Field(description="Entries in review or rejected that nobody answered.")
    totals: list[TotalView] = Field(description="Of what counts now.")
    agreements: list[AgreementView]
    waiting_for: list[OpeningPlace] = Field(description="Providers that have something in the list and have not agreed.")
    findings: list[FindingView] = Field(description="About the list as a whole.")
    read_at: datetime = Field(description="Business clock.")
    read_subject: str
    confirmed_at: datetime | None
    confirmed_subject: str | None
    sealed_sha256: str | None = Field(description="Over the confirmed entries' content.")


class OpeningsBrief(BaseModel):
    """A list among others."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{k: v for k, v in _LIST.items() if k not in ("totals", "agreements", "findings")}]}
    )

    list_id: UUID
    commune_unit_id: str
    file_name: str
    state: OpeningsState
    rows: RowCounts
    unanswered: int
    waiting_for: list[OpeningPlace]
    read_at: datetime
    read_subject: str
    confirmed_at: datetime | None
    confirmed_subject: str | None
    sealed_sha256: str | None


class OpeningsPage(BaseModel):
    """Lists, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [], "next_cursor": None}]})

    items: list[OpeningsBrief]
    next_cursor: str | None


class OpeningRowView(BaseModel):
    """An entry: what counts of it now, whom the row named, and the cells as written."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ROW]})

    entry_id: UUID
    row_no: int = Field(description="Place among the list's entries, from 1.")
    sheet: str
    row: int = Field(description="As the spreadsheet counts, from 1.")
    status: RowStatus
    answer: Literal["correct", "drop"] | None
    kind: OpeningKind | None
    provider: OpeningPlace | None
    month: date | None
    amount_dong: int | None
    beneficiary_id: UUID | None
    person_name: str | None = Field(description="Of a receivable's person who is in no registry.")
    beneficiary_code: str | None
    person: dict[str, Any] = Field(description="Numbers are masked for tokens without `registry:openings`.")
    note: str | None
    cells: dict[str, Any] = Field(description="Column letter -> the cell as written; masked alike.")
    findings: list[FindingView]
    countered_at: datetime | None


class OpeningRowPage(BaseModel):
    """Entries in the list's order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_ROW], "next_cursor": None}]})

    items: list[OpeningRowView]
    next_cursor: str | None


def view_of_totals(totals: Sequence[Total]) -> list[TotalView]:
    """Totals as shown."""
    return [TotalView.model_validate({name: getattr(total, name) for name in TotalView.model_fields}) for total in totals]


def _shared(opening: OpeningList, waiting: Sequence[str]) -> dict[str, Any]:
    return {
        "list_id": opening.list_id,
        "commune_unit_id": opening.unit_id,
        "file_name": opening.file_name,
        "state": opening.state,
        "rows": RowCounts(accepted=opening.accepted, review=opening.review, rejected=opening.rejected),
        "unanswered": opening.unanswered,
        "waiting_for": list(waiting),
        "read_at": opening.read_at,
        "read_subject": opening.read_subject,
        "confirmed_at": opening.confirmed_at,
        "confirmed_subject": opening.confirmed_subject,
        "sealed_sha256": opening.sealed_sha256.hex() if opening.sealed_sha256 else None,
    }


def brief_of(opening: OpeningList, waiting: Sequence[str]) -> OpeningsBrief:
    """A list among others."""
    return OpeningsBrief.model_validate(_shared(opening, waiting))


def view_of_openings(
    opening: OpeningList, totals: Sequence[Total], agreements: Sequence[Agreement], waiting: Sequence[str], shown: bool
) -> OpeningsView:
    """A list with its totals and agreements; numbers in its findings masked unless `shown`."""
    return OpeningsView.model_validate(
        {
            **_shared(opening, waiting),
            "totals": view_of_totals(totals),
            "agreements": [_agreement(agreement) for agreement in agreements],
            "findings": [view_of_finding(finding, shown) for finding in opening.findings],
        }
    )


def _agreement(agreement: Agreement) -> AgreementView:
    values = {name: getattr(agreement, name) for name in AgreementView.model_fields if name != "totals_dong"}
    return AgreementView.model_validate({**values, "totals_dong": dict(agreement.stated_dong)})


def view_of_opening_row(row: OpeningRow, shown: bool) -> OpeningRowView:
    """An entry, its numbers masked unless `shown`."""
    plain = {
        name: getattr(row, name) for name in OpeningRowView.model_fields if name not in ("person", "cells", "findings", "note")
    }
    cells = {letters: str(cell) if isinstance(cell, int | float) else cell for letters, cell in row.cells.items()}
    return OpeningRowView.model_validate(
        {
            **plain,
            "person": dict(row.person) if shown else mask_record(row.person),
            "note": row.note if shown else mask_text(row.note),
            "cells": dict(row.cells) if shown else mask_record(cells),
            "findings": [view_of_finding(finding, shown) for finding in row.findings],
        }
    )
