"""Somebody whom no list names is registered with documents, a payee and the decision that grants the first category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.registry.domain.act_refusals import (
    ALREADY_REGISTERED,
    NOT_A_COMMUNE,
    PAYEE_CONFLICT,
    PERHAPS_THE_SAME,
    PERSON_INCOMPLETE,
)
from services.registry.domain.appointments import listed_capacity, of_age_on
from services.registry.domain.codes import beneficiary_code
from services.registry.domain.confirming import payee_wanted, relationship_of
from services.registry.domain.legal_months import Categories, age_on
from services.registry.domain.orders import Order
from services.registry.domain.payees import PayeeBook
from services.registry.domain.people import MINOR_BELOW_AGE_YEARS, ListedPerson, kind_of_number, name_key
from services.registry.domain.sealing import Numbers, seal_numbers
from services.registry.storage import accounts, appointments, payees, people
from services.registry.storage.imports import lock_commune
from services.registry.storage.same_people import of_same_name
from services.registry.storage.units import unit_by_id
from services.registry.use_cases.enter_act import Entered, enter_act
from services.registry.use_cases.publish_changes import publish_changes
from shared.auth import Caller
from shared.contracts.registry_events import UnitRecord
from shared.crypto import IDENTITY, FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.kernel.months import month_of


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Whom to register: as a list would say it, with further numbers, and whether it is surely nobody known."""

    unit_id: str
    person: ListedPerson
    further_numbers: Sequence[str] = ()
    surely_new: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """Somebody who was registered."""

    beneficiary_id: UUID
    code: str
    entered: Entered


async def register_person(
    tx: Tx, caller: Caller, cipher: FieldCipher, categories: Categories, newcomer: Newcomer, grant: Order
) -> Registered:
    """Register a person and grant the first category.

    Refused: `not-a-commune`, `not-your-unit`, `person-incomplete` (a minor needs a payee), `already-registered`,
    `perhaps-registered`, `payee-number-taken`, and as a grant is refused.
    """
    unit, person = await _commune(tx, caller, newcomer.unit_id), newcomer.person
    await lock_commune(tx, unit.unit_id)
    today = await tx.today()
    if person.birth_date > today:
        raise Refusal(PERSON_INCOMPLETE, "born after today", missing=["birth_date"])
    if person.payee is None and age_on(person.birth_date, today) < MINOR_BELOW_AGE_YEARS:
        raise Refusal(PERSON_INCOMPLETE, "a minor needs a payee", missing=["payee"])
    numbers = [number for number in (person.identity_number, *newcomer.further_numbers) if number]
    await _refuse_known(tx, cipher, newcomer, numbers)
    beneficiary_id, sealed = new_id(), seal_numbers(cipher, person)
    code = await _insert(tx, caller, unit, newcomer, grant, beneficiary_id, sealed)
    await people.insert_documents(
        tx,
        [
            {
                "document_id": new_id(),
                "beneficiary_id": beneficiary_id,
                "unit_id": unit.unit_id,
                "kind": kind_of_number(number),
                "number_sealed": cipher.seal(number, IDENTITY),
                "number_index": cipher.index(number, IDENTITY),
                "known_from": today,
                "row_id": None,
            }
            for number in dict.fromkeys(numbers)
        ],
    )
    return Registered(beneficiary_id, code, await enter_act(tx, caller, categories, beneficiary_id, grant))


async def _commune(tx: Tx, caller: Caller, unit_id: str) -> UnitRecord:
    unit, today = await unit_by_id(tx, unit_id), await tx.today()
    if unit is None or unit.level != "commune" or not unit.valid_from <= today <= (unit.valid_to or today):
        raise Refusal(NOT_A_COMMUNE, unit_id, unit=unit_id)
    caller.require_unit(unit.path)
    return unit


async def _refuse_known(tx: Tx, cipher: FieldCipher, newcomer: Newcomer, numbers: Sequence[str]) -> None:
    holders = await people.holders_of(tx, [cipher.index(number, IDENTITY) for number in numbers])
    for holder in holders.values():
        raise Refusal(ALREADY_REGISTERED, f"{holder.code} in {holder.unit_id}", person=holder.code, unit=holder.unit_id)
    if newcomer.surely_new:
        return
    alike = await of_same_name(tx, newcomer.unit_id, name_key(newcomer.person.full_name), newcomer.person.birth_date)
    if alike is not None:
        raise Refusal(PERHAPS_THE_SAME, alike["code"], person=alike["code"], beneficiary_id=str(alike["beneficiary_id"]))


async def _insert(
    tx: Tx, caller: Caller, unit: UnitRecord, newcomer: Newcomer, grant: Order, beneficiary_id: UUID, numbers: Numbers
) -> str:
    """The person's row, at version 0 until the grant makes it the first, and the payee; the person's code."""
    person = newcomer.person
    known = [index for index in (numbers.identity_index, numbers.payee_index) if index]
    book = PayeeBook(await payees.payees_for(tx, unit.unit_id, [], known), new_id)
    payee = book.choose(payee_wanted(beneficiary_id, person, numbers, None), None)
    if payee is None:
        raise Refusal(PAYEE_CONFLICT)
    await payees.insert_payees(tx, unit.unit_id, book.made)
    await payees.update_payees(tx, book.changed)
    code = beneficiary_code(unit.path[0].split("@")[0], (await people.next_numbers(tx, 1))[0])
    row = {
        "beneficiary_id": beneficiary_id,
        "code": code,
        "version": 0,
        "unit_id": unit.unit_id,
        "status_from_month": month_of(grant.signed_on),
        "full_name": person.full_name,
        "name_key": name_key(person.full_name),
        "sex": person.sex,
        "birth_date": person.birth_date,
        "birth_precision": person.birth_precision,
        "ethnicity": person.ethnicity,
        "village": person.village,
        "phone_sealed": numbers.phone_sealed,
        "phone_index": numbers.phone_index,
        "wished_channel": person.channel,
        "payee_id": payee.payee_id,
        "relationship": relationship_of(person),
        "row_id": None,
        "listed_month": None,
        "listed_index": None,
    }
    await people.insert_people(tx, [row])
    await _let_receive(tx, caller, beneficiary_id, person, payee.payee_id)
    shared = await people.bump_people_of_payees(tx, [one.payee_id for one in book.changed], but=[beneficiary_id])
    await publish_changes(tx, caller, shared, reason="payee_changed", effective_from=await tx.today())
    return code


async def _let_receive(tx: Tx, caller: Caller, beneficiary_id: UUID, person: ListedPerson, payee_id: UUID) -> None:
    """The appointment and the account, as for somebody whom a list names: no paper is known."""
    today, relationship = await tx.today(), relationship_of(person)
    capacity = listed_capacity(relationship, person.birth_date, today)
    appointment = {
        "appointment_id": new_id(),
        "beneficiary_id": beneficiary_id,
        "payee_id": payee_id,
        "capacity": capacity,
        "relationship": relationship,
        "of_age_on": of_age_on(capacity, person.birth_date, today),
        "row_id": None,
    }
    await appointments.sync_listed(tx, caller, today, [appointment], [])
    await accounts.point_at_active_accounts(tx, [beneficiary_id])
