"""Statements over HTTP: they find what no webhook told, in bounded pieces, once; and each is counted by its number."""

from __future__ import annotations

import asyncio
import time
from datetime import date, timedelta
from uuid import UUID

import httpx

from services.provider_gateway.connectors.protocol import FilesInParts
from tests.conftest import Tokens
from tests.gateway.bench import Bench, Payroll


async def _today(bench: Bench) -> date:
    return date.fromisoformat((await asyncio.to_thread(bench.sandbox.ask, "GET", "/clock"))["today"])


async def _files_applied(bench: Bench, day: date) -> None:
    """Wait until the statement of a day, and all before it, are applied."""
    deadline = time.monotonic() + 300
    name = f"camt.053.001.08-{day.isoformat()}.xml"
    while True:
        rows = await bench.fetch("SELECT file_name, state, result FROM webhooks WHERE file_name IS NOT NULL")
        if any(row["file_name"] == name for row in rows) and {row["state"] for row in rows} == {"applied"}:
            return
        assert time.monotonic() < deadline, [dict(row) for row in rows]
        await asyncio.sleep(0.05)


async def _unheard(bench: Bench, payments: int) -> Payroll:
    """A payroll of whose results nobody is told."""
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["webhook_never"])
    payroll = await bench.payroll("vietinbank", "account", payments)
    await bench.until_answered([payroll])
    return payroll


async def test_a_statement_settles_what_no_webhook_told_and_the_same_again_changes_nothing(bench: Bench) -> None:
    bench.run("sender", "collector", "files")  # nobody enquires, no webhook is applied
    payrolls = [await _unheard(bench, 260) for _ in range(3)]
    day = await _today(bench)
    assert {state for payroll in payrolls for state in (await bench.states(payroll)).values()} == {"accepted"}
    await bench.set_day(day + timedelta(days=1))
    await bench.until_settled(payrolls)
    await _files_applied(bench, day)
    await bench.assert_books_agree(payrolls)
    events = "SELECT count(*) AS n FROM outbox WHERE type = 'chunk_progressed'"
    before = (await bench.fetch(events))[0]["n"]
    files = bench.service.app.state.ways.connectors["vietinbank"].files
    assert isinstance(files, FilesInParts)
    await bench.fetch(
        "UPDATE webhooks SET state = 'new', file_try_at = clock_timestamp() WHERE file_name IS NOT NULL RETURNING 1"
    )
    await _files_applied(bench, day)  # as after a worker that died half-way
    assert (await bench.fetch(events))[0]["n"] == before
    rows = await bench.fetch("SELECT result FROM webhooks WHERE file_name LIKE $1", f"%{day.isoformat()}.xml")
    assert '"stale":780' in rows[0]["result"]


async def test_a_return_that_nobody_told_of_is_found(bench: Bench) -> None:
    bench.run("sender", "collector", "files")
    await asyncio.to_thread(bench.sandbox.ask, "POST", "/faults", next=["returned"])
    payroll = await _unheard(bench, 4)
    day = await _today(bench)
    await bench.set_day(day + timedelta(days=6))
    await _files_applied(bench, day + timedelta(days=5))
    assert sorted((await bench.states(payroll)).values()) == ["paid", "paid", "paid", "returned"]
    await bench.assert_books_agree([payroll])


async def test_statements_are_shown_with_their_numbers_and_pages_of_them(bench: Bench, tokens: Tokens) -> None:
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False) as client:
        headers = {"authorization": f"Bearer {tokens('operations')}"}
        shown, cursor = [], ""
        while True:
            page = (await client.get(f"/v1/statements?provider=vietinbank&limit=2{cursor}", headers=headers)).json()
            shown += page["items"]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        wrong = await client.get("/v1/statements?cursor=x", headers=headers)
        findings = (await client.get("/v1/statements?only_findings=true", headers=headers)).json()["items"]
        files = (await client.get("/v1/webhooks?provider=vietinbank&limit=1000", headers=headers)).json()["items"]
    assert [item["sequence_no"] for item in shown] == list(range(1, len(shown) + 1))
    assert len(shown) >= 7
    assert all(item["closing_dong"] - item["opening_dong"] == item["moved_dong"] for item in shown)
    assert findings == []
    assert wrong.status_code in (400, 422)
    assert len([item for item in files if item["file_name"]]) == len(shown)


async def test_what_is_missing_or_sent_otherwise_is_a_finding(bench: Bench, tokens: Tokens) -> None:
    """Statements as a bank should not send them, kept by hand."""
    await bench.halt("collector", "files")
    file_id: UUID = (await bench.fetch("SELECT webhook_id FROM webhooks WHERE file_name IS NOT NULL LIMIT 1"))[0]["webhook_id"]
    rows = [
        # number, page, last, day, opening, closing, moved, unclear
        (1, 1, True, 1, 100, 90, -10, 0),
        (2, 1, True, 2, 90, 80, -10, 0),
        (4, 1, True, 4, 80, 60, -20, 0),  # 3 never came
        (5, 1, True, 5, 61, 60, -1, 0),  # opens elsewhere
        (6, 1, True, 6, 60, 50, -7, 0),  # an entry is missing
        (7, 2, True, 7, 50, 40, -10, 0),  # its first page is missing
        (8, 1, True, 8, 40, 40, 0, 1),
    ]
    for position, (number, page, last, day, opening, closing, moved, unclear) in enumerate(rows, 1000):
        await bench.fetch(
            "INSERT INTO bank_statements VALUES ($1, $2, 'vietinbank', true, '0000', $3, $4, $5, $6, $7, $8, 1, $9, $10, now())",
            file_id, position, number, page, last, date(2020, 1, day), opening, closing, moved, unclear,
        )  # fmt: skip
    async with httpx.AsyncClient(base_url=bench.url, trust_env=False) as client:
        headers = {"authorization": f"Bearer {tokens('operations')}"}
        found = (await client.get("/v1/statements?only_findings=true", headers=headers)).json()["items"]
    said = {
        item["sequence_no"]: {
            name: item[name]
            for name in ("missing_before", "pages_missing", "unexplained_dong", "jump_dong", "unclear")
            if item[name]
        }
        for item in found
    }
    assert said == {
        4: {"missing_before": 1},
        5: {"jump_dong": 1},
        6: {"unexplained_dong": -3},
        7: {"pages_missing": 1},
        8: {"unclear": 1},
    }
