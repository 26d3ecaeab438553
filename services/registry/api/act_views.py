"""Wire models of acts: what an officer enters of a decision, and what is kept of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.dependant_views import DEPENDANT, DependantInput
from services.registry.api.wire import COMMUNE, ID, Short, Text
from services.registry.domain.decisions import MAX_HEADS
from services.registry.domain.orders import Order
from shared.crypto import FieldCipher
from shared.kernel.months import require_month

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2100, 12, 31))]
Category = Annotated[str, Field(max_length=20, pattern=r"^[A-Z0-9-]+$", description="A code of `categories.csv`.")]
PaperNumber = Annotated[Short, Field(min_length=1, description="Of the decision, or of the paper that shows the death.")]

GRANT: JsonDict = {
    "kind": "grant",
    "paper_number": "128/QĐ-UBND",
    "signed_on": "2021-11-08",
    "category": "K5C-80",
    "note": "Xét duyệt đợt tháng 11",
}
CHANGE: JsonDict = {
    "kind": "change",
    "paper_number": "140/QĐ-UBND",
    "signed_on": "2021-12-03",
    "category": "K4-DTN",
    "dependants": [DEPENDANT],
    "note": "Thêm con thứ hai",
}
STOP: JsonDict = {
    "kind": "stop",
    "paper_number": "151/QĐ-UBND",
    "signed_on": "2021-12-20",
    "happened_on": "2021-12-15",
    "note": "Thoát nghèo",
}
DEATH: JsonDict = {"kind": "death", "paper_number": "37/TLKT", "signed_on": "2021-11-12", "happened_on": "2021-11-10"}
_ACT: JsonDict = {
    "act_id": ID,
    "kind": "death",
    "paper_number": "37/TLKT",
    "signed_on": "2021-11-12",
    "from_month": "2021-12-01",
    "note": None,
    "unit_id": COMMUNE,
    "proposal_id": None,
    "entered_at": "2021-11-12T02:00:00Z",
    "issuer": "chitra-local",
    "subject": "can-bo-phu-thuan",
    "annulled_at": None,
    "annulled_subject": None,
    "annulled_note": None,
    "status_before": "active",
    "status_after": "dead",
}


class _Paper(BaseModel):
    """A decision's number and date, and why."""

    model_config = ConfigDict(extra="forbid")

    paper_number: PaperNumber
    signed_on: Day
    note: Text | None = None


class _Giving(_Paper):
    """What a decision gives. Heads follow from the dependants that count in its first month, where some are entered."""

    category: Category
    heads: int | None = Field(None, ge=1, le=MAX_HEADS, description="Where the law counts heads and no dependants are entered.")
    dependants: list[DependantInput] = Field(default=[], max_length=MAX_HEADS)
    study_until: Day | None = Field(None, description="A student's own proof of study (K2).")
    from_month: Day | None = Field(None, description="A later month than the first that the law allows.")


class GrantInput(_Giving):
    """Somebody gets a category from the month in which the decision is signed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [GRANT]})

    kind: Literal["grant"]


class ChangeInput(_Giving):
    """Another category, or more or fewer heads: a rise from the month of signing, a fall from the month after."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CHANGE]})

    kind: Literal["change"]
    decision_id: UUID | None = Field(None, description="Which decision, where several count.")


class StopInput(_Paper):
    """The right ends: the month of `happened_on` (none: of signing) is the last one owed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [STOP]})

    kind: Literal["stop"]
    happened_on: Day | None = Field(None, description="When the person ceased to be eligible.")
    decision_id: UUID | None = Field(None, description="Only this decision; others go on.")


class SuspendInput(_Paper):
    """Money waits until the commune has verified; nothing is taken away."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "suspend", "paper_number": "12/TB-UBND", "signed_on": "2021-11-12"}]},
    )

    kind: Literal["suspend"]


class ResumeInput(_Paper):
    """Verified: the person is paid again, the months in between too."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "resume", "paper_number": "15/TB-UBND", "signed_on": "2021-12-02"}]},
    )

    kind: Literal["resume"]


class DeathInput(_Paper):
    """The person died: the month of death is the last one owed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [DEATH]})

    kind: Literal["death"]
    happened_on: Day = Field(description="Day of death.")


class EnterInstitutionInput(_Paper):
    """An institution cares for the person: the month of entering is the last one that the commune owes."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "enter_institution",
                    "paper_number": "20/QĐ-TT",
                    "signed_on": "2021-11-12",
                    "happened_on": "2021-11-15",
                }
            ]
        },
    )

    kind: Literal["enter_institution"]
    happened_on: Day = Field(description="Day of entering, today at the latest.")


class LeaveInstitutionInput(_Giving):
    """Back in the commune: a category by a decision of its own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"kind": "leave_institution", "paper_number": "31/QĐ-UBND", "signed_on": "2022-03-02", "category": "K5A-80"}
            ]
        },
    )

    kind: Literal["leave_institution"]


ActInput = Annotated[
    GrantInput
    | ChangeInput
    | StopInput
    | SuspendInput
    | ResumeInput
    | DeathInput
    | EnterInstitutionInput
    | LeaveInstitutionInput,
    Field(discriminator="kind"),
]


def order_of(entered: ActInput, cipher: FieldCipher) -> Order:
    """The order that was entered. Refused with `wrong-month` where a month is no first day."""
    fields: dict[str, Any] = {name: getattr(entered, name) for name in type(entered).model_fields if name != "dependants"}
    if fields.get("from_month"):
        require_month(fields["from_month"])
    dependants = entered.dependants if isinstance(entered, _Giving) else []
    return Order(**fields, dependants=tuple(one.sealed(cipher) for one in dependants))


class EnteredView(BaseModel):
    """An act that was entered."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"act_id": ID, "from_month": "2021-11-01", "decision_id": ID}]})

    act_id: UUID
    from_month: date = Field(description="First month for which it counts.")
    decision_id: UUID | None = Field(description="The decision that it made; none where it ends or suspends.")


class ActView(BaseModel):
    """An act."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ACT]})

    act_id: UUID
    kind: str
    paper_number: str
    signed_on: date
    from_month: date = Field(description="First month for which it counts.")
    note: str | None
    unit_id: str
    proposal_id: UUID | None = Field(description="The proposal that it carries out.")
    entered_at: datetime = Field(description="Business clock.")
    issuer: str
    subject: str
    annulled_at: datetime | None = Field(description="Set where it was entered by mistake.")
    annulled_subject: str | None
    annulled_note: str | None
    status_before: str
    status_after: str


class ActPage(BaseModel):
    """Acts, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_ACT], "next_cursor": None}]})

    items: list[ActView]
    next_cursor: str | None


class AnnulInput(BaseModel):
    """Why an act is annulled."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Nhập nhầm đối tượng cùng tên"}]})

    note: Text


class Annulled(BaseModel):
    """An act that was annulled."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"act_id": ID}]})

    act_id: UUID


class AcceptInput(BaseModel):
    """The decision that carries a proposal out."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"paper_number": "160/QĐ-UBND", "signed_on": "2021-12-20"}]}
    )

    paper_number: PaperNumber
    signed_on: Day
    note: Text | None = None
    category: Category | None = Field(None, description="Another one of those that the proposal leaves open (`or_else`).")
    study_until: Day | None = Field(None, description="The proof of study, where that category needs one.")


def view_of_act(row: dict[str, Any]) -> ActView:
    """An act as it is kept."""
    names = [name for name in ActView.model_fields if not name.startswith("status_")]
    status = {"status_before": row["life_before"]["status"], "status_after": row["life_after"]["status"]}
    return ActView.model_validate({**{name: row[name] for name in names}, **status})
