"""Wire models of complaints."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.fields import Line, Month
from services.disbursement.domain.complaints import (
    ANSWER_WITHIN_WORKING_DAYS,
    Complaint,
    ComplaintChannel,
    ComplaintState,
    Escalation,
    FromWhom,
    Outcome,
)

Told = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")]
"""Text of several lines. Numbers of nine digits and more, and phone numbers, are masked before it is kept."""

_ID = "0190a1b2-0000-7000-8000-000000000001"
_SUMMARY: JsonDict = {
    "complaint_id": _ID,
    "unit_id": "19750@2021-07-01",
    "beneficiary_id": _ID,
    "benefit_month": "2021-10-01",
    "payment_id": None,
    "from_whom": "payee",
    "channel": "in_person",
    "state": "open",
    "owner": "lan@phulong",
    "filed_on": "2021-10-12",
    "due_on": "2021-11-02",
    "overdue_days": 0,
    "escalation": "none",
    "reopened": False,
    "outcome": None,
}


class NewComplaint(BaseModel):
    """What somebody complained of. No phone number is taken: whoever complained is found through the registry."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "beneficiary_id": _ID,
                    "month": "2021-10",
                    "from_whom": "payee",
                    "channel": "in_person",
                    "text": "Tháng 10 chưa nhận được tiền.",
                }
            ]
        },
    )

    beneficiary_id: UUID
    month: Month
    payment_id: UUID | None = Field(default=None, description="The payment that it is about, where it is about one.")
    from_whom: FromWhom
    channel: ComplaintChannel
    text: Told
    owner: Line | None = Field(default=None, description="The officer who has to answer; else whoever files it.")
    answer_within_working_days: int = Field(default=ANSWER_WITHIN_WORKING_DAYS, ge=1, le=60)


class Assignment(BaseModel):
    """Who has to answer from now on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"owner": "minh@phulong"}]})

    owner: Line


class NewAnswer(BaseModel):
    """The owner's answer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "outcome": "justified",
                    "text": "Số tài khoản ghi sai; tiền tháng 10 sẽ chi cùng kỳ tháng 11.",
                    "done": "Đã sửa số tài khoản.",
                }
            ]
        },
    )

    outcome: Outcome
    text: Told
    done: Told | None = None


class Reopening(BaseModel):
    """Why it is opened again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "Kỳ tháng 11 vẫn chưa nhận được."}]})

    why: Told


class ComplaintSummary(BaseModel):
    """A complaint in a list, without what was said. `escalation`: who looks at it besides its owner, since it is overdue."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SUMMARY]})

    complaint_id: UUID
    unit_id: str
    beneficiary_id: UUID
    benefit_month: date
    payment_id: UUID | None
    from_whom: FromWhom
    channel: ComplaintChannel
    state: ComplaintState
    owner: str
    filed_on: date
    due_on: date
    overdue_days: int
    escalation: Escalation
    reopened: bool
    outcome: Outcome | None


class ComplaintStepView(BaseModel):
    """What was done with it: `filed`, `assigned`, `answered`, `reopened`."""

    step_no: int
    action: str
    by: str
    at: datetime
    owner: str
    due_on: date
    outcome: Outcome | None
    said: str | None
    done: str | None


class ComplaintView(ComplaintSummary):
    """A whole complaint."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{**_SUMMARY, "text": "Tháng 10 chưa nhận được tiền.", "answer": None, "done": None, "steps": []}]
        }
    )

    text: str
    answer: str | None
    done: str | None
    steps: list[ComplaintStepView]


class ComplaintPage(BaseModel):
    """Complaints in the order of filing. `next_cursor` is empty on the last page."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_SUMMARY], "next_cursor": None}]})

    items: list[ComplaintSummary]
    next_cursor: str | None


def summary_fields(complaint: Complaint, today: date) -> dict[str, object]:
    """The fields of a complaint in a list, as of a day."""
    plain = {name: getattr(complaint, name) for name in ComplaintSummary.model_fields if hasattr(complaint, name)}
    return {
        **plain,
        "owner": complaint.owner.subject,
        "overdue_days": complaint.overdue_days(today),
        "escalation": complaint.escalation(today),
        "outcome": complaint.answer.outcome if complaint.answer else None,
    }
