"""A person as a list row says: what a row must hold to become a beneficiary, and how two sayings are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from services.registry.domain.decisions import COUNTS_HEADS, MAX_HEADS, obligation_kind
from services.registry.domain.lists.text import plain

MINOR_BELOW_AGE_YEARS = 16
"""Below it somebody else receives: a child is under 16 (Law on Children 2016 Art. 1)."""

SELF = "self"
RELATIONSHIP_UNKNOWN = "chưa rõ"
CHANNELS = ("cash", "viettelpay", "vietinbank")


@dataclass(frozen=True, slots=True)
class ListedPayee:
    """Who receives in the beneficiary's stead; `relationship` in the list's own Vietnamese word."""

    full_name: str
    identity_number: str | None
    relationship: str


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """One row, whole. A birth year alone stands as its 1 January with the precision `year`."""

    full_name: str
    sex: str
    birth_date: date
    birth_precision: str
    identity_number: str | None
    ethnicity: str | None
    village: str | None
    category: str
    heads: int
    phone: str | None
    channel: str
    account_number: str | None
    payee: ListedPayee | None
    decision_number: str | None
    decided_on: date | None

    @property
    def identity_kind(self) -> str | None:
        """`cccd` (12 digits), `cmnd` (9), or None."""
        return kind_of_number(self.identity_number)

    def canonical(self) -> str:
        """What the row says, in one written form: equal for two rows that say the same."""
        said = [getattr(self, name) for name in self.__slots__ if name != "payee"]
        payee = [getattr(self.payee, name) for name in self.payee.__slots__] if self.payee else None
        return orjson.dumps([*said, payee]).decode()


def kind_of_number(number: str | None) -> str | None:
    """`cccd` for 12 digits, `cmnd` for any other number, None for none."""
    if not number:
        return None
    return "cccd" if len(number) == 12 else "cmnd"


def name_key(name: str) -> str:
    """A name for comparing and searching: lower case, no diacritics, single spaces."""
    return " ".join(plain(name).split())


def read_birth(text: str | None) -> tuple[date, str] | None:
    """`1931-05-14` (precision day) or `1931` (precision year, 1 January); None for anything else."""
    try:
        if text and len(text) == 4:
            return date(int(text), 1, 1), "year"
        return (date.fromisoformat(text), "day") if text else None
    except ValueError:
        return None


def missing_fields(record: Mapping[str, Any], month: date) -> list[str]:
    """What a record lacks to become a beneficiary, as field names: nobody is paid without these."""
    birth = read_birth(record.get("birth_date"))
    category = record.get("category")
    missing = [name for name in ("full_name",) if not record.get(name)]
    if record.get("sex") not in ("male", "female"):
        missing.append("sex")
    if birth is None or birth[0] > month:
        missing.append("birth_date")
    if not category or obligation_kind(category) is None:
        missing.append("category")
    elif category in COUNTS_HEADS and not 1 <= (record.get("children_count") or 0) <= MAX_HEADS:
        missing.append("children_count")
    payee = record.get("payee")
    if payee and not payee.get("full_name"):
        missing.append("payee.full_name")
    if not payee and birth is not None and _age_years(birth[0], month) < MINOR_BELOW_AGE_YEARS:
        missing.append("payee")
    return missing


def to_person(record: Mapping[str, Any]) -> ListedPerson:
    """The person of a record that lacks nothing (`missing_fields` says so first). ValueError otherwise."""
    birth = read_birth(record.get("birth_date"))
    if birth is None:
        raise ValueError("a record without a birth date is no person")
    payee = record.get("payee")
    category = record["category"]
    channel = record.get("channel")
    return ListedPerson(
        full_name=record["full_name"],
        sex=record["sex"],
        birth_date=birth[0],
        birth_precision=birth[1],
        identity_number=record.get("national_id") or None,
        ethnicity=record.get("ethnicity") or None,
        village=record.get("village") or None,
        category=category,
        heads=int(record["children_count"]) if category in COUNTS_HEADS else 1,
        phone=record.get("phone") or None,
        channel=channel if channel in CHANNELS else "cash",
        account_number=record.get("account_number") or None,
        payee=_payee(payee) if payee else None,
        decision_number=record.get("decision_number") or None,
        decided_on=date.fromisoformat(record["decided_on"]) if record.get("decided_on") else None,
    )


def _payee(payee: Mapping[str, Any]) -> ListedPayee:
    return ListedPayee(payee["full_name"], payee.get("national_id") or None, payee.get("relationship") or RELATIONSHIP_UNKNOWN)


def _age_years(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
