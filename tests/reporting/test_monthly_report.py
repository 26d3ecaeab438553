"""The monthly report for the leadership: what stands on it, as .xlsx and .pdf, and who gets it."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import httpx
import openpyxl
import pypdf
import pytest

from shared.contracts.disbursement_events import MonthClosed
from shared.kernel.ids import new_id
from shared.service import Service
from tests.conftest import Tokens
from tests.reporting.province import COMMUNES, DISTRICTS, PROVINCE, envelope, events_of
from tests.reporting.second_way import Fact
from tests.reporting.test_reporting_page import SetClock

OCTOBER = date(2021, 10, 1)
FIRST, SECOND, THIRD, FOURTH = sorted(COMMUNES)


@pytest.fixture
async def paid(empty: Service, set_business_clock: SetClock) -> Service:
    """Ten people in three communes: most by account in the first, half in the second, the third still has the cashier."""
    await set_business_clock(datetime(2021, 11, 5, 2, tzinfo=UTC))
    facts = []
    for commune, by_account in ((FIRST, 9), (SECOND, 5), (THIRD, 0)):
        for n in range(10):
            way = (
                ("viettelpay", "wallet")
                if n < by_account
                else ("vnpost", "cash")
                if by_account
                else ("commune_cashier", "cashier")
            )
            place = "paid_account" if n < by_account else "paid_cash"
            facts.append(Fact(OCTOBER, f"{commune}/{n}", "monthly", 0, 12, commune, "elderly", place, 360_000, *way))
    for event in events_of(sorted(facts, key=lambda f: (f.provider or "", f.channel or ""))):
        await empty.inbox.receive(event)
    return empty


async def asked(client: httpx.AsyncClient, token: str, path: str) -> httpx.Response:
    """A GET of a report."""
    return await client.get(f"/v1/reports/{path}", headers={"Authorization": f"Bearer {token}"})


def pages(content: bytes) -> str:
    """All text of a PDF, single spaces."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def rows(content: bytes) -> list[list[object]]:
    """The cells of a sheet that hold something, row by row."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]


async def test_the_sheet_holds_the_numbers(paid: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    answer = await asked(client, tokens("province", PROVINCE), "2021-10.xlsx")
    assert answer.status_code == 200, answer.text
    assert 'filename="bao-cao-2021-10-46.xlsx"' in answer.headers["content-disposition"]
    found = rows(answer.content)
    assert ["Xã, phường, thị trấn chi trả điện tử", "100%", "50,0%", "–", 2, 4, 2, "Chưa đạt"] in found
    assert ["Người được hưởng nhận qua tài khoản", "80%", "46,6%", "–", 14, 30, 10, "Chưa đạt"] in found
    assert ["1", "Thành phố Huế", 2, 2, 20, 14, 6, 0, "70,0%", 2] in found
    assert ["2", "Thị xã Hương Thủy", 2, 0, 10, 0, 10, 0, "0,0%", 8] in found
    assert ["TỔNG CỘNG", 4, 2, 30, 14, 16, 0, "46,6%", 10] in found
    assert ["Đã chi vào tài khoản, ví", 14, 14 * 360_000] in found
    assert ["PHẢI CHI", 30, 30 * 360_000] in found
    assert ["Viettel (ViettelPay)", "Ví điện tử", 14, 14 * 360_000, 0, 0] in found
    lagging = [row for row in found if len(row) == 8 and row[1] in ("Phường 19753", "Phường 19960")]
    assert [row[1:7] for row in lagging] == [
        ["Phường 19960", "Thị xã Hương Thủy", 10, 0, "0,0%", 8],
        ["Phường 19753", "Thành phố Huế", 10, 5, "50,0%", 3],
    ]


async def test_the_paper_reads_as_an_office_writes_it(paid: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    answer = await asked(client, tokens("province", PROVINCE), "2021-10.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = pages(answer.content)
    for said in (
        "UBND TỈNH THỪA THIÊN HUẾ",
        "SỞ LĐ - TB VÀ XÃ HỘI",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Thừa Thiên Huế, ngày 05 tháng 11 năm 2021",
        "BÁO CÁO KẾT QUẢ CHI TRẢ TRỢ GIÚP XÃ HỘI QUA TÀI KHOẢN",
        "chưa khóa sổ",
        "Bằng chữ: Mười triệu tám trăm nghìn đồng",
        "2 xã dưới mục tiêu 80%:",
        "GIÁM ĐỐC",
    ):
        assert said in text, said


async def test_a_closed_month_stands_beside_what_came_late(paid: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    closed = MonthClosed(
        run_id=new_id(), run_code="2021-10", run_month=OCTOBER, benefit_months=[OCTOBER], authority_id=PROVINCE,
        paid_dong=0, returned_dong=0, whole_run=True,
    )  # fmt: skip
    at = datetime(2021, 10, 25, 2, tzinfo=UTC)
    await paid.inbox.receive(
        envelope("disbursement", closed.type, closed.model_dump_json()).model_copy(update={"occurred_at": at}).encode()
    )
    one = Fact(OCTOBER, "late", "monthly", 0, 12, FIRST, "elderly", "paid_account", 500_000, "viettelpay", "wallet")
    for event in events_of([one]):
        await paid.inbox.receive(event)
    found = rows((await asked(client, tokens("province", PROVINCE), "2021-10.xlsx")).content)
    assert ["Người được hưởng nhận qua tài khoản", "80%", "48,3%", "46,6%", 15, 31, 10, "Chưa đạt"] in found
    assert ["Đã chi vào tài khoản, ví", 15, 5_540_000, 14, 5_040_000, 500_000] in found
    assert ["PHẢI CHI", 31, 11_300_000, 30, 10_800_000, 500_000] in found


async def test_a_district_reports_its_communes(paid: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    found = rows((await asked(client, tokens("maker", DISTRICTS[0]), "2021-10.xlsx")).content)
    assert ["1", "Phường 19750", 1, 1, 10, 9, 1, 0, "90,0%", 0] in found
    assert not any("19960" in str(cell) for row in found for cell in row)


@pytest.mark.parametrize(
    ("path", "units", "status", "code"),
    [
        ("2021-13.pdf", (PROVINCE,), 422, "wrong-month"),
        ("2021-10.doc", (PROVINCE,), 422, "bad-request"),
        ("2021-09.pdf", (PROVINCE,), 404, "nothing-to-report"),
        ("2021-10.pdf", (), 422, "which-unit"),
        (f"2021-10.pdf?unit_id={PROVINCE}", (DISTRICTS[0],), 403, "not-your-unit"),
        ("2021-10.pdf?unit_id=99999@2021-07-01", (), 422, "unknown-unit"),
    ],
)
async def test_what_is_refused(
    paid: Service, client: httpx.AsyncClient, tokens: Tokens, path: str, units: tuple[str, ...], status: int, code: str
) -> None:
    answer = await asked(client, tokens("maker", *units), path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
