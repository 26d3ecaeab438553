"""Wire models of match lists. Numbers are in clear for those who write, and such a reading is audited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID, Short, Text
from services.registry.domain.match_lists import Asked, Evidence, PoliceAnswer
from services.registry.storage.match_lists import LINE
from shared.crypto import FieldCipher, mask

Reason = Literal[
    "number_missing", "number_old", "number_sex_differs", "number_year_differs", "birth_year_alone", "never_verified",
    "verified_long_ago",
]  # fmt: skip
Outcome = Literal["verified", "differs", "not_found", "dead", "moved"]
LineState = Literal["waiting", "answered", "contradicted"]

_LIST: JsonDict = {
    "match_list_id": ID,
    "number": "DC-2021-19870-1",
    "unit_id": COMMUNE,
    "people": 412,
    "answered": 400,
    "contradicted": 1,
    "made_at": "2021-10-20T02:00:00Z",
    "made_subject": "can-bo-phu-thuan",
}
_EVIDENCE: JsonDict = {"police_officer": "Thượng úy Lê Văn Hải", "paper_number": "123/CAX", "answered_on": "2021-10-28"}
_ANSWER: JsonDict = {
    "line_no": 2,
    "outcome": "differs",
    "right": {"full_name": "Nguyễn Thị Thủy", "birth_date": "1941-05-14", "sex": None, "number": None},
    "on": None,
    "place": None,
    "note": None,
}
_LINE: JsonDict = {
    "line_id": ID,
    "line_no": 2,
    "beneficiary_id": ID,
    "reasons": ["number_missing", "never_verified"],
    "code": "HUE-0000123",
    "full_name": "Nguyễn Thị Thúy",
    "birth_date": "1941-01-01",
    "birth_precision": "year",
    "sex": "female",
    "number": None,
    "village": "Thôn 1",
    "state": "answered",
    "answer": _ANSWER,
    "second_answer": None,
    "evidence": _EVIDENCE,
    "recorded_at": "2021-10-29T01:00:00Z",
    "recorded_subject": "can-bo-phu-thuan",
}


class MatchListInput(BaseModel):
    """Whom to put on the list."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"unit_id": COMMUNE, "reasons": ["number_missing", "never_verified"], "older_than_months": 12}]
        },
    )

    unit_id: Short = Field(description="The commune.")
    reasons: list[Reason] | None = Field(default=None, min_length=1, max_length=7, description="Any of these; none: any at all.")
    older_than_months: int = Field(default=12, ge=1, le=120, description="When a confirmation is long ago.")
    most: int = Field(default=2000, ge=1, le=10_000, description="At most so many people.")


class MatchListView(BaseModel):
    """A match list."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LIST]})

    match_list_id: UUID
    number: str = Field(description="What both sides call the list.")
    unit_id: str
    people: int
    answered: int
    contradicted: int = Field(description="Answered twice, and differently: see the proposals.")
    made_at: datetime = Field(description="Business clock.")
    made_subject: str


class MatchListPage(BaseModel):
    """Match lists, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_LIST], "next_cursor": None}]})

    items: list[MatchListView]
    next_cursor: str | None


class RightInput(BaseModel):
    """What the police has where it differs; what agrees is left out."""

    model_config = ConfigDict(extra="forbid")

    full_name: Text | None = None
    birth_date: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}-\d{2})?$")] | None = Field(
        default=None, description="YYYY-MM-DD, or YYYY."
    )
    sex: Literal["male", "female"] | None = None
    number: Annotated[str, Field(pattern=r"^[0-9]{9}([0-9]{3})?$")] | None = None


class EvidenceInput(BaseModel):
    """Who of the police answered, on which paper, when."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EVIDENCE]})

    police_officer: Text = Field(min_length=2)
    paper_number: Short = Field(min_length=1)
    answered_on: date

    def evidence(self) -> Evidence:
        """As the rules know it."""
        return Evidence(self.police_officer, self.paper_number, self.answered_on)


class AnswerInput(BaseModel):
    """The answer to one line."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_ANSWER]})

    line_no: int = Field(ge=1, lt=2**31)
    outcome: Outcome
    right: RightInput = Field(default_factory=RightInput, description="With `differs`: what is right.")
    on: date | None = Field(default=None, description="With `dead` and `moved`: when.")
    place: Text | None = Field(default=None, description="With `moved`: where to.")
    note: Text | None = None

    def answer(self) -> PoliceAnswer:
        """As the rules know it."""
        right = {name: value for name, value in self.right.model_dump().items() if value}
        return PoliceAnswer(self.line_no, self.outcome, right, self.on, self.place or None, self.note or None)


class PoliceAnswersInput(BaseModel):
    """What the police answered."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"evidence": _EVIDENCE, "answers": [_ANSWER]}]})

    evidence: EvidenceInput
    answers: list[AnswerInput] = Field(min_length=1, max_length=2000)


class RecordedView(BaseModel):
    """What became of the answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"recorded": 12, "unchanged": 0, "contradicted": 0}]})

    recorded: int
    unchanged: int = Field(description="The same as before.")
    contradicted: int = Field(description="Another answer than before: put to review.")


class SettleInput(BaseModel):
    """Which of two answers counts, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"counts": "second", "evidence": _EVIDENCE, "note": "Công an đính chính"}]},
    )

    counts: Literal["first", "second"]
    evidence: EvidenceInput | None = Field(default=None, description="Of the second answer, where that counts.")
    note: Text = Field(min_length=3)


class AcceptInput(BaseModel):
    """Why a correction is accepted."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Đã xem văn bản 123/CAX"}]})

    note: Text = Field(min_length=3)


class AcceptedView(BaseModel):
    """Whose record took the correction over."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"beneficiary_id": ID}]})

    beneficiary_id: UUID


class RightView(BaseModel):
    """What the police has where it differs."""

    full_name: str | None
    birth_date: str | None
    sex: Literal["male", "female"] | None
    number: str | None = Field(description="Masked without `registry:write`.")


class AnswerView(BaseModel):
    """An answer of the police."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ANSWER]})

    line_no: int
    outcome: Outcome
    right: RightView
    on: date | None
    place: str | None
    note: str | None


class EvidenceView(BaseModel):
    """Who of the police answered, on which paper, when."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EVIDENCE]})

    police_officer: str
    paper_number: str
    answered_on: date


class MatchLineView(BaseModel):
    """One person of a list, and what the police answered."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    line_id: UUID
    line_no: int
    beneficiary_id: UUID
    reasons: list[str]
    code: str
    full_name: str
    birth_date: date
    birth_precision: Literal["day", "year"]
    sex: Literal["male", "female"]
    number: str | None = Field(description="Masked without `registry:write`.")
    village: str | None
    state: LineState
    answer: AnswerView | None
    second_answer: AnswerView | None = Field(description="One that contradicts it, until an officer settles which counts.")
    evidence: EvidenceView | None
    recorded_at: datetime | None
    recorded_subject: str | None


class MatchLinePage(BaseModel):
    """Lines in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_LINE], "next_cursor": None}]})

    items: list[MatchLineView]
    next_cursor: str | None


def asked_of(cipher: FieldCipher, line: Mapping[str, Any]) -> Asked:
    """The person as the line names him."""
    return Asked.decode(cipher.open(line["asked_sealed"], LINE))


def view_of_line(cipher: FieldCipher, line: Mapping[str, Any], shown: bool) -> MatchLineView:
    """A line; numbers in clear where `shown`."""
    asked = asked_of(cipher, line)
    plain = ("line_id", "line_no", "beneficiary_id", "reasons", "state", "recorded_at", "recorded_subject")
    person = ("code", "full_name", "birth_date", "birth_precision", "sex", "village")
    evidence = {name: line[name] for name in ("police_officer", "paper_number", "answered_on")}
    return MatchLineView.model_validate(
        {
            **{name: line[name] for name in plain},
            **{name: getattr(asked, name) for name in person},
            "number": asked.number if shown or not asked.number else mask(asked.number),
            "answer": _answer(cipher, line, "answer_sealed", shown),
            "second_answer": _answer(cipher, line, "second_sealed", shown),
            "evidence": evidence if line["outcome"] else None,
        }
    )


def _answer(cipher: FieldCipher, line: Mapping[str, Any], column: str, shown: bool) -> AnswerView | None:
    if line[column] is None:
        return None
    said = PoliceAnswer.decode(line["line_no"], cipher.open(line[column], LINE))
    right = {**dict.fromkeys(RightView.model_fields), **said.right}
    if right["number"] and not shown:
        right["number"] = mask(right["number"])
    plain = ("line_no", "outcome", "on", "place", "note")
    return AnswerView.model_validate({**{name: getattr(said, name) for name in plain}, "right": right})
