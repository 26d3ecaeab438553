"""What a request for another payee says, as it is sealed and read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.appointment_refusals import BAD_PAYEE_NUMBER, PAYEE_INCOMPLETE
from services.registry.domain.appointments import CARE_SUPPORT, SELF, Appointing, Paper, birth_year
from services.registry.domain.lists.identity import read_identity
from services.registry.domain.lists.names import standard_name
from services.registry.domain.lists.phones import read_phone
from shared.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class WantedPayee:
    """Whom an officer names: somebody known (`payee_id`), or a name with an identity number; nobody for `self`."""

    payee_id: UUID | None = None
    full_name: str | None = None
    identity_number: str | None = None
    phone: str | None = None
    birth_year: int | None = None


def named(
    capacity: str, payee_id: UUID | None, full_name: str | None, identity_number: str | None, phone: str | None,
    born: int | None,
) -> WantedPayee:  # fmt: skip
    """Whom an officer wrote, in the registry's own forms. Refused: `payee-incomplete`, `bad-payee-number`."""
    written = (full_name, identity_number, phone, born)
    if capacity == SELF:
        if payee_id is not None or any(written):
            raise Refusal(PAYEE_INCOMPLETE, "the beneficiary is known already")
        return WantedPayee()
    if payee_id is not None:
        if any(written):
            raise Refusal(PAYEE_INCOMPLETE, "either an id or a person, not both")
        return WantedPayee(payee_id)
    if not full_name or not full_name.strip() or not identity_number:
        raise Refusal(PAYEE_INCOMPLETE)
    identity = read_identity(identity_number, zeros_kept=True)
    if identity is None or identity.number is None or identity.letters or identity.second:
        raise Refusal(BAD_PAYEE_NUMBER, "identity number")
    told = birth_year(identity.number)
    if told is not None and born is not None and told != born:
        raise Refusal(BAD_PAYEE_NUMBER, "the identity number tells another birth year")
    reading = read_phone(phone, {}) if phone else None
    if phone and (reading is None or reading.number is None):
        raise Refusal(BAD_PAYEE_NUMBER, "phone")
    return WantedPayee(None, standard_name(full_name), identity.number, reading.number if reading else None, told or born)


def to_content(new: Appointing, wanted: WantedPayee) -> dict[str, Any]:
    """The request in JSON's own types."""
    paper = new.paper
    return {
        "capacity": new.capacity,
        "purpose": new.purpose,
        "relationship": new.relationship,
        "from_on": new.from_on.isoformat(),
        "payee_id": str(wanted.payee_id) if wanted.payee_id else None,
        "full_name": wanted.full_name,
        "identity_number": wanted.identity_number,
        "phone": wanted.phone,
        "birth_year": wanted.birth_year,
        "paper": {
            "kind": paper.kind,
            "number": paper.number,
            "issued_on": paper.issued_on.isoformat(),
            "issued_by": paper.issued_by,
            "expires_on": paper.expires_on.isoformat() if paper.expires_on else None,
        } if paper else None,
    }  # fmt: skip


def of_content(content: Mapping[str, Any]) -> tuple[Appointing, WantedPayee]:
    """What a request says."""
    paper = content["paper"]
    read = None
    if paper:
        expires = date.fromisoformat(paper["expires_on"]) if paper["expires_on"] else None
        read = Paper(paper["kind"], paper["number"], date.fromisoformat(paper["issued_on"]), paper["issued_by"], expires)
    care_alone = content["purpose"] == CARE_SUPPORT
    new = Appointing(content["capacity"], content["relationship"], date.fromisoformat(content["from_on"]), read, care_alone)
    payee_id = UUID(content["payee_id"]) if content["payee_id"] else None
    names = ("full_name", "identity_number", "phone", "birth_year")
    return new, WantedPayee(payee_id, **{name: content[name] for name in names})
