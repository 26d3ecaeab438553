"""Accounts that came into use, as a provider's staff list them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.domain.refusals import TOO_LARGE, UNKNOWN_PROVIDER, WRONG_USES
from services.provider_gateway.use_cases.report_uses import Use, index_accounts, report_uses
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

MAX_BYTES = 2_000_000
MAX_LINES = 20_000
ROUTE = "POST /v1/providers/{provider}/account-uses"

_LINE = '{"account_number": "0971000001", "first_used_on": "2021-10-08"}'
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": f"JSON lines, at most {MAX_LINES}: an account's number as the provider has it, and the day on which money "
        "was first taken out of it, or paid from it.",
        "content": {"text/plain": {"schema": {"type": "string"}, "example": f"{_LINE}\n"}},
    }
}


class UseLine(BaseModel):
    """One account."""

    model_config = ConfigDict(extra="forbid")

    account_number: str = Field(min_length=4, max_length=40, pattern=r"^[0-9A-Za-z +.\-]+$")
    first_used_on: date


class UsesView(BaseModel):
    """What became of the list. `unknown_numbers`: the first hundred, with their last three digits only."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={"example": {"recorded": 310, "known": 2640, "unknown": 1, "unknown_numbers": ["•••••••001"]}},
    )

    recorded: int = Field(description="Accounts whose first use was not known.")
    known: int = Field(description="Accounts whose first use had been listed before: nothing changes.")
    unknown: int = Field(description="Numbers of no account of the token's units at this provider.")
    unknown_numbers: list[str]


_LINES = TypeAdapter(UseLine)


def router(database: Database, connectors: Mapping[str, Connector], cipher: FieldCipher) -> APIRouter:
    """The route of uses."""
    routes = APIRouter(prefix="/v1/providers", tags=["accounts"])

    @routes.post("/{provider}/account-uses", summary="List accounts that came into use", openapi_extra=_BODY)
    async def report(
        provider: str,
        request: Request,
        caller: Annotated[Caller, Depends(require("gateway:uses"))],
        key: IdempotencyKey = None,
    ) -> UsesView:
        """Each account's first use is kept once, and told to reporting. The list is taken whole or not at all; sending it again
        changes nothing. Refused: `unknown-provider`, `too-large`, `wrong-uses`."""
        connector = connectors.get(provider)
        if connector is None:
            raise Refusal(UNKNOWN_PROVIDER)
        body = await _body(request)
        uses = _read(body)

        async def work() -> UsesView:
            return UsesView.model_validate(await report_uses(tx, caller, connector, cipher, uses))

        while await _index(database, connector, cipher):
            pass
        async with database.transaction() as tx:
            return await once(tx, caller, ROUTE, key, f"{provider}\n{sha256(body).hexdigest()}".encode(), UsesView, work)

    return routes


async def _index(database: Database, connector: Connector, cipher: FieldCipher) -> int:
    async with database.transaction() as tx:
        return await index_accounts(tx, connector, cipher)


def _read(body: bytes) -> list[Use]:
    lines = [(number, line) for number, line in enumerate(body.splitlines(), start=1) if line.strip()]
    if len(lines) > MAX_LINES:
        raise Refusal(TOO_LARGE, f"a list has at most {MAX_LINES} lines")
    uses = []
    for number, line in lines:
        try:
            read = _LINES.validate_json(line)
        except ValidationError as error:
            fault = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in fault["loc"]) or "line"
            raise Refusal(WRONG_USES, f"line {number}: {where}: {fault['type']}", line=number) from None
        uses.append(Use(read.account_number, read.first_used_on))
    return uses


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            raise Refusal(TOO_LARGE, f"a list has at most {MAX_BYTES} bytes")
    return bytes(body)
