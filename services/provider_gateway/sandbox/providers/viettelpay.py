"""ViettelPay (simulated, unofficial): one SOAP operation, commands VTP305 to VTP312, RSA signatures both ways."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

import orjson
from fastapi import APIRouter
from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from services.provider_gateway.sandbox.books.enquiries import day_statement, find_batch, find_holders
from services.provider_gateway.sandbox.books.openings import find_openings, receive_openings
from services.provider_gateway.sandbox.errors import RequestRefused
from services.provider_gateway.sandbox.intake import answer_batch
from services.provider_gateway.sandbox.names import folded_name
from services.provider_gateway.sandbox.parsing import (
    MAX_PAYMENTS,
    BatchReference,
    check_totals,
    content_digest,
    parse,
    read_body,
    unpack,
)
from services.provider_gateway.sandbox.providers import viettelpay_soap as soap
from services.provider_gateway.sandbox.providers import viettelpay_wire as wire
from services.provider_gateway.sandbox.records import IncomingBatch, IncomingPayment, OpeningRequest, Taking
from services.provider_gateway.sandbox.signatures import rsa_sign, rsa_verify
from services.provider_gateway.sandbox.state import Sandbox

NAME = "viettelpay"
WALLET_LIMIT_DONG = 50_000_000
CASH_LIMIT_DONG = 50_000_000

_PACKED = TypeAdapter(wire.Packed)
_CHECKS = TypeAdapter(Annotated[list[wire.CheckedAccount], Field(min_length=1, max_length=MAX_PAYMENTS)])
_DISBURSEMENT = TypeAdapter(wire.Disbursement)
_WALLET_LIST = TypeAdapter(list[wire.WalletTransfer])
_CASH_LIST = TypeAdapter(list[wire.CashTransfer])
_ENQUIRY = TypeAdapter(wire.Enquiry)
_OPENINGS = TypeAdapter(Annotated[list[wire.OpenedWallet], Field(min_length=1, max_length=MAX_PAYMENTS)])
_OPENING_ENQUIRY = TypeAdapter(wire.OpeningEnquiry)
_OPEN_IDS = TypeAdapter(Annotated[list[BatchReference], Field(min_length=1, max_length=MAX_PAYMENTS)])
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
        """process(cmd, data, signature). What is refused for its form is answered signed, with a code; what is no call at all
        by a fault; and where something fails before or behind the service, the answer is a fault or a page of HTML."""
        try:
            cmd, data, signature = soap.read_call(request, await read_body(request))
        except soap.SoapFault as fault:
            return soap.fault(fault.code, fault.text)
        except RequestRefused as refused:  # too large
            return soap.page(refused)
        try:
            rsa_verify(self._sandbox.keys.viettelpay_client, data.encode(), signature)
            command = self._commands.get(cmd)
            if command is None:
                raise RequestRefused(400, "unknown_command", "cmd is none of VTP305, VTP306, VTP307, VTP310, VTP311, VTP312")
            return _failed_as_here(await command(data))
        except RequestRefused as refused:
            return self._refused(data, refused)

    def _refused(self, data: str, refused: RequestRefused) -> Response:
        order_id, code = wire.order_of(data), wire.ERRORS.get(refused.code)
        if order_id is None or code is None:
            return soap.fault("Client", refused.message)
        return self._answer(order_id, [], code=code, message=refused.message)

    def envelope(self, message_id: str, event: str, body: bytes, forged: bool) -> tuple[dict[str, str], bytes]:
        """{cmd, data, signature}; `data` gets the notice's id and the time of sending."""
        head = orjson.dumps({"notifyId": message_id, "notifyTime": datetime.now(UTC).isoformat()})
        data = (head[:-1] + b"," + body[1:]).decode()
        signed = wire.signed_content(event, data + " " if forged else data)
        signature = rsa_sign(self._sandbox.keys.viettelpay_private, signed)
        return {}, orjson.dumps({"cmd": event, "data": data, "signature": signature})

    def _answer(
        self,
        order_id: str,
        rows: list[dict[str, object]],
        *,
        batch_state: str | None = None,
        code: str = "00",
        message: str = "OK",
        **fields: object,
    ) -> Response:
        envelope = {"orderId": order_id, "errorCode": code, "errorMsg": message, "batchErrorCode": batch_state, **fields}
        data = orjson.dumps({**envelope, "data": wire.pack(rows)}).decode()
        signature = rsa_sign(self._sandbox.keys.viettelpay_private, data.encode())
        return soap.answer(orjson.dumps({"data": data, "signature": signature}).decode())

    async def _check_accounts(self, data: str) -> Response:
        asked = parse(_PACKED, data)
        accounts = parse(_CHECKS, unpack(asked.data))
        numbers = [account.msisdn for account in accounts]
        holders = await self._sandbox.books.run(lambda connection: find_holders(connection, NAME, numbers))
        results: list[dict[str, object]] = []
        for account in accounts:
            holder = holders.get(account.msisdn)
            if holder is None:
                reason: str | None = "invalid_account"
            elif holder[1]:
                reason = "locked"
            else:
                same = folded_name(holder[0]) == folded_name(account.customerName)
                reason = None if same else "name_mismatch"
            code, text = wire.CODES[reason]
            results.append({**account.model_dump(), "errorCode": code, "errorMsg": text})
        return self._answer(asked.orderId, results)

    async def _disburse(self, data: str) -> Response:
        envelope = parse(_DISBURSEMENT, data)
        content = unpack(envelope.data)
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
            state, results = wire.taken(taking)
            return self._answer(envelope.orderId, results, batch_state=state)

        return await answer_batch(self._sandbox, batch, render)

    async def _enquire(self, data: str) -> Response:
        enquiry = parse(_ENQUIRY, data)
        sandbox, order_id = self._sandbox, enquiry.orderId
        found = await sandbox.books.run(lambda connection: find_batch(connection, sandbox, NAME, order_id))
        if found is None:
            raise RequestRefused(404, "not_found", "No such order")
        batch, outcomes = found
        wanted = enquiry.queryData
        rows = [wire.result(batch, outcome) for outcome in outcomes if wanted is None or outcome.reference == wanted]
        return self._answer(
            order_id,
            rows,
            batch_state=wire.batch_state(batch, outcomes),
            totalTrans=batch.payments,
            totalAmount=batch.amount_dong,
        )

    async def _open_wallets(self, data: str) -> Response:
        asked = parse(_PACKED, data)
        accounts = parse(_OPENINGS, unpack(asked.data))
        requests = [
            OpeningRequest(account.openId, account.customerName, account.identityNumber, account.msisdn) for account in accounts
        ]
        sandbox = self._sandbox
        answers = await sandbox.books.run(lambda connection: receive_openings(connection, sandbox, NAME, asked.orderId, requests))
        sandbox.work_to_do.set()
        return self._answer(asked.orderId, [wire.opening(answer) for answer in answers])

    async def _enquire_openings(self, data: str) -> Response:
        asked = parse(_OPENING_ENQUIRY, data)
        open_ids = None if asked.data is None else parse(_OPEN_IDS, unpack(asked.data))
        reference = asked.orderId if open_ids is None else None
        answers = await self._sandbox.books.run(
            lambda connection: find_openings(connection, NAME, batch_reference=reference, request_ids=open_ids)
        )
        return self._answer(asked.orderId, [wire.opening(answer) for answer in answers])

    async def _statement(self, data: str) -> Response:
        asked = parse(_STATEMENT, data)
        entries, next_after, final = await self._sandbox.books.run(
            lambda connection: day_statement(connection, NAME, asked.day.isoformat(), asked.after)
        )
        rows = [wire.entry(entry) for entry in entries]
        return self._answer(asked.orderId, rows, day=asked.day.isoformat(), final=final, nextAfter=next_after)


def _failed_as_here(response: Response) -> Response:
    """The failures that `answer_batch` makes, as this provider's service or the web server before it would say them."""
    if response.status_code == 429:
        return soap.html(429, "Too Many Requests", {"retry-after": response.headers.get("retry-after", "1")})
    if response.status_code == 504:
        return soap.html(504, "Gateway Time-out")
    if response.status_code >= 500:
        return soap.fault("Server", "The provider failed")
    return response
