"""VTP310 and VTP311: opening wallets; VTP305: checking declared ones."""

from __future__ import annotations

from collections.abc import Sequence

from services.provider_gateway.connectors.protocol import (
    IDENTITY_MISSING,
    INVALID_ACCOUNT,
    LOCKED,
    NAME_MISMATCH,
    AccountSaid,
    AccountWanted,
    Unsure,
    packed_number,
)
from services.provider_gateway.connectors.shape import WrongShape, text
from services.provider_gateway.connectors.texts import identity, msisdn, national_phone, person_name
from services.provider_gateway.connectors.viettelpay.wire import OK, ViettelWire, account_said_of
from shared.kernel.ids import new_id

_CHECKED = {"11": INVALID_ACCOUNT, "12": LOCKED, "13": NAME_MISMATCH}


def wallet_form(number: str) -> str:
    """`0912...`, `+84 912...` and `84912...` are one wallet."""
    return msisdn(number) or packed_number(number)


class ViettelAccounts:
    """A wallet is named by its holder's phone number."""

    def __init__(self, wire: ViettelWire) -> None:
        self._wire = wire

    async def request(self, batch_reference: str, wanted: Sequence[AccountWanted]) -> Sequence[AccountSaid]:
        """Open those without a number, check those with one."""
        checks = [each for each in wanted if each.number is not None]
        openings = [each for each in wanted if each.number is None]
        try:
            return [*await self._check(batch_reference, checks), *await self._open(batch_reference, openings)]
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None

    async def enquire(self, request_ids: Sequence[str]) -> Sequence[AccountSaid]:
        """Where openings stand."""
        try:
            answer = await self._wire.process("VTP311", new_id().hex, {}, list(request_ids))
            return [account_said_of(row) for row in answer.rows]
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None

    async def _open(self, batch_reference: str, wanted: Sequence[AccountWanted]) -> list[AccountSaid]:
        accounts, said = [], []
        for each in wanted:
            number = identity(each.identity_number)
            if number is None:
                said.append(AccountSaid(each.request_id, "refused", IDENTITY_MISSING))
                continue
            phone = msisdn(each.phone_number)  # None: the provider gives a SIM, and its number with the wallet
            name = person_name(each.holder_name)
            accounts.append({"openId": each.request_id, "msisdn": phone, "customerName": name, "identityNumber": number})
        if accounts:
            answer = await self._wire.process("VTP310", batch_reference, {}, accounts)
            said += [account_said_of(row) for row in answer.rows]
        return said

    async def _check(self, batch_reference: str, wanted: Sequence[AccountWanted]) -> list[AccountSaid]:
        said, asked = [], []
        for each in wanted:
            number = msisdn(each.number)
            if number is None:
                said.append(AccountSaid(each.request_id, "refused", INVALID_ACCOUNT))
            else:
                asked.append((each, number))
        if asked:
            accounts = [{"msisdn": number, "customerName": person_name(each.holder_name)} for each, number in asked]
            results = (await self._wire.process("VTP305", batch_reference, {}, accounts)).rows
            if [(text(row, "msisdn"), text(row, "customerName")) for row in results] != [
                (account["msisdn"], account["customerName"]) for account in accounts
            ]:
                raise WrongShape("accounts")
            said += [_checked(each, text(row, "errorCode")) for (each, _), row in zip(asked, results, strict=True)]
        return said


def _checked(wanted: AccountWanted, code: str) -> AccountSaid:
    if code == OK:
        number = national_phone(msisdn(wanted.number))
        return AccountSaid(wanted.request_id, "opened", "existing", number, wanted.holder_name)
    if code not in _CHECKED:  # nobody told us of it: no refusal of a person's wallet
        raise WrongShape("code")
    return AccountSaid(wanted.request_id, "refused", _CHECKED[code])
