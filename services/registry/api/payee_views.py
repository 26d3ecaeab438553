"""What goes in and out about payees."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID, Short, Text

Capacity = Literal["self", "parent", "guardian", "authorised", "carer", "funeral_organiser", "heir"]
StandIn = Literal["parent", "guardian", "authorised", "carer"]
Purpose = Literal["monthly", "care_support", "funeral", "unpaid_months"]
Line = Literal["monthly", "care_support"]
PaperKind = Literal[
    "birth_certificate", "court_decision", "guardianship_decision", "authorisation", "care_contract", "care_decision",
    "funeral_statement", "death_certificate", "inheritance_agreement", "commune_confirmation",
]  # fmt: skip

_PAPER: JsonDict = {
    "kind": "authorisation",
    "number": "15/2021/CT-UBND",
    "issued_on": "2021-11-01",
    "issued_by": "UBND xã Vinh Hưng",
    "expires_on": None,
}
_APPOINTMENT: JsonDict = {
    "appointment_id": ID,
    "beneficiary_id": ID,
    "payee_id": ID,
    "purpose": "monthly",
    "capacity": "authorised",
    "relationship": "Con gái",
    "from_on": "2021-11-05",
    "expires_on": "2022-11-01",
    "of_age_on": None,
    "ended_on": None,
    "ended_why": None,
    "ended_paper": None,
    "paper": {**_PAPER, "expires_on": "2022-11-01"},
    "request_id": ID,
    "made_at": "2021-11-05T02:00:00Z",
    "made_subject": "can-bo-phu-loc",
}
_PERSONS: JsonDict = {
    **_APPOINTMENT,
    "full_name": "Lê Thị Xuân",
    "identity_number": "•••••••••989",
    "phone": "•••••••••796",
    "died_on": None,
}
_PAYEES: JsonDict = {**_APPOINTMENT, "code": "HUE-0000123", "full_name": "Nguyễn Thị Hòa"}

Number = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]


class PaperInput(BaseModel):
    """The paper behind an appointment."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_PAPER]})

    kind: PaperKind
    number: Number
    issued_on: date
    issued_by: Text = Field(min_length=1)
    expires_on: date | None = Field(
        default=None, description="As the paper says itself. An authorisation that says nothing holds for 12 months."
    )


class PayeeInput(BaseModel):
    """Who is to receive: somebody known by `payee_id`, or a person by name and identity number; nobody named for `self`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "capacity": "authorised",
                    "full_name": "Lê Thị Xuân",
                    "identity_number": "046183486989",
                    "phone": "0371981796",
                    "relationship": "Con gái",
                    "paper": _PAPER,
                    "from_on": "2021-11-05",
                    "note": "Đối tượng đi lại khó khăn",
                },
                {
                    "capacity": "carer",
                    "care_alone": True,
                    "full_name": "Lê Thị Chăm",
                    "identity_number": "046183486990",
                    "phone": "0371981797",
                    "relationship": "Cô",
                    "paper": {**_PAPER, "kind": "care_decision", "number": "21/QĐ-UBND"},
                    "from_on": "2021-11-05",
                    "note": "Trực tiếp chăm sóc trẻ khuyết tật đặc biệt nặng",
                },
            ]
        },
    )

    capacity: Capacity
    payee_id: UUID | None = None
    full_name: Text | None = None
    identity_number: Short | None = Field(default=None, description="CCCD (12 digits) or CMND (9).")
    phone: Short | None = None
    birth_year: int | None = Field(default=None, ge=1900, le=2100, description="Where the identity number does not tell it.")
    relationship: Short | None = Field(default=None, description="To the beneficiary, in a word: `Con gái`. None for `self`.")
    paper: PaperInput | None = Field(default=None, description="None for `self` alone.")
    from_on: date
    care_alone: bool = Field(
        default=False,
        description="A carer receives care support (kinh phí chăm sóc), and nothing else: the rest stays with the payee of now.",
    )
    note: Text | None = None


class RenewInput(BaseModel):
    """Another paper of the payee of now."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"capacity": "authorised", "paper": _PAPER}]})

    capacity: StandIn
    paper: PaperInput
    line: Line = Field(default="monthly", description="care_support: the carer who receives care support alone.")


class Renewed(BaseModel):
    """Until when the payee goes on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"expires_on": "2022-11-01"}]})

    expires_on: date | None = Field(description="Last day for which the paper holds; none: no end is known.")


class EndInput(BaseModel):
    """How a payee's standing ends."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"ended_on": "2021-12-01", "paper_number": "20/2021", "note": "Hủy ủy quyền", "beneficiary_able": True}]
        },
    )

    ended_on: date = Field(description="First day on which it no longer counts.")
    paper_number: Number
    note: Text = Field(min_length=1)
    beneficiary_able: bool = Field(description="Whether the beneficiary can receive in person; says nothing for care support.")
    line: Line = Field(default="monthly", description="care_support: the carer who receives care support alone.")


class Ended(BaseModel):
    """The line is held. `request_id` is what lets the beneficiary receive in person, once a second officer approves."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"request_id": ID}]})

    request_id: UUID | None


class DeathInput(BaseModel):
    """A payee's death."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"died_on": "2021-11-20", "paper_number": "112/2021"}]}
    )

    died_on: date
    paper_number: Number = Field(description="Of the death certificate (trích lục khai tử).")


class LinesHeld(BaseModel):
    """How many lines the request put on hold."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"held": 2}]})

    held: int


class ParentReturnedInput(BaseModel):
    """A parent who came back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"full_name": "Lê Thị Xuân", "relationship": "Mẹ", "returned_on": "2021-11-20"}]},
    )

    full_name: Text = Field(min_length=1)
    relationship: Short
    returned_on: date


class PaperView(BaseModel):
    """The paper behind an appointment."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_PAPER, "expires_on": "2022-11-01"}]})

    kind: str
    number: str
    issued_on: date
    issued_by: str
    expires_on: date | None = Field(description="Last day for which it holds.")


class AppointmentView(BaseModel):
    """Who receives for whom."""

    appointment_id: UUID
    beneficiary_id: UUID
    payee_id: UUID
    purpose: Purpose
    capacity: Capacity
    relationship: str
    from_on: date
    expires_on: date | None
    of_age_on: date | None = Field(description="18th birthday of a ward who has this payee as a minor.")
    ended_on: date | None = Field(description="None: the one of now.")
    ended_why: str | None
    ended_paper: str | None
    paper: PaperView | None = Field(description="None: a list named them, and no paper is known.")
    request_id: UUID | None = Field(description="The change request that made it.")
    made_at: datetime = Field(description="Business clock.")
    made_subject: str


class PersonsPayeeView(AppointmentView):
    """One of a person's payees."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PERSONS]})

    full_name: str
    identity_number: str | None = Field(description="Masked.")
    phone: str | None = Field(description="Masked.")
    died_on: date | None


class PersonsPayees(BaseModel):
    """A person's payees, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_PERSONS]}]})

    items: list[PersonsPayeeView]


class PayeesPersonView(AppointmentView):
    """One of those for whom a payee receives."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PAYEES]})

    code: str
    full_name: str


class WholePayeeView(BaseModel):
    """A payee, and for whom they receive and received, those of now first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "payee_id": ID,
                    "version": 1,
                    "unit_id": COMMUNE,
                    "full_name": "Lê Thị Xuân",
                    "identity_number": "•••••••••989",
                    "phone": "•••••••••796",
                    "birth_year": 1983,
                    "died_on": None,
                    "receives_for": [_PAYEES],
                }
            ]
        }
    )

    payee_id: UUID
    version: int
    unit_id: str
    full_name: str
    identity_number: str | None = Field(description="Masked.")
    phone: str | None = Field(description="Masked.")
    birth_year: int | None
    died_on: date | None
    receives_for: list[PayeesPersonView]
