"""Whom the commune police is asked to compare with the national database on population, and what an answer may say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from services.registry.domain.holds import hold_reason
from services.registry.domain.lists.identity import CCCD_LENGTH, CMND_LENGTH, birth_year_of, sex_of
from services.registry.domain.proposals import proposal_kind
from shared.kernel.errors import ErrorCode, Kind, Refusal

REASONS = {
    "number_missing": "Chưa có số định danh",
    "number_old": "Chỉ có số CMND 9 số",
    "number_sex_differs": "Giới tính không khớp số CCCD",
    "number_year_differs": "Năm sinh không khớp số CCCD",
    "birth_year_alone": "Chỉ có năm sinh",
    "never_verified": "Chưa đối chiếu lần nào",
    "verified_long_ago": "Đối chiếu đã lâu",
}
"""Why a person stands on a list -> what the police reads."""

OUTCOMES = {
    "verified": "Đúng",
    "differs": "Sai khác",
    "not_found": "Không tìm thấy",
    "dead": "Đã chết",
    "moved": "Đã chuyển đi",
}
"""What the police may answer -> the word on the form."""

NOT_FOUND_BY_POLICE = hold_reason(
    "not_found_by_police",
    "Công an không tìm thấy trong CSDL quốc gia về dân cư, chờ xác minh.",
    "The police found nobody like this in the national database; to be verified.",
)
CORRECTION = proposal_kind(
    "identity_correction",
    "Công an trả lời thông tin nhân thân khác với sổ đối tượng: chờ cán bộ khác duyệt.",
    "The police answered with other identity data: another officer is to accept them.",
)
CONTRADICTION = proposal_kind(
    "police_answers_contradict",
    "Công an trả lời hai lần khác nhau: chờ cán bộ chọn câu trả lời đúng.",
    "The police answered twice, and differently: an officer is to say which counts.",
)

UNKNOWN_MATCH_LIST = ErrorCode("unknown-match-list", Kind.MISSING, "No such match list", "Không có danh sách đối chiếu này")
NOBODY_TO_MATCH = ErrorCode(
    "nobody-to-match", Kind.CONFLICT, "Nobody of the commune is to be verified for these reasons", "Không có ai cần đối chiếu"
)
NOT_A_COMMUNE = ErrorCode("not-a-commune", Kind.INVALID, "A match list is of a commune", "Danh sách đối chiếu lập theo xã/phường")
BAD_ANSWERS = ErrorCode(
    "bad-match-answers",
    Kind.INVALID,
    "Some answers can't be taken: nothing was",
    "Có câu trả lời không hợp lệ: chưa ghi nhận câu trả lời nào",
)
LINE_IN_REVIEW = ErrorCode(
    "line-in-review",
    Kind.CONFLICT,
    "Two answers contradict each other already: settle them first",
    "Dòng này đang có hai câu trả lời khác nhau: hãy xử lý trước",
)
LINE_NOT_IN_REVIEW = ErrorCode(
    "line-not-in-review", Kind.CONFLICT, "No answers contradict each other there", "Dòng này không có câu trả lời mâu thuẫn"
)
SAME_OFFICER = ErrorCode(
    "same-officer",
    Kind.FORBIDDEN,
    "Who brought the answer in can't accept the correction",
    "Người ghi nhận câu trả lời không được tự duyệt",
)
NUMBER_HELD = ErrorCode(
    "number-of-another",
    Kind.CONFLICT,
    "The number is registered for somebody else",
    "Số định danh này đã đăng ký cho người khác",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A person as the list names him."""

    code: str
    full_name: str
    birth_date: date
    birth_precision: str
    sex: str
    number: str | None
    village: str | None

    def encode(self) -> str:
        """JSON, to be sealed."""
        return orjson.dumps({name: getattr(self, name) for name in self.__slots__}).decode()

    @classmethod
    def decode(cls, text: str) -> Asked:
        """The same again."""
        data = orjson.loads(text)
        return cls(**{**data, "birth_date": date.fromisoformat(data["birth_date"])})

    @property
    def birth_text(self) -> str:
        """The birth date as Vietnamese papers write it, or the year alone."""
        return written_birth(self.birth_date, self.birth_precision)


def written_birth(birth: date, precision: str) -> str:
    """`14/05/1941`, or `1941`."""
    return str(birth.year) if precision == "year" else f"{birth:%d/%m/%Y}"


@dataclass(frozen=True, slots=True)
class PoliceAnswer:
    """What the police says of one line. `right` are the values that differ, in the fields' names; `on` when he died or left."""

    line_no: int
    outcome: str
    right: Mapping[str, str]  # full_name, birth_date (YYYY-MM-DD or YYYY), sex, number
    on: date | None = None
    place: str | None = None
    note: str | None = None

    def canonical(self) -> str:
        """The answer in one written form, without the line."""
        said = {"outcome": self.outcome, "right": dict(self.right), "on": self.on, "place": self.place, "note": self.note}
        return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()

    @classmethod
    def decode(cls, line_no: int, text: str) -> PoliceAnswer:
        """An answer again from its written form."""
        data = orjson.loads(text)
        return cls(line_no, **{**data, "on": date.fromisoformat(data["on"]) if data["on"] else None})


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who of the police answered, on which paper, when."""

    police_officer: str
    paper_number: str
    answered_on: date


def reasons_to_match(asked: Asked, verified_on: date | None, long_ago: date) -> list[str]:
    """Why a person should be verified; none for somebody verified since `long_ago` whose data agree with each other."""
    found = []
    if asked.number is None:
        found.append("number_missing")
    elif len(asked.number) != CCCD_LENGTH:
        found.append("number_old")
    else:
        if sex_of(asked.number) != asked.sex:
            found.append("number_sex_differs")
        if birth_year_of(asked.number) != asked.birth_date.year:
            found.append("number_year_differs")
    if asked.birth_precision == "year":
        found.append("birth_year_alone")
    if verified_on is None:
        found.append("never_verified")
    elif verified_on < long_ago:
        found.append("verified_long_ago")
    return found


def faults_of(answer: PoliceAnswer, asked: Asked | None, today: date) -> list[str]:
    """Fields of an answer that can't be taken: none when it can."""
    if asked is None:
        return ["line_no"]
    faults = [] if answer.outcome in OUTCOMES else ["outcome"]
    if answer.on is not None and not date(1900, 1, 1) <= answer.on <= today:
        faults.append("on")
    if answer.outcome == "dead" and answer.on is None:
        faults.append("on")
    if answer.outcome == "moved" and not answer.place:
        faults.append("place")
    if (answer.outcome == "differs") != bool(answer.right):
        faults.append("right")
    number = answer.right.get("number")
    if number is not None and not (number.isascii() and number.isdigit() and len(number) in (CMND_LENGTH, CCCD_LENGTH)):
        faults.append("number")
    if answer.right.get("sex") not in (None, "male", "female"):
        faults.append("sex")
    birth = answer.right.get("birth_date")
    if birth is not None and not _possible_birth(birth, today):
        faults.append("birth_date")
    return list(dict.fromkeys(faults))


def _possible_birth(text: str, today: date) -> bool:
    try:
        day = date(int(text), 1, 1) if len(text) == 4 else date.fromisoformat(text)
    except ValueError:
        return False
    return date(1900, 1, 1) <= day <= today


def refuse_faults(faults: Mapping[int, Sequence[str]]) -> None:
    """Refuse answers as a whole where some can't be taken, naming lines and fields (never values: they are personal)."""
    if faults:
        lines: list[Any] = [{"line_no": line, "fields": list(fields)} for line, fields in sorted(faults.items())[:50]]
        raise Refusal(BAD_ANSWERS, f"{len(faults)} of the answers", lines=lines)
