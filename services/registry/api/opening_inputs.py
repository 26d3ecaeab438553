"""Wire models of opening balances: what is sent in."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.registry.api.opening_views import OpeningPlace
from services.registry.api.wire import ID, Short, Text
from services.registry.domain.openings.agreement import Stated
from services.registry.domain.openings.records import OpeningAnswer
from services.registry.domain.openings.words import OpeningKind
from shared.kernel.months import parse_month

Dong = Annotated[int, Field(ge=0, le=10_000_000_000_000)]


class OpeningAnswerInput(BaseModel):
    """An answer to one entry. Fields left out stay as they were read. A receivable without a beneficiary is of the person
    whom the row names and who died or left before there was a registry."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"entry_id": ID, "action": "correct", "beneficiary_id": ID}]}
    )

    entry_id: UUID
    action: Literal["correct", "drop"] = Field(description="correct: it counts, with these fields. drop: it is none.")
    beneficiary_id: UUID | None = None
    kind: OpeningKind | None = None
    provider: OpeningPlace | None = None
    month: Annotated[str | None, Field(max_length=10, description="`2021-08` or `2021-08-01`.")] = None
    amount_dong: Annotated[int | None, Field(gt=0, le=1_000_000_000)] = None

    def answer(self) -> OpeningAnswer:
        """The answer as the use case takes it. Refused: `wrong-month`."""
        values = self.model_dump(exclude={"month"})
        return OpeningAnswer(**values, month=parse_month(self.month) if self.month is not None else None)


class OpeningAnswers(BaseModel):
    """Answers to entries, taken all or none."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"answers": [{"entry_id": ID, "action": "drop"}]}]})

    answers: list[OpeningAnswerInput] = Field(min_length=1, max_length=10_000)

    @field_validator("answers")
    @classmethod
    def one_for_each_entry(cls, answers: list[OpeningAnswerInput]) -> list[OpeningAnswerInput]:
        """No entry has two answers in one request."""
        if len({answer.entry_id for answer in answers}) < len(answers):
            raise ValueError("an entry is answered twice")
        return answers


class StatedTotals(BaseModel):
    """What the provider's own books say, in đồng."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"unclaimed": 1_620_000}]})

    unpaid: Dong = 0
    unclaimed: Dong = 0
    receivable: Dong = 0


class AgreementInput(BaseModel):
    """A provider's totals, and the signed minutes (biên bản đối chiếu). Provider staff may agree without minutes."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "provider": "vnpost",
                    "totals_dong": {"unclaimed": 1_620_000},
                    "minutes_number": "12/BB-ĐC",
                    "minutes_on": "2021-09-28",
                }
            ]
        },
    )

    provider: OpeningPlace
    totals_dong: StatedTotals
    minutes_number: Annotated[Short | None, Field(min_length=1)] = None
    minutes_on: date | None = None

    def stated(self) -> Stated:
        """As the rules take it. A number without a date, or a date without a number, is no minutes."""
        whole = self.minutes_number is not None and self.minutes_on is not None
        number, day = (self.minutes_number, self.minutes_on) if whole else (None, None)
        return Stated(self.provider, self.totals_dong.model_dump(), number, day)


class CounterInput(BaseModel):
    """Why a confirmed entry is taken back, and on which signed paper."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"reason": "Đã chi tháng 8 tại xã", "minutes_number": "15/BB-ĐC", "minutes_on": "2021-11-02"}]
        },
    )

    reason: Annotated[Text, Field(min_length=1)]
    minutes_number: Annotated[Short, Field(min_length=1)]
    minutes_on: date
