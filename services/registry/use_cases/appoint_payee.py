"""Somebody else is to receive for a person: asked for by one officer, carried out when another approves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.registry.domain.appointment_refusals import PAYEE_NUMBER_TAKEN, UNKNOWN_PAYEE
from services.registry.domain.appointments import (
    CARE_SUPPORT,
    MONTHLY,
    REPLACED,
    SELF,
    Appointing,
    Candidate,
    Current,
    Person,
    birth_year,
    check_appointing,
    check_care,
    expiry_of,
)
from services.registry.domain.change_requests import ChangeRequest, NewChange
from services.registry.domain.name_evidence import HOLDS_OF_ACCOUNTS
from services.registry.domain.notices import PAYEE_BEGUN, PAYEE_ENDED, NewNotice, payee_begun_text, payee_ended_text
from services.registry.domain.payee_content import WantedPayee, of_content, to_content
from services.registry.domain.payee_watch import PAYEE_HOLDS
from services.registry.domain.payees import Payee
from services.registry.domain.people import kind_of_number, name_key
from services.registry.domain.refusals import UNKNOWN_BENEFICIARY
from services.registry.domain.settling_duplicates import PERSON_MERGED
from services.registry.storage import receiving
from services.registry.storage.accounts import point_at_active_accounts
from services.registry.storage.appointments import (
    current_appointments,
    end_appointment,
    insert_appointment,
    last_change,
)
from services.registry.storage.carers import care_categories, point_carers, show_carers_holds
from services.registry.storage.imports import lock_commune
from services.registry.use_cases.ask_change import ChangeKind, ask_change
from services.registry.use_cases.hold_accounts import release_account
from services.registry.use_cases.publish_changes import publish_changes
from services.registry.use_cases.queue_notices import queue_notices
from services.registry.use_cases.settle_payee_holds import settle_payee_holds
from shared.auth import Caller
from shared.crypto import IDENTITY, PHONE, FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id

PAYEE = "payee"
"""The kind of these change requests."""

Row = Mapping[str, Any]


async def person_now(tx: Tx, beneficiary_id: UUID) -> dict[str, Any]:
    """A person, held until the transaction ends. Refused: `unknown-beneficiary`, `person-merged`.

    No list of the commune is confirmed meanwhile: it would not know of the payee that is made here.
    """
    unit_id = await receiving.unit_of_person(tx, beneficiary_id)
    if unit_id is not None:
        await lock_commune(tx, unit_id)
    person = await receiving.lock_person(tx, beneficiary_id)
    if person is None:
        raise Refusal(UNKNOWN_BENEFICIARY)
    if person["merged_into"] is not None:
        raise Refusal(PERSON_MERGED)
    return person


async def payee_ground(tx: Tx, beneficiary_id: UUID) -> dict[str, Any]:
    """What a change of payee rests on: where the money goes now, and whose officers decide."""
    person = await person_now(tx, beneficiary_id)
    others = await receiving.other_payees(tx, beneficiary_id)
    return {**{name: person[name] for name in ("unit_id", "payee_id", "account_id", "status")}, **others}


async def ask_payee_change(
    tx: Tx, caller: Caller, cipher: FieldCipher, beneficiary_id: UUID, new: Appointing, wanted: WantedPayee, note: str | None
) -> tuple[UUID, str]:
    """Ask for another payee; the request's id and digest. Nothing changes until a second officer approves.

    Refused: `unknown-beneficiary`, `unknown-payee`, `payee-number-of-another`, what `check_appointing` refuses,
    `change-waits`.
    """
    person = await person_now(tx, beneficiary_id)
    found = await _find(tx, cipher, person, new, wanted)
    await _check(tx, cipher, person, new, wanted, found)
    change = NewChange(PAYEE, beneficiary_id, to_content(new, wanted), note)
    return await ask_change(tx, caller, cipher, change, PAYEE_CHANGE)


async def _apply(tx: Tx, caller: Caller, cipher: FieldCipher, request: ChangeRequest) -> None:
    """Let the new payee receive: appointment, record, account, holds, proposals, notices, in this transaction."""
    new, wanted = of_content(request.content)
    person = await person_now(tx, request.beneficiary_id)
    found = await _find(tx, cipher, person, new, wanted)
    await _check(tx, cipher, person, new, wanted, found)
    payee_id = found["payee_id"] if found else await _make(tx, cipher, person, new, wanted)
    before = (await current_appointments(tx, request.beneficiary_id)).get(new.purpose)
    if before:
        await end_appointment(tx, caller, before["appointment_id"], new.from_on, REPLACED, None)
    await insert_appointment(
        tx, caller, request.beneficiary_id, payee_id, new, request_id=request.request_id,
        expires_on=expiry_of(new.capacity, new.paper),
        of_age_on=new.of_age_on(person["birth_date"]),
    )  # fmt: skip
    await _let_receive(tx, caller, person, payee_id, new)
    old = person["payee_id"] if new.purpose == MONTHLY else before["payee_id"] if before else None
    await queue_notices(tx, await _notices(tx, person, old, payee_id, new, request.request_id))


async def _let_receive(tx: Tx, caller: Caller, person: Row, payee_id: UUID, new: Appointing) -> None:
    beneficiary_id = person["beneficiary_id"]
    paper = new.paper.number if new.paper else None
    if new.care_alone:
        await _let_carer_receive(tx, caller, beneficiary_id, new, paper)
        return
    if new.purpose != MONTHLY:
        await receiving.next_version(tx, beneficiary_id)
        await publish_changes(
            tx, caller, [beneficiary_id], reason="one_off_payee", effective_from=new.from_on, paper_number=paper
        )
        return
    await receiving.set_payee(tx, beneficiary_id, payee_id, new.relationship)
    await point_at_active_accounts(tx, [beneficiary_id])
    await publish_changes(tx, caller, [beneficiary_id], reason="payee_changed", effective_from=new.from_on, paper_number=paper)
    await settle_payee_holds(tx, caller, beneficiary_id, "Đã có người nhận mới")
    if person["account_id"] is not None and person["payee_id"] != payee_id:
        await release_account(tx, caller, [beneficiary_id], person["account_id"], "Đã có người nhận mới")


async def _let_carer_receive(tx: Tx, caller: Caller, beneficiary_id: UUID, new: Appointing, paper: str | None) -> None:
    """The carer's account, the record, and what was held and proposed for want of a carer, or for the account of the last one."""
    await point_carers(tx, [beneficiary_id])
    await show_carers_holds(tx, [beneficiary_id])
    await receiving.next_version(tx, beneficiary_id)
    await publish_changes(tx, caller, [beneficiary_id], reason="carer_changed", effective_from=new.from_on, paper_number=paper)
    reasons = [*PAYEE_HOLDS, *HOLDS_OF_ACCOUNTS]
    await settle_payee_holds(tx, caller, beneficiary_id, "Đã có người chăm sóc mới", reasons, kind=CARE_SUPPORT)


async def _find(tx: Tx, cipher: FieldCipher, person: Row, new: Appointing, wanted: WantedPayee) -> dict[str, Any] | None:
    """The payee that is meant, where the commune has it already."""
    if new.capacity == SELF:
        own = await receiving.own_payee(tx, person["beneficiary_id"])
        for document in person["documents"]:
            own = own or await receiving.payee_by_number(tx, person["unit_id"], document["identity_index"])
        return own
    if wanted.payee_id is not None:
        found = await receiving.payee_by_id(tx, wanted.payee_id)
        if found is None or found["unit_id"] != person["unit_id"]:
            raise Refusal(UNKNOWN_PAYEE)
        return found
    index = cipher.index(wanted.identity_number or "", IDENTITY)
    found = await receiving.payee_by_number(tx, person["unit_id"], index)
    if found and name_key(found["full_name"]) != name_key(wanted.full_name or ""):
        raise Refusal(PAYEE_NUMBER_TAKEN)
    return found


async def _check(
    tx: Tx, cipher: FieldCipher, person: Row, new: Appointing, wanted: WantedPayee, found: Mapping[str, Any] | None
) -> None:
    if new.care_alone:
        check_care(await care_categories(tx, person["beneficiary_id"]))
    row = (await current_appointments(tx, person["beneficiary_id"])).get(new.purpose)
    current = Current(row["payee_id"], row["capacity"], row["paper_kind"] is not None) if row else None
    about = Person(person["beneficiary_id"], person["birth_date"], person["status"])
    floor = await last_change(tx, person["beneficiary_id"], new.purpose)
    check_appointing(new, about, _candidate(cipher, person, new, wanted, found), current, await tx.today(), not_before=floor)


def _candidate(
    cipher: FieldCipher, person: Row, new: Appointing, wanted: WantedPayee, found: Mapping[str, Any] | None
) -> Candidate:
    own = {document["identity_index"] for document in person["documents"]}
    if found is None:
        index = cipher.index(wanted.identity_number, IDENTITY) if wanted.identity_number else None
        itself = new.capacity == SELF
        return Candidate(None, person["beneficiary_id"] if itself else None, index in own, wanted.birth_year, None)
    number = cipher.open(found["identity_sealed"], IDENTITY) if found["identity_sealed"] else None
    return Candidate(
        payee_id=found["payee_id"],
        self_of=found["self_of"],
        own_number=found["identity_index"] in own,
        birth_year=birth_year(number) or found["birth_year"],
        died_on=found["died_on"],
    )


async def _make(tx: Tx, cipher: FieldCipher, person: Row, new: Appointing, wanted: WantedPayee) -> UUID:
    """A payee that the commune did not have."""
    number, phone = wanted.identity_number, wanted.phone
    numbers: dict[str, Any] = {
        "identity_kind": kind_of_number(number),
        "identity_sealed": cipher.seal(number, IDENTITY) if number else None,
        "identity_index": cipher.index(number, IDENTITY) if number else None,
        "phone_sealed": cipher.seal(phone, PHONE) if phone else None,
        "phone_index": cipher.index(phone, PHONE) if phone else None,
    }
    own = new.capacity == SELF
    if own:
        document = person["documents"][0] if person["documents"] else {}
        numbers = {**numbers, **document, **{name: person[name] for name in ("phone_sealed", "phone_index")}}
    payee = Payee(
        payee_id=new_id(), version=1, self_of=person["beneficiary_id"] if own else None,
        full_name=person["full_name"] if own else wanted.full_name or "", **numbers,
    )  # fmt: skip
    await receiving.insert_payee(tx, person["unit_id"], payee, wanted.birth_year)
    return payee.payee_id


async def _notices(tx: Tx, person: Row, old: UUID | None, payee_id: UUID, new: Appointing, about: UUID) -> list[NewNotice]:
    """To the old payee, unless it is the same or has died, and to the new one."""
    if old == payee_id:
        return []
    told = [NewNotice(person["beneficiary_id"], payee_id, PAYEE_BEGUN, payee_begun_text(person["code"], new.from_on), about)]
    before = await receiving.payee_by_id(tx, old) if old else None
    if old and before and before["died_on"] is None:
        text = payee_ended_text(person["code"], new.from_on)
        told.insert(0, NewNotice(person["beneficiary_id"], old, PAYEE_ENDED, text, about))
    return told


PAYEE_CHANGE = ChangeKind(payee_ground, _apply)
"""What a second officer approves when somebody else is to receive."""
