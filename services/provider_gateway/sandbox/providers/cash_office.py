"""An office that hands out cash against lists (simulated, unofficial): HMAC-signed requests, signed result lists back."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Sequence
from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.provider_gateway.sandbox.books.counter import Receiver, come_for, keep_home_orders, load_counter, send_back
from services.provider_gateway.sandbox.books.enquiries import day_results, find_batch, find_payments
from services.provider_gateway.sandbox.books.settling import due_batches, settle_batches
from services.provider_gateway.sandbox.books.withdrawals import find_withdrawal, request_withdrawal
from services.provider_gateway.sandbox.errors import RequestRefused, json_response
from services.provider_gateway.sandbox.intake import answer_batch
from services.provider_gateway.sandbox.parsing import After, check_totals, content_digest, parse, read_body
from services.provider_gateway.sandbox.providers.cash_wire import (
    AT_THE_COUNTER,
    PAY_LIST,
    SENT_BACK,
    STATES,
    WITHDRAWAL,
    order_result,
    signed_list,
    withdrawal_result,
)
from services.provider_gateway.sandbox.records import (
    BatchInfo,
    IncomingBatch,
    IncomingPayment,
    Notice,
    OpeningAnswer,
    Outcome,
    Taking,
)
from services.provider_gateway.sandbox.signatures import hmac_sign, hmac_verify, request_content, target_of
from services.provider_gateway.sandbox.standard_webhooks import StandardSigner
from services.provider_gateway.sandbox.state import Sandbox

LIMIT_DONG = 50_000_000


class CashOffice:
    """One office with its own routes, keys and book."""

    def __init__(self, sandbox: Sandbox, name: str, prefix: str, lists_path: str) -> None:
        self._sandbox = sandbox
        self._name = name
        self._prefix = prefix
        self._lists_path = lists_path
        self._secret = sandbox.keys.secrets[f"{name}_hmac"]
        self._home, self._receivers = sandbox.books.run_blocking(lambda connection: load_counter(connection, name))
        self.envelope = StandardSigner(sandbox.keys.secrets[f"{name}_webhook"]).envelope

    @property
    def name(self) -> str:
        """The provider's name."""
        return self._name

    def router(self) -> APIRouter:
        """All routes of the office."""
        router = APIRouter(prefix=self._prefix, tags=[f"{self._name} (simulated, unofficial)"])
        router.add_api_route(self._lists_path, self.post_list, methods=["POST"])
        router.add_api_route(self._lists_path + "/{list_reference}", self.get_list, methods=["GET"])
        router.add_api_route("/orders/{reference}", self.get_order, methods=["GET"])
        router.add_api_route("/results", self.get_results, methods=["GET"])
        router.add_api_route("/withdrawals", self.post_withdrawal, methods=["POST"])
        router.add_api_route("/withdrawals/{withdrawal_reference}", self.get_withdrawal, methods=["GET"])
        return router

    async def post_list(self, request: Request) -> Response:
        """Take a pay list: single-use cash orders for one pay point and day."""
        pay_list = parse(PAY_LIST, await self._verified(request))
        payments = [
            IncomingPayment(o.reference, o.amount_dong, o.identity_number or "", o.payee_name, o.note) for o in pay_list.orders
        ]
        check_totals(payments, pay_list.number_of_orders, pay_list.total_amount_dong)
        digest = content_digest(payments)
        await self._note_home_orders([order.reference for order in pay_list.orders if order.home_delivery])
        incoming = IncomingBatch(
            self._name, pay_list.list_reference, "cash", digest, payments, LIMIT_DONG, pay_list.pay_point, pay_list.pay_on
        )

        def render(taking: Taking) -> Response:
            results = [
                {"reference": reference, "state": STATES.get(state, state), "reason": reason}
                for reference, state, reason in taking.results
            ]
            state = "duplicate" if taking.duplicate else "accepted"
            return json_response({"list_reference": pay_list.list_reference, "state": state, "results": results})

        return await answer_batch(self._sandbox, incoming, render)

    async def get_list(self, request: Request, list_reference: str) -> Response:
        """Where a list and each of its orders stand, as a signed result list."""
        await self._verified(request)
        sandbox, name = self._sandbox, self._name
        found = await sandbox.books.run(lambda connection: find_batch(connection, sandbox, name, list_reference))
        if found is None:
            raise RequestRefused(404, "not_found", "No such list")
        return self._signed({"list_reference": list_reference, "results": [self._result(o) for o in found[1]]})

    async def get_order(self, request: Request, reference: str) -> Response:
        """Where one order stands, as a signed result list of one."""
        await self._verified(request)
        sandbox, name = self._sandbox, self._name
        found = await sandbox.books.run(lambda connection: find_payments(connection, sandbox, name, [reference]))
        if not found:
            raise RequestRefused(404, "not_found", "No such order")
        batch, outcome = found[0]
        return self._signed({"list_reference": batch.batch_reference, "results": [self._result(outcome)]})

    async def get_results(self, request: Request, day: date, after: After = 0) -> Response:
        """All orders whose result fell on a day, as a signed result list."""
        await self._verified(request)
        name = self._name
        found, next_after, final = await self._sandbox.books.run(
            lambda connection: day_results(connection, name, day.isoformat(), after)
        )
        results = [{"list_reference": reference, **self._result(outcome)} for reference, outcome in found]
        return self._signed({"day": day.isoformat(), "final": final, "results": results, "next_after": next_after})

    async def post_withdrawal(self, request: Request) -> Response:
        """Ask that orders be withdrawn; only a later result list confirms it."""
        asked = parse(WITHDRAWAL, await self._verified(request))
        sandbox, name = self._sandbox, self._name
        found = await sandbox.books.run(
            lambda connection: request_withdrawal(connection, sandbox.faults, name, asked.withdrawal_reference, asked.references)
        )
        results = [withdrawal_result(withdrawal) for withdrawal in found]
        return self._signed({"withdrawal_reference": asked.withdrawal_reference, "results": results})

    async def get_withdrawal(self, request: Request, withdrawal_reference: str) -> Response:
        """Where a withdrawal stands, order by order, as a signed result list."""
        await self._verified(request)
        name = self._name
        found = await self._sandbox.books.run(lambda connection: find_withdrawal(connection, name, withdrawal_reference))
        if not found:
            raise RequestRefused(404, "not_found", "No such withdrawal")
        results = [withdrawal_result(withdrawal) for withdrawal in found]
        return self._signed({"withdrawal_reference": withdrawal_reference, "results": results})

    def accepted(self, batch: BatchInfo, references: list[str]) -> Notice:
        """Webhook: the list was taken and its orders issued."""
        return Notice("list.accepted", {"list_reference": batch.batch_reference, "references": references})

    def settled(self, batch: BatchInfo, outcomes: list[Outcome], forged: bool) -> Notice:
        """Webhook: a signed result list of some orders. In a forged one the list's signature is wrong too."""
        results = [self._result(outcome) for outcome in outcomes]
        secret = hmac_sign(self._secret, b"not the secret") if forged else self._secret
        content = signed_list(secret, self._name, {"list_reference": batch.batch_reference, "results": results})
        return Notice("orders.results", content)

    def opened(self, batch_reference: str, answers: list[OpeningAnswer]) -> Notice:
        """Cash offices open no accounts."""
        raise ValueError(f"{self._name} opens no accounts")

    async def come_for(self, reference: str, receiver: Receiver) -> None:
        """Somebody comes for an order, now."""
        sandbox, name = self._sandbox, self._name

        def work(connection: sqlite3.Connection) -> None:
            at = come_for(connection, name, reference, receiver)
            self._receivers[reference] = receiver
            settle_batches(connection, sandbox, due_batches(connection, at))

        await sandbox.books.run(work)
        sandbox.webhooks_to_send.set()

    async def send_back(self, reference: str, reason: str) -> None:
        """Nobody can ever collect an order: it goes back, now."""
        sandbox, name = self._sandbox, self._name

        def work(connection: sqlite3.Connection) -> None:
            at = send_back(connection, name, reference, reason)
            settle_batches(connection, sandbox, due_batches(connection, at))

        await sandbox.books.run(work)
        sandbox.webhooks_to_send.set()

    async def _note_home_orders(self, references: list[str]) -> None:
        if references:
            await self._sandbox.books.run(lambda connection: keep_home_orders(connection, self._name, references))
            self._home.update(references)

    def _result(self, outcome: Outcome) -> dict[str, object]:
        place = "home" if outcome.reference in self._home else "counter"
        return order_result(outcome, self._receivers.get(outcome.reference), place)

    def _signed(self, content: dict[str, object]) -> Response:
        return json_response(signed_list(self._secret, self._name, content))

    async def _verified(self, request: Request) -> bytes:
        """The body of a request whose signature holds."""
        body = await read_body(request)
        content, signature = request_content(request.method, target_of(request), request.headers, body)
        hmac_verify(self._secret, content, signature)
        return body


def counter_router(sandbox: Sandbox, offices: Sequence[CashOffice]) -> APIRouter:
    """Who comes to which office for which order: for tests and the demo; no provider has this route. Bearer: admin.secret."""
    router = APIRouter(prefix="/admin/counter", tags=["admin"])
    by_name = {office.name: office for office in offices}

    async def office_of(name: str, request: Request) -> tuple[CashOffice, bytes]:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {sandbox.keys.secrets['admin']}".encode()):
            raise RequestRefused(401, "unauthorised", "Admin routes need the bearer secret of admin.secret")
        if name not in by_name:
            raise RequestRefused(404, "not_found", "No such office")
        return by_name[name], await read_body(request)

    @router.post("/{name}")
    async def post_counter(name: str, request: Request) -> Response:
        office, body = await office_of(name, request)
        came = parse(AT_THE_COUNTER, body)
        receiver = Receiver(came.name, came.identity_number, came.relationship, came.receipt)
        await office.come_for(came.reference, receiver)
        return json_response({"reference": came.reference, "state": "paid"})

    @router.post("/{name}/sent-back")
    async def post_sent_back(name: str, request: Request) -> Response:
        office, body = await office_of(name, request)
        back = parse(SENT_BACK, body)
        await office.send_back(back.reference, back.reason)
        return json_response({"reference": back.reference, "state": "returned"})

    return router
