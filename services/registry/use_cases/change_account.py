"""Another account for somebody's money, or cash again: asked for by one officer, carried out when a second approves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.domain.account_changes import CASH, CHANGE_KIND, TOLD_NUMBER, AccountWish, account_notices
from services.registry.domain.appointment_refusals import NO_CARER
from services.registry.domain.change_requests import ChangeRequest, NewChange
from services.registry.domain.enrolment_refusals import ACCOUNT_NOT_USABLE, NO_CHANGE, NO_NUMBER_TOLD
from services.registry.domain.refusals import UNKNOWN_BENEFICIARY
from services.registry.domain.settling_duplicates import PERSON_MERGED
from services.registry.storage.account_changes import Way, pay_into, way_of
from services.registry.storage.accounts import (
    payees_behind_numbers,
    raise_people,
    take_told_number,
)
from services.registry.storage.carers import lock_carer, pay_carer_into
from services.registry.use_cases.ask_change import ChangeKind, ask_change
from services.registry.use_cases.hold_accounts import lines_paid_into, release_account
from services.registry.use_cases.publish_changes import publish_changes
from services.registry.use_cases.queue_notices import queue_notices
from shared import crypto
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal


async def ask_account_change(
    tx: Tx, caller: Caller, cipher: FieldCipher, beneficiary_id: UUID, wish: AccountWish
) -> tuple[UUID, str]:
    """Ask for another way to pay somebody; the request's id and digest.

    Refused: `unknown-beneficiary`, `no-carer`, `no-change`, `account-not-usable`, `no-number-told`, `change-waits`.
    """
    way = await _way(tx, beneficiary_id, wish.account_id, of_carer=wish.of_carer)
    number = _wanted_number(cipher, way, wish.to)
    content: dict[str, Any] = {"to": wish.to, **({"of_carer": True} if wish.of_carer else {})}
    if number is not None and way.target is not None:
        content |= {
            "account_id": str(way.target["account_id"]),
            "provider": way.target["provider"],
            "holder_name": way.target["holder_name"],
            "account_number": number,
        }
    change = NewChange(CHANGE_KIND, beneficiary_id, content, wish.note)
    return await ask_change(tx, caller, cipher, change, ACCOUNT_CHANGE)


async def _way(tx: Tx, beneficiary_id: UUID, account_id: UUID | None, *, of_carer: bool = False) -> Way:
    way = await way_of(tx, beneficiary_id, account_id, of_carer=of_carer)
    if way is None:
        raise Refusal(NO_CARER if of_carer else UNKNOWN_BENEFICIARY)
    return way


def _wanted_number(cipher: FieldCipher, way: Way, to: str) -> str | None:
    """The number that the money would go to; None for cash. Refused where that can't be, or is so already."""
    if to == CASH:
        if way.current is None and way.cash_chosen:
            raise Refusal(NO_CHANGE)
        return None
    target = way.target
    if target is None or target["state"] != "active":
        raise Refusal(ACCOUNT_NOT_USABLE)
    if to == TOLD_NUMBER:
        if target["told_number_sealed"] is None:
            raise Refusal(NO_NUMBER_TOLD)
        return cipher.open(target["told_number_sealed"], crypto.ACCOUNT)
    if target["name_verdict"] in ("near", "different"):
        raise Refusal(ACCOUNT_NOT_USABLE, target["name_verdict"])
    if way.current is not None and way.current["account_id"] == target["account_id"]:
        raise Refusal(NO_CHANGE)
    return cipher.open(target["number_sealed"], crypto.ACCOUNT)


async def _ground(tx: Tx, beneficiary_id: UUID) -> Mapping[str, Any]:
    """Commune, payee, account in use with its version, and whether cash was chosen. Refused: `person-merged`."""
    way = await _way(tx, beneficiary_id, None)
    if way.merged_into is not None:
        raise Refusal(PERSON_MERGED)
    current = way.current or {}
    carer = await lock_carer(tx, beneficiary_id)
    return {
        "unit_id": way.unit_id,
        "payee_id": str(way.payee_id),
        "account_id": str(current.get("account_id")),
        "account_version": current.get("version"),
        "cash_chosen": way.cash_chosen,
        **({f"carer_{name}": str(value) for name, value in carer.items()} if carer else {}),
    }


async def _apply(tx: Tx, caller: Caller, cipher: FieldCipher, request: ChangeRequest) -> None:
    """Refused: `account-not-usable`, `no-number-told`, `no-change` where the account is not what it was when asked for."""
    wanted = request.content
    account_id = UUID(wanted["account_id"]) if wanted["to"] != CASH else None
    of_carer = bool(wanted.get("of_carer"))
    way = await _way(tx, request.beneficiary_id, account_id, of_carer=of_carer)
    if _wanted_number(cipher, way, wanted["to"]) != wanted.get("account_number"):
        raise Refusal(ACCOUNT_NOT_USABLE)
    if wanted["to"] == TOLD_NUMBER and way.target is not None:
        people = await _take_number(tx, way)
    else:
        people = [request.beneficiary_id]
        if of_carer:
            await pay_carer_into(tx, request.beneficiary_id, account_id)
            await raise_people(tx, people)
        else:
            await pay_into(tx, request.beneficiary_id, account_id)
    await publish_changes(tx, caller, people, reason="account_changed", effective_from=await tx.today(), note=request.asked_note)
    if way.current is not None:
        note = f"account changed by request {request.request_id}"
        await release_account(tx, caller, people, way.current["account_id"], note)
    await _tell(tx, cipher, request, way, people)


async def _tell(tx: Tx, cipher: FieldCipher, request: ChangeRequest, way: Way, people: Sequence[UUID]) -> None:
    """Tell the payee, for each person: where the money went until now, and where it goes from now on."""
    old = new = None
    if way.current is not None:
        old = (way.current["provider"], crypto.mask(cipher.open(way.current["number_sealed"], crypto.ACCOUNT)))
    if request.content["to"] != CASH:
        new = (request.content["provider"], crypto.mask(request.content["account_number"]))
    today = await tx.today()
    for person in people:
        each = await _way(tx, person, None)
        notices = account_notices(person, way.payee_id, each.code, today, request.request_id, old=old, new=new)
        await queue_notices(tx, notices)


async def _take_number(tx: Tx, way: Way) -> list[UUID]:
    """The account has its other number from now on, whoever is paid into it; who that is."""
    target = way.target or {}
    holders = await payees_behind_numbers(tx, target["provider"], [target["told_number_index"]], ("active",))
    if holders and set(holders.values()) != {way.payee_id}:
        raise Refusal(ACCOUNT_NOT_USABLE)
    lines = (await lines_paid_into(tx, [target["account_id"]])).get(target["account_id"], [])
    people = list(dict.fromkeys(person for person, _ in lines))
    if not await take_told_number(tx, target["account_id"]):
        raise Refusal(NO_NUMBER_TOLD)
    await raise_people(tx, people)
    return people


ACCOUNT_CHANGE = ChangeKind(ground=_ground, apply=_apply)
