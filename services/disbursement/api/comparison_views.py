"""Wire models of comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.domain.comparison import (
    GROUPS,
    TEXTS,
    Months,
    PersonFacts,
    changed_ways,
    compare,
    reasons_of,
)
from services.disbursement.storage.comparisons import Pair

_ID = "0190a1b2-0000-7000-8000-000000000001"
_REASON: JsonDict = {"reason": "level", "people": 810, "difference_dong": 113_400_000, "vi": "Thay đổi mức chuẩn",
                     "en": "A new standard level"}  # fmt: skip
_GROUP: JsonDict = {
    "group": "changed", "vi": "Đối tượng thay đổi mức hoặc cách nhận", "en": "People whose amount or way changed", "people": 810,
    "before_dong": 291_600_000, "after_dong": 405_000_000, "difference_dong": 113_400_000, "reasons": [_REASON],
}  # fmt: skip
_COMPARISON: JsonDict = {
    "run_id": _ID, "authority_id": "474@2021-07-01", "payroll_id": None, "last_run": "2024-06", "before_dong": 291_600_000,
    "after_dong": 405_000_000, "difference_dong": 113_400_000, "groups": [_GROUP],
    "changed_ways": [{"way": "account", "people": 4, "vi": "Đổi tài khoản", "en": "Another account"}],
}  # fmt: skip
_LINE: JsonDict = {
    "beneficiary_id": _ID, "beneficiary_code": "HUE-0000123", "payee_name": "Nguyễn Thị Lan", "unit_id": "19750@2021-07-01",
    "group": "changed", "before_dong": 360_000, "after_dong": 500_000, "difference_dong": 140_000,
    "reasons": [{"reason": "level", "difference_dong": 140_000, "vi": "Thay đổi mức chuẩn", "en": "A new standard level"}],
    "ways": [],
}  # fmt: skip

GroupName = Literal["new", "stopped", "changed", "same"]
WayName = Literal["payee", "account", "channel"]


class ReasonSum(BaseModel):
    """What one reason makes of a group's difference. A person with two reasons counts under both."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REASON]})

    reason: str
    people: int
    difference_dong: int
    vi: str
    en: str


class GroupView(BaseModel):
    """A group of people; its reasons add up to its difference."""

    model_config = ConfigDict(json_schema_extra={"examples": [_GROUP]})

    group: GroupName
    vi: str
    en: str
    people: int
    before_dong: int
    after_dong: int
    difference_dong: int
    reasons: list[ReasonSum]


class WaySum(BaseModel):
    """How many people of both runs have another payee, account or way."""

    way: WayName
    people: int
    vi: str
    en: str


class ComparisonView(BaseModel):
    """A run, or one payroll of it, against the authority's run before. The groups add up to the totals."""

    model_config = ConfigDict(json_schema_extra={"examples": [_COMPARISON]})

    run_id: UUID
    authority_id: str
    payroll_id: UUID | None
    last_run: str | None = Field(description="The code of the run before; empty for the first one.")
    before_dong: int
    after_dong: int
    difference_dong: int
    groups: list[GroupView]
    changed_ways: list[WaySum]

    @classmethod
    def of(cls, pair: Pair, people: list[PersonFacts]) -> ComparisonView:
        """As it goes over the wire."""
        sums = compare(people, months_of(pair))
        groups = [
            GroupView(
                group=group,
                **_texts(group),
                people=sums[group].people,
                before_dong=sums[group].before_dong,
                after_dong=sums[group].after_dong,
                difference_dong=sums[group].difference_dong,
                reasons=[
                    ReasonSum(reason=reason, people=count, difference_dong=dong, **_texts(reason))
                    for reason, (count, dong) in sorted(sums[group].reasons.items())
                ],
            )
            for group in GROUPS
        ]
        before_dong, after_dong = (sum(getattr(g, name) for g in groups) for name in ("before_dong", "after_dong"))
        return cls(
            run_id=pair.run.run_id,
            authority_id=pair.authority_id,
            payroll_id=pair.payroll.payroll_id if pair.payroll else None,
            last_run=pair.last.code if pair.last else None,
            before_dong=before_dong,
            after_dong=after_dong,
            difference_dong=after_dong - before_dong,
            groups=groups,
            changed_ways=[WaySum(way=way, people=count, **_texts(way)) for way, count in changed_ways(people).items()],
        )


class ReasonView(BaseModel):
    """Why a person's amount differs, and by how much."""

    reason: str
    difference_dong: int
    vi: str
    en: str


class ComparedLine(BaseModel):
    """One person in the two runs; the reasons add up to the difference."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    beneficiary_id: UUID
    beneficiary_code: str
    payee_name: str
    unit_id: str
    group: GroupName
    before_dong: int
    after_dong: int
    difference_dong: int
    reasons: list[ReasonView]
    ways: list[WayName] = Field(description="What of the way of payment changed.")

    @classmethod
    def of(cls, person: PersonFacts, months: Months) -> ComparedLine:
        """As it goes over the wire."""
        return cls(
            beneficiary_id=person.beneficiary_id,
            beneficiary_code=person.code,
            payee_name=person.name,
            unit_id=person.unit_id,
            group=person.group,
            before_dong=person.before_dong,
            after_dong=person.after_dong,
            difference_dong=person.after_dong - person.before_dong,
            reasons=[
                ReasonView(reason=reason, difference_dong=dong, **_texts(reason))
                for reason, dong in reasons_of(person, months).items()
            ],
            ways=list(person.ways),
        )


class ComparedLinePage(BaseModel):
    """People of the two runs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_LINE], "next_cursor": None}]})

    items: list[ComparedLine]
    next_cursor: str | None


def months_of(pair: Pair) -> Months:
    """The run months that a pair compares."""
    return Months(pair.last.run_month if pair.last else None, pair.run.run_month)


def _texts(name: str) -> Mapping[str, str]:
    vi, en = TEXTS[name]
    return {"vi": vi, "en": en}
