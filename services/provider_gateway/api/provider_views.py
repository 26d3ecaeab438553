"""What is asked and answered about the ways to providers."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.provider_gateway.domain.limits import BOUNDS, tokens_at
from services.provider_gateway.domain.maintenance import nearest_span
from services.provider_gateway.storage.health import Waiting
from services.provider_gateway.storage.ways import Standing

_TEXT = r"^[^\x00]+$"
WayState = Literal["working", "stopped", "maintenance", "breaker", "calls_at_once", "pace"]


def _bounded(name: str, text: str) -> Any:
    least, most = BOUNDS[name]
    return Field(default=None, ge=least, le=most, description=text)


class LimitsRequest(BaseModel):
    """Limits of a provider, whole: what is left out, or null, is as the installation has it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"calls_at_once": 2, "calls_per_second": 0.5, "burst": 2}}
    )

    calls_at_once: int | None = _bounded("calls_at_once", "chunks under way at a time, over all processes")
    calls_per_second: float | None = _bounded("calls_per_second", "chunks a second, over all processes")
    burst: int | None = _bounded("burst", "chunks that may go at once after a rest")
    call_seconds: float | None = _bounded("call_seconds", "after so long the outcome of a call is unknown")
    questions_per_second: float | None = _bounded("questions_per_second", "enquiries a second, of each process")
    failures_to_open: int | None = _bounded("failures_to_open", "failed calls in a row until the breaker opens")
    open_seconds: float | None = _bounded("open_seconds", "from then until one call probes")


class LimitsView(BaseModel):
    """Limits in force."""

    model_config = ConfigDict(from_attributes=True)

    calls_at_once: int
    calls_per_second: float
    burst: int
    call_seconds: float
    questions_per_second: float
    failures_to_open: int
    open_seconds: float


class Span(BaseModel):
    """From, and the first instant after."""

    starts_at: datetime
    ends_at: datetime


_HEALTH: JsonDict = {
    "provider": "viettelpay",
    "state": "breaker",
    "in_flight": 0,
    "tokens": 20.0,
    "breaker": "open",
    "failures_in_a_row": 5,
    "opened_at": "2021-10-05T02:00:00Z",
    "last_success_at": "2021-10-05T01:58:00Z",
    "last_failure_at": "2021-10-05T02:00:00Z",
    "last_failure": "ConnectError",
    "error_percent": 10,
    "to_send": 12,
    "to_enquire": 3,
    "for_a_person": 0,
    "next_window": {"starts_at": "2021-10-09T17:00:00Z", "ends_at": "2021-10-09T21:00:00Z"},
    "limits": {
        "calls_at_once": 8,
        "calls_per_second": 10.0,
        "burst": 20,
        "call_seconds": 120.0,
        "questions_per_second": 5.0,
        "failures_to_open": 5,
        "open_seconds": 30.0,
    },
}


class Health(BaseModel):
    """How the way to a provider stands. `state` says whether new calls begin, and if not, why: `stopped` by an officer or a
    rule, `maintenance`, `breaker` (open, or its one probing call is awaited), `calls_at_once`, `pace`. `error_percent` is of
    the newest 50 calls, null before the first. `to_send`, `to_enquire` and `for_a_person` count chunks that the token may see."""

    model_config = ConfigDict(json_schema_extra={"example": _HEALTH})

    provider: str
    state: WayState
    in_flight: int
    tokens: float
    breaker: Literal["closed", "open", "half-open"]
    failures_in_a_row: int
    opened_at: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_failure: str | None
    error_percent: int | None
    to_send: int
    to_enquire: int
    for_a_person: int
    next_window: Span | None
    limits: LimitsView


class HealthList(BaseModel):
    """All providers that there is a connector for."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_HEALTH]}})

    items: list[Health]


class WindowRequest(BaseModel):
    """A single window (`starts_at`, `ends_at`), or one of each week (`weekday`: 1 is Monday; `starts` in Vietnam time; `minutes`;
    from `first_on`, until `last_on` where there is one)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "reason": "Công văn 112/VTP: nâng cấp hệ thống",
                    "starts_at": "2021-10-09T17:00:00Z",
                    "ends_at": "2021-10-09T21:00:00Z",
                },
                {
                    "reason": "weekly maintenance by contract",
                    "weekday": 7,
                    "starts": "00:30:00",
                    "minutes": 180,
                    "first_on": "2021-10-10",
                },
            ]
        },
    )

    reason: str = Field(min_length=1, max_length=500, pattern=_TEXT)
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    weekday: int | None = Field(default=None, ge=1, le=7)
    starts: time | None = None
    minutes: int | None = Field(default=None, ge=1, le=6 * 24 * 60)
    first_on: date | None = Field(default=None, ge=date(2000, 1, 1), le=date(2200, 1, 1))
    last_on: date | None = Field(default=None, ge=date(2000, 1, 1), le=date(2200, 1, 1))


class EndRequest(BaseModel):
    """Why the window counts no more."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "Viettel put it off"}})

    reason: str = Field(min_length=1, max_length=500, pattern=_TEXT)


_WINDOW: JsonDict = {
    "window_id": "0190e7a4-0000-7000-8000-000000000007",
    "provider": "viettelpay",
    "reason": "weekly maintenance by contract",
    "starts_at": None,
    "ends_at": None,
    "weekday": 7,
    "starts": "00:30:00",
    "minutes": 180,
    "first_on": "2021-10-10",
    "last_on": None,
    "subject": "operations@example",
    "set_at": "2021-10-05T02:00:00Z",
    "ended_subject": None,
    "ended_at": None,
    "end_reason": None,
}


class WindowView(BaseModel):
    """A maintenance window. `ended_at` is null unless it was taken back."""

    model_config = ConfigDict(json_schema_extra={"example": _WINDOW})

    window_id: UUID
    provider: str
    reason: str
    starts_at: datetime | None
    ends_at: datetime | None
    weekday: int | None
    starts: time | None
    minutes: int | None
    first_on: date | None
    last_on: date | None
    subject: str
    set_at: datetime
    ended_subject: str | None
    ended_at: datetime | None
    end_reason: str | None


class WindowPage(BaseModel):
    """Windows; ask again with `cursor` = `next_cursor` until it is null."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_WINDOW], "next_cursor": None}})

    items: list[WindowView]
    next_cursor: str | None


def way_state(standing: Standing, waiting: Waiting) -> WayState:
    """Whether calls begin, and why not."""
    return "stopped" if waiting.stopped else standing.why_closed or "working"


def health_of(standing: Standing, waiting: Waiting) -> Health:
    """How the way stands, as the API shows it."""
    way = standing.way
    span = nearest_span(standing.windows, standing.business_now)
    return Health(
        provider=way.provider,
        state=way_state(standing, waiting),
        in_flight=standing.in_flight,
        tokens=round(tokens_at(way, standing.wall_now), 2),
        breaker=way.breaker,
        failures_in_a_row=way.failures,
        opened_at=way.opened_at,
        last_success_at=way.last_success_at,
        last_failure_at=way.last_failure_at,
        last_failure=way.last_failure,
        error_percent=way.error_percent,
        to_send=waiting.to_send,
        to_enquire=waiting.to_enquire,
        for_a_person=waiting.for_a_person,
        next_window=Span(starts_at=span[0], ends_at=span[1]) if span else None,
        limits=LimitsView.model_validate(way.limits),
    )
