"""Opening accounts and wallets: one holder for each wallet, one name for each identity number."""

from __future__ import annotations

import sqlite3
import time
from itertools import groupby
from typing import NamedTuple

from services.provider_gateway.sandbox.books.fault_log import record_fault
from services.provider_gateway.sandbox.books.queueing import queue_webhook
from services.provider_gateway.sandbox.clock import read_clock
from services.provider_gateway.sandbox.errors import RequestRefused
from services.provider_gateway.sandbox.fault_kinds import OPENING_KINDS
from services.provider_gateway.sandbox.names import folded_name
from services.provider_gateway.sandbox.records import OpeningAnswer, OpeningRequest
from services.provider_gateway.sandbox.state import Sandbox

_ANSWER = "request_id, state, reason, account_number, customer_name, name_found, answered_on"


class _Waiting(NamedTuple):
    opening_id: int
    provider: str
    batch_reference: str
    request_id: str
    customer_name: str
    identity_number: str
    msisdn: str | None


class _Decision(NamedTuple):
    state: str
    reason: str | None = None
    account_number: str | None = None
    name_found: str | None = None
    fault: str | None = None


def receive_openings(
    connection: sqlite3.Connection, sandbox: Sandbox, provider: str, batch_reference: str, requests: list[OpeningRequest]
) -> list[OpeningAnswer]:
    """Take requests; one sent again with the same content is answered as it stands, with other content refused (409)."""
    ready_at = time.time() + sandbox.settings.processing_seconds
    answers = []
    for request in requests:
        connection.execute(
            "INSERT INTO openings (provider, batch_reference, request_id, customer_name, identity_number, msisdn, state,"
            " ready_at) VALUES (?, ?, ?, ?, ?, ?, 'received', ?) ON CONFLICT DO NOTHING",
            (provider, batch_reference, *request, ready_at),
        )
        row = connection.execute(
            f"SELECT {_ANSWER}, identity_number, msisdn FROM openings WHERE provider = ? AND request_id = ?",  # noqa: S608
            (provider, request.request_id),
        ).fetchone()
        if (row["customer_name"], row["identity_number"], row["msisdn"]) != request[1:]:
            raise RequestRefused(409, "request_id_reused", f"Request {request.request_id} stands for other content")
        answers.append(OpeningAnswer(*row[:7]))
    return answers


def find_openings(
    connection: sqlite3.Connection, provider: str, *, batch_reference: str | None = None, request_ids: list[str] | None = None
) -> list[OpeningAnswer]:
    """Where requests stand, by their batch or by their ids; unknown ones are left out."""
    if batch_reference is not None:
        rows = connection.execute(
            f"SELECT {_ANSWER} FROM openings WHERE provider = ? AND batch_reference = ? ORDER BY opening_id",  # noqa: S608
            (provider, batch_reference),
        ).fetchall()
        return [OpeningAnswer(*row) for row in rows]
    found = []
    for request_id in request_ids or []:
        row = connection.execute(
            f"SELECT {_ANSWER} FROM openings WHERE provider = ? AND request_id = ?",  # noqa: S608
            (provider, request_id),
        ).fetchone()
        if row is not None:
            found.append(OpeningAnswer(*row))
    return found


def answer_openings(connection: sqlite3.Connection, sandbox: Sandbox, limit: int, *, all_received: bool = False) -> int:
    """Decide on requests whose time has come and queue the webhooks; how many there were."""
    clock = read_clock(connection)
    rows = connection.execute(
        "SELECT opening_id, provider, batch_reference, request_id, customer_name, identity_number, msisdn FROM openings"
        " WHERE state = 'received' AND ready_at <= ? ORDER BY ready_at, opening_id LIMIT ?",
        (float("inf") if all_received else time.time(), limit),
    ).fetchall()
    waiting = [_Waiting(*row) for row in rows]
    for (provider, batch_reference), group in groupby(waiting, key=lambda w: (w.provider, w.batch_reference)):
        answers = [_answer(connection, sandbox, request, clock[:10]) for request in group]
        notice = sandbox.wires[provider].opened(batch_reference, answers)
        queue_webhook(connection, provider, notice, batch_reference)
    return len(waiting)


def _answer(connection: sqlite3.Connection, sandbox: Sandbox, request: _Waiting, today: str) -> OpeningAnswer:
    decision = _decide(connection, sandbox, request)
    if decision.fault:
        record_fault(connection, sandbox.faults, decision.fault, request.provider, request.request_id)
    if decision.state == "opened":
        connection.execute(
            "INSERT INTO accounts (provider, account_number, holder_name, identity_number, opened_on)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (request.provider, decision.account_number, request.customer_name, request.identity_number, today),
        )
    connection.execute(
        "UPDATE openings SET state = ?, reason = ?, account_number = ?, name_found = ?, fault = ?, answered_on = ?"
        " WHERE opening_id = ?",
        (*decision, today, request.opening_id),
    )
    return OpeningAnswer(
        request.request_id, decision.state, decision.reason, decision.account_number, request.customer_name,
        decision.name_found, today,
    )  # fmt: skip


def _decide(connection: sqlite3.Connection, sandbox: Sandbox, request: _Waiting) -> _Decision:
    by_wallet = request.msisdn is not None and request.provider == "viettelpay"
    column, value = ("account_number", request.msisdn) if by_wallet else ("identity_number", request.identity_number)
    existing = connection.execute(
        f"SELECT account_number, holder_name, identity_number FROM accounts WHERE provider = ? AND {column} = ?",  # noqa: S608
        (request.provider, value),
    ).fetchone()
    if existing is not None:
        number, holder, identity = existing
        if identity is not None and identity != request.identity_number:
            return _Decision("refused", "msisdn_taken")
        if folded_name(holder) != folded_name(request.customer_name):
            return _Decision("refused", "name_mismatch", name_found=holder)
        return _Decision("opened", "existing", number)
    fault = sandbox.faults.choose(OPENING_KINDS, f"opening:{request.request_id}", request.provider)
    if fault == "opening_refused":
        return _Decision("refused", "identity_document_expired", fault=fault)
    if fault == "opening_name_mismatch":
        return _Decision("refused", "name_mismatch", name_found=_other_name(request.customer_name), fault=fault)
    return _Decision("opened", None, request.msisdn if by_wallet else _new_number(connection, request))


def _new_number(connection: sqlite3.Connection, request: _Waiting) -> str:
    """A number that nobody has: 12 digits at the bank, the phone number of a new SIM (8486...) for a wallet."""
    for prefix in range(10, 100):
        sim = request.provider == "viettelpay"
        number = f"8486{prefix % 10}{request.opening_id:06d}" if sim else f"{prefix}{request.opening_id:010d}"
        taken = connection.execute(
            "SELECT 1 FROM accounts WHERE provider = ? AND account_number = ?", (request.provider, number)
        ).fetchone()
        if taken is None:
            return number
    raise RuntimeError("no free account number")


def _other_name(name: str) -> str:
    """A name as an older document may have it: without the middle name, or with one more."""
    words = name.split()
    return " ".join((words[0], words[-1])) if len(words) > 2 else " ".join((*words, "Em"))
