"""A registration list as it comes back from a provider: which accounts were opened, which were refused and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.registry.domain.accounts import CHANNEL_OF, canonical_number
from services.registry.domain.enrolment_refusals import RESULTS_WITHOUT_HEADER
from services.registry.domain.lists.text import fold, tidy
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from services.registry.domain.masking import mask_text
from shared.kernel.errors import Refusal

CODE, RESULT, NUMBER, HOLDER, REASON = "Mã đăng ký", "Kết quả", "Số tài khoản", "Tên chủ tài khoản", "Lý do từ chối"
RESULT_COLUMNS = (RESULT, NUMBER, HOLDER, REASON)
"""What the provider fills in; the code it leaves as it is."""

OPENED_WORDS = frozenset({"da mo", "mo", "mo moi", "da co", "opened"})
REFUSED_WORDS = frozenset({"tu choi", "khong mo", "khong mo duoc", "refused"})

_CODE_FORM = re.compile(r"^(\d{5,})-(\d{3,})$")
_BANK_NUMBER = re.compile(r"^[0-9]{6,19}$")
_WALLET_NUMBER = re.compile(r"^84[0-9]{9}$")
_REASON_LENGTH = 120

ROW_ERRORS: Mapping[str, tuple[str, str]] = {
    "unknown-registration-code": ("Mã đăng ký không có trong danh sách này", "The code is not on this list"),
    "code-twice": ("Mã đăng ký xuất hiện hai lần", "The code stands there twice"),
    "unknown-result": ("Kết quả phải là “Đã mở” hoặc “Từ chối”", "The result must be Đã mở or Từ chối"),
    "number-missing": ("Đã mở nhưng thiếu số tài khoản", "Opened, but no number is given"),
    "bad-number": ("Số tài khoản không đúng dạng", "The number has a wrong form"),
    "holder-missing": ("Đã mở nhưng thiếu tên chủ tài khoản", "Opened, but no holder is named"),
    "reason-missing": ("Từ chối nhưng thiếu lý do", "Refused, but no reason is given"),
    "answered-otherwise": ("Đã có kết quả khác trước đó", "It was answered otherwise before"),
}
"""What may be wrong with one row, for officers to read in Vietnamese and English."""


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that can't be used. `row` as the spreadsheet counts."""

    row: int
    code: str


@dataclass(frozen=True, slots=True)
class RowResult:
    """What the provider says of one registration."""

    row: int
    list_row: int
    opened: bool
    number: str | None
    holder_name: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Results:
    """A whole list as it came back; `waiting` rows have no result yet."""

    results: tuple[RowResult, ...]
    errors: tuple[RowError, ...]
    waiting: int


def registration_code(list_number: int, list_row: int) -> str:
    """`00012-003`: list 12, its third line."""
    return f"{list_number:05d}-{list_row:03d}"


def read_results(workbook: Workbook, provider: str, list_number: int, list_rows: int) -> Results:
    """The results of a list with so many lines. Refused: `results-without-header`."""
    for sheet in workbook.sheets:
        found = _header(sheet)
        if found is not None:
            return _read_rows(sheet.rows[found[0] + 1 :], found[0] + 2, found[1], provider, (list_number, list_rows))
    raise Refusal(RESULTS_WITHOUT_HEADER, workbook.filename)


def _header(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """Where the header stands, and the column of each of its names."""
    wanted = {fold(name): name for name in (CODE, *RESULT_COLUMNS)}
    for at, row in enumerate(sheet.rows):
        columns = {wanted[key]: column for column, cell in enumerate(row) if (key := fold(_text(cell))) in wanted}
        if CODE in columns and RESULT in columns:
            return at, columns
    return None


def _read_rows(
    rows: Iterable[Sequence[Cell]], first: int, columns: Mapping[str, int], provider: str, listed: tuple[int, int]
) -> Results:
    results: list[RowResult] = []
    errors: list[RowError] = []
    seen: set[int] = set()
    waiting = 0
    for row, cells in enumerate(rows, start=first):
        said = {name: _text(cells[column]) if column < len(cells) else "" for name, column in columns.items()}
        if not said[CODE] or not _CODE_FORM.match(said[CODE]):
            if said[CODE] and any(said.get(name) for name in RESULT_COLUMNS):
                errors.append(RowError(row, "unknown-registration-code"))
            continue
        list_row = _list_row(said[CODE], *listed)
        if list_row is None or list_row in seen:
            errors.append(RowError(row, "unknown-registration-code" if list_row is None else "code-twice"))
            continue
        seen.add(list_row)
        if not any(said.get(name) for name in RESULT_COLUMNS):
            waiting += 1
            continue
        read = _read_result(row, list_row, said, provider)
        if isinstance(read, RowError):
            errors.append(read)
        else:
            results.append(read)
    return Results(tuple(results), tuple(errors), waiting)


def _list_row(code: str, list_number: int, list_rows: int) -> int | None:
    found = _CODE_FORM.match(code)
    if found is None or int(found[1]) != list_number:
        return None
    return int(found[2]) if 1 <= int(found[2]) <= list_rows else None


def _read_result(row: int, list_row: int, said: Mapping[str, str], provider: str) -> RowResult | RowError:
    word = fold(said[RESULT])
    if word in REFUSED_WORDS:
        reason = (mask_text(said.get(REASON, "")) or "")[:_REASON_LENGTH]
        return RowResult(row, list_row, False, None, None, reason) if reason else RowError(row, "reason-missing")
    if word not in OPENED_WORDS:
        return RowError(row, "unknown-result")
    number, holder = said.get(NUMBER, ""), said.get(HOLDER, "")
    if not number:
        return RowError(row, "number-missing")
    canonical = canonical_number(provider, number)
    if CHANNEL_OF[provider] == "wallet" and len(canonical) == 9:
        canonical = f"84{canonical}"  # a spreadsheet took the phone for a number and dropped its zero
    form = _WALLET_NUMBER if CHANNEL_OF[provider] == "wallet" else _BANK_NUMBER
    if not form.match(canonical):
        return RowError(row, "bad-number")
    return RowResult(row, list_row, True, canonical, holder, None) if holder else RowError(row, "holder-missing")


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else tidy(str(cell))
