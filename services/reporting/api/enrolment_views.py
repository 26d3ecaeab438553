"""What the routes of enrolment, pace and causes answer: counts of people, nobody's name."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_UNIT = {
    "unit_id": "479@2021-07-01",
    "level": "district",
    "name": "Thị xã Hương Thủy",
    "beneficiaries": 4120,
    "with_account": 3302,
    "used": 2950,
    "waiting": 61,
    "refused": 40,
    "without": 717,
    "share_with_account": 0.801456,
}
_CAUSE = {
    "cause": "never_asked",
    "reason": "",
    "people": 21,
    "words_vi": "chưa có tài khoản, chưa đăng ký",
    "words_en": "no account, and none was asked for",
}


def _example(value: dict[str, Any]) -> ConfigDict:
    return ConfigDict(from_attributes=True, json_schema_extra={"examples": [value]})


class UnitEnrolmentView(BaseModel):
    """A unit. The four states add up to `beneficiaries`, who are active now. `unit_id` is `*` for the country, empty for several
    units of a token together."""

    model_config = _example(_UNIT)

    unit_id: str
    level: str
    name: str
    beneficiaries: int
    with_account: int = Field(description="Their record names an account or wallet in use.")
    used: int = Field(description="Of those with an account: money was taken out of it, as its provider lists it.")
    waiting: int = Field(description="An account was asked for and is not answered.")
    refused: int = Field(description="The newest request was refused.")
    without: int = Field(description="None was asked for, or it was closed.")
    share_with_account: float


class WayEnrolmentView(BaseModel):
    """People with an account."""

    model_config = ConfigDict(from_attributes=True)

    provider: str
    channel: str
    people: int
    used: int


class WaitingView(BaseModel):
    """People who wait for an answer of a provider."""

    model_config = ConfigDict(from_attributes=True)

    provider: str
    people: int
    oldest_asked_on: date


class RefusedView(BaseModel):
    """People whom a provider refused, by why."""

    model_config = ConfigDict(from_attributes=True)

    provider: str
    reason: str
    people: int
    words_vi: str
    words_en: str


class OpeningTimeView(BaseModel):
    """Days from the first request to the account."""

    model_config = ConfigDict(from_attributes=True)

    provider: str
    accounts: int
    median_days: int
    p95_days: int


class WeekEnrolmentView(BaseModel):
    """People who came to their first account in an ISO week."""

    model_config = ConfigDict(from_attributes=True)

    week: str = Field(examples=["2021-W41"])
    week_on: date = Field(description="Its Monday.")
    provider: str
    channel: str
    people: int


class EnrolmentView(BaseModel):
    """How people stand with accounts now, and in the units directly below."""

    model_config = _example(
        {
            "unit": {**_UNIT},
            "ways": [{"provider": "viettelpay", "channel": "wallet", "people": 3302, "used": 2950}],
            "waiting": [{"provider": "viettelpay", "people": 61, "oldest_asked_on": "2021-10-04"}],
            "refused": [
                {
                    "provider": "viettelpay",
                    "reason": "name_mismatch",
                    "people": 40,
                    "words_vi": "tên không khớp",
                    "words_en": "the name does not match",
                }
            ],
            "times": [{"provider": "viettelpay", "accounts": 3302, "median_days": 2, "p95_days": 9}],
            "weeks": [
                {"week": "2021-W41", "week_on": "2021-10-11", "provider": "viettelpay", "channel": "wallet", "people": 310}
            ],
            "parts": [],
        }
    )

    unit: UnitEnrolmentView
    ways: list[WayEnrolmentView]
    waiting: list[WaitingView]
    refused: list[RefusedView]
    times: list[OpeningTimeView]
    weeks: list[WeekEnrolmentView] = Field(description="Oldest first; weeks without anybody are left out.")
    parts: list[UnitEnrolmentView]


class TargetView(BaseModel):
    """The province's dated parameter."""

    model_config = ConfigDict(from_attributes=True)

    share_percent: int
    target_on: date


class VerdictView(BaseModel):
    """How the month of the target ended, by the people who were paid by account in it."""

    model_config = ConfigDict(from_attributes=True)

    month: date
    entitled: int
    by_account: int
    goal: int
    people_over: int = Field(description="Above the goal; below zero: so many were missing.")


class UnitPaceView(BaseModel):
    """A unit's pace."""

    model_config = ConfigDict(from_attributes=True)

    unit_id: str
    name: str
    on: date
    beneficiaries: int
    with_account: int
    share_with_account: float
    goal: int = Field(description="People with an account who make up the share, of those that there are now.")
    missing: int = Field(description="Accounts still to open.")
    weeks_left: int = Field(description="Until the date; a week that has begun counts as one.")
    needed_per_week: int = Field(description="All that is missing, where no week is left.")
    rate_per_week: float = Field(description="People who came to their first account: mean of the last four whole weeks.")
    projected_on: date | None = Field(description="When the share is reached at that rate; null: never.")
    state: Literal["reached", "on_pace", "behind", "stalled", "met", "missed"] = Field(
        description="Until the date: reached, will be by the date, will be later, no account came. After it: met or missed."
    )
    verdict: VerdictView | None = Field(description="Once the date has passed, where its month was drawn up.")


_PACE = {
    "unit_id": "479@2021-07-01",
    "name": "Thị xã Hương Thủy",
    "on": "2021-11-15",
    "beneficiaries": 4120,
    "with_account": 2500,
    "share_with_account": 0.606796,
    "goal": 3296,
    "missing": 796,
    "weeks_left": 11,
    "needed_per_week": 73,
    "rate_per_week": 88.5,
    "projected_on": "2022-01-17",
    "state": "on_pace",
    "verdict": None,
}


class PaceView(BaseModel):
    """Whether accounts come fast enough, in a unit and in each directly below it, all held against one target."""

    model_config = _example({"target": {"share_percent": 80, "target_on": "2022-01-31"}, "unit": _PACE, "parts": []})

    target: TargetView
    unit: UnitPaceView
    parts: list[UnitPaceView]


class CauseView(BaseModel):
    """So many people are held back by a cause."""

    model_config = _example(_CAUSE)

    cause: str
    reason: str = Field(description="Empty where the cause has none.")
    people: int
    words_vi: str
    words_en: str


class LaggardView(BaseModel):
    """A commune below the target. Its causes add up to `entitled` less `by_account`."""

    model_config = ConfigDict(from_attributes=True)

    unit_id: str
    code: str
    name: str
    district_id: str
    district_name: str
    entitled: int
    by_account: int
    share_by_account: float
    lacking: int = Field(description="People more to be paid by account to reach the target.")
    causes: list[CauseView]


class LaggardPage(BaseModel):
    """Communes below the target in a benefit month, those that lack most first. Ask again with `cursor` = `next_cursor`."""

    model_config = _example(
        {
            "month": "2021-10-01",
            "target": {"share_percent": 80, "target_on": "2022-01-31"},
            "items": [
                {
                    "unit_id": "19960@2021-07-01",
                    "code": "19960",
                    "name": "Phường Phú Bài",
                    "district_id": "479@2021-07-01",
                    "district_name": "Thị xã Hương Thủy",
                    "entitled": 410,
                    "by_account": 307,
                    "share_by_account": 0.748780,
                    "lacking": 21,
                    "causes": [_CAUSE],
                }
            ],
            "next_cursor": None,
        }
    )

    month: date | None = Field(description="null: no month was drawn up yet.")
    target: TargetView
    items: list[LaggardView]
    next_cursor: str | None


class CausesView(BaseModel):
    """What holds a commune's people back from being paid by account: each person in one cause, the first that applies of
    left, refused, waits_long or waits, account_ended or never_asked, on_hold, failed, commune_cashier, cash_despite_account,
    not_through. They stand with accounts as they do now."""

    model_config = _example(
        {
            "unit_id": "19960@2021-07-01",
            "month": "2021-10-01",
            "entitled": 410,
            "by_account": 389,
            "not_by_account": 21,
            "causes": [_CAUSE],
        }
    )

    unit_id: str
    month: date
    entitled: int
    by_account: int
    not_by_account: int
    causes: list[CauseView]
