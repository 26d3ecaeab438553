"""Opening balances: lists as read and as stored, their entries, and who agreed to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.registry.domain.imports import ACCEPTED, REJECTED, REVIEW
from services.registry.domain.lists.findings import Finding, Severity
from services.registry.domain.openings.findings import decode_opening_findings, encode_opening_findings
from services.registry.domain.openings.words import OpeningKind

CORRECT, DROP = "correct", "drop"


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Whom a row names, by whatever it has. `birth` is `YYYY-MM-DD` or `YYYY`."""

    code: str | None
    full_name: str | None
    birth: str | None
    national_id: str | None

    def as_json(self) -> dict[str, str | None]:
        """Plain values."""
        return {"code": self.code, "full_name": self.full_name, "birth_date": self.birth, "national_id": self.national_id}


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """One month's amount of one row, as read. What could not be read is None, and a finding says so."""

    sheet: str
    row: int
    person: NamedPerson
    kind: OpeningKind | None
    provider: str | None
    month: date | None
    amount_dong: int | None
    note: str | None
    cells: Mapping[str, Any]
    findings: tuple[Finding, ...]
    beneficiary_id: UUID | None = None

    @property
    def status(self) -> str:
        """The gravest finding decides."""
        grave = {finding.severity for finding in self.findings}
        if Severity.REJECT in grave:
            return REJECTED
        return REVIEW if Severity.REVIEW in grave else ACCEPTED

    def with_findings(self, *findings: Finding, beneficiary_id: UUID | None = None) -> OpeningLine:
        """The line with more findings, and whom it is about where that is known."""
        return replace(self, findings=(*self.findings, *findings), beneficiary_id=beneficiary_id or self.beneficiary_id)

    def encode(self) -> str:
        """What is stored sealed: any cell, and the note, may hold a number."""
        return orjson.dumps(
            {
                "person": self.person.as_json(),
                "note": self.note,
                "cells": self.cells,
                "findings": encode_opening_findings(self.findings),
            },
            default=str,
        ).decode()


@dataclass(frozen=True, slots=True)
class OpeningReading:
    """A file that was read. `as_of` is the day on which the commune has the code."""

    commune_code: str
    as_of: date
    lines: tuple[OpeningLine, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class NewOpenings:
    """A file with its reading, ready to be stored."""

    file_name: str
    file_sha256: bytes
    size_bytes: int
    format: str
    charset: str | None
    reading: OpeningReading


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """A stored entry, opened."""

    entry_id: UUID
    row_no: int
    sheet: str
    row: int
    status: str
    answer: str | None
    kind: OpeningKind | None
    provider: str | None
    month: date | None
    amount_dong: int | None
    beneficiary_id: UUID | None
    person_name: str | None
    beneficiary_code: str | None
    person: Mapping[str, str | None]
    note: str | None
    cells: Mapping[str, Any]
    findings: tuple[Finding, ...]
    countered_at: datetime | None

    @classmethod
    def opened(cls, row: Mapping[str, Any], content: str) -> OpeningRow:
        """A row of the database with its content opened."""
        said = orjson.loads(content)
        return cls(
            **row,
            person=said["person"],
            note=said["note"],
            cells=said["cells"],
            findings=decode_opening_findings(said["findings"]),
        )


@dataclass(frozen=True, slots=True)
class OpeningAnswer:
    """An officer's answer to an entry: what it really is, or that it is none. None keeps what was read.

    `person_name` is whom a receivable is of who is not in the registry.
    """

    entry_id: UUID
    action: str
    beneficiary_id: UUID | None = None
    kind: OpeningKind | None = None
    provider: str | None = None
    month: date | None = None
    amount_dong: int | None = None
    person_name: str | None = None


@dataclass(frozen=True, slots=True)
class OpeningList:
    """A stored list: who made it, how its entries stand."""

    list_id: UUID
    unit_id: str
    file_name: str
    state: str
    findings: tuple[Finding, ...]
    read_at: datetime
    read_issuer: str
    read_subject: str
    confirmed_at: datetime | None
    confirmed_issuer: str | None
    confirmed_subject: str | None
    sealed_sha256: bytes | None
    accepted: int
    review: int
    rejected: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class Total:
    """Entries and đồng of a kind with a provider, in a commune."""

    unit_id: str
    provider: str
    kind: OpeningKind
    entries: int
    amount_dong: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """A provider's word that the list's totals are its own."""

    provider: str
    stated_dong: Mapping[str, int]
    minutes_number: str | None
    minutes_on: date | None
    agreed_at: datetime
    agreed_issuer: str
    agreed_subject: str


@dataclass(frozen=True, slots=True)
class ConfirmedEntry:
    """An entry of a confirmed list, as it is said to other services."""

    entry_id: UUID
    beneficiary_id: UUID | None
    person_name: str | None
    kind: OpeningKind
    month: date
    amount_dong: int
    provider: str
    minutes_number: str | None
    agreed_on: date

    def canonical(self) -> str:
        """Its content in one written form: what the list's seal is made of."""
        whose = self.beneficiary_id or self.person_name
        return f"{self.entry_id}|{whose}|{self.kind}|{self.month}|{self.amount_dong}|{self.provider}"


def providers_of(totals: Sequence[Total]) -> list[str]:
    """Who must agree: every provider that something lies with."""
    return sorted({total.provider for total in totals})
