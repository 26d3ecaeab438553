"""Opening balances: read, matched, answered, agreed by a second party, sealed, and corrected by counter entries alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from shared.contracts.registry_events import OpeningBalancesAgreed, OpeningEntryCountered
from tests.registry.commune_lists import Line
from tests.registry.officers import PHU_LOC, VINH_HUNG, VINH_MY, Officer, Officers
from tests.registry.opening_lists import opening_list

HOA = Line("Nguyễn Thị Hòa", "22/08/1938", "Nữ", "046138235639")
LAM = Line("Trần Văn Lâm", "1930", "Nam", "191234567", village="Thôn 2")
MAN = Line("Lê Thị Mận", "03/04/1939", "Nữ", "191234568", village="Thôn 3")
MAN_TOO = Line("Lê Thị Mận", "05/06/1937", "Nữ", "191234569", village="Thôn 4")
FAR = Line("Hồ Văn Xa", "1935", "Nam", "191234570")
POST, COMMUNE = "Bưu điện huyện", "Thủ quỹ xã"
GO_LIVE = (Path(__file__).resolve().parents[2] / "docs" / "go-live.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
async def autumn(set_business_clock: Callable[[datetime], Awaitable[None]]) -> None:
    """The plan's last weeks before go-live."""
    await set_business_clock(datetime(2021, 9, 28, 3, tzinfo=UTC))


@pytest.fixture(scope="module")
def entered() -> dict[str, str]:
    """Codes of the people of this module, by number: entered by the first test that asks."""
    return {}


@pytest.fixture
async def codes(officer: Officers, entered: dict[str, str]) -> dict[str, str]:
    """Identity number -> beneficiary code of Vinh Hưng's people, and of one of Vinh Mỹ."""
    if not entered:
        hung = officer("commune_officer", VINH_HUNG)
        await hung.enter("Xã Vinh Hưng", [HOA, LAM, MAN, MAN_TOO])
        await officer("commune_officer", VINH_MY).enter("Xã Vinh Mỹ", [FAR])
        for line in (HOA, LAM, MAN, MAN_TOO):
            ((found),) = await hung.find(line.identity)
            entered[line.identity] = found["code"]
    return entered


async def send(officer: Officer, data: bytes, name: str = "so-du.xlsx", **form: str) -> httpx.Response:
    return await officer.ask("POST", "/v1/openings", files={"file": (name, data)}, data=form)


async def read(officer: Officer, data: bytes, name: str = "so-du.xlsx") -> Any:
    answer = await send(officer, data, name)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def rows_of(officer: Officer, view: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await officer.get(f"/v1/openings/{view['list_id']}/rows"))["items"]
    return rows


async def events(admin: asyncpg.Connection, kind: str) -> list[Any]:
    rows = await admin.fetch("SELECT body::text AS body FROM registry.outbox WHERE type = $1 ORDER BY seq", kind)
    return [orjson.loads(row["body"]) for row in rows]


async def fingerprint(admin: asyncpg.Connection) -> list[str]:
    tables = "opening_lists opening_rows opening_agreements opening_entries opening_counters outbox audit_log"
    return [
        await admin.fetchval(f"SELECT md5(coalesce(string_agg(t::text, '~' ORDER BY t::text), '')) FROM registry.{table} t")
        for table in tables.split()
    ]


async def refused(admin: asyncpg.Connection, code: str, asked: Callable[[], Awaitable[httpx.Response]]) -> Any:
    """The problem of a request that must be refused with a code, and must change nothing."""
    before = await fingerprint(admin)
    answer = await asked()
    problem = answer.json()
    assert problem["code"] == code, answer.text
    assert problem["title_vi"]
    assert await fingerprint(admin) == before
    return problem


def brief(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["row"], row["kind"], row["provider"], row["month"], row["amount_dong"], row["status"]


def codes_of(row: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in row["findings"] if finding["severity"] != "info"}


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


async def test_from_the_list_to_the_books(
    officer: Officers, codes: dict[str, str], admin: asyncpg.Connection, tokens: Callable[..., str]
) -> None:
    """Everything an officer does, and at each step what is refused."""
    lan, chief = officer("maker", PHU_LOC), officer("province", PHU_LOC)
    post = officer("provider_staff", PHU_LOC)
    lines = [
        (1, "", "Nguyễn Thị Hòa", "22/08/1938", "", "11/2020", 270_000, "chưa nhận", POST, ""),
        (2, "", "Trần Văn Lâm", "1930", "", "11/2020", 270_000, "chưa chi", COMMUNE, ""),
        (3, "", "Lê Thị Mận", "", "", "11/2020", 270_000, "chưa nhận", POST, ""),
        (4, "", "Lê Thị Mạn", "1899", "", "11/2020", 270_000, "chưa nhận", POST, ""),
    ]  # fmt: skip
    view = await read(lan, opening_list(lines))
    path = f"/v1/openings/{view['list_id']}"
    before = await fingerprint(admin)
    assert (await read(lan, opening_list(lines), "again.xlsx"))["list_id"] == view["list_id"]
    assert await fingerprint(admin) == before

    def agree(who: Officer, provider: str = "vnpost", minutes: str | None = None, day: str = "2021-09-27", **totals: int) -> Any:
        body: dict[str, Any] = {"provider": provider, "totals_dong": totals}
        if minutes:
            body |= {"minutes_number": minutes, "minutes_on": day}
        return lambda: who.ask("POST", f"{path}/agreements", json=body)

    def confirm(who: Officer) -> Any:
        return lambda: who.ask("POST", f"{path}/confirm")

    def answered(**answer: Any) -> Any:
        return lambda: lan.ask("POST", f"{path}/answers", json={"answers": [answer]})

    third, fourth = (await rows_of(lan, view))[2:]
    await refused(admin, "openings-unanswered", agree(post, unclaimed=270_000))
    await refused(admin, "openings-unanswered", confirm(lan))
    await refused(admin, "opening-answer-incomplete", answered(entry_id=third["entry_id"], action="correct"))
    far = (await officer("province", PHU_LOC).find("191234570"))[0]["beneficiary_id"]
    man = (await lan.find("191234568"))[0]["beneficiary_id"]
    correct = {"entry_id": third["entry_id"], "action": "correct", "beneficiary_id": man}
    await refused(admin, "person-not-of-commune", answered(**{**correct, "beneficiary_id": far}))
    await refused(admin, "opening-month-ahead", answered(**correct, month="2021-10"))
    await refused(admin, "wrong-month", answered(**correct, month="2021-13"))
    await refused(admin, "unknown-opening", answered(**{**correct, "entry_id": man}))
    await lan.post(f"{path}/answers", {"answers": [correct, {"entry_id": fourth["entry_id"], "action": "drop"}]})

    await refused(admin, "openings-not-agreed", confirm(lan))
    await refused(admin, "maker-agrees", agree(lan, minutes="12/BB", unclaimed=540_000))
    await refused(admin, "minutes-missing", agree(chief, unclaimed=540_000))
    await refused(admin, "minutes-ahead", agree(chief, minutes="12/BB", day="2021-09-29", unclaimed=540_000))
    await refused(admin, "openings-nothing-there", agree(post, "vietinbank", unclaimed=540_000))
    await refused(admin, "not-allowed", agree(officer("checker", PHU_LOC), unclaimed=540_000))
    problem = await refused(admin, "openings-totals-differ", agree(post, unclaimed=500_000, unpaid=1))
    assert problem["differences"] == [
        {"kind": "unpaid", "listed_dong": 0, "stated_dong": 1, "difference_dong": 1},
        {"kind": "unclaimed", "listed_dong": 540_000, "stated_dong": 500_000, "difference_dong": -40_000},
    ]
    done = (await agree(post, unclaimed=540_000)()).json()
    assert (done["waiting_for"], done["agreements"][0]["agreed_subject"]) == (["commune_cashier"], "provider_staff@example")
    undone = await lan.post(f"{path}/answers", {"answers": [{**correct, "amount_dong": 180_000}]})
    assert (undone["agreements"], undone["waiting_for"]) == ([], ["commune_cashier", "vnpost"])
    assert (await agree(post, unclaimed=450_000)()).status_code == 200
    await refused(admin, "openings-not-agreed", confirm(lan))
    assert (await agree(chief, "commune_cashier", "12/BB", unpaid=270_000)()).status_code == 200
    system = officer("system", PHU_LOC)
    await refused(admin, "not-allowed", confirm(system))
    await refused(admin, "openings-not-confirmed", lambda: chief.ask(
        "POST", f"{path}/rows/{third['entry_id']}/counter",
        json={"reason": "sai", "minutes_number": "15/BB", "minutes_on": "2021-09-28"},
    ))  # fmt: skip

    sealed = (await confirm(lan)()).json()
    assert (sealed["state"], len(sealed["sealed_sha256"])) == ("confirmed", 64)
    before = await fingerprint(admin)
    assert (await confirm(lan)()).json() == sealed
    assert await fingerprint(admin) == before
    (body,) = await events(admin, "opening_balances_agreed")
    event = OpeningBalancesAgreed.model_validate(body)
    assert event.unit_id == VINH_HUNG
    assert [(e.kind, e.benefit_month.isoformat(), e.amount_dong, e.provider, e.minutes_number) for e in event.entries] == [
        ("unclaimed", "2020-11-01", 270_000, "vnpost", None),
        ("unpaid", "2020-11-01", 270_000, "commune_cashier", "12/BB"),
        ("unclaimed", "2020-11-01", 180_000, "vnpost", None),
    ]
    assert {e.agreed_on.isoformat() for e in event.entries} == {"2021-09-28"}
    assert not {"national_id", "full_name"} & set(body["entries"][0])

    await refused(admin, "openings-confirmed", answered(**correct))
    await refused(admin, "openings-confirmed", agree(post, unclaimed=450_000))
    for change in (
        "UPDATE registry.opening_rows SET amount_dong = 1 WHERE list_id = $1",
        "DELETE FROM registry.opening_rows WHERE list_id = $1",
        "DELETE FROM registry.opening_agreements WHERE list_id = $1",
        "UPDATE registry.opening_lists SET state = 'read' WHERE list_id = $1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await admin.execute(change, view["list_id"])
    async with admin.transaction():
        await admin.execute("SET LOCAL ROLE chitra_registry")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await admin.execute("UPDATE registry.opening_entries SET amount_dong = 1")

    totals = await post.get("/v1/openings/totals", unit_id=PHU_LOC)
    assert [(t["unit_id"], t["provider"], t["kind"], t["entries"], t["amount_dong"]) for t in totals["totals"]] == [
        (VINH_HUNG, "commune_cashier", "unpaid", 1, 270_000),
        (VINH_HUNG, "vnpost", "unclaimed", 2, 450_000),
    ]
    twice = await read(lan, opening_list(lines[:1], title="Đính chính số dư tháng 9/2021"))
    (again,) = await rows_of(lan, twice)
    assert codes_of(again) == {"entered_before"}
    keep = {"answers": [{"entry_id": again["entry_id"], "action": "correct", "amount_dong": 100_000}]}
    await lan.post(f"/v1/openings/{twice['list_id']}/answers", keep)
    second = f"/v1/openings/{twice['list_id']}"
    stated = {"provider": "vnpost", "totals_dong": {"unclaimed": 100_000}}
    problem = await refused(admin, "openings-entered-twice", lambda: post.ask("POST", f"{second}/agreements", json=stated))
    assert problem["rows"] == [5]

    counter = {"reason": "Bưu điện đã chi", "minutes_number": "15/BB", "minutes_on": "2021-09-28"}
    wrong = f"{path}/rows/{event.entries[0].entry_id}/counter"
    await refused(admin, "confirmer-counters", lambda: lan.ask("POST", wrong, json=counter))
    ahead = {**counter, "minutes_on": "2021-10-28"}
    await refused(admin, "minutes-ahead", lambda: chief.ask("POST", wrong, json=ahead))
    dropped = f"{path}/rows/{fourth['entry_id']}/counter"
    await refused(admin, "unknown-opening", lambda: chief.ask("POST", dropped, json=counter))
    await chief.post(wrong, counter)
    await refused(admin, "opening-countered", lambda: chief.ask("POST", wrong, json=counter))
    (taken,) = await events(admin, "opening_entry_countered")
    assert OpeningEntryCountered.model_validate(taken).entry_id == event.entries[0].entry_id
    assert (await post.get("/v1/openings/totals"))["amount_dong"] == 450_000
    assert (await post.ask("POST", f"{second}/agreements", json=stated)).status_code == 200
    assert (await lan.post(f"{second}/confirm"))["state"] == "confirmed"
    assert (await post.get("/v1/openings/totals"))["amount_dong"] == 550_000
    states = [item["state"] for item in (await lan.get("/v1/openings", unit_id=PHU_LOC, state="confirmed"))["items"]]
    assert states == ["confirmed", "confirmed"]


async def test_a_receivable_may_be_of_somebody_the_registry_never_knew(
    officer: Officers, codes: dict[str, str], admin: asyncpg.Connection
) -> None:
    """Dead or moved away before go-live; what is owed must be owed to somebody of the commune."""
    lan, chief = officer("maker", PHU_LOC), officer("province", PHU_LOC)
    lines = [
        (1, "", "Phan Văn Ất", "1931", "", "5/2019", 270_000, "phải thu hồi", COMMUNE, "chết 4/2019"),
        (2, "", "Hồ Văn Xa", "1935", "191234570", "5/2019", 270_000, "phải thu hồi", COMMUNE, "chuyển đi"),
        (3, "", "Tôn Nữ Ai", "1931", "", "5/2019", 270_000, "chưa chi trả", COMMUNE, ""),
    ]
    view = await read(lan, opening_list(lines))
    dead, moved, nobody = await rows_of(lan, view)
    path = f"/v1/openings/{view['list_id']}"
    far = (await chief.find("191234570"))[0]["beneficiary_id"]
    unknown = {"answers": [{"entry_id": nobody["entry_id"], "action": "correct"}]}
    problem = await refused(admin, "opening-answer-incomplete", partial(lan.ask, "POST", f"{path}/answers", json=unknown))
    assert problem["missing"] == ["beneficiary_id"]
    answers = [
        {"entry_id": dead["entry_id"], "action": "correct"},
        {"entry_id": moved["entry_id"], "action": "correct", "beneficiary_id": far},
        {"entry_id": nobody["entry_id"], "action": "drop"},
    ]
    await lan.post(f"{path}/answers", {"answers": answers})
    stated = {"provider": "commune_cashier", "totals_dong": {"receivable": 540_000}}
    await chief.post(f"{path}/agreements", {**stated, "minutes_number": "3/BB", "minutes_on": "2021-09-27"})
    await lan.post(f"{path}/confirm")
    said = OpeningBalancesAgreed.model_validate((await events(admin, "opening_balances_agreed"))[-1])
    assert [(str(entry.beneficiary_id), entry.person_name) for entry in said.entries] == [("None", "Phan Văn Ất"), (far, None)]


async def test_the_database_wants_a_second_party(admin: asyncpg.Connection, officer: Officers, codes: dict[str, str]) -> None:
    line = (1, codes["191234568"], "", "", "", "03/2019", 270_000, "chưa nhận", POST, "")
    view = await read(officer("maker", PHU_LOC), opening_list([line]))
    with pytest.raises(asyncpg.CheckViolationError, match="second_party"):
        await admin.execute(
            """INSERT INTO registry.opening_agreements
               SELECT list_id, unit_id, 'vnpost', 0, 270000, 0, NULL, NULL, read_issuer, read_subject, now(), read_issuer,
                   read_subject FROM registry.opening_lists WHERE list_id = $1""",
            view["list_id"],
        )


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


async def test_openings_of_others_are_not_there(officer: Officers, admin: asyncpg.Connection, codes: dict[str, str]) -> None:
    line = (1, codes["191234568"], "", "", "", "02/2019", 270_000, "chưa nhận", POST, "")
    view = await read(officer("maker", PHU_LOC), opening_list([line]))
    my, path = officer("commune_officer", VINH_MY), f"/v1/openings/{view['list_id']}"
    assert (await my.get("/v1/openings"))["items"] == []
    assert (await my.get("/v1/openings/totals"))["totals"] == []
    counter = {"reason": "sai", "minutes_number": "15/BB", "minutes_on": "2021-09-28"}
    answers = {"answers": [{"entry_id": view["list_id"], "action": "drop"}]}
    for method, where, body in (
        ("GET", path, None),
        ("GET", f"{path}/rows", None),
        ("POST", f"{path}/answers", answers),
        (
            "POST",
            f"{path}/agreements",
            {"provider": "vnpost", "totals_dong": {}, "minutes_number": "1", "minutes_on": "2021-09-01"},
        ),
        ("POST", f"{path}/confirm", None),
        ("POST", f"{path}/rows/{view['list_id']}/counter", counter),
    ):
        await refused(admin, "unknown-openings", partial(my.ask, method, where, json=body))
    await refused(admin, "not-allowed", lambda: send(officer("provider_staff", PHU_LOC), opening_list([line])))
    await refused(admin, "bad-cursor", lambda: my.ask("GET", "/v1/openings?cursor=none"))
    await refused(admin, "no-token", lambda: send(officer(), opening_list([line])))


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
