"""A registration list comes back from its provider with results: accounts are opened or refused as it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.domain.registration_results import Results, RowError, RowResult
from services.registry.storage.registration_lists import lines_of_list
from services.registry.use_cases.apply_account_answers import apply_account_answers
from services.registry.use_cases.make_registration_list import list_or_refuse
from shared import audit
from shared.auth import Caller
from shared.contracts.gateway_events import AccountAnswer, AccountsAnswered
from shared.crypto import ACCOUNT, FieldCipher
from shared.database import Tx


@dataclass(frozen=True, slots=True)
class ListInHand:
    """What reading a list's results needs to know of it."""

    list_number: int
    provider: str
    rows: int


async def list_in_hand(tx: Tx, list_id: UUID) -> ListInHand:
    """Refused: `unknown-registration-list`."""
    listed = await list_or_refuse(tx, list_id)
    return ListInHand(listed["list_number"], listed["provider"], listed["rows"])


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What came of a list's results. `in_review` of the opened have a holder's name that an officer looks at."""

    opened: int
    refused: int
    in_review: int
    unchanged: int
    errors: tuple[RowError, ...]


async def take_list_back(tx: Tx, caller: Caller, cipher: FieldCipher, list_id: UUID, read: Results) -> TakenBack:
    """Settle the registrations that the provider answered; rows that can't be used are told and change nothing.

    The same results again change nothing. Refused: `unknown-registration-list`.
    """
    listed = await list_or_refuse(tx, list_id)
    lines = {line["list_row"]: line for line in await lines_of_list(tx, list_id)}
    errors, answers = list(read.errors), []
    unchanged = 0
    now = await tx.business_now()
    for result in read.results:
        line = lines[result.list_row]
        if line["state"] == "requested":
            answers.append(_answer(cipher, line["account_id"], result, now))
        elif _says_the_same(cipher, line, result):
            unchanged += 1
        else:
            errors.append(RowError(result.row, "answered-otherwise"))
    if answers:
        event = AccountsAnswered(provider=listed["provider"], answers=answers)
        await apply_account_answers(tx, cipher, event, caller, "list")
        await audit.append(tx, caller, "registration_list.answer", f"registration_list/{list_id}", answers=len(answers))
    after = await lines_of_list(tx, list_id)
    asked = {answer.account_id for answer in answers}
    states = [line for line in after if line["account_id"] in asked]
    return TakenBack(
        opened=sum(line["state"] == "active" for line in states),
        refused=sum(line["state"] == "refused" for line in states),
        in_review=sum(line["state"] == "active" and line["name_verdict"] == "near" for line in states),
        unchanged=unchanged,
        errors=tuple(sorted(errors, key=lambda error: error.row)),
    )


def _answer(cipher: FieldCipher, account_id: UUID, result: RowResult, now: datetime) -> AccountAnswer:
    return AccountAnswer(
        account_id=account_id,
        outcome="opened" if result.opened else "refused",
        reason=result.reason,
        number_sealed=cipher.seal(result.number, ACCOUNT) if result.number else None,
        holder_name=result.holder_name,
        at=now,
    )


def _says_the_same(cipher: FieldCipher, line: Mapping[str, Any], result: RowResult) -> bool:
    """Of an answered line. One that we refused ourselves (another holder, a number in use) stays refused."""
    if not result.opened or line["state"] == "refused":
        return bool(line["state"] == "refused")
    return bool(result.number and cipher.index(result.number, ACCOUNT) == line["number_index"])
