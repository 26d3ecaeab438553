"""Payees are registered with a provider by a list: compiled, and handed over with numbers in clear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.accounts import CHANNEL_OF, PROVIDER_NAMES, national_number
from services.registry.domain.enrolment import FROM_REGISTRY, REQUESTED, StepReport
from services.registry.domain.enrolment_refusals import NOBODY_TO_REGISTER, UNKNOWN_REGISTRATION_LIST
from services.registry.domain.people import SELF
from services.registry.domain.refusals import UNKNOWN_COMMUNE, UNKNOWN_PROVIDER
from services.registry.domain.registration_results import registration_code
from services.registry.files.registration_list import RegistrationLine, write_registration_list
from services.registry.storage.account_steps import insert_steps
from services.registry.storage.accounts import insert_accounts, live_accounts, request_declared
from services.registry.storage.enrolment import enrolling_people
from services.registry.storage.gaps import page_of_gaps
from services.registry.storage.registration_lists import insert_list, lines_of_list, list_by_id, put_on_list
from services.registry.storage.units import unit_by_id
from services.registry.use_cases.request_accounts import new_accounts
from shared import audit
from shared.auth import Caller
from shared.crypto import ACCOUNT, IDENTITY, PHONE, FieldCipher
from shared.database import Tx
from shared.kernel.clock import VIETNAM
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id

MOST_ROWS = 2000


async def make_registration_list(
    tx: Tx, caller: Caller, cipher: FieldCipher, unit_id: str, provider: str, *, refused_too: bool
) -> UUID:
    """Compile a commune's payees who are to have an account with a provider and have not been asked for; the list's id.

    `refused_too`: also those whom the provider refused, or whose account was closed. They are requested by this list: nothing
    goes over the provider's API. Refused: `unknown-provider`, `unknown-commune`, `not-your-unit`, `nobody-to-register`.
    """
    if provider not in CHANNEL_OF:
        raise Refusal(UNKNOWN_PROVIDER, f"{provider!r} is none of {', '.join(CHANNEL_OF)}", provider=provider)
    unit = await unit_by_id(tx, unit_id)
    if unit is None or unit.level != "commune":
        raise Refusal(UNKNOWN_COMMUNE, unit_id)
    caller.require_unit(unit.path)
    wanted = ("not_requested", "refused_by_provider", "account_closed") if refused_too else ("not_requested",)
    gaps = await page_of_gaps(tx, communes=[unit_id], reason=None, provider=provider, after=("", ""), limit=MOST_ROWS)
    people = [gap["beneficiary_id"] for gap in gaps if gap["gap"] in wanted]
    accounts = await _request(tx, caller, cipher, provider, people)
    if not accounts:
        raise Refusal(NOBODY_TO_REGISTER)
    list_id = new_id()
    await insert_list(tx, caller, list_id, unit_id, provider, len(accounts))
    await put_on_list(tx, list_id, accounts)
    await audit.append(
        tx, caller, "registration_list.make", f"registration_list/{list_id}", provider=provider, rows=len(accounts)
    )
    return list_id


async def _request(tx: Tx, caller: Caller, cipher: FieldCipher, provider: str, people: Sequence[UUID]) -> list[UUID]:
    """One request for each payee, in the order of the people; declared numbers at this provider are to be confirmed."""
    found = {row["beneficiary_id"]: row for row in await enrolling_people(tx, people)}
    payees = {found[one]["payee_id"]: found[one] for one in people if one in found}
    held = await live_accounts(tx, list(payees))
    busy = {account.payee_id for account in held if account.state != "declared"}
    declared = {a.payee_id: a.account_id for a in held if a.state == "declared" and a.provider == provider}
    fresh = [row for payee_id, row in payees.items() if payee_id not in busy and payee_id not in declared]
    rows = await new_accounts(tx, cipher, provider, fresh)
    made = await insert_accounts(tx, "requested", rows)
    made |= await request_declared(tx, [one for payee_id, one in declared.items() if payee_id not in busy])
    by_payee = {row["payee_id"]: row["account_id"] for row in rows} | declared
    accounts = [by_payee[payee_id] for payee_id in payees if by_payee.get(payee_id) in made]
    today = await tx.today()
    await insert_steps(tx, caller, [StepReport(one, REQUESTED, today, FROM_REGISTRY) for one in accounts])
    return accounts


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list as a spreadsheet."""

    file_name: str
    data: bytes


async def registration_workbook(tx: Tx, caller: Caller, cipher: FieldCipher, list_id: UUID) -> ListFile:
    """The list with numbers in clear; the reading is audited. Refused: `unknown-registration-list`."""
    listed = await list_or_refuse(tx, list_id)
    lines = await lines_of_list(tx, list_id)
    await audit.append(tx, caller, "registration_list.read", f"registration_list/{list_id}", rows=len(lines))
    made_on = listed["made_at"].astimezone(VIETNAM).date()
    data = write_registration_list(
        listed["commune_name"], PROVIDER_NAMES[listed["provider"]], listed["list_number"], made_on,
        [_line(cipher, listed, line) for line in lines],
    )  # fmt: skip
    return ListFile(f"dang-ky-{listed['list_number']:05d}-{listed['provider']}.xlsx", data)


async def list_or_refuse(tx: Tx, list_id: UUID) -> dict[str, Any]:
    """One list, held until the transaction ends. Refused: `unknown-registration-list`."""
    listed = await list_by_id(tx, list_id)
    if listed is None:
        raise Refusal(UNKNOWN_REGISTRATION_LIST)
    return listed


def _line(cipher: FieldCipher, listed: Mapping[str, Any], line: Mapping[str, Any]) -> RegistrationLine:
    people = line["people"] or []
    own = next((person for person in people if person["relationship"] == SELF), None)
    others = [person for person in people if person["relationship"] != SELF]
    village = next((person["village"] for person in people if person["village"]), None)
    return RegistrationLine(
        code=registration_code(listed["list_number"], line["list_row"]),
        payee_name=line["payee_name"],
        capacity="Đối tượng hưởng" if own else ", ".join(dict.fromkeys(str(person["relationship"]) for person in others)),
        birth=_birth(own) if own else "",
        identity_number=cipher.open(line["identity_sealed"], IDENTITY) if line["identity_sealed"] else "",
        phone=national_number(cipher.open(line["phone_sealed"], PHONE)) if line["phone_sealed"] else "",
        address=", ".join(part for part in (village, listed["commune_name"]) if part),
        receives_for="; ".join(f"{person['full_name']} ({person['code']})" for person in others),
        declared_number=_declared(cipher, listed["provider"], line["number_sealed"]),
    )


def _declared(cipher: FieldCipher, provider: str, sealed: str | None) -> str:
    number = cipher.open(sealed, ACCOUNT) if sealed else ""
    return national_number(number) if CHANNEL_OF[provider] == "wallet" else number


def _birth(person: Mapping[str, Any]) -> str:
    born = date.fromisoformat(person["birth_date"])
    return f"{born:%d/%m/%Y}" if person["birth_precision"] == "day" else str(born.year)
