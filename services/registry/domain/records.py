"""The whole record of a beneficiary at its newest version, and the forms it takes outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of the person, in force or ended. `paid_by` is the commune whose it is, None the person's own."""

    decision_id: UUID
    number: str
    decided_on: date
    kind: str
    category: str
    from_month: date
    to_month: date | None
    heads: int
    paid_by: str | None


@dataclass(frozen=True, slots=True)
class PayeeInUse:
    """Who receives for the person."""

    payee_id: UUID
    version: int
    full_name: str
    relationship: str
    identity_sealed: str | None
    phone_sealed: str | None


@dataclass(frozen=True, slots=True)
class OneOffPayee:
    """Who receives once: the funeral support, or the months of a dead person that were not paid yet."""

    purpose: str
    payee: PayeeInUse


@dataclass(frozen=True, slots=True)
class AccountInUse:
    """Where the person's money goes."""

    account_id: UUID
    version: int
    provider: str
    channel: str
    holder_name: str
    number_sealed: str


@dataclass(frozen=True, slots=True)
class KindPayee:
    """Who receives the obligations of one kind in place of the person's payee, into which account, and what holds it."""

    kind: str
    payee: PayeeInUse
    account: AccountInUse | None
    hold: str | None


@dataclass(frozen=True, slots=True)
class FullRecord:
    """All that the registry holds of a person. Numbers are sealed throughout; `account` is the one in use."""

    beneficiary_id: UUID
    version: int
    code: str
    unit_id: str
    full_name: str
    sex: str
    birth_date: date
    birth_precision: str
    ethnicity: str | None
    village: str | None
    phone_sealed: str | None
    wished_channel: str
    status: str
    status_from_month: date
    hold: str | None
    row_id: UUID | None
    documents: tuple[Json, ...]
    decisions: tuple[Decision, ...]
    payee: PayeeInUse
    account: AccountInUse | None
    one_off_payees: tuple[OneOffPayee, ...] = ()
    kind_payees: tuple[KindPayee, ...] = ()
    merged_into: UUID | None = None

    def for_history(self) -> dict[str, Any]:
        """The record as its version is kept, ready for JSON."""
        return {
            "code": self.code,
            "unit_id": self.unit_id,
            "full_name": self.full_name,
            "sex": self.sex,
            "birth_date": self.birth_date.isoformat(),
            "birth_precision": self.birth_precision,
            "ethnicity": self.ethnicity,
            "village": self.village,
            "phone_sealed": self.phone_sealed,
            "wished_channel": self.wished_channel,
            "status": self.status,
            "status_from_month": self.status_from_month.isoformat(),
            "hold": self.hold,
            "documents": list(self.documents),
            "decisions": [_plain(decision) for decision in self.decisions],
            "payee": _plain(self.payee),
            "account": _plain(self.account) if self.account else None,
            "one_off_payees": {one.purpose: _plain(one.payee) for one in self.one_off_payees} or None,
            "kind_payees": {each.kind: _kind_payee(each) for each in self.kind_payees} or None,
        }


@dataclass(frozen=True, slots=True)
class Why:
    """Why a record has a new version: a reason's code, the first day on which it is so, its paper, an officer's words."""

    reason: str
    effective_from: date
    paper_number: str | None = None
    note: str | None = None


Part = Decision | PayeeInUse | AccountInUse


def fields_of(part: Part) -> dict[str, Any]:
    """A part of the record by field names. (`dataclasses.asdict` copies deeply: ten times as slow, on a million rows.)"""
    return {name: getattr(part, name) for name in part.__slots__}


def _plain(part: Part) -> dict[str, Any]:
    """The same in JSON's own types."""
    return {
        name: value if value is None or isinstance(value, str | int) else str(value) for name, value in fields_of(part).items()
    }


def _kind_payee(each: KindPayee) -> dict[str, Any]:
    return {"payee": _plain(each.payee), "account": _plain(each.account) if each.account else None, "hold": each.hold}


def changed_fields(before: Json | None, after: Json) -> list[str]:
    """Names of the fields in which two versions differ; none for the first version."""
    if before is None:
        return []
    return sorted(name for name in after if before.get(name) != after[name])  # one that came later was None before
