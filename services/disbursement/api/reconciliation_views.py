"""Wire models of reconciliations and their breaks."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.config import JsonDict

from services.disbursement.api.fields import Instant, Line, UnitId
from services.disbursement.domain.reconciliation import BAD_CSV, BreakKind, CloseReason, LineState, Source
from services.disbursement.storage.reconciliations import ListLine, Reconciliation
from shared.kernel.errors import Refusal
from shared.kernel.money import MAX_AMOUNT_DONG

MOST_LINES = 50_000
"""Of one part."""

_LINE: JsonDict = {
    "reference": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "amount_dong": 540_000,
    "state": "paid",
    "at": "2021-10-05T08:30:00+07:00",
    "seq": 17,
}
_ID = "0190a1b2-0000-7000-8000-000000000001"
_ASKED: JsonDict = {
    "unit_id": "474@2021-07-01",
    "provider": "vietinbank",
    "source": "statement",
    "from_on": "2021-10-01",
    "to_on": "2021-10-31",
}
_KIND: JsonDict = {
    "references": 1, "our_payments": 1, "our_dong": 540_000, "their_payments": 0, "their_dong": 0,
}  # fmt: skip
_BREAK: JsonDict = {
    "break_id": _ID,
    "unit_id": "474@2021-07-01",
    "provider": "vietinbank",
    "source": "statement",
    "kind": "missing_there",
    "reference": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "run_month": "2021-10-01",
    "payment_id": _ID,
    "our_state": "paid",
    "their_state": None,
    "our_dong": 540_000,
    "their_dong": 0,
    "age_days": 3,
    "owner": "hoa@hue.gov.vn",
    "assigned_at": "2021-11-02T02:00:00Z",
    "opened_in": _ID,
    "opened_at": "2021-11-01T02:00:00Z",
    "seen_in": _ID,
    "closed_at": None,
    "closed_as": None,
    "close_note": None,
    "evidence": None,
    "closed_subject": None,
}

Reference = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]


class LineRequest(BaseModel):
    """One line of the provider's list; `at` without a zone is in Vietnam. `seq` is the list's own running number; a number that
    is missing is a break."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_LINE]})

    reference: Reference
    amount_dong: Annotated[int, Field(gt=0, le=MAX_AMOUNT_DONG)]
    state: LineState
    at: Instant
    seq: Annotated[int | None, Field(ge=0, le=2**62)] = None

    def line(self) -> ListLine:
        """As it is kept."""
        return ListLine(self.reference, self.amount_dong, self.state, self.at, self.seq)


class PartRequest(BaseModel):
    """A part of a list."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"lines": [_LINE]}]})

    lines: list[LineRequest] = Field(max_length=MOST_LINES)


class ReconciliationRequest(BaseModel):
    """What to compare: a unit's payments through a provider (of one contract, or all), of a run or of a period.

    `lines` hold the whole list, unless `more_parts` says that others follow: then the comparison is asked for at the end.
    `from_gateway`: the lines are those that the gateway fetched from the provider itself.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{**_ASKED, "lines": [_LINE]}]})

    unit_id: UnitId
    provider: Line
    contract_id: UUID | None = None
    source: Source
    run_id: UUID | None = None
    from_on: date | None = Field(default=None, description="First business day, where it is of a period.")
    to_on: date | None = Field(default=None, description="What both sides knew by the end of this day; left out: today.")
    from_gateway: bool = False
    lines: list[LineRequest] = Field(default_factory=list, max_length=MOST_LINES)
    more_parts: bool = False

    @model_validator(mode="after")
    def run_or_period(self) -> ReconciliationRequest:
        """Of a run or of a period, and lines from here or from the gateway."""
        if (self.run_id is None) == (self.from_on is None):
            raise ValueError("run_id or from_on")
        if self.from_on and self.to_on and self.to_on < self.from_on:
            raise ValueError("to_on before from_on")
        if self.from_gateway and (self.lines or self.more_parts):
            raise ValueError("lines or from_gateway")
        return self


class KindView(BaseModel):
    """References of one kind, and on each side how many and how much. `*_dong` is what went out and stayed out."""

    model_config = ConfigDict(json_schema_extra={"examples": [_KIND]})

    references: int
    our_payments: int
    our_dong: int
    their_payments: int
    their_dong: int


class ReconciliationView(BaseModel):
    """A reconciliation. `kinds` add up to `total`. `unexplained_dong` is what its breaks that are open now differ by."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_ASKED,
                    "reconciliation_id": _ID,
                    "contract_id": None,
                    "run_id": None,
                    "from_gateway": False,
                    "state": "compared",
                    "lines": 0,
                    "kinds": {"missing_there": _KIND},
                    "total": _KIND,
                    "opened": 1,
                    "healed": 0,
                    "open_breaks": 1,
                    "unexplained_dong": 540_000,
                    "made_at": "2021-11-01T02:00:00Z",
                    "compared_at": "2021-11-01T02:00:00Z",
                }
            ]
        }
    )

    reconciliation_id: UUID
    unit_id: str
    provider: str
    contract_id: UUID | None
    source: Source
    run_id: UUID | None
    from_on: date | None
    to_on: date
    from_gateway: bool
    state: str = Field(description="receiving: waits for parts; compared.")
    lines: int
    kinds: dict[str, KindView] = Field(description="matched, and the kinds of breaks.")
    total: KindView | None = Field(description="All kinds together; null before the comparison.")
    opened: int
    healed: int
    open_breaks: int
    unexplained_dong: int
    made_at: datetime
    compared_at: datetime | None


class ReconciliationPage(BaseModel):
    """Reconciliations, oldest first."""

    items: list[ReconciliationView]
    next_cursor: str | None


class BreakView(BaseModel):
    """What the two sides say differently of one reference. Dates are the business clock's."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BREAK]})

    break_id: UUID
    unit_id: str
    provider: str
    source: Source
    kind: BreakKind
    reference: str
    run_month: date | None
    payment_id: UUID | None
    our_state: str | None
    their_state: str | None
    our_dong: int
    their_dong: int
    age_days: int
    owner: str | None
    assigned_at: datetime | None
    opened_in: UUID
    opened_at: datetime
    seen_in: UUID
    closed_at: datetime | None
    closed_as: str | None
    close_note: str | None
    evidence: str | None
    closed_subject: str | None


class BreakPage(BaseModel):
    """Breaks, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_BREAK], "next_cursor": None}]})

    items: list[BreakView]
    next_cursor: str | None


class OwnerRequest(BaseModel):
    """Who looks after a break."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"owner": "hoa@hue.gov.vn"}]})

    owner: Line


class CloseRequest(BaseModel):
    """Why a break is closed, and by which paper."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"reason": "explained_by_provider", "note": "Ghi có ngày 01/11, CV 45/VTB", "evidence": "45/VTB"}]
        },
    )

    reason: CloseReason
    note: Line
    evidence: Line | None = None


_LINES = TypeAdapter(list[LineRequest])


def read_csv(content: bytes) -> list[LineRequest]:
    """Lines of a CSV (UTF-8, header `reference,amount_dong,state,at,seq`; `seq` may be missing). Refused with `bad-csv`."""
    try:
        rows: list[dict[str, Any]] = [
            {name: value for name, value in row.items() if value != ""}
            for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        ]
        return _LINES.validate_python(rows)
    except ValidationError as error:
        place = error.errors()[0]["loc"]
        raise Refusal(BAD_CSV, f"row {int(place[0]) + 2}, {'.'.join(map(str, place[1:]))}") from None
    except (UnicodeDecodeError, csv.Error):
        raise Refusal(BAD_CSV, "no UTF-8, or no CSV") from None


def reconciliation_view(held: Reconciliation, open_breaks: tuple[int, int]) -> ReconciliationView:
    """A reconciliation, and what of it is still open."""
    result = held.result or {"kinds": {}, "opened": 0, "healed": 0}
    kinds = {kind: KindView(**numbers) for kind, numbers in result["kinds"].items()}
    names = KindView.model_fields
    return ReconciliationView(
        **{name: getattr(held, name) for name in _SAME},
        kinds=kinds,
        total=KindView(**{name: sum(getattr(kind, name) for kind in kinds.values()) for name in names}) if held.result else None,
        opened=result["opened"],
        healed=result["healed"],
        open_breaks=open_breaks[0],
        unexplained_dong=open_breaks[1],
    )


_SAME = (
    "reconciliation_id",
    "unit_id",
    "provider",
    "contract_id",
    "source",
    "run_id",
    "from_on",
    "to_on",
    "from_gateway",
    "state",
    "lines",
    "made_at",
    "compared_at",
)
