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
)
from services.provider_gateway.connectors.shape import WrongShape, rows, text
from services.provider_gateway.connectors.texts import identity, msisdn, national_phone, person_name
from services.provider_gateway.connectors.viettelpay.wire import ViettelWire, account_said_of

_CHECKED = {"NOT_FOUND": INVALID_ACCOUNT, "LOCKED": LOCKED, "NAME_MISMATCH": NAME_MISMATCH}


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
            answer = await self._wire.process("VTP311", {"openIds": list(request_ids)})
            return [account_said_of(row) for row in rows(answer, "results")]
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
            answer = await self._wire.process("VTP310", {"requestId": batch_reference, "accounts": accounts})
            said += [account_said_of(row) for row in rows(answer, "results")]
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
            answer = await self._wire.process("VTP305", {"requestId": batch_reference, "accounts": accounts})
            results = rows(answer, "results")
            if [text(row, "msisdn") for row in results] != [number for _, number in asked]:
                raise WrongShape("results")
            said += [_checked(each, text(row, "state")) for (each, _), row in zip(asked, results, strict=True)]
        return said


def _checked(wanted: AccountWanted, state: str) -> AccountSaid:
    if state == "ACTIVE":
        number = national_phone(msisdn(wanted.number))
        return AccountSaid(wanted.request_id, "opened", "existing", number, wanted.holder_name)
    return AccountSaid(wanted.request_id, "refused", _CHECKED.get(state, "refused"))
