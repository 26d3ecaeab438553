"""A row that an officer corrected is standardised and checked by the very rules that read the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry.domain.imports import RowContent
from services.registry.domain.lists.findings import NAME_MISSING, Finding
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import ListOptions, standardise
from services.registry.domain.lists.workbook import Sheet, Workbook

_HEADER = (
    "STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CMND/CCCD", "Dân tộc", "Thôn", "Diện đối tượng", "Số con",
    "Số điện thoại", "Hình thức chi trả", "Số tài khoản", "Người nhận thay", "Số CCCD người nhận thay", "Quan hệ",
)  # fmt: skip
_SEXES = {"male": "Nam", "female": "Nữ"}
_CHANNELS = {"cash": "Tiền mặt", "viettelpay": "ViettelPay", "vietinbank": "VietinBank"}
_NOT_OF_THE_LIST = ("decision_number", "decided_on")
"""Fields that no column of a list has: they go along as the officer wrote them."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A row's place in its list, and the record as it was read with the officer's fields over it."""

    sheet: str
    row: int
    record: Mapping[str, Any]


def recheck(corrections: Sequence[Correction], commune_code: str, month: date, reference: Reference) -> list[RowContent]:
    """Each corrected record read again as a list of its own, at its own sheet and row; in the order given.

    A record that can't be read at all comes back as it was, with the findings that say why.
    """
    rows: dict[str, dict[int, tuple[Any, ...]]] = {}
    for correction in corrections:
        rows.setdefault(correction.sheet, {})[max(correction.row, 2)] = _cells(correction.row, correction.record)
    sheets = tuple(Sheet(name, _sparse(numbered)) for name, numbered in rows.items())
    reading = standardise(Workbook("corrections.csv", "csv", sheets), reference, ListOptions(commune_code, month))
    read = {(row.sheet, row.row): row for row in reading.rows}
    contents = []
    for correction in corrections:
        found = read.get((correction.sheet, max(correction.row, 2)))
        if found is None:  # so little is left that the row is no person's
            contents.append(RowContent(correction.record, {}, (Finding(NAME_MISSING, "full_name"),)))
            continue
        extra = {name: correction.record[name] for name in _NOT_OF_THE_LIST if correction.record.get(name)}
        contents.append(RowContent({**found.record.as_json(), **extra}, {}, found.findings))
    return contents


def _cells(number: int, record: Mapping[str, Any]) -> tuple[Any, ...]:
    payee = record.get("payee") or {}
    return (
        number, record.get("full_name"), record.get("birth_date"), _SEXES.get(record.get("sex") or ""),
        record.get("national_id"), record.get("ethnicity"), record.get("village"), record.get("category"),
        record.get("children_count"), record.get("phone"), _CHANNELS.get(record.get("channel") or ""),
        record.get("account_number"), payee.get("full_name"), payee.get("national_id"), payee.get("relationship"),
    )  # fmt: skip


def _sparse(numbered: Mapping[int, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [() for _ in range(max(numbered))]
    rows[0] = _HEADER
    for number, cells in numbered.items():
        rows[number - 1] = cells
    return rows
