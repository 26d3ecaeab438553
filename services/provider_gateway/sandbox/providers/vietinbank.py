"""VietinBank (simulated, unofficial): credit transfers and statements as ISO 20022 files; openings and names as signed JSON."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

import orjson
from fastapi import APIRouter, Query
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from services.provider_gateway.sandbox.books.enquiries import PAGE, find_batch, find_holders
from services.provider_gateway.sandbox.books.openings import find_openings, receive_openings
from services.provider_gateway.sandbox.books.statements import (
    acknowledge_day,
    day_of_account,
    days_to_take,
    entries_of_day,
)
from services.provider_gateway.sandbox.errors import RequestRefused, json_response
from services.provider_gateway.sandbox.intake import answer_batch
from services.provider_gateway.sandbox.parsing import MAX_BODY_BYTES, content_digest, parse, read_body
from services.provider_gateway.sandbox.providers import vietinbank_reports as reports
from services.provider_gateway.sandbox.providers import vietinbank_wire as wire
from services.provider_gateway.sandbox.providers.vietinbank_pain001 import read_file
from services.provider_gateway.sandbox.records import (
    BatchInfo,
    IncomingBatch,
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
MAX_FILE_BYTES = 32_000_000
DAYS_AT_ONCE = 20
_STATEMENT_NAME = re.compile(r"^camt\.053\.001\.08-([0-9]{4}-[0-9]{2}-[0-9]{2})\.xml$")


_OPENINGS = TypeAdapter(wire.OpeningBatch)
_NAMES = TypeAdapter(wire.NameEnquiry)


class VietinBank:
    """The provider: its routes, and its wire for webhooks."""

    name = NAME

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._signer = StandardSigner(sandbox.keys.secrets["vietinbank_webhook"])

    def router(self) -> APIRouter:
        """All routes, below /vietinbank/v1."""
        router = APIRouter(prefix="/vietinbank/v1", tags=["vietinbank (simulated, unofficial)"])
        router.add_api_route("/files", self.post_file, methods=["POST"])
        router.add_api_route("/files/{message_id}", self.get_file, methods=["GET"])
        router.add_api_route("/outbox", self.get_outbox, methods=["GET"])
        router.add_api_route("/outbox/{name}", self.get_outgoing, methods=["GET"])
        router.add_api_route("/outbox/{name}", self.delete_outgoing, methods=["DELETE"])
        router.add_api_route("/account-openings", self.post_openings, methods=["POST"])
        router.add_api_route("/account-openings/{batch_reference}", self.get_openings, methods=["GET"])
        router.add_api_route("/account-opening-requests/{request_id}", self.get_opening, methods=["GET"])
        router.add_api_route("/name-enquiries", self.post_names, methods=["POST"])
        router.add_api_route("/statements/{day}", self.get_statement, methods=["GET"])
        return router

    async def post_file(self, request: Request) -> Response:
        """Take a pain.001; the answer is a pain.002."""
        file = read_file(await self._verified(request, MAX_FILE_BYTES))
        digest = content_digest(file.payments)
        incoming = IncomingBatch(NAME, file.message_id, "account", digest, file.payments, LIMIT_DONG)
        amounts = {payment.reference: payment.amount_dong for payment in file.payments}

        def render(taking: Taking) -> Response:
            if taking.duplicate:
                return _xml(reports.duplicate_report(file.message_id))
            outcomes = [Outcome(r, amounts[r], state, reason, None, "", "", False) for r, state, reason in taking.results]
            return _xml(reports.status_report(file.message_id, outcomes))

        return await answer_batch(self._sandbox, incoming, render)

    async def get_file(self, request: Request, message_id: str) -> Response:
        """Where a file and each of its payments stand."""
        await self._verified(request)
        sandbox = self._sandbox
        found = await sandbox.books.run(lambda connection: find_batch(connection, sandbox, NAME, message_id))
        if found is None:
            raise RequestRefused(404, "not_found", "No such file")
        return _xml(reports.status_report(message_id, found[1]))

    async def get_statement(self, request: Request, day: date, page: Annotated[int, Query(ge=1, le=10**6)] = 1) -> Response:
        """A page of the statement of a day that is over."""
        await self._verified(request)
        return _xml(await self._statement(day, page))

    async def get_outbox(self, request: Request) -> Response:
        """Names of files that the client has not taken yet: statements of days that are over."""
        await self._verified(request)
        days = await self._sandbox.books.run(lambda connection: days_to_take(connection, NAME, DAYS_AT_ONCE))
        return json_response({"files": [f"camt.053.001.08-{day.isoformat()}.xml" for day in days]})

    async def get_outgoing(self, request: Request, name: str) -> Response:
        """One of these files."""
        await self._verified(request)
        return _xml(await self._statement(_day_of_file(name), None))

    async def delete_outgoing(self, request: Request, name: str) -> Response:
        """The client has it."""
        await self._verified(request)
        day = _day_of_file(name)
        await self._sandbox.books.run(lambda connection: acknowledge_day(connection, NAME, day))
        return json_response({"taken": name})

    async def _statement(self, day: date, page: int | None) -> str:
        head = await self._sandbox.books.run(lambda connection: day_of_account(connection, NAME, day))
        if head is None:
            raise RequestRefused(404, "no_statement", "Statements begin later")
        entries = await self._sandbox.books.run(lambda connection: entries_of_day(connection, NAME, day))
        if page is None:
            return reports.statement(day, head, entries, 1, is_last=True)
        start = (page - 1) * PAGE
        if start and start >= len(entries):
            raise RequestRefused(404, "no_such_page", "The statement has fewer pages")
        return reports.statement(day, head, entries[start : start + PAGE], page, is_last=start + PAGE >= len(entries))

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

    async def _verified(self, request: Request, most_bytes: int = MAX_BODY_BYTES) -> bytes:
        """The body of a request whose signature holds."""
        body = await read_body(request, most_bytes)
        content, signature = request_content(request.method, target_of(request), request.headers, body)
        rsa_verify(self._sandbox.keys.vietinbank_client, content, signature)
        return body

    def accepted(self, batch: BatchInfo, references: list[str]) -> Notice:
        """Webhook: a pain.002, the payments were taken."""
        return Notice("pain.002", {"xml": reports.acceptance(batch.batch_reference, references)})

    def settled(self, batch: BatchInfo, outcomes: list[Outcome], forged: bool) -> Notice:
        """Webhook: a camt.054 of what moved, or a pain.002 where anything was refused. A forged one differs by its signature
        alone."""
        if any(outcome.state in ("refused", "duplicate") for outcome in outcomes):
            return Notice("pain.002", {"xml": reports.status_report(batch.batch_reference, outcomes)})
        return Notice("camt.054", {"xml": reports.notification(batch.batch_reference, outcomes)})

    def opened(self, batch_reference: str, answers: list[OpeningAnswer]) -> Notice:
        """Webhook: answers to requests for accounts."""
        views = [wire.answer_view(answer) for answer in answers]
        return Notice("account_openings.answers", {"batch_reference": batch_reference, "answers": views})

    def envelope(self, message_id: str, event: str, body: bytes, forged: bool) -> tuple[dict[str, str], bytes]:
        """As Standard Webhooks: a file as it stands, answers to openings in their JSON envelope."""
        xml = orjson.loads(body).get("xml")
        if xml is None:
            return self._signer.envelope(message_id, event, body, forged)
        content = str(xml).encode()
        return {**self._signer.headers(message_id, content, forged), "content-type": "application/xml"}, content


def _xml(content: str) -> Response:
    return Response(content.encode(), media_type="application/xml")


def _day_of_file(name: str) -> date:
    match = _STATEMENT_NAME.match(name)
    try:
        return date.fromisoformat(match[1] if match else "")
    except ValueError:
        raise RequestRefused(404, "no_such_file", "No such file") from None
