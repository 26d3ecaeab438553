"""Accounts are asked for at a provider: one for each payee that has none, whoever it receives for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from services.registry.domain.accounts import CHANNEL_OF, canonical_number
from services.registry.domain.appointment_refusals import NO_CARER
from services.registry.domain.enrolment import FROM_REGISTRY, REQUESTED, StepReport
from services.registry.domain.enrolment_refusals import BENEFICIARY_WANTS_NONE
from services.registry.domain.name_evidence import HOLDS_OF_ACCOUNTS
from services.registry.domain.refusals import (
    BENEFICIARY_NOT_ACTIVE,
    BENEFICIARY_ON_HOLD,
    UNKNOWN_BENEFICIARY,
    UNKNOWN_PROVIDER,
)
from services.registry.storage.account_steps import insert_steps
from services.registry.storage.accounts import insert_accounts, live_accounts, payees_behind_numbers, request_declared
from services.registry.storage.carers import enrolling_carers
from services.registry.storage.enrolment import enrolling_people, fields_of_accounts
from shared import audit, outbox
from shared.auth import Caller
from shared.contracts.base import MAX_RECORDS
from shared.contracts.registry_events import AccountRequest, AccountsRequested
from shared.crypto import ACCOUNT, PHONE, FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Requested:
    """Account requests opened, payees that had an account or a request already, and beneficiaries left out, with why."""

    requested: int
    already: int
    refused: tuple[tuple[UUID, str], ...]


async def request_accounts(
    tx: Tx, caller: Caller, cipher: FieldCipher, provider: str, beneficiary_ids: Sequence[UUID], another: bool = False,
    *, of_carers: bool = False,
) -> Requested:  # fmt: skip
    """Open one account request for each payee of these beneficiaries that has none, and say `accounts_requested`.

    `of_carers`: for the carers who receive these people's care support, in place of their payees.
    `another`: also for payees with an account in use at another provider; that one stays in use until two officers change it.

    A number that the list declared goes along to be checked. A phone that is another payee's wallet does not: a wallet has
    one holder, so the provider gives another number. Refused as a whole: `unknown-provider`.
    """
    if provider not in CHANNEL_OF:
        raise Refusal(UNKNOWN_PROVIDER, f"{provider!r} is none of {', '.join(CHANNEL_OF)}", provider=provider)
    wanted = list(dict.fromkeys(beneficiary_ids))
    people = {row["beneficiary_id"]: row for row in await (enrolling_carers if of_carers else enrolling_people)(tx, wanted)}
    refused = tuple((one, code) for one in wanted if (code := _why_not(people.get(one), another, of_carers)))
    left_out = {one for one, _ in refused}
    payees = {people[one]["payee_id"]: people[one] for one in wanted if one not in left_out}
    held = await live_accounts(tx, list(payees))
    busy = {
        a.payee_id for a in held if a.state == "requested" or (a.state == "active" and not (another and a.provider != provider))
    }
    declared = {a.payee_id: a for a in held if a.state == "declared" and a.provider == provider and a.payee_id not in busy}
    asked = await request_declared(tx, [account.account_id for account in declared.values()])
    fresh = [row for payee_id, row in payees.items() if payee_id not in busy and payee_id not in declared]
    asked |= await insert_accounts(tx, "requested", await new_accounts(tx, cipher, provider, fresh))
    await _say(tx, cipher, provider, asked, payees)
    today = await tx.today()
    await insert_steps(tx, caller, [StepReport(account_id, REQUESTED, today, FROM_REGISTRY) for account_id in asked])
    if asked:
        await audit.append(tx, caller, "accounts.request", f"provider/{provider}", requested=len(asked), refused=len(refused))
    return Requested(len(asked), len(payees) - len(asked), refused)


def _why_not(person: Mapping[str, Any] | None, another: bool, of_carers: bool) -> str | None:
    if person is None:
        return NO_CARER.code if of_carers else UNKNOWN_BENEFICIARY.code
    if person["status"] != "active":
        return BENEFICIARY_NOT_ACTIVE
    if person["wants_none"]:
        return BENEFICIARY_WANTS_NONE
    if person["hold"] is None or (another and person["hold"] in HOLDS_OF_ACCOUNTS):
        return None  # what is wrong with the account in use is no reason against another one
    return BENEFICIARY_ON_HOLD


async def new_accounts(tx: Tx, cipher: FieldCipher, provider: str, payees: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of new requests; for a wallet with the payee's phone as its number, where nobody else has that wallet."""
    numbers = _wallet_numbers(cipher, payees) if CHANNEL_OF[provider] == "wallet" else {}
    indexes = {payee_id: cipher.index(number, ACCOUNT) for payee_id, number in numbers.items()}
    taken = await payees_behind_numbers(tx, provider, list(indexes.values()), ("requested", "active"))
    rows = []
    for payee in payees:
        payee_id = payee["payee_id"]
        index = indexes.get(payee_id)
        if index is not None and taken.setdefault(index, payee_id) != payee_id:
            index = None
        rows.append(
            {
                "account_id": new_id(),
                "payee_id": payee_id,
                "unit_id": payee["payee_unit_id"],
                "provider": provider,
                "channel": CHANNEL_OF[provider],
                "holder_name": payee["payee_name"],
                "number_sealed": cipher.seal(numbers[payee_id], ACCOUNT) if index else None,
                "number_index": index,
            }
        )
    return rows


def _wallet_numbers(cipher: FieldCipher, payees: Sequence[Mapping[str, Any]]) -> dict[UUID, str]:
    return {
        payee["payee_id"]: canonical_number("viettelpay", cipher.open(payee["phone_sealed"], PHONE))
        for payee in payees
        if payee["phone_sealed"]
    }


async def _say(
    tx: Tx,
    cipher: FieldCipher,
    provider: str,
    asked: set[UUID],
    payees: Mapping[UUID, Mapping[str, Any]],
) -> None:
    """`accounts_requested`, unit by unit."""
    accounts = sorted(await fields_of_accounts(tx, list(asked)), key=lambda account: (account["unit_id"], account["account_id"]))
    for unit_id, group in groupby(accounts, key=lambda account: str(account["unit_id"])):
        requests = [_request(cipher, provider, account, payees[account["payee_id"]]) for account in group]
        for at in range(0, len(requests), MAX_RECORDS):
            await outbox.emit(tx, AccountsRequested(provider=provider, requests=requests[at : at + MAX_RECORDS]), unit_id)


def _request(cipher: FieldCipher, provider: str, account: Mapping[str, Any], payee: Mapping[str, Any]) -> AccountRequest:
    """A request as it goes out. A wallet is asked for by its number, as a phone; without one the provider gives it."""
    phone, number = payee["phone_sealed"], account["number_sealed"]
    if CHANNEL_OF[provider] == "wallet":
        phone, number = cipher.seal(f"+{cipher.open(number, ACCOUNT)}", PHONE) if number else None, None
    return AccountRequest(
        account_id=account["account_id"],
        payee_id=account["payee_id"],
        unit_id=account["unit_id"],
        holder_name=account["holder_name"],
        identity_sealed=payee["identity_sealed"],
        phone_sealed=phone,
        number_sealed=number,
    )
