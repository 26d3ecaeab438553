"""VietinBank (simulated, unofficial): credit transfers, openings, name enquiry and statements over signed JSON."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from services.provider_gateway.sandbox.books.enquiries import day_statement, find_batch, find_holders, find_payments
from services.provider_gateway.sandbox.books.openings import find_openings, receive_openings
from services.provider_gateway.sandbox.errors import RequestRefused, json_response
from services.provider_gateway.sandbox.intake import answer_batch
from services.provider_gateway.sandbox.parsing import After, check_totals, content_digest, parse, read_body
from services.provider_gateway.sandbox.providers import vietinbank_wire as wire
from services.provider_gateway.sandbox.records import (
    BatchInfo,
    IncomingBatch,
    IncomingPayment,
    Notice,
    OpeningAnswer,
    OpeningRequest,
    Outcome,
    Taking,
)
from services.provider_gateway.sandbox.signatures import request_content, rsa_verify, target_of
from services.provider_gateway.sandbox.standard_webhooks import StandardSigner
from services.provider_gateway.sandbox.state import Sandbox

NAME = "vietinbank"
LIMIT_DONG = 499_999_999


_BATCH = TypeAdapter(wire.Batch)
_OPENINGS = TypeAdapter(wire.OpeningBatch)
_NAMES = TypeAdapter(wire.NameEnquiry)


class VietinBank:
    """The provider: its routes, and its wire for webhooks."""

    name = NAME

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.envelope = StandardSigner(sandbox.keys.secrets["vietinbank_webhook"]).envelope

    def router(self) -> APIRouter:
        """All routes, below /vietinbank/v1."""
        router = APIRouter(prefix="/vietinbank/v1", tags=["vietinbank (simulated, unofficial)"])
        router.add_api_route("/batches", self.post_batch, methods=["POST"])
        router.add_api_route("/batches/{batch_reference}", self.get_batch, methods=["GET"])
        router.add_api_route("/payments/{reference}", self.get_payment, methods=["GET"])
        router.add_api_route("/account-openings", self.post_openings, methods=["POST"])
        router.add_api_route("/account-openings/{batch_reference}", self.get_openings, methods=["GET"])
        router.add_api_route("/account-opening-requests/{request_id}", self.get_opening, methods=["GET"])
        router.add_api_route("/name-enquiries", self.post_names, methods=["POST"])
        router.add_api_route("/statements/{day}", self.get_statement, methods=["GET"])
        return router

    async def post_batch(self, request: Request) -> Response:
        """Take a batch of credit transfers."""
        batch = parse(_BATCH, await self._verified(request))
        payments = [IncomingPayment(p.reference, p.amount_dong, p.account_number, p.account_name, p.text) for p in batch.payments]
        check_totals(payments, batch.number_of_payments, batch.total_amount_dong)
        incoming = IncomingBatch(NAME, batch.batch_reference, "account", content_digest(payments), payments, LIMIT_DONG)

        def render(taking: Taking) -> Response:
            results = [{"reference": r, "state": wire.state_word(state), "reason": reason} for r, state, reason in taking.results]
            state = "duplicate" if taking.duplicate else "accepted"
            return json_response({"batch_reference": batch.batch_reference, "state": state, "results": results})

        return await answer_batch(self._sandbox, incoming, render)

    async def get_batch(self, request: Request, batch_reference: str) -> Response:
        """Where a batch and each of its payments stand."""
        await self._verified(request)
        sandbox = self._sandbox
        found = await sandbox.books.run(lambda connection: find_batch(connection, sandbox, NAME, batch_reference))
        if found is None:
            raise RequestRefused(404, "not_found", "No such batch")
        batch, outcomes = found
        is_open = any(outcome.state == "open" for outcome in outcomes)
        state = "completed" if not is_open else "accepted" if batch.stage == "taken" else "processing"
        results = [wire.result(outcome) for outcome in outcomes]
        return json_response({"batch_reference": batch.batch_reference, "state": state, "results": results})

    async def get_payment(self, request: Request, reference: str) -> Response:
        """Where one payment stands."""
        await self._verified(request)
        sandbox = self._sandbox
        found = await sandbox.books.run(lambda connection: find_payments(connection, sandbox, NAME, [reference]))
        if not found:
            raise RequestRefused(404, "not_found", "No such payment")
        return json_response({"batch_reference": found[0][0].batch_reference, **wire.result(found[0][1])})

    async def post_openings(self, request: Request) -> Response:
        """Take requests for accounts."""
        opening = parse(_OPENINGS, await self._verified(request))
        requests = [OpeningRequest(r.request_id, r.customer_name, r.identity_number, r.msisdn) for r in opening.requests]
        sandbox = self._sandbox
        answers = await sandbox.books.run(
            lambda connection: receive_openings(connection, sandbox, NAME, opening.batch_reference, requests)
        )
        sandbox.work_to_do.set()
        return json_response({"batch_reference": opening.batch_reference, "answers": [wire.answer_view(a) for a in answers]})

    async def get_openings(self, request: Request, batch_reference: str) -> Response:
        """Where all requests of a batch stand."""
        await self._verified(request)
        answers = await self._sandbox.books.run(
            lambda connection: find_openings(connection, NAME, batch_reference=batch_reference)
        )
        if not answers:
            raise RequestRefused(404, "not_found", "No such batch of requests")
        return json_response({"batch_reference": batch_reference, "answers": [wire.answer_view(answer) for answer in answers]})

    async def get_opening(self, request: Request, request_id: str) -> Response:
        """Where one request stands."""
        await self._verified(request)
        answers = await self._sandbox.books.run(lambda connection: find_openings(connection, NAME, request_ids=[request_id]))
        if not answers:
            raise RequestRefused(404, "not_found", "No such request")
        return json_response(wire.answer_view(answers[0]))

    async def post_names(self, request: Request) -> Response:
        """The holders' names of accounts."""
        numbers = parse(_NAMES, await self._verified(request)).account_numbers
        holders = await self._sandbox.books.run(lambda connection: find_holders(connection, NAME, numbers))
        accounts = []
        for number in numbers:
            name, locked = holders.get(number, (None, False))
            state = "not_found" if name is None else "locked" if locked else "active"
            accounts.append({"account_number": number, "state": state, "holder_name": name})
        return json_response({"accounts": accounts})

    async def get_statement(self, request: Request, day: date, after: After = 0) -> Response:
        """Money that moved on a day."""
        await self._verified(request)
        entries, next_after, final = await self._sandbox.books.run(
            lambda connection: day_statement(connection, NAME, day.isoformat(), after)
        )
        lines = [
            {"entry": e.entry, "reference": e.reference, "kind": e.kind, "amount_dong": e.amount_dong, "text": e.note}
            for e in entries
        ]
        return json_response({"day": day.isoformat(), "final": final, "entries": lines, "next_after": next_after})

    async def _verified(self, request: Request) -> bytes:
        """The body of a request whose signature holds."""
        body = await read_body(request)
        content, signature = request_content(request.method, target_of(request), request.headers, body)
        rsa_verify(self._sandbox.keys.vietinbank_client, content, signature)
        return body

    def accepted(self, batch: BatchInfo, references: list[str]) -> Notice:
        """Webhook: the batch was taken."""
        payload: dict[str, object] = {"batch_reference": batch.batch_reference, "references": references}
        return Notice("batch.accepted", payload)

    def settled(self, batch: BatchInfo, outcomes: list[Outcome], forged: bool) -> Notice:
        """Webhook: results of some payments of the batch. A forged one differs by its signature alone."""
        results = [wire.result(outcome) for outcome in outcomes]
        return Notice("payments.results", {"batch_reference": batch.batch_reference, "results": results})

    def opened(self, batch_reference: str, answers: list[OpeningAnswer]) -> Notice:
        """Webhook: answers to requests for accounts."""
        views = [wire.answer_view(answer) for answer in answers]
        return Notice("account_openings.answers", {"batch_reference": batch_reference, "answers": views})
