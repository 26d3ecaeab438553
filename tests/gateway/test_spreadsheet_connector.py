"""The spreadsheet way without a gateway: what is laid down, and what of a file that comes back is believed."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.provider_gateway.connectors.protocol import Batch, Connector, ForgedWebhook, NotTaken, Order, UnreadableWebhook
from services.provider_gateway.connectors.spreadsheet import connect_sheets
from services.provider_gateway.connectors.spreadsheet.amounts import read_amount_dong
from services.provider_gateway.connectors.spreadsheet.cells import read_cells
from services.provider_gateway.connectors.spreadsheet.definitions import load_definitions
from services.provider_gateway.connectors.spreadsheet.refusals import explain
from services.provider_gateway.connectors.spreadsheet.signature import SignedFile, pack
from services.provider_gateway.domain.attempt import Collected, Said
from tests.gateway.sheet_office import HEADINGS, SheetOffice, filled, result

REFERENCES = [letter * 26 for letter in "ABCDEF"]
LIST = "LIST" + "Q" * 22
MONTH = "Tháng chi trả: 10/2021 · Ngày chi: 05/10/2021"


def batch(count: int = 4, **first: Any) -> Batch:
    orders = [
        Order(
            **{
                "reference": reference, "amount_dong": 360_000 + 1000 * n, "payee_name": f"Nguyễn Thị {reference[0]}",
                "note": "TCXH 10.2021 HUE-0000001", "unit_code": "19753", "identity_number": "046171000123",
                **(first if n == 0 else {}),
            }
        )
        for n, reference in enumerate(REFERENCES[:count])
    ]  # fmt: skip
    return Batch(LIST, "cash", date(2021, 10, 5), orders)


class Desk:
    """A provider, and our connector to it."""

    def __init__(self, folder: Path, name: str = "sheet_csxh") -> None:
        self.keys = folder / "keys"
        self.office = SheetOffice(name, folder / "definitions", self.keys)
        (definition,) = load_definitions(folder / "definitions")
        self.connector: Connector = connect_sheets(definition, self.keys, patience_seconds=0.0)

    def pay(self, sent: Batch) -> set[str]:
        answer = asyncio.run(self.connector.payments.pay(sent))
        return {said.reference for said in answer.said if said.outcome == "accepted"}

    def read(self, content: bytes) -> Sequence[Said]:
        """What a rightly signed file says."""
        assert self.connector.files is not None
        body = pack(SignedFile("results.xlsx", b"checked elsewhere", content))
        return self.connector.files.read(body).said

    def why(self, content: bytes) -> str:
        """Why a rightly signed file is refused."""
        with pytest.raises(UnreadableWebhook) as caught:
            self.read(content)
        return str(caught.value)

    def arrivals(self) -> list[str]:
        assert self.connector.files is not None
        return [arrival.name for arrival in asyncio.run(self.connector.files.arrivals())]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def laid(desk: Desk) -> Desk:
    """With a list of four that was laid down and taken."""
    desk.pay(batch())
    assert len(desk.office.take_lists()) == 1
    return desk


def test_a_list_is_laid_once_however_often_it_is_sent(desk: Desk) -> None:
    assert desk.pay(batch()) == set(REFERENCES[:4])
    out = desk.office.folder / "out"
    first = (out / f"{LIST}.xlsx").read_bytes()
    assert desk.pay(batch()) == set(REFERENCES[:4])
    assert [path.name for path in out.iterdir()] == [f"{LIST}.xlsx"]
    assert (out / f"{LIST}.xlsx").read_bytes() == first
    desk.office.take_lists()
    assert desk.pay(batch()) == set(REFERENCES[:4])
    assert list(out.iterdir()) == []  # the provider has taken it: it is never laid down again


def test_two_senders_at_once_lay_one_file(desk: Desk) -> None:
    async def both() -> None:
        await asyncio.gather(*(desk.connector.payments.pay(batch()) for _ in range(8)))

    asyncio.run(both())
    assert len(list((desk.office.folder / "out").iterdir())) == 1
    assert [path.name for path in (desk.office.folder / "laid").iterdir()] == [f"{LIST}.xlsx.json"]


def test_what_was_claimed_and_not_moved_is_not_found_and_then_moved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(self: Path, target: Path) -> Path:
        raise PermissionError("the machine stops here")

    with monkeypatch.context() as stopped:
        stopped.setattr(Path, "rename", dies)
        with pytest.raises(NotTaken):
            desk.pay(batch())
    assert asyncio.run(desk.connector.enquiry.enquire(batch())).not_found == frozenset(REFERENCES[:4])
    assert desk.pay(batch()) == set(REFERENCES[:4])
    found = asyncio.run(desk.connector.enquiry.enquire(batch()))
    assert (found.not_found, {said.outcome for said in found.said}) == (frozenset(), {"accepted"})


def test_a_folder_that_is_away_takes_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.office.folder.rename(tmp_path / "unmounted")
    with pytest.raises(NotTaken):
        desk.pay(batch())
    assert not desk.office.folder.exists()
    (tmp_path / "unmounted").rename(desk.office.folder)
    assert desk.pay(batch()) == set(REFERENCES[:4])


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x";"y")', "+84", "-1", "@SUM(A1)"])
def test_no_name_becomes_a_formula(desk: Desk, name: str) -> None:
    desk.pay(batch(1, payee_name=name))
    (path,) = desk.office.take_lists()
    sheet = openpyxl.load_workbook(path).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if name in str(cell.value)]
    assert [(cell.value, cell.data_type) for cell in cells] == [(f"'{name}", "s")]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_a_list_says_what_the_provider_needs(desk: Desk) -> None:
    desk.pay(batch(2, home_delivery=True))
    (path,) = desk.office.take_lists()
    first, second = SheetOffice.rows(path)
    assert (first["Mã chi trả"], first["Số tiền (đồng)"], first["Nơi chi"]) == (REFERENCES[0], 360_000, "Tại nhà")
    assert (second["Số CCCD/CMND"], second["Mã xã"], second["Nơi chi"]) == ("046171000123", "19753", "Tại quầy")
    assert first["Kết quả"] is None


def test_results_in_another_order_among_other_columns(laid: Desk) -> None:
    headings = ["Ghi chú riêng", "ket qua", "NGƯỜI THỰC NHẬN", "Số tiền (đồng)", "Quan hệ", "Mã  chi trả", "Ký nhận / điểm chỉ"]
    more = ["Giấy tờ đã xuất trình (4 số cuối)", "Ngày chi"]
    rows: list[list[Any]] = [
        ["x", "ĐÃ CHI", "Tran Van Bay", "360.000", "uy quyen", f" {REFERENCES[0].lower()} ", "điểm chỉ", "046088000456",
         "06/10/2021"],
        ["", "Chưa nhận", None, "361,000 đ", None, f"{REFERENCES[1][:13]}-{REFERENCES[1][13:]}", None, None, None],
        [None, "Đã rút lệnh", None, 362_000, None, REFERENCES[2], None, None, None],
        ["not paid yet", None, None, 363_000, None, REFERENCES[3], None, None, None],
    ]  # fmt: skip
    content = filled([dict(zip(headings + more, row, strict=True)) for row in rows], headings + more, ["DANH SÁCH", MONTH])
    assert laid.read(content) == [
        Said(
            REFERENCES[0], "paid", None, 360_000,
            collected=Collected("Tran Van Bay", "authorised", "0456", "fingerprint", None, date(2021, 10, 6)),
        ),
        Said(REFERENCES[1], "unclaimed", "not_collected", 361_000),
        Said(REFERENCES[2], "returned", "withdrawn", 362_000),
    ]  # fmt: skip


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8-sig"), (";", "utf-8"), ("\t", "utf-16")])
def test_results_as_csv(laid: Desk, delimiter: str, encoding: str) -> None:
    rows = [("Mã chi trả", "Số tiền (đồng)", "Kết quả"), (REFERENCES[0], "360000", "Đã nhận"), (REFERENCES[1], "361000", "")]
    content = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    assert laid.read(content) == [Said(REFERENCES[0], "paid", None, 360_000)]


PAID = result(REFERENCES[0], 360_000, "Đã chi")


@pytest.mark.parametrize(
    ("rows", "head", "why"),
    [
        ([PAID, result("Z" * 26, 360_000, "Đã chi")], [], "unknown_reference:3"),
        ([PAID, result(REFERENCES[1], 360_999, "Đã chi")], [], "amount_differs:3"),
        ([result(REFERENCES[0], None, "Đã chi")], [], "amount_unreadable:2"),
        ([result(REFERENCES[0], "ba trăm", "Chưa nhận")], [], "amount_unreadable:2"),
        ([PAID], ["Tháng chi trả: 09/2021"], "another_month:3"),
        ([PAID], ["Thang chi tra 11.2021"], "another_month:3"),
        ([PAID, result(REFERENCES[1], 361_000, "có lẽ")], [], "unknown_word:3"),
        ([PAID, result(REFERENCES[0], 360_000, "Chưa nhận")], [], "said_twice:3"),
        ([result("", 360_000, "Đã chi")], [], "no_reference:2"),
        ([result(REFERENCES[0], 360_000, "")], [], "nothing_said"),
    ],
)
def test_one_wrong_row_and_the_whole_file_changes_nothing(
    laid: Desk, rows: list[dict[str, Any]], head: list[str], why: str
) -> None:
    assert laid.why(filled(rows, head=head)) == why


def test_the_same_row_twice_says_it_once(laid: Desk) -> None:
    assert len(laid.read(filled([PAID, PAID], head=[MONTH]))) == 1


def test_what_is_no_list(laid: Desk) -> None:
    assert laid.why(filled([PAID], headings=["Mã chi trả", "Kết quả"])) == "columns_missing"
    assert laid.why(filled([PAID], headings=[*HEADINGS, "Kết quả"])) == "column_twice:1"
    assert laid.why(b"PK\x03\x04 broken") == "not_a_workbook"
    assert laid.why("Mã chi trả".encode("cp1258", "replace") + b"\xff") == "encoding"
    assert laid.why(b"\x00" * 10) == "not_text"
    assert laid.why(b"a" * 5_000_001) == "too_large"
    assert laid.why(b"") == "columns_missing"
    for signature in (b"PK\x01\x02", b"PK\x05\x06"):  # a directory of the archive that asks for more than there is
        damaged = bytearray(filled([PAID]))
        at = damaged.rindex(signature)
        damaged[at + 4 : at + 12] = b"\xff" * 8
        assert laid.why(bytes(damaged)) == "not_a_workbook"


def test_another_providers_codes_are_unknown(laid: Desk, tmp_path: Path) -> None:
    other = Desk(tmp_path / "other", "sheet_qtd")
    other.pay(Batch("OTHER" + "Q" * 21, "cash", date(2021, 10, 5), [Order("Z" * 26, 1000, "x", "", "19753")]))
    assert other.why(filled([PAID])) == "unknown_reference:2"


def test_only_what_is_rightly_signed_arrives_and_the_rest_is_refused_with_the_reason(laid: Desk) -> None:
    good = filled([PAID], head=[MONTH])
    laid.office.send("good.xlsx", good)
    laid.office.send("changed.xlsx", filled([result(REFERENCES[1], 361_000, "Đã chi")]), laid.office.sign(good))
    laid.office.send("unsigned.csv", b"x", b"")
    laid.office.send("another.xlsx", filled([result(REFERENCES[0], 1, "Đã chi")]))
    assert laid.arrivals() == ["good.xlsx"]
    refused = laid.office.folder / "refused"
    texts = {path.name: path.read_text(encoding="utf-8-sig") for path in refused.glob("*.ly-do.txt")}
    assert texts.keys() == {f"{name}.ly-do.txt" for name in ("changed.xlsx", "unsigned.csv", "another.xlsx")}
    assert "Chữ ký số không hợp lệ" in texts["changed.xlsx.ly-do.txt"]
    assert "chưa được ký số" in texts["unsigned.csv.ly-do.txt"]
    assert texts["another.xlsx.ly-do.txt"].startswith("Dòng 2: Có số tiền khác")
    assert laid.connector.files is not None
    asyncio.run(laid.connector.files.acknowledge("good.xlsx"))
    asyncio.run(laid.connector.files.acknowledge("good.xlsx"))
    assert laid.arrivals() == []
    assert sorted(path.name for path in (laid.office.folder / "done").iterdir()) == ["good.xlsx", "good.xlsx.sig"]


def test_a_file_without_its_signature_yet_is_waited_for(laid: Desk, tmp_path: Path) -> None:
    (definition,) = load_definitions(tmp_path / "definitions")
    patient = connect_sheets(definition, laid.keys, patience_seconds=3600.0).files
    assert patient is not None
    content = filled([PAID])
    laid.office.send("late.xlsx", content, b"")
    assert asyncio.run(patient.arrivals()) == []
    assert (laid.office.folder / "in" / "late.xlsx").exists()
    old = time.time() - 4000
    os.utime(laid.office.folder / "in" / "late.xlsx", (old, old))
    assert asyncio.run(patient.arrivals()) == []
    assert (laid.office.folder / "refused" / "late.xlsx").exists()


def test_without_the_providers_key_nothing_is_believed(laid: Desk) -> None:
    content = filled([PAID])
    laid.office.send("good.xlsx", content)
    (laid.keys / "sheet_csxh.pem").unlink()
    with pytest.raises(NotTaken):
        laid.arrivals()
    assert laid.connector.files is not None
    with pytest.raises(ForgedWebhook, match="no_key"):
        laid.connector.files.verify("good.xlsx", pack(SignedFile("good.xlsx", b"x", content)))
    assert (laid.office.folder / "in" / "good.xlsx").exists()


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_a_key_file_without_a_key_is_a_key_that_is_away(laid: Desk, content: bytes) -> None:
    laid.office.send("good.xlsx", filled([PAID]))
    (laid.keys / "sheet_csxh.pem").write_bytes(content)
    with pytest.raises(NotTaken):
        laid.arrivals()
    assert (laid.office.folder / "in" / "good.xlsx").exists()


def test_a_file_that_is_too_large_is_put_away_and_keeps_nothing_waiting(laid: Desk) -> None:
    huge = laid.office.folder / "in" / "huge.csv"
    laid.office.send("good.xlsx", filled([PAID], head=[MONTH]))
    with huge.open("wb") as file:
        file.truncate(50_000_000_000)  # takes no room: nobody reads it
    assert laid.arrivals() == ["good.xlsx"]
    assert (laid.office.folder / "refused" / "huge.csv.ly-do.txt").exists()


def test_a_withdrawal_is_a_list_of_its_own(laid: Desk) -> None:
    assert laid.connector.withdrawals is not None
    said = asyncio.run(laid.connector.withdrawals.request("W-1", [REFERENCES[1], "Z" * 26]))
    assert [(each.reference, each.outcome) for each in said] == [(REFERENCES[1], "requested"), ("Z" * 26, "unknown")]
    asyncio.run(laid.connector.withdrawals.request("W-1", [REFERENCES[1]]))
    (path,) = laid.office.take_lists()
    assert path.name == "taken-W-1.xlsx"
    assert [(row["Mã chi trả"], row["Số tiền (đồng)"]) for row in SheetOffice.rows(path)] == [(REFERENCES[1], 361_000)]
    assert laid.read(filled([result(REFERENCES[1], 361_000, "Đã rút lệnh")]))[0].reason == "withdrawn"


@pytest.mark.parametrize(
    ("text", "dong"),
    [
        ("360000", 360_000), ("360.000", 360_000), ("360,000", 360_000), ("360 000", 360_000), ("1.360.000 đ", 1_360_000),
        ("360000,00", 360_000), ("360.000,00", 360_000), ("360,000.0", 360_000), ("360\u00a0000 VNĐ", 360_000),
        ("360.000 đồng", 360_000), ("360.5", None), ("36.00.00", None), ("-360000", None), ("", None), ("3,60,000", None),
        ("1.360,000", None), ("360000.50", None), ("1e6", None), ("360k", None),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(text: str, dong: int | None) -> None:
    assert read_amount_dong(text) == dong


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_damaged_anywhere_is_read_or_refused_and_never_more(data: st.DataObject) -> None:
    """Whatever bytes are lost or changed: cells come out, or a refusal with a word."""
    content = bytearray(data.draw(st.sampled_from([_WHOLE, b"Ma chi tra;So tien;Ket qua\r\n" * 3])))
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(0, len(content))) :]
    try:
        rows = read_cells(bytes(content))
    except UnreadableWebhook as error:
        assert explain(str(error))[1] != explain("no such word")[1]
    else:
        assert all(isinstance(cell, str) for row in rows for cell in row)


_WHOLE = filled([PAID], head=[MONTH])
