"""A list that came in, its rows, and what officers answer about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.registry.domain.lists.findings import FINDING_KINDS, Finding
from services.registry.domain.matching import RAISED_KINDS

ACCEPTED, REVIEW, REJECTED = "accepted", "review", "rejected"
ACCEPT, CORRECT, SAME, DROP = "accept", "correct", "same", "drop"


@dataclass(frozen=True, slots=True)
class RowContent:
    """What a row says: the record as read, the cells as written (by column heading), and what was found."""

    record: Mapping[str, Any]
    cells: Mapping[str, Any]
    findings: Sequence[Finding]

    def encode(self) -> str:
        """JSON, to be sealed. Findings keep code and values; their sentences come from the code."""
        findings = [(f.code, f.field, f.written, f.proposed) for f in self.findings]
        return orjson.dumps({"record": self.record, "cells": self.cells, "findings": findings}, default=str).decode()

    @classmethod
    def decode(cls, text: str) -> RowContent:
        """The content again."""
        data = orjson.loads(text)
        return cls(data["record"], data["cells"], decode_findings(data["findings"]))


def encode_findings(findings: Sequence[Finding]) -> str:
    """Findings alone as JSON."""
    return orjson.dumps([(f.code, f.field, f.written, f.proposed) for f in findings]).decode()


def decode_findings(data: Sequence[Sequence[Any]]) -> tuple[Finding, ...]:
    """Findings again, with the sentences of today. A code that is no longer known is left out."""
    kinds = {**FINDING_KINDS, **RAISED_KINDS}
    return tuple(Finding(kinds[code], *values) for code, *values in data if code in kinds)


@dataclass(frozen=True, slots=True)
class NewRow:
    """A data row as the importer read it, its content sealed already."""

    row_id: UUID
    row_no: int
    sheet: str
    row: int
    status: str
    finding_codes: tuple[str, ...]
    content_sealed: str


@dataclass(frozen=True, slots=True)
class NewImport:
    """A file that was read, before it is stored. `commune_code` is the commune that the list is of; `file_sealed` the file."""

    file_name: str
    file_sha256: bytes
    size_bytes: int
    format: str
    charset: str | None
    commune_code: str
    month: date
    month_source: str
    findings_sealed: str
    file_sealed: bytes
    rows: Sequence[NewRow]


@dataclass(frozen=True, slots=True)
class ListImport:
    """A stored import, with how its rows stand. `unanswered` are rows in review or rejected that nobody answered."""

    import_id: UUID
    unit_id: str
    file_name: str
    format: str
    charset: str | None
    month: date
    month_source: str
    state: str
    findings: tuple[Finding, ...]
    read_at: datetime
    confirmed_at: datetime | None
    accepted: int
    review: int
    rejected: int
    unanswered: int
    confirmed: int
    missing_people: int
    newer_import_id: UUID | None  # the newest list of the same commune and month that came in after this one


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A stored row, opened. `content` is as the importer read it, `corrected` as the officer corrected it, if so."""

    row_id: UUID
    row_no: int
    sheet: str
    row: int
    status: str
    content: RowContent
    answer: str | None
    corrected: RowContent | None
    raised: str | None
    raised_beneficiary_id: UUID | None
    raised_code: str | None  # of that beneficiary, where the caller may see it
    outcome: str | None
    beneficiary_id: UUID | None

    @property
    def record(self) -> Mapping[str, Any]:
        """What counts: the corrected record where there is one."""
        return self.corrected.record if self.corrected else self.content.record

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings of the record that counts, and what confirming brought up."""
        found = tuple((self.corrected or self.content).findings)
        if self.raised is None or self.raised not in RAISED_KINDS:
            return found
        return (*found, Finding(RAISED_KINDS[self.raised], "national_id", None, self.raised_code))


@dataclass(frozen=True, slots=True)
class Answer:
    """An officer's answer to one row; `content` is the corrected record, standardised and checked again, for `correct`."""

    row_id: UUID
    action: str
    content: RowContent | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What confirming did, in rows. `left` stay in the import: unanswered, or raised for an officer.

    `missing` are people in force whom neither this list nor a newer one names: nothing is done about them.
    """

    created: int
    updated: int
    unchanged: int
    older: int
    dropped: int
    left: int
    missing: int
