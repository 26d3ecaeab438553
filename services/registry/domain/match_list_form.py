"""The form of a match list: the words on it, and a filled-in one read back, from cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.domain.lists.dates import read_birth
from services.registry.domain.lists.identity import read_identity
from services.registry.domain.lists.names import read_name
from services.registry.domain.lists.text import fold, tidy
from services.registry.domain.lists.workbook import Cell, Workbook
from services.registry.domain.match_lists import OUTCOMES, Evidence, PoliceAnswer
from shared.kernel.errors import ErrorCode, Kind, Refusal

COLUMNS = (
    "STT", "Mã đối tượng", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD/CMND", "Thôn/Tổ", "Nội dung cần xác minh",
    "Kết quả", "Họ tên đúng", "Ngày sinh đúng", "Giới tính đúng", "Số định danh đúng", "Ngày chết/chuyển đi", "Nơi chuyển đến",
    "Ghi chú",
)  # fmt: skip
FIRST_ANSWER_COLUMN = COLUMNS.index("Kết quả")
POLICE_OFFICER, PAPER_NUMBER, ANSWERED_ON = "Cán bộ công an trả lời", "Số văn bản trả lời", "Ngày trả lời"
SEX_WORDS = {"male": "Nam", "female": "Nữ"}

NOT_THE_FORM = ErrorCode(
    "not-a-match-list",
    Kind.INVALID,
    "The file is not this match list's form",
    "Tệp không phải mẫu của danh sách đối chiếu này",
)
EVIDENCE_MISSING = ErrorCode(
    "match-evidence-missing",
    Kind.INVALID,
    "The form doesn't say who of the police answered, on which paper, when",
    "Mẫu chưa ghi cán bộ công an, số văn bản hoặc ngày trả lời",
)

_NUMBER = re.compile(r"DC-\d{4}-\d{1,5}-\d+")
_OUTCOME_OF = {fold(word): code for code, word in OUTCOMES.items()} | {"sai": "differs", "chet": "dead", "chuyen di": "moved"}
_SEX_OF = {fold(word): code for code, word in SEX_WORDS.items()}


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What a form says. `codes` are the people's codes by line; `faults` cells that can't be read, by line."""

    number: str
    evidence: Evidence
    answers: Sequence[PoliceAnswer]
    codes: dict[int, str]
    faults: dict[int, list[str]]


def read_form(book: Workbook) -> FilledForm:
    """A filled-in form. Lines without a result are passed over. Refused: `not-a-match-list`, `match-evidence-missing`."""
    for sheet in book.sheets:
        rows = [[_text(cell) for cell in row] for row in sheet.rows]
        header = next((at for at, row in enumerate(rows) if row[: len(COLUMNS)] == list(COLUMNS)), None)
        if header is not None:
            return _read_sheet(sheet.rows, rows, header)
    raise Refusal(NOT_THE_FORM)


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return tidy(str(cell)) if cell is not None else ""


def _read_sheet(cells: Sequence[Sequence[Cell]], rows: Sequence[Sequence[str]], header: int) -> FilledForm:
    above = [text for row in rows[:header] for text in row]
    number = next((found.group() for text in above if (found := _NUMBER.search(text))), None)
    if number is None:
        raise Refusal(NOT_THE_FORM)
    form = FilledForm(number, _evidence(cells[:header], rows[:header]), [], {}, {})
    answers: list[PoliceAnswer] = []
    for row, texts in zip(cells[header + 1 :], rows[header + 1 :], strict=True):
        line = [*texts, *[""] * len(COLUMNS)]
        if not line[0].isdigit() or not line[FIRST_ANSWER_COLUMN]:
            continue
        line_no = int(line[0][:9])
        form.codes[line_no] = line[1]
        answer, faults = _read_line(line_no, [*row, *[None] * len(COLUMNS)], line)
        if faults:
            form.faults[line_no] = faults
        answers.append(answer)
    return FilledForm(form.number, form.evidence, answers, form.codes, form.faults)


def _evidence(cells: Sequence[Sequence[Cell]], rows: Sequence[Sequence[str]]) -> Evidence:
    said: dict[str, Cell] = {}
    for row, texts in zip(cells, rows, strict=True):
        for at, text in enumerate(texts):
            label = text.rstrip(" :")
            if label in (POLICE_OFFICER, PAPER_NUMBER, ANSWERED_ON):
                said[label] = next((cell for cell in row[at + 1 :] if _text(cell)), None)
    day = read_birth(said.get(ANSWERED_ON))
    officer, paper = _text(said.get(POLICE_OFFICER)), _text(said.get(PAPER_NUMBER))
    if not officer or not paper or day is None or day.day is None:
        raise Refusal(EVIDENCE_MISSING)
    return Evidence(officer[:300], paper[:60], day.day)


def _read_line(line_no: int, cells: Sequence[Cell], texts: Sequence[str]) -> tuple[PoliceAnswer, list[str]]:
    faults: list[str] = []
    said = dict(zip(COLUMNS, texts, strict=False))
    raw = dict(zip(COLUMNS, cells, strict=False))
    outcome = _OUTCOME_OF.get(fold(said["Kết quả"]), "")
    right: dict[str, str] = {}
    if said["Họ tên đúng"]:
        right["full_name"] = read_name(said["Họ tên đúng"]).name
    if said["Ngày sinh đúng"]:
        birth = read_birth(raw["Ngày sinh đúng"])
        right["birth_date"] = (birth.text if birth else None) or "?"
    if said["Giới tính đúng"]:
        right["sex"] = _SEX_OF.get(fold(said["Giới tính đúng"]), "?")
    if said["Số định danh đúng"]:
        number = read_identity(raw["Số định danh đúng"])
        right["number"] = (number.number if number else None) or "?"
    on: date | None = None
    if said["Ngày chết/chuyển đi"]:
        read = read_birth(raw["Ngày chết/chuyển đi"])
        on = read.day if read else None
        faults += [] if on else ["on"]
    place, note = said["Nơi chuyển đến"][:300] or None, said["Ghi chú"][:300] or None
    return PoliceAnswer(line_no, outcome, right, on, place, note), faults
