"""PyPI's mock-bank as a process: a bank that nobody here wrote, reached over a drop folder and nothing else.

A test sets its faults over its control routes, and reads its books in its SQLite file.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from mockbank import db, schema

from shared.embedded_postgres import free_port

ACCOUNT = "118000059999"
"""The payer's, as the bank knows it by number."""

IBAN = db.iban("NL", "MOCK0118000059")
"""The same account, as the bank calls it in what it writes."""

ROUTING = "999999992"
"""What mock-bank calls itself where a bank is named by clearing member."""

MONDAY = "2021-10-04"
DONG = 10 ** schema.exponent("VND")
"""In which it counts a đồng."""


class MockBankAtWork:
    """One mock-bank. It speaks for a `SandboxAtWork` where a bench asks: clock, accounts, books."""

    def __init__(self, folder: Path, books: Path) -> None:
        self.folder, self._books, self._port = folder, books, free_port()
        for name in ("to-bank", "from-bank"):
            (folder / name).mkdir(parents=True)
        self.today = MONDAY
        self.start()
        self.control(
            "POST", "accounts", id="TCXH", iban=IBAN, currency="VND", balance=10**12 * DONG,
            account_number=ACCOUNT, bic="MOCKNL2A", name="CHI TRA",
        )  # fmt: skip

    def start(self) -> None:
        """Start, or start again on the same books."""
        command = [
            sys.executable, "-m", "mockbank", "--port", str(self._port), "--db", str(self._books), "-q",
            "--clock", f"{self.today}T09:00", "--drop-dir", str(self.folder / "to-bank"),
            "--pickup-dir", str(self.folder / "from-bank"), "--drop-settle-ms", "0", "--drop-interval-ms", "50",
        ]  # fmt: skip
        self._process = subprocess.Popen(command)
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            assert self._process.poll() is None, "mock-bank ended by itself"
            try:
                self.control("GET", "health")
                return
            except urllib.error.URLError:
                time.sleep(0.1)
        raise AssertionError("mock-bank did not start")

    def stop(self) -> None:
        """End it; the folder stays, and nobody looks into it."""
        self._process.terminate()
        self._process.wait(timeout=120)

    def control(self, method: str, path: str, **fields: Any) -> Any:
        """A control route's answer."""
        body = json.dumps(fields).encode() if fields else None
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}/_mock/{path}", data=body, method=method)
        request.add_header("content-type", "application/json")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120) as answer:
            return json.loads(answer.read())

    def behave(self, behaviour: str, **fields: Any) -> None:
        """How the payer's account is dealt with from now on."""
        self.control("PATCH", "accounts/TCXH", **{"behaviour": behaviour, "parameters": {}, **fields})

    def hold_payee(self, name: str, account_number: str, behaviour: str) -> None:
        """An account at this bank, with a fault of its own."""
        digits = f"{int(account_number) % 10**10:010d}"
        self.control(
            "POST", "accounts", id=name, iban=db.iban("NL", f"MOCK{digits}"), currency="VND", account_number=account_number,
            behaviour=behaviour,
        )  # fmt: skip

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """What a bench asks of its sandbox."""
        if path == "/clock" and method == "POST":
            if body["today"] > self.today:
                self.control("POST", f"advance?to={body['today']}")
                self.today = body["today"]
            return {}
        if path == "/webhooks":
            return {"queued": 0}
        assert path == "/accounts", path
        return {}

    def payments(self) -> list[dict[str, Any]]:
        """Every payment in the bank's books."""
        with sqlite3.connect(self._books) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute(
                "SELECT p.end_to_end_id, p.amount, p.status, p.reason, p.booked_at, p.returned_at, f.msg_id"
                " FROM payment p JOIN file f ON f.id = p.file_id ORDER BY p.id"
            ).fetchall()
        connection.close()
        return [dict(row) for row in rows]

    def movements(self) -> dict[str, list[tuple[str, int]]]:
        """Every movement in the bank's books: reference -> [(kind, đồng)]."""
        found: dict[str, list[tuple[str, int]]] = {}
        for payment in self.payments():
            dong = payment["amount"] // DONG
            assert dong * DONG == payment["amount"]
            moved = found.setdefault(payment["end_to_end_id"], [])
            if payment["booked_at"]:
                moved.append(("credit", dong))
            if payment["returned_at"]:
                moved.append(("return", dong))
        return found
