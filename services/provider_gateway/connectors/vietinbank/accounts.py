"""Opening accounts, and name enquiry for declared ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

import orjson

from services.provider_gateway.connectors.protocol import (
    IDENTITY_MISSING,
    INVALID_ACCOUNT,
    LOCKED,
    AccountSaid,
    AccountWanted,
    Refused,
    Unsure,
)
from services.provider_gateway.connectors.shape import WrongShape, as_object, optional_text, rows, text
from services.provider_gateway.connectors.signed_requests import SignedRequests
from services.provider_gateway.connectors.texts import identity, msisdn, person_name
from services.provider_gateway.connectors.vietinbank.wire import ROOT, account_said_of

_ACCOUNT = re.compile(r"^[0-9]{6,19}$")


class VietinAccounts:
    """An account is opened for an identity number."""

    def __init__(self, requests: SignedRequests) -> None:
        self._requests = requests

    async def request(self, batch_reference: str, wanted: Sequence[AccountWanted]) -> Sequence[AccountSaid]:
        """Open those without a number, check those with one."""
        checks = [each for each in wanted if each.number is not None]
        openings = [each for each in wanted if each.number is None]
        try:
            return [*await self._check(checks), *await self._open(batch_reference, openings)]
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None

    async def enquire(self, request_ids: Sequence[str]) -> Sequence[AccountSaid]:
        """Where openings stand: one call each, since a request's batch may have been cut otherwise before."""
        said = []
        for request_id in request_ids:
            try:
                answer = await self._requests.call("GET", f"{ROOT}/account-opening-requests/{request_id}")
                said.append(account_said_of(as_object(answer)))
            except Refused as refused:
                if refused.why != "not_found":
                    raise
            except WrongShape as error:
                raise Unsure(f"answer_{error}") from None
        return said

    async def _open(self, batch_reference: str, wanted: Sequence[AccountWanted]) -> list[AccountSaid]:
        requests, said = [], []
        for each in wanted:
            number = identity(each.identity_number)
            if number is None:
                said.append(AccountSaid(each.request_id, "refused", IDENTITY_MISSING))
                continue
            requests.append(
                {
                    "request_id": each.request_id,
                    "customer_name": person_name(each.holder_name),
                    "identity_number": number,
                    "msisdn": msisdn(each.phone_number),
                }
            )
        if requests:
            body = orjson.dumps({"batch_reference": batch_reference, "requests": requests})
            answer = await self._requests.call("POST", f"{ROOT}/account-openings", body)
            said += [account_said_of(row) for row in rows(as_object(answer), "answers")]
        return said

    async def _check(self, wanted: Sequence[AccountWanted]) -> list[AccountSaid]:
        asked = [each for each in wanted if _ACCOUNT.match(each.number or "")]
        said = [AccountSaid(each.request_id, "refused", INVALID_ACCOUNT) for each in wanted if each not in asked]
        if not asked:
            return said
        body = orjson.dumps({"account_numbers": [each.number for each in asked]})
        answer = await self._requests.call("POST", f"{ROOT}/name-enquiries", body)
        found = {text(row, "account_number"): row for row in rows(as_object(answer), "accounts")}
        for each in asked:
            row = found.get(each.number or "")
            if row is None:
                raise WrongShape("accounts")
            match text(row, "state"):
                case "active":
                    holder = optional_text(row, "holder_name")
                    said.append(AccountSaid(each.request_id, "opened", "existing", each.number, holder))
                case "locked":
                    said.append(AccountSaid(each.request_id, "refused", LOCKED))
                case _:
                    said.append(AccountSaid(each.request_id, "refused", INVALID_ACCOUNT))
        return said
