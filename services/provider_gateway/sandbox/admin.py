"""What tests, the demo and the judge use; no provider has these. Bearer: the text of admin.secret."""

from __future__ import annotations

import hmac
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from services.provider_gateway.sandbox.books.administration import put_accounts, refuse_duplicates
from services.provider_gateway.sandbox.books.fault_log import fault_counts
from services.provider_gateway.sandbox.books.funds import funds, put_funds
from services.provider_gateway.sandbox.books.judging import PAGE, movements_page, reference_view, totals
from services.provider_gateway.sandbox.books.queueing import webhook_counts
from services.provider_gateway.sandbox.books.uses import account_uses
from services.provider_gateway.sandbox.clock import END_OF_DAY_HOUR, day_of, moment, read_clock
from services.provider_gateway.sandbox.errors import RequestRefused, json_response
from services.provider_gateway.sandbox.fault_kinds import ALL_KINDS
from services.provider_gateway.sandbox.outages import How
from services.provider_gateway.sandbox.parsing import AccountNumber, After, IdentityNumber, Message, Name, parse, read_body
from services.provider_gateway.sandbox.state import Sandbox
from services.provider_gateway.sandbox.workers import advance_clock, flush


class ClockSetting(Message):
    today: date
    hour: Annotated[int, Field(ge=0, le=23)] = END_OF_DAY_HOUR


class FaultSetting(Message):
    rates: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)
    next: list[str] = Field(default_factory=list)
    provider: str | None = None  # None: all of them


class DuplicateSetting(Message):
    refuse: bool
    provider: str | None = None


class OutageSetting(Message):
    provider: str
    seconds: Annotated[float, Field(ge=0, le=86_400)]
    how: How = "refused"


class FundsSetting(Message):
    provider: str
    balance_dong: Annotated[int, Field(ge=0)] | None


class KnownAccount(Message):
    provider: Literal["viettelpay", "vietinbank"]
    account_number: AccountNumber
    holder_name: Name
    identity_number: IdentityNumber | None = None
    locked: bool = False


class KnownAccounts(Message):
    accounts: Annotated[list[KnownAccount], Field(min_length=1, max_length=10_000)]


_CLOCK = TypeAdapter(ClockSetting)
_FAULTS = TypeAdapter(FaultSetting)
_DUPLICATES = TypeAdapter(DuplicateSetting)
_OUTAGE = TypeAdapter(OutageSetting)
_FUNDS = TypeAdapter(FundsSetting)
_ACCOUNTS = TypeAdapter(KnownAccounts)


def admin_router(sandbox: Sandbox) -> APIRouter:
    """All routes below /admin."""

    async def authorised(request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {sandbox.keys.secrets['admin']}".encode()):
            raise RequestRefused(401, "unauthorised", "Admin routes need the bearer secret of admin.secret")

    router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(authorised)])
    _add_clock(router, sandbox)
    _add_faults(router, sandbox)
    _add_outages(router, sandbox)
    _add_accounts(router, sandbox)
    _add_books(router, sandbox)
    _add_uses(router, sandbox)
    return router


def _add_clock(router: APIRouter, sandbox: Sandbox) -> None:
    @router.get("/clock")
    async def get_clock() -> Response:
        return _clock_view(await sandbox.books.run(read_clock))

    @router.post("/clock")
    async def set_clock(request: Request) -> Response:
        setting = parse(_CLOCK, await read_body(request))
        to = moment(setting.today, setting.hour)
        await advance_clock(sandbox, to)
        return _clock_view(to)

    @router.post("/flush")
    async def post_flush() -> Response:
        return json_response(await flush(sandbox))


def _clock_view(at: str) -> Response:
    return json_response({"today": day_of(at).isoformat(), "hour": int(at[11:])})


def _add_faults(router: APIRouter, sandbox: Sandbox) -> None:
    @router.get("/faults")
    async def get_faults() -> Response:
        counts = await sandbox.books.run(fault_counts)
        return json_response({kind: counts.get(kind, 0) for kind in ALL_KINDS})

    @router.post("/faults")
    async def set_faults(request: Request) -> Response:
        setting = parse(_FAULTS, await read_body(request))
        unknown = ({*setting.rates} | {*setting.next}) - {*ALL_KINDS}
        if unknown:
            raise RequestRefused(422, "unknown_fault", f"No such kind: {', '.join(sorted(unknown))}")
        _check_provider(sandbox, setting.provider)

        def change(connection: object) -> dict[str, object]:
            sandbox.faults.set_rates(setting.rates, setting.provider)
            sandbox.faults.force(setting.next, setting.provider)
            return {"rates": sandbox.faults.rates, "next": list(sandbox.faults.forced)}

        return json_response(await sandbox.books.run(change))

    @router.post("/duplicates")
    async def set_duplicates(request: Request) -> Response:
        setting = parse(_DUPLICATES, await read_body(request))
        _check_provider(sandbox, setting.provider)
        await sandbox.books.run(lambda connection: refuse_duplicates(connection, setting.refuse, setting.provider))
        return json_response({"refuse": setting.refuse, "provider": setting.provider})


def _add_outages(router: APIRouter, sandbox: Sandbox) -> None:
    @router.get("/outages")
    async def get_outages() -> Response:
        outages = sandbox.outages
        return json_response({"left_seconds": outages.left_seconds(), "turned_away": dict(outages.turned_away)})

    @router.post("/outages")
    async def begin_outage(request: Request) -> Response:
        setting = parse(_OUTAGE, await read_body(request))
        _check_provider(sandbox, setting.provider)
        sandbox.outages.begin(setting.provider, setting.how, setting.seconds)
        return json_response({"provider": setting.provider, "how": setting.how, "seconds": setting.seconds})


def _check_provider(sandbox: Sandbox, provider: str | None) -> None:
    if provider is not None and provider not in sandbox.wires:
        raise RequestRefused(422, "unknown_provider", f"None of {', '.join(sandbox.wires)}")


def _add_accounts(router: APIRouter, sandbox: Sandbox) -> None:
    @router.get("/funds")
    async def get_funds() -> Response:
        return json_response(
            await sandbox.books.run(lambda connection: {name: funds(connection, name) for name in sandbox.wires})
        )

    @router.post("/funds")
    async def set_funds(request: Request) -> Response:
        setting = parse(_FUNDS, await read_body(request))
        _check_provider(sandbox, setting.provider)
        await sandbox.books.run(lambda connection: put_funds(connection, setting.provider, setting.balance_dong))
        return json_response({"provider": setting.provider, "balance_dong": setting.balance_dong})

    @router.post("/accounts")
    async def add_accounts(request: Request) -> Response:
        accounts = parse(_ACCOUNTS, await read_body(request)).accounts
        known = [(a.provider, a.account_number, a.holder_name, a.identity_number, a.locked) for a in accounts]
        await sandbox.books.run(lambda connection: put_accounts(connection, known))
        return json_response({"accounts": len(accounts)})


def _add_books(router: APIRouter, sandbox: Sandbox) -> None:
    @router.get("/totals")
    async def get_totals() -> Response:
        return json_response(await sandbox.books.run(lambda connection: totals(connection, list(sandbox.wires))))

    @router.get("/webhooks")
    async def get_webhooks() -> Response:
        return json_response(await sandbox.books.run(webhook_counts))

    @router.get("/books")
    async def get_books(
        provider: str | None = None, after: After = 0, limit: Annotated[int, Field(ge=1, le=PAGE)] = 1000
    ) -> Response:
        movements, next_after = await sandbox.books.run(
            lambda connection: movements_page(connection, provider or None, after, limit)
        )
        return json_response({"movements": movements, "next_after": next_after})

    @router.get("/books/{reference}")
    async def get_reference(reference: str) -> Response:
        view = await sandbox.books.run(lambda connection: reference_view(connection, reference))
        if view is None:
            raise RequestRefused(404, "not_found", "No payment of that reference in the books")
        return json_response(view)


def _add_uses(router: APIRouter, sandbox: Sandbox) -> None:
    @router.get("/uses")
    async def get_uses(
        provider: str,
        since: date = date.min,
        after: Annotated[str, Field(max_length=40)] = "",
        limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE,
    ) -> Response:
        _check_provider(sandbox, provider)
        uses, next_after = await sandbox.books.run(
            lambda connection: account_uses(connection, sandbox, provider, since, after, limit)
        )
        return json_response({"uses": uses, "next_after": next_after})
