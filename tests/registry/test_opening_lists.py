"""Opening balances: lists read, matched, answered; what is no list is said so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import asyncpg
import pytest

from tests.registry.officers import PHU_LOC, VINH_HUNG, Officers
from tests.registry.opening_asks import (
    POST,
    brief,
    codes_of,
    fingerprint,
    read,
    rows_of,
    send,
)
from tests.registry.opening_lists import opening_list

GO_LIVE = (Path(__file__).resolve().parents[2] / "docs" / "go-live.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.usefixtures("autumn")


async def test_a_list_is_read_matched_and_shared_out_by_month(officer: Officers, codes: dict[str, str]) -> None:
    lan = officer("maker", PHU_LOC)
    lines = [
        (1, codes["046138235639"], "", "", "", "7/2021", 540_000, "Chưa chi trả", "", ""),
        (2, "", "TRẦN VĂN LÂM", "1930", "", "T7, 8/2021", "720.000đ", "chưa nhận", POST, "ốm"),
        (3, "", "Nguyễn Thị Hoà", "", "46138235639", date(2021, 8, 1), 540_000, "Phải thu hồi (chi sai)", "UBND xã", ""),
        (4, "", "Lê Thị Mận", "1939", 191234568, "quý II/2021", 1_000_000, "chưa đến nhận", POST, ""),
        (5, "", "le thi man", "05/06/1937", "", "nt", "", "nt", "nt", ""),
        (6, "", "Lê Thị Mận", "", "", "8/2021", 360_000, "chưa nhận", POST, ""),
        (7, "", "Hồ Văn Xa", "1935", "191234570", "8/2021", 360_000, "gửi sau", "chỗ khác", ""),
        (8, "", "Ai Đó", "1935", "", "13/2021", "ba trăm", "", "", ""),
        (9, "", "", "", "", "8/2021", 360_000, "chưa nhận", POST, ""),
        (10, "", "Trần Văn Lâm", "1930", "1912", "10/2021", 360_000, "chưa chi trả", POST, ""),
        (11, codes["191234569"], "Trần Văn Lâm", "", "", "6/2021", 1, "chưa chi trả", POST, ""),
        (12, "", "Trần Văn Lâm", "1930", "191234567", "8/2021", 1, "chưa chi trả", POST, ""),
    ]  # fmt: skip
    view = await read(lan, opening_list(lines))
    assert (view["commune_unit_id"], view["state"]) == (VINH_HUNG, "read")
    rows = await rows_of(lan, view)
    by_row = {number: [row for row in rows if row["row"] == number] for number in range(5, 17)}
    assert [brief(row) for number in (5, 6, 7) for row in by_row[number]] == [
        (5, "unpaid", "commune_cashier", "2021-07-01", 540_000, "accepted"),
        (6, "unclaimed", "vnpost", "2021-07-01", 360_000, "accepted"),
        (6, "unclaimed", "vnpost", "2021-08-01", 360_000, "accepted"),
        (7, "receivable", "commune_cashier", "2021-08-01", 540_000, "accepted"),
    ]
    assert {row["beneficiary_code"] for row in by_row[5] + by_row[7]} == {codes["046138235639"]}
    assert {row["beneficiary_code"] for row in by_row[6]} == {codes["191234567"]}
    assert [row["month"] for row in by_row[8]] == ["2021-04-01", "2021-05-01", "2021-06-01"]
    assert [codes_of(row) for row in by_row[8]] == [{"amount_not_divisible"}] * 3
    assert [(row["beneficiary_code"], codes_of(row)) for row in by_row[9]] == [(codes["191234569"], {"amount_missing"})] * 3
    assert [codes_of(by_row[number][0]) for number in range(10, 17)] == [
        {"person_perhaps"},
        {"person_elsewhere", "kind_unknown", "place_unknown"},
        {"person_not_found", "month_unreadable", "amount_unreadable", "kind_missing"},
        {"person_unnamed"},
        {"number_length", "month_ahead"},
        {"person_differs"},
        {"entered_twice"},
    ]
    assert by_row[13][0]["status"] == "rejected"
    assert view["rows"] == {"accepted": 4, "review": 12, "rejected": 1}
    assert [(t["provider"], t["kind"], t["entries"], t["amount_dong"]) for t in view["totals"]] == [
        ("commune_cashier", "receivable", 1, 540_000),
        ("commune_cashier", "unpaid", 1, 540_000),
        ("vnpost", "unclaimed", 2, 720_000),
    ]
    assert [f["written"] for f in view["findings"]] == ["NGƯỜI LẬP BIỂU"]


async def test_other_ways_to_write_it(officer: Officers, codes: dict[str, str]) -> None:
    """Amounts of each kind in columns of their own under one header; a csv whose title says kind and month."""
    lan = officer("maker", PHU_LOC)
    header = [
        ("TT", "Họ tên", "Năm sinh", "Số tiền (đồng)", "", "", "Tháng", "Đơn vị chi trả"),
        ("", "", "", "Chưa chi trả", "Chưa nhận", "Phải thu hồi", "", ""),
    ]
    lines = [(1, "Nguyễn Thị Hòa", 1938, 100_000, "", 50_000, "01/2021", "Viettel Phú Lộc")]
    rows = await rows_of(lan, await read(lan, opening_list(lines, header=header)))
    assert [brief(row) for row in rows] == [
        (6, "unpaid", "viettelpay", "2021-01-01", 100_000, "accepted"),
        (6, "receivable", "viettelpay", "2021-01-01", 50_000, "accepted"),
    ]
    csv = (
        "UBND xã Vinh Hưng;;;\nDanh sách đối tượng chưa nhận trợ cấp tháng 02/2021;;;\n"
        f"Họ tên;CMND;Số tiền;Nơi chi trả\nTrần Văn Lâm;191234567;360.000;{POST}\n"
    )
    (row,) = await rows_of(lan, await read(lan, csv.encode(), "chua-nhan.csv"))
    assert brief(row) == (4, "unclaimed", "vnpost", "2021-02-01", 360_000, "accepted")
    assert {finding["code"] for finding in row["findings"]} == {"kind_from_title", "month_from_title"}


async def test_numbers_are_masked_for_those_who_only_read(
    officer: Officers, codes: dict[str, str], admin: asyncpg.Connection
) -> None:
    line = (1, "", "Lê Thị Mận", "1939", "191234568", "03/2020", 270_000, "chưa nhận", POST, "gọi 0912345678")
    view = await read(officer("maker", PHU_LOC), opening_list([line]))
    answer = await officer("provider_staff", PHU_LOC).ask("GET", f"/v1/openings/{view['list_id']}/rows")
    assert "191234568" not in answer.text
    assert "0912345678" not in answer.text
    (clear,) = await rows_of(officer("maker", PHU_LOC), view)
    assert (clear["person"]["national_id"], clear["note"]) == ("191234568", "gọi 0912345678")
    read_by = "SELECT count(*) FROM registry.audit_log WHERE action = 'openings.rows.read' AND object = $1"
    assert await admin.fetchval(read_by, f"openings/{view['list_id']}") == 1
    stored = await admin.fetchval("SELECT string_agg(t::text, '') FROM registry.opening_rows t")
    assert "191234568" not in stored
    assert "0912345678" not in stored


@pytest.mark.parametrize(
    ("data", "form", "status", "code"),
    [
        (b"%PDF-1.4 a letter", {}, 422, "not-a-spreadsheet"),
        (b"PK\x03\x04 no archive", {}, 422, "spreadsheet-damaged"),
        ("Họ tên;Ghi chú\nAi đó;gì đó\n".encode(), {}, 422, "openings-header-not-found"),
        (opening_list([]), {}, 422, "openings-has-no-rows"),
        (opening_list([(1, "", "A B", "", "", "9/2021", 1)], commune="xã Không Đâu"), {}, 422, "list-commune-unknown"),
        (opening_list([(1, "", "A B", "", "", "9/2021", 1)]), {"commune_code": "99999"}, 422, "unknown-commune"),
        (opening_list([(1, "", "A B", "", "", "9/2021", 1)], commune="Xã Vinh Mỹ"), {}, 403, "not-your-unit"),
        (b"x" * (20 * 1024 * 1024 + 1), {}, 413, "file-too-large"),
    ],
    ids=["letter", "damaged", "no-table", "nothing", "nowhere", "no-such-commune", "of-others", "large"],
)
async def test_a_list_that_is_none(
    officer: Officers, admin: asyncpg.Connection, data: bytes, form: dict[str, str], status: int, code: str
) -> None:
    before = await fingerprint(admin)
    answer = await send(officer("commune_officer", VINH_HUNG), data, **form)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await fingerprint(admin) == before


async def test_the_template_in_the_documentation_is_read(officer: Officers, codes: dict[str, str]) -> None:
    template = GO_LIVE.split("```csv\n")[1].split("```")[0].replace("HUE-0000001", codes["046138235639"])
    lan = officer("commune_officer", VINH_HUNG)
    rows = await rows_of(lan, await read(lan, template.encode(), "mau.csv"))
    seen = {"entered_before", "entered_twice"}  # other tests of this module enter the same people
    assert [(row["row"], row["kind"], row["provider"], row["month"], row["amount_dong"]) for row in rows] == [
        (4, "unclaimed", "vnpost", "2021-07-01", 360_000),
        (4, "unclaimed", "vnpost", "2021-08-01", 360_000),
        (5, "unpaid", "commune_cashier", "2021-09-01", 360_000),
        (6, "receivable", "commune_cashier", "2021-06-01", 270_000),
    ]
    assert [row["beneficiary_code"] for row in rows] == [codes[n] for n in ("046138235639",) * 2 + ("191234567", "191234568")]
    assert all(codes_of(row) <= seen for row in rows)
