"""Wire models of duplicates. Of a person whom the token may not see there is a code and a commune, no more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID, Short, Text
from services.registry.domain.duplicates import REASONS

PairState = Literal["open", "merged", "parted"]

_OTHER_ID = "01928c1e-7a10-7000-8000-000000000002"
_SIDE: JsonDict = {
    "beneficiary_id": ID,
    "code": "HUE-0000123",
    "unit_id": COMMUNE,
    "visible": True,
    "version": 2,
    "full_name": "Nguyễn Thị Thủy",
    "sex": "female",
    "birth_date": "1941-05-14",
    "birth_precision": "day",
    "village": "Thôn 1",
    "status": "active",
    "hold": None,
    "merged_into": None,
}
_PAIR: JsonDict = {
    "candidate_id": ID,
    "state": "open",
    "score": 97,
    "reasons": [{"code": "same_birth_date", "message_vi": "Cùng ngày sinh", "message_en": "the same birth date"}],
    "first": _SIDE,
    "second": {**_SIDE, "beneficiary_id": _OTHER_ID, "code": "HUE-0000456", "full_name": "Nguyen Thi Thuy", "village": None},
    "found_at": "2021-10-06T02:00:00Z",
    "survivor_id": None,
    "settled_at": None,
    "settled_subject": None,
    "settled_note": None,
}
_SEARCH: JsonDict = {
    "search_id": ID,
    "unit_id": COMMUNE,
    "asked_at": "2021-10-06T02:00:00Z",
    "people": 400,
    "pairs": 612,
    "opened": 3,
    "done_at": None,
}


class ReasonView(BaseModel):
    """Why two may be one person."""

    code: str
    message_vi: str
    message_en: str


class SideView(BaseModel):
    """One of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SIDE]})

    beneficiary_id: UUID
    code: str
    unit_id: str
    visible: bool = Field(description="Whether the token is for the person's unit; if not, the fields below are empty.")
    version: int | None
    full_name: str | None
    sex: Literal["male", "female"] | None
    birth_date: date | None
    birth_precision: Literal["day", "year"] | None
    village: str | None
    status: str | None
    hold: str | None
    merged_into: UUID | None = Field(description="Whom the person turned out to be.")


class PairView(BaseModel):
    """Two who may be one person."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PAIR]})

    candidate_id: UUID
    state: PairState
    score: int = Field(description="0 to 100: 50 is as likely as not.")
    reasons: list[ReasonView] = Field(description="The weightiest first, likenesses and contradictions.")
    first: SideView
    second: SideView
    found_at: datetime = Field(description="Business clock.")
    survivor_id: UUID | None = Field(description="Who stays, where the two were merged.")
    settled_at: datetime | None
    settled_subject: str | None
    settled_note: str | None


class PairPage(BaseModel):
    """Pairs, the likeliest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_PAIR], "next_cursor": None}]})

    items: list[PairView]
    next_cursor: str | None


class MergeInput(BaseModel):
    """Who stays, and why. The versions are those that the officer looked at: who changed since is looked at again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"survivor_id": ID, "first_version": 2, "second_version": 1, "note": "Đã gặp, là một người"}]
        },
    )

    survivor_id: UUID
    first_version: int = Field(ge=1, lt=2**31)
    second_version: int = Field(ge=1, lt=2**31)
    note: Text = Field(min_length=3)


class WhyInput(BaseModel):
    """Why, in the officer's words."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"note": "Hai chị em, đã đối chiếu giấy khai sinh"}]}
    )

    note: Text = Field(min_length=3)


class SearchInput(BaseModel):
    """Among whom to search."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"unit_id": COMMUNE}]})

    unit_id: Short | None = Field(default=None, description="A unit and all below it; none: the token's own.")


class SearchView(BaseModel):
    """A search: each person of the unit is compared with whoever may be the same, in whatever commune."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SEARCH]})

    search_id: UUID
    unit_id: str | None
    asked_at: datetime
    people: int = Field(description="Compared so far.")
    pairs: int
    opened: int = Field(description="Pairs that are before officers anew.")
    done_at: datetime | None = Field(description="None while it goes on.")


_FIELDS = ("version", "full_name", "sex", "birth_date", "birth_precision", "village", "status", "hold", "merged_into")


def view_of_pair(row: Mapping[str, Any]) -> PairView:
    """A pair as the token may see it."""
    plain = ("candidate_id", "state", "score", "found_at", "survivor_id", "settled_at", "settled_subject", "settled_note")
    reasons = [
        {"code": code, "message_vi": REASONS[code][0], "message_en": REASONS[code][1]}
        for code in row["reasons"]
        if code in REASONS
    ]
    return PairView.model_validate(
        {**{name: row[name] for name in plain}, "reasons": reasons, "first": _side(row, "first"), "second": _side(row, "second")}
    )


def _side(row: Mapping[str, Any], side: str) -> dict[str, Any]:
    known = {name: row[f"{side}_{name}"] for name in ("code", "unit_id")}
    fields = {name: row[f"{side}_{name}"] for name in _FIELDS}
    return {"beneficiary_id": row[f"{side}_id"], **known, "visible": fields["version"] is not None, **fields}


def view_of_search(row: Mapping[str, Any]) -> SearchView:
    """A search."""
    return SearchView.model_validate({name: row[name] for name in SearchView.model_fields})
