"""ViettelPay (simulated, unofficial): one route, commands VTP305 to VTP312, RSA signatures both ways."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import orjson
from fastapi import APIRouter
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from services.provider_gateway.sandbox.books.enquiries import day_statement, find_batch, find_holders, find_payments
from services.provider_gateway.sandbox.books.openings import find_openings, receive_openings
from services.provider_gateway.sandbox.errors import RequestRefused, json_response
from services.provider_gateway.sandbox.intake import answer_batch
from services.provider_gateway.sandbox.names import folded_name
from services.provider_gateway.sandbox.parsing import check_totals, content_digest, parse, read_body, unpack
from services.provider_gateway.sandbox.providers import viettelpay_wire as wire
from services.provider_gateway.sandbox.records import IncomingBatch, IncomingPayment, OpeningRequest, Taking
from services.provider_gateway.sandbox.signatures import rsa_sign, rsa_verify
from services.provider_gateway.sandbox.state import Sandbox

NAME = "viettelpay"
WALLET_LIMIT_DONG = 50_000_000
CASH_LIMIT_DONG = 50_000_000

_REQUEST = TypeAdapter(wire.Request)
_CHECK = TypeAdapter(wire.AccountCheck)
_DISBURSEMENT = TypeAdapter(wire.Disbursement)
_WALLET_LIST = TypeAdapter(list[wire.WalletTransfer])
_CASH_LIST = TypeAdapter(list[wire.CashTransfer])
_ENQUIRY = TypeAdapter(wire.Enquiry)
_OPENING = TypeAdapter(wire.Opening)
_OPENING_ENQUIRY = TypeAdapter(wire.OpeningEnquiry)
_STATEMENT = TypeAdapter(wire.StatementRequest)


class ViettelPay:
    """The provider: its commands, and its wire for webhooks."""

    name = NAME
    accepted = staticmethod(wire.accepted)
    settled = staticmethod(wire.settled)
    opened = staticmethod(wire.opened)

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._commands: dict[str, Callable[[str], Awaitable[Response]]] = {
            "VTP305": self._check_accounts,
            "VTP306": self._disburse,
            "VTP307": self._enquire,
            "VTP310": self._open_wallets,
            "VTP311": self._enquire_openings,
            "VTP312": self._statement,
        }

    def router(self) -> APIRouter:
        """The one route."""
        router = APIRouter(tags=["viettelpay (simulated, unofficial)"])
        router.add_api_route("/viettelpay/process", self.process, methods=["POST"], summary="process(cmd, data, signature)")
        return router

    async def process(self, request: Request) -> Response:
        """Verify the signature over `cmd`, a line feed and `data`, then run the command."""
        message = parse(_REQUEST, await read_body(request))
        rsa_verify(self._sandbox.keys.viettelpay_client, wire.signed_content(message.cmd, message.data), message.signature)
        command = self._commands.get(message.cmd)
        if command is None:
            raise RequestRefused(400, "unknown_command", "cmd is none of VTP305, VTP306, VTP307, VTP310, VTP311, VTP312")
        return await command(message.data)

    def envelope(self, message_id: str, event: str, body: bytes, forged: bool) -> tuple[dict[str, str], bytes]:
        """{cmd, data, signature}; `data` gets the notice's id and the time of sending."""
        head = orjson.dumps({"notifyId": message_id, "notifyTime": datetime.now(UTC).isoformat()})
        data = (head[:-1] + b"," + body[1:]).decode()
        signed = wire.signed_content(event, data + " " if forged else data)
        signature = rsa_sign(self._sandbox.keys.viettelpay_private, signed)
        return {}, orjson.dumps({"cmd": event, "data": data, "signature": signature})

    def _answer(self, cmd: str, content: dict[str, object]) -> Response:
        data = orjson.dumps(content).decode()
        signature = rsa_sign(self._sandbox.keys.viettelpay_private, wire.signed_content(cmd, data))
        return json_response({"cmd": cmd, "data": data, "signature": signature})

    async def _check_accounts(self, data: str) -> Response:
        check = parse(_CHECK, data)
        numbers = [account.msisdn for account in check.accounts]
        holders = await self._sandbox.books.run(lambda connection: find_holders(connection, NAME, numbers))
        results = []
        for account in check.accounts:
            holder = holders.get(account.msisdn)
            if holder is None:
                state = "NOT_FOUND"
            elif holder[1]:
                state = "LOCKED"
            else:
                same = folded_name(holder[0]) == folded_name(account.customerName)
                state = "ACTIVE" if same else "NAME_MISMATCH"
            results.append({"msisdn": account.msisdn, "state": state})
        return self._answer("VTP305", {"requestId": check.requestId, "results": results})

    async def _disburse(self, data: str) -> Response:
        envelope = parse(_DISBURSEMENT, data)
        content = unpack(envelope.transList)
        if envelope.channel == "CASH":
            cash = parse(_CASH_LIST, content)
            payments = [IncomingPayment(t.transId, t.amount, t.identityNumber, t.customerName, t.note) for t in cash]
        else:
            wallets = parse(_WALLET_LIST, content)
            payments = [IncomingPayment(t.transId, t.amount, t.msisdn, t.customerName, t.note) for t in wallets]
        wire.check_size(len(payments))
        check_totals(payments, envelope.totalTrans, envelope.totalAmount)
        is_cash = envelope.channel == "CASH"
        batch = IncomingBatch(
            NAME, envelope.orderId, "cash" if is_cash else "account", content_digest(payments), payments,
            CASH_LIMIT_DONG if is_cash else WALLET_LIMIT_DONG,
        )  # fmt: skip

        def render(taking: Taking) -> Response:
            return self._answer("VTP306", wire.taken(envelope.orderId, taking))

        return await answer_batch(self._sandbox, batch, render)

    async def _enquire(self, data: str) -> Response:
        enquiry = parse(_ENQUIRY, data)
        sandbox = self._sandbox
        if enquiry.orderId is not None:
            order_id = enquiry.orderId
            found = await sandbox.books.run(lambda connection: find_batch(connection, sandbox, NAME, order_id))
            if found is None:
                return self._answer("VTP307", {"orderId": order_id, "found": False})
            return self._answer("VTP307", {"found": True, **wire.batch_view(*found)})
        references = enquiry.transIds or []
        payments = await sandbox.books.run(lambda connection: find_payments(connection, sandbox, NAME, references))
        seen = {outcome.reference for _, outcome in payments}
        results = [{"orderId": batch.batch_reference, **wire.result(batch, outcome)} for batch, outcome in payments]
        missing = [reference for reference in references if reference not in seen]
        return self._answer("VTP307", {"results": results, "notFound": missing})

    async def _open_wallets(self, data: str) -> Response:
        opening = parse(_OPENING, data)
        requests = [
            OpeningRequest(account.openId, account.customerName, account.identityNumber, account.msisdn)
            for account in opening.accounts
        ]
        sandbox = self._sandbox
        answers = await sandbox.books.run(
            lambda connection: receive_openings(connection, sandbox, NAME, opening.requestId, requests)
        )
        sandbox.work_to_do.set()
        return self._answer("VTP310", {"requestId": opening.requestId, "results": [wire.opening(a) for a in answers]})

    async def _enquire_openings(self, data: str) -> Response:
        enquiry = parse(_OPENING_ENQUIRY, data)
        answers = await self._sandbox.books.run(
            lambda connection: find_openings(connection, NAME, batch_reference=enquiry.requestId, request_ids=enquiry.openIds)
        )
        return self._answer("VTP311", {"results": [wire.opening(answer) for answer in answers]})

    async def _statement(self, data: str) -> Response:
        asked = parse(_STATEMENT, data)
        entries, next_after, final = await self._sandbox.books.run(
            lambda connection: day_statement(connection, NAME, asked.day.isoformat(), asked.after)
        )
        return self._answer(
            "VTP312",
            {"day": asked.day.isoformat(), "final": final, "entries": [wire.entry(e) for e in entries], "nextAfter": next_after},
        )
