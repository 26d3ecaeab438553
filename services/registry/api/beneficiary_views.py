"""Wire models of beneficiaries. Numbers are masked: reading them in clear is not offered here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID

Sex = Literal["male", "female"]
Precision = Literal["day", "year"]
Status = Literal["active", "suspended", "stopped", "dead"]

_BRIEF: JsonDict = {
    "beneficiary_id": ID,
    "code": "HUE-0000123",
    "version": 2,
    "full_name": "Nguyễn Thị Hòa",
    "sex": "female",
    "birth_date": "1938-08-22",
    "birth_precision": "day",
    "unit_id": COMMUNE,
    "village": "Thôn 1",
    "status": "active",
    "hold": None,
    "account_provider": "viettelpay",
}
_DECISION: JsonDict = {
    "decision_id": ID,
    "number": "DS-2021-10-19870-6",
    "decided_on": "2021-10-01",
    "kind": "monthly",
    "category": "K5C-80",
    "from_month": "2021-10-01",
    "to_month": None,
    "heads": 1,
    "paid_by": None,
}
_PAYEE: JsonDict = {
    "payee_id": ID,
    "version": 1,
    "full_name": "Nguyễn Thị Hòa",
    "relationship": "self",
    "identity_number": "•••••••••635",
    "phone": "•••••••••678",
}
_ACCOUNT: JsonDict = {
    "account_id": ID,
    "version": 1,
    "provider": "viettelpay",
    "channel": "wallet",
    "holder_name": "Nguyễn Thị Hòa",
    "number": "••••••••678",
}
_SOURCE: JsonDict = {
    "import_id": ID,
    "file_name": "19870-thang-10.xlsx",
    "row_id": ID,
    "sheet": "Sheet1",
    "row": 6,
    "cells": {"A": "1", "B": "NGUYỄN THỊ HOÀ"},
}
_VIEW: JsonDict = {
    **_BRIEF,
    "ethnicity": "Kinh",
    "phone": "•••••••••678",
    "wished_channel": "viettelpay",
    "status_from_month": "2021-10-01",
    "documents": [{"kind": "cccd", "number": "•••••••••635", "known_from": "2021-09-20"}],
    "decisions": [_DECISION],
    "payee": _PAYEE,
    "account": _ACCOUNT,
    "source": _SOURCE,
}
_VERSION: JsonDict = {
    "version": 2,
    "effective_from": "2021-10-05",
    "recorded_at": "2021-10-05T01:00:00Z",
    "issuer": "chitra",
    "subject": "provider_gateway",
    "reason": "account_active",
    "paper_number": None,
    "note": None,
    "changed": ["account"],
    "source": None,
    "record": {"full_name": "Nguyễn Thị Hòa", "account": {"provider": "viettelpay", "number": "••••••••678"}},
}


class BeneficiaryBrief(BaseModel):
    """A person, for lists."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BRIEF]})

    beneficiary_id: UUID
    code: str
    version: int
    full_name: str
    sex: Sex
    birth_date: date
    birth_precision: Precision = Field(description="`year`: only the birth year is known.")
    unit_id: str
    village: str | None
    status: Status
    hold: str | None = Field(description="Why no money may go out now.")
    account_provider: str | None = Field(description="Provider of the account in use; none: paid in cash.")


class BeneficiaryPage(BaseModel):
    """People, the best fit first; without words in the order of their codes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_BRIEF], "next_cursor": None}]})

    items: list[BeneficiaryBrief]
    next_cursor: str | None


class DocumentView(BaseModel):
    """An identity document."""

    kind: Literal["cccd", "cmnd"]
    number: str = Field(description="Masked.")
    known_from: date


class DecisionView(BaseModel):
    """A decision: a category from a month."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DECISION]})

    decision_id: UUID
    number: str
    decided_on: date
    kind: str
    category: str
    from_month: date
    to_month: date | None = Field(description="Last month owed; none while it lasts.")
    heads: int
    paid_by: str | None = Field(None, description="The commune whose decision it is; none: the person's own.")


class PayeeView(BaseModel):
    """Who receives."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PAYEE]})

    payee_id: UUID
    version: int
    full_name: str
    relationship: str = Field(description="`self`, or as the list says it.")
    identity_number: str | None = Field(description="Masked.")
    phone: str | None = Field(description="Masked.")


class AccountInUseView(BaseModel):
    """Where the money goes."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ACCOUNT]})

    account_id: UUID
    version: int
    provider: str
    channel: Literal["wallet", "account"]
    holder_name: str
    number: str = Field(description="Masked.")


class KindPayeeView(BaseModel):
    """Who receives the obligations of one kind in place of the payee: the carer, care support."""

    payee: PayeeView
    account: AccountInUseView | None = Field(description="None: in cash.")
    hold: str | None = Field(description="Why no money of this kind may go out now; none when it may.")


class SourceView(BaseModel):
    """The list row that a record was last taken from."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SOURCE]})

    import_id: UUID
    file_name: str
    row_id: UUID
    sheet: str
    row: int
    cells: dict[str, str] = Field(description="Column letter -> the cell as written, numbers masked.")


class BeneficiaryView(BeneficiaryBrief):
    """A person's whole record."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VIEW]})

    ethnicity: str | None
    phone: str | None = Field(description="Masked.")
    wished_channel: str
    status_from_month: date
    documents: list[DocumentView]
    decisions: list[DecisionView]
    payee: PayeeView
    account: AccountInUseView | None
    kind_payees: dict[Literal["care_support"], KindPayeeView] | None = Field(
        default=None, description="Kinds of obligation that have a payee of their own."
    )
    source: SourceView | None = Field(description="None where no list names the person, or only another commune's.")


class VersionSource(BaseModel):
    """The list row that a version came from."""

    import_id: UUID
    file_name: str
    row_id: UUID
    sheet: str
    row: int


class VersionView(BaseModel):
    """A version of a person's record: what it was, from when, by whom, why."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VERSION]})

    version: int
    effective_from: date = Field(description="First day on which it is so.")
    recorded_at: datetime = Field(description="Business clock.")
    issuer: str
    subject: str
    reason: str
    paper_number: str | None = Field(description="Of the decision or paper that it rests on.")
    note: str | None = Field(description="Why, in an officer's words.")
    changed: list[str] = Field(description="Fields that differ from the version before.")
    source: VersionSource | None
    record: dict[str, Any] = Field(description="The whole record at that version, numbers masked.")


class VersionPage(BaseModel):
    """Versions, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_VERSION], "next_cursor": None}]})

    items: list[VersionView]
    next_cursor: str | None
