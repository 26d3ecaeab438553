"""What the generator speaks of: persons as they really are, their payees, the communes, the province."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Sex = Literal["male", "female"]
Precision = Literal["day", "year"]
NumberKind = Literal["cccd", "cmnd"]
Provider = Literal["viettelpay", "vietinbank"]
Channel = Literal["cash", "viettelpay", "vietinbank"]


@dataclass(frozen=True, slots=True)
class Payee:
    """Who takes the money in the beneficiary's stead. Siblings may have the same one. The number is always a CCCD."""

    full_name: str
    national_id: str
    relationship: str


@dataclass(frozen=True, slots=True)
class Person:
    """A beneficiary as he or she really is, whatever a list says.

    `person_key` is stable for a province's size and seed. A birth known by its year alone (precision `year`) has
    1 January as its date. `phone` is in the form +84..., nine digits after it. `channel` is what the family wishes for:
    for `vietinbank` the account is `account_number`, for `viettelpay` it is the phone.
    """

    person_key: str
    full_name: str
    sex: Sex
    birth_date: date
    birth_precision: Precision
    national_id: str
    national_id_kind: NumberKind
    ethnicity: str
    commune_code: str
    village: str
    category: str
    coefficient: Decimal
    children_count: int | None
    phone: str | None
    channel: Channel
    account_number: str | None
    payee: Payee | None


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of 2021; `lead_provider` is the provider that opens accounts in its district."""

    code: str
    name: str
    type: str
    district_code: str
    district_name: str
    lead_provider: Provider


@dataclass(frozen=True, slots=True)
class Province:
    """All communes in the order of their codes, and all persons, commune after commune, village after village."""

    name: str
    communes: tuple[Commune, ...]
    persons: tuple[Person, ...]

    def persons_by_commune(self) -> dict[str, list[Person]]:
        """Commune code -> its persons in list order; a commune without any has an empty list."""
        found: dict[str, list[Person]] = {commune.code: [] for commune in self.communes}
        for person in self.persons:
            found[person.commune_code].append(person)
        return found
