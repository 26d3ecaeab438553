"""Wire models of dependants."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import ID, Short, Text
from services.registry.domain.act_refusals import BAD_DAY
from services.registry.domain.decisions import MAX_HEADS
from services.registry.domain.dependants import Dependant
from services.registry.domain.lists.names import standard_name
from services.registry.domain.people import read_birth
from shared.crypto import IDENTITY, FieldCipher, mask
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id

BirthDate = Annotated[
    str,
    Field(
        pattern=r"^(19|20)\d{2}(-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?$",
        description="`2014-05-14`, or the year alone.",
        examples=["2014-05-14", "2014"],
    ),
]
IdentityNumber = Annotated[str, Field(pattern=r"^(\d{9}|\d{12})$", description="CCCD (12 digits) or CMND (9).")]

DEPENDANT: JsonDict = {
    "full_name": "Lê Văn Tí",
    "birth_date": "2014-05-14",
    "sex": "male",
    "relationship": "con",
}
_SHOWN: JsonDict = {
    "dependant_id": ID,
    "full_name": "Lê Văn Tí",
    "birth_date": "2014-05-14",
    "birth_precision": "day",
    "sex": "male",
    "relationship": "con",
    "study_until": None,
    "identity_number": None,
    "ends_on": "2030-05-14",
}


class DependantInput(BaseModel):
    """Somebody for whom a decision counts: a child raised, a person cared for."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [DEPENDANT]})

    full_name: Annotated[Text, Field(min_length=1)]
    birth_date: BirthDate
    sex: Literal["male", "female"]
    relationship: Short = "con"
    identity_number: IdentityNumber | None = None
    study_until: Annotated[date, Field(ge=date(1900, 1, 1), le=date(2100, 12, 31))] | None = Field(
        None, description="Last day that a proof of study covers: counted to 22 while it lasts."
    )

    def sealed(self, cipher: FieldCipher) -> Dependant:
        """As it is kept. Refused with `bad-day` where there is no such day."""
        born_on, precision = birth_of(self.birth_date)
        number = self.identity_number
        return Dependant(
            dependant_id=new_id(),
            full_name=standard_name(self.full_name),
            birth_date=born_on,
            birth_precision=precision,
            sex=self.sex,
            relationship=self.relationship,
            study_until=self.study_until,
            identity_sealed=cipher.seal(number, IDENTITY) if number else None,
            identity_index=cipher.index(number, IDENTITY) if number else None,
        )


class DependantsInput(BaseModel):
    """Dependants to enter."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"dependants": [DEPENDANT]}]})

    dependants: list[DependantInput] = Field(min_length=1, max_length=MAX_HEADS)


class StudyInput(BaseModel):
    """A proof of study."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"study_until": "2031-05-31"}]})

    study_until: Annotated[date, Field(ge=date(1900, 1, 1), le=date(2100, 12, 31))]


class Counted(BaseModel):
    """How many heads count this month by the dependants on file. Where the decision counts others, that was proposed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"heads": 2}]})

    heads: int


class DependantView(BaseModel):
    """A dependant."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SHOWN]})

    dependant_id: UUID
    full_name: str
    birth_date: date
    birth_precision: Literal["day", "year"]
    sex: Literal["male", "female"]
    relationship: str = Field(description="`self`: the person's own proof of study.")
    study_until: date | None
    identity_number: str | None = Field(description="Masked.")
    ends_on: date = Field(description="Its month is the last that counts.")


class DependantList(BaseModel):
    """Dependants of a decision, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_SHOWN]}]})

    items: list[DependantView]


def birth_of(text: str) -> tuple[date, str]:
    """The birth date with its precision. Refused with `bad-day` where there is no such day."""
    read = read_birth(text)
    if read is None:
        raise Refusal(BAD_DAY, text)
    return read


def view_of_dependant(cipher: FieldCipher, one: Dependant) -> DependantView:
    """A dependant, the number masked."""
    plain = {name: getattr(one, name) for name in one.__slots__ if not name.startswith("identity_")}
    number = mask(cipher.open(one.identity_sealed, IDENTITY)) if one.identity_sealed else None
    return DependantView(**plain, identity_number=number, ends_on=one.ends_on)
