"""Registering somebody whom no list names."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.act_views import EnteredView, GrantInput, order_of
from services.registry.api.dependant_views import BirthDate, IdentityNumber, birth_of
from services.registry.api.wire import COMMUNE, ID, Short, Text
from services.registry.domain.act_refusals import PERSON_INCOMPLETE
from services.registry.domain.legal_months import Categories
from services.registry.domain.lists.names import standard_name
from services.registry.domain.lists.phones import read_phone
from services.registry.domain.lists.text import tidy
from services.registry.domain.people import ListedPayee, ListedPerson
from services.registry.use_cases.register_person import Newcomer, register_person
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

_PERSON: JsonDict = {
    "unit_id": COMMUNE,
    "full_name": "Nguyễn Thị Hòa",
    "sex": "female",
    "birth_date": "1941-08-22",
    "identity_numbers": ["046141000635"],
    "village": "Thôn 1",
    "phone": "0912345678",
    "channel": "viettelpay",
    "grant": {"kind": "grant", "paper_number": "128/QĐ-UBND", "signed_on": "2021-11-08", "category": "K5C-80"},
}

Name = Annotated[Text, Field(min_length=1, pattern=r"^[^\W\d_]")]


class PayeeInput(BaseModel):
    """Who receives in the person's stead."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"full_name": "Lê Văn Hùng", "relationship": "con", "identity_number": "046070000123"}]},
    )

    full_name: Name
    relationship: Annotated[Short, Field(min_length=1)]
    identity_number: IdentityNumber | None = None


class PersonInput(BaseModel):
    """A person, who receives, and the first decision."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_PERSON]})

    unit_id: Annotated[str, Field(max_length=40, pattern=r"^[0-9]{1,5}@\d{4}-\d{2}-\d{2}$", description="A commune.")]
    full_name: Name
    sex: Literal["male", "female"]
    birth_date: BirthDate
    identity_numbers: list[IdentityNumber] = Field(default=[], max_length=4, description="The newest first.")
    ethnicity: Short | None = None
    village: Short | None = None
    phone: Annotated[str, Field(max_length=20, pattern=r"^\+?[0-9 .]+$")] | None = None
    channel: Literal["cash", "viettelpay", "vietinbank"] = Field("cash", description="How the family wants it.")
    payee: PayeeInput | None = Field(None, description="None: the person receives.")
    grant: GrantInput
    surely_new: bool = Field(False, description="Somebody else than the one of the same name and birth year.")


class RegisteredView(BaseModel):
    """A person who was registered."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "beneficiary_id": ID,
                    "code": "HUE-0000123",
                    "entered": {"act_id": ID, "from_month": "2021-11-01", "decision_id": ID},
                }
            ]
        }
    )

    beneficiary_id: UUID
    code: str
    entered: EnteredView


def make_router(database: Database, cipher: FieldCipher, categories: Categories) -> APIRouter:
    """The route for registering."""
    router = APIRouter(prefix="/v1/beneficiaries", tags=["beneficiaries"])

    @router.post("", status_code=201, summary="Register a person whom no list names")
    async def register(
        caller: Annotated[Caller, Depends(require("registry:write"))], person: PersonInput, key: IdempotencyKey = None
    ) -> RegisteredView:
        """With identity documents, payee and the decision that grants the first category.

        Refused: `not-a-commune`, `not-your-unit`, `bad-day`, `person-incomplete` (no phone of Vietnam, a minor without a
        payee), `already-registered` (the number is somebody's), `perhaps-registered` (same name and birth year in the
        commune), `payee-number-taken`, and what entering a grant refuses."""
        newcomer, order = _newcomer(person), order_of(person.grant, cipher)
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> RegisteredView:
                done = await register_person(tx, caller, cipher, categories, newcomer, order)
                entered = EnteredView(
                    act_id=done.entered.act_id, from_month=done.entered.from_month, decision_id=done.entered.decision_id
                )
                return RegisteredView(beneficiary_id=done.beneficiary_id, code=done.code, entered=entered)

            request = person.model_dump_json().encode()
            return await once(tx, caller, "POST /v1/beneficiaries", key, request, RegisteredView, work)

    return router


def _newcomer(said: PersonInput) -> Newcomer:
    """The person in the registry's own writing."""
    born_on, precision = birth_of(said.birth_date)
    phone = read_phone(said.phone, {}) if said.phone else None
    if said.phone and (phone is None or phone.number is None):
        raise Refusal(PERSON_INCOMPLETE, "no phone of Vietnam", missing=["phone"])
    numbers = said.identity_numbers
    payee = said.payee
    person = ListedPerson(
        full_name=standard_name(said.full_name),
        sex=said.sex,
        birth_date=born_on,
        birth_precision=precision,
        identity_number=numbers[0] if numbers else None,
        ethnicity=said.ethnicity,
        village=tidy(said.village) if said.village else None,
        category=said.grant.category,
        heads=said.grant.heads or 1,
        phone=phone.number if phone else None,
        channel=said.channel,
        account_number=None,
        payee=ListedPayee(standard_name(payee.full_name), payee.identity_number, payee.relationship) if payee else None,
        decision_number=said.grant.paper_number,
        decided_on=said.grant.signed_on,
    )
    return Newcomer(said.unit_id, person, tuple(numbers[1:]), said.surely_new)
