"""The spreadsheet way through the real gateway: lists laid down by the sender, signed results by folder and by REST, and the
office's own books against ours, payment by payment."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from services.provider_gateway.use_cases.commit_intents import Claim, commit_intents
from services.provider_gateway.workers.collector import Collector
from services.provider_gateway.workers.questions import Questions
from shared.settings import Settings
from tests.conftest import Tokens
from tests.gateway.bench import Bench, Payroll
from tests.gateway.sheet_office import SheetOffice, filled, result
from tests.gateway.test_gateway_recalls import answers, recall
from tests.gateway.test_gateway_withdrawals import hurry, until, until_state
from tests.gateway.test_spreadsheet_connector import REFERENCES, Desk, batch

NAME = "sheet_csxh"
FILES = f"/v1/providers/{NAME}/files"
MONTH = "Tháng chi trả: 10/2021"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, keys_dir: Path) -> SheetOffice:
    return SheetOffice(NAME, tmp_path_factory.mktemp("definitions"), keys_dir / "providers")


@pytest.fixture(scope="module")
def settings(settings: Settings, office: SheetOffice) -> Settings:
    return replace(settings, spreadsheet_providers=office.folder.parent)


@pytest.fixture
async def client(bench: Bench, tokens: Tokens) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {tokens('accountant')}"}
    async with httpx.AsyncClient(base_url=bench.url, headers=headers, trust_env=False) as made:
        yield made


async def taken(bench: Bench, office: SheetOffice, payments: int) -> tuple[Payroll, list[dict[str, Any]]]:
    """A payroll whose list the office has taken, and the rows of the list."""
    bench.run("sender", "enquiries", "files", "collector", "withdrawals")
    payroll = await bench.payroll(NAME, "cash", payments)
    await bench.until_answered([payroll])
    (path,) = office.take_lists()
    return payroll, office.rows(path)


def pay(office: SheetOffice, row: dict[str, Any], word: str = "Đã chi", **more: Any) -> dict[str, Any]:
    if word == "Đã chi":
        office.pay(row["Mã chi trả"])
    return result(row["Mã chi trả"], row["Số tiền (đồng)"], word, **more)


async def until_applied(bench: Bench, name: str) -> dict[str, Any]:
    """What came of a file."""
    deadline = time.monotonic() + 300
    while True:
        rows = await bench.fetch("SELECT state, result, deliveries FROM webhooks WHERE file_name = $1 ORDER BY webhook_id", name)
        if rows and rows[-1]["state"] not in ("new", "parked"):
            return dict(rows[-1])
        assert time.monotonic() < deadline, [dict(row) for row in rows]
        await asyncio.sleep(0.05)


async def assert_office_agrees(bench: Bench, office: SheetOffice, payroll: Payroll) -> None:
    """Payment by payment: paid there exactly once where it is paid here, and never else; and disbursement was told so."""
    told = await bench.told([payroll])
    for reference, state in (await bench.states(payroll)).items():
        assert office.paid[reference] == (1 if state == "paid" else 0), (reference, state)
        if state in ("paid", "unclaimed", "returned", "rejected"):
            assert told[reference]["outcome"] == state


async def test_a_partial_list_then_the_rest_and_both_again(bench: Bench, office: SheetOffice) -> None:
    payroll, rows = await taken(bench, office, 4)
    assert {row["Mã chi trả"] for row in rows} == payroll.references.keys()
    first = filled([pay(office, rows[0]), pay(office, rows[1]), result(rows[2]["Mã chi trả"], 1, "")], head=[MONTH])
    office.send("first.xlsx", first)
    await until_applied(bench, "first.xlsx")
    assert sorted((await bench.states(payroll)).values()) == ["accepted", "accepted", "paid", "paid"]
    rest = filled([pay(office, rows[2]), pay(office, rows[3], "Chưa nhận")])
    office.send("rest.xlsx", rest)
    await bench.until_settled([payroll])
    office.send("first.xlsx", first)

    async def counted() -> bool:
        return bool((await until_applied(bench, "first.xlsx"))["deliveries"] == 2)

    await until(counted)
    office.send("all.xlsx", filled([result(r["Mã chi trả"], r["Số tiền (đồng)"], "Đã nhận") for r in rows[:3]]))
    assert (await until_applied(bench, "all.xlsx"))["result"] == '{"stale":3}'
    assert sorted((await bench.states(payroll)).values()) == ["paid", "paid", "paid", "unclaimed"]
    await assert_office_agrees(bench, office, payroll)


async def test_a_corrected_list_that_says_otherwise_goes_to_a_person(bench: Bench, office: SheetOffice) -> None:
    payroll, rows = await taken(bench, office, 1)
    office.send("no.xlsx", filled([pay(office, rows[0], "Chưa nhận")]))
    await bench.until_settled([payroll])
    office.send("yes.xlsx", filled([result(rows[0]["Mã chi trả"], rows[0]["Số tiền (đồng)"], "Đã chi")]))
    await until_applied(bench, "yes.xlsx")
    assert list((await bench.states(payroll)).values()) == ["unclaimed"]
    open_ones = await bench.fetch("SELECT held, said FROM contradictions WHERE payment_id = $1", payroll.lines[0]["payment_id"])
    assert [(row["held"], row["said"]) for row in open_ones] == [("unclaimed", "paid")]


async def test_a_sender_that_died_after_laying_lays_no_second_list(bench: Bench, office: SheetOffice) -> None:
    await bench.halt("sender")
    payroll = await bench.payroll(NAME, "cash", 2)
    ways = bench.service.app.state.ways
    async with bench.service.database.transaction() as tx:
        claim = await commit_intents(tx, [NAME], "dies", ways.schedule, ways.cipher)
    assert isinstance(claim, Claim)
    await ways.connectors[NAME].payments.pay(claim.batch)  # and the answer is never heard
    assert len(office.take_lists()) == 1
    bench.run("sender", "enquiries", "files", "collector")
    await bench.until_answered([payroll])
    assert set((await bench.states(payroll)).values()) == {"accepted"}
    assert list((office.folder / "out").iterdir()) == []


async def test_files_by_rest(bench: Bench, office: SheetOffice, client: httpx.AsyncClient, tokens: Tokens) -> None:
    bench.run("sender", "enquiries", "files")
    await bench.halt("collector")
    payroll = await bench.payroll(NAME, "cash", 2)
    await bench.until_answered([payroll])
    listed = (await client.get(FILES)).json()["out"][0]
    assert (listed["orders"], listed["amount_dong"]) == (2, sum(payroll.references.values()))
    elsewhere = {"authorization": f"Bearer {tokens('accountant', '480@2021-07-01')}"}
    assert (await client.get(FILES, headers=elsewhere)).json()["out"] == []
    assert (await client.get(f"{FILES}/{listed['name']}", headers=elsewhere)).status_code == 404
    content = (await client.get(f"{FILES}/{listed['name']}")).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert {row[1] for row in sheet.iter_rows(values_only=True)} >= payroll.references.keys()
    audited = await bench.fetch("SELECT object FROM audit_log WHERE action = 'download-pay-list'")
    assert [row["object"] for row in audited] == [f"file/{NAME}/{listed['name']}"]
    (path,) = office.take_lists()
    rows = office.rows(path)
    good = filled([pay(office, row) for row in rows], head=[MONTH])
    signed = {"X-File-Signature": office.sign(good).decode()}
    bad = await client.post(FILES, params={"name": "r.xlsx"}, content=good)
    assert (bad.status_code, bad.json()["reason"]) == (422, "not_signed")
    bad = await client.post(FILES, params={"name": "r.xlsx"}, content=good + b"x", headers=signed)
    assert (bad.status_code, bad.json()["code"], bad.json()["reason"]) == (422, "file-refused", "signature")
    other = filled([result(rows[0]["Mã chi trả"], 1, "Đã chi")])
    bad = await client.post(
        FILES, params={"name": "r.xlsx"}, content=other, headers={"X-File-Signature": office.sign(other).decode()}
    )
    assert bad.json()["reason"] == "amount_differs:2"
    assert bad.json()["detail"].startswith("Dòng 2: Có số tiền khác")
    assert set((await bench.states(payroll)).values()) == {"accepted"}
    for repeated in (False, True):
        answer = await client.post(FILES, params={"name": "r.xlsx"}, content=good, headers=signed)
        assert (answer.status_code, answer.json()["results"], answer.json()["repeated"]) == (202, 2, repeated)
    await bench.until_settled([payroll])
    await assert_office_agrees(bench, office, payroll)
    came = (await client.get(FILES)).json()["came"]
    assert (came[0]["name"], came[0]["state"], came[0]["deliveries"]) == ("r.xlsx", "applied", 2)


async def test_who_may_not_and_what_is_not_there(bench: Bench, client: httpx.AsyncClient, tokens: Tokens) -> None:
    assert (await client.get("/v1/providers/sheet_none/files")).json()["code"] == "unknown-provider"
    assert (await client.get("/v1/providers/vnpost/files")).json()["code"] == "no-files"
    assert (await client.get(f"{FILES}/none.xlsx")).json()["code"] == "unknown-file"
    maker = {"authorization": f"Bearer {tokens('maker')}"}
    for answer in (
        await client.get(FILES, headers=maker),
        await client.get(f"{FILES}/none.xlsx", headers=maker),
        await client.post(FILES, params={"name": "r.xlsx"}, content=b"x", headers=maker),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    large = await client.post(FILES, params={"name": "r.xlsx"}, content=b"a" * 5_000_001)
    assert (large.status_code, large.json()["code"]) == (413, "too-large")


async def test_a_withdrawal_by_spreadsheet(bench: Bench, office: SheetOffice) -> None:
    payroll, rows = await taken(bench, office, 2)
    numbers = {reference: n for n, reference in enumerate(payroll.references)}
    for row in rows:
        await recall(bench, payroll, numbers[row["Mã chi trả"]])
    for n in range(2):
        await until_state(bench, payroll, n, "requested")
    asked = {row["Mã chi trả"] for path in office.take_lists() for row in office.rows(path)}
    assert asked == payroll.references.keys()
    assert await answers(bench, payroll) == {}
    office.send("withdrawn.xlsx", filled([pay(office, rows[0], "Đã rút lệnh"), pay(office, rows[1])]))
    await bench.until_settled([payroll])
    await hurry(bench)
    first, second = numbers[rows[0]["Mã chi trả"]], numbers[rows[1]["Mã chi trả"]]
    await until_state(bench, payroll, first, "withdrawn")
    await until_state(bench, payroll, second, "too_late")
    assert await answers(bench, payroll) == {first: "withdrawn", second: "too_late"}
    await assert_office_agrees(bench, office, payroll)


async def test_what_spoils_one_providers_folder_keeps_no_others_files(bench: Bench, office: SheetOffice, tmp_path: Path) -> None:
    other = Desk(tmp_path, "sheet_another")
    await asyncio.to_thread(other.pay, batch())
    for note in (other.office.folder / "laid").glob("*.json"):
        note.write_bytes(b"{")  # a disk that was full, say
    other.office.send("theirs.xlsx", filled([result(REFERENCES[0], 360_000, "Đã chi")]))
    _, rows = await taken(bench, office, 1)
    await bench.halt("collector")
    office.send("ours.xlsx", filled([pay(office, rows[0])]))
    ways, database = bench.service.app.state.ways, bench.service.database
    both = {"sheet_another": other.connector, NAME: ways.connectors[NAME]}
    collector = Collector(database, both, ways.cipher, ways.schedule, 5.0, Questions(database, both, ways.schedule))
    assert await collector.step() == 1
    assert (await until_applied(bench, "ours.xlsx"))["state"] == "applied"
