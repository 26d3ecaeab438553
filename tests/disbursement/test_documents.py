"""Papers over REST, from people drawn up, approved, paid and returned; read back with other libraries."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.disbursement.use_cases import read_documents
from shared.contracts.registry_events import BeneficiaryRecord
from shared.kernel.ids import new_id
from tests.disbursement.gateway_voice import Story, answer
from tests.disbursement.office import Office
from tests.disbursement.papers import FORMATS, TELLTALE, all_papers, cells, hidden, pages, paper, row_of, table, text
from tests.disbursement.records import changed, decision, payee, wallet
from tests.disbursement.test_books_end_to_end import instructed

NASTY = '=1+1 #Lê *Văn* @đ [x] $y$ _z_ \\n <b> "q" {ten}'
HIV = ("K3-HIV-U4", "K3-HIV-4-16", "K8-HIV")
SAME_AMOUNTS = ("K1-TE-U4", "K6-N-TE", "K6-N")  # what these three give is what the three above give


def folk(office: Office, commune: int = 0, *, wallets: bool = False) -> list[BeneficiaryRecord]:
    """A person of every kind in a commune, each with a name (and a wallet) of their own."""
    categories: list[str | list[str]] = [*HIV, *SAME_AMOUNTS, "K5C-80", ["K4-DTN", "K8-HIV"], ["K6-DBN", "CS-NKT-MT1"]]
    return [
        office.person(each, commune=commune, full_name=f"Nguyễn Thị Số{commune}{at:02}", account=wallet() if wallets else None)
        for at, each in enumerate(categories)
    ]


def list_path(payroll: dict[str, Any], format_: str, query: str = "") -> str:
    """Where a payroll's list for payment is."""
    return f"/v1/payrolls/{payroll['payroll_id']}/documents/payment-list.{format_}{query}"


async def test_a_list_for_payment_has_each_line_once_and_the_payrolls_sum(office: Office) -> None:
    people = folk(office, commune=1) + folk(office, commune=2)
    guarded = office.person("K6-N", full_name=NASTY, birth_date=date(1950, 1, 1), birth_precision="year")
    guarded = guarded.model_copy(update={"payee": payee(new_id(), full_name="Trần Văn Bé", relationship="guardian")})
    await office.say(*people, guarded)
    drawn = (await office.draw(await office.run()))["payrolls"]
    for payroll in drawn:
        taken_out = (await office.payments(payroll["payroll_id"]))[0]
        reason = {"payment_id": taken_out["payment_id"], "reason": "đơn khiếu nại"}
        await office.ok("POST", f"/v1/payrolls/{payroll['payroll_id']}/exceptions", "accountant", reason)
        stays = [line for line in await office.payments(payroll["payroll_id"]) if line["state"] != "removed"]
        total = f"{sum(line['amount_dong'] for line in stays):,}".replace(",", ".")
        for format_ in FORMATS:
            content = await paper(office, list_path(payroll, format_))
            assert text(content).count("Nguyễn Thị Số") + text(content).count("Trần Văn Bé") == len(stays)
            for person in people:
                listed = any(line["beneficiary_code"] == person.code for line in stays)
                assert text(content).count(person.full_name) == listed
            assert f"tổng số tiền: {total} đồng" in text(content)
            assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text(content)
        assert row_of(await paper(office, list_path(payroll, "xlsx")), "TỔNG CỘNG")[-1] == sum(s["amount_dong"] for s in stays)


async def test_a_name_is_text_whatever_it_looks_like(office: Office) -> None:
    person = office.person("K6-N", full_name=NASTY, birth_date=date(1950, 1, 1), birth_precision="year")
    await office.say(person.model_copy(update={"payee": payee(new_id(), full_name="@Bé #[1]", relationship="guardian")}))
    payroll = (await office.draw(await office.run()))["payrolls"][0]
    line = table(await paper(office, list_path(payroll, "xlsx")), "STT", "Ký nhận")[0]
    assert (line["Họ và tên đối tượng"], line["Người nhận thay"]) == (NASTY, "@Bé #[1]")
    assert (line["Ngày, tháng, năm sinh"], line["Hệ số"], line["Tháng"]) == ("1950", "1,5", "10/2021")
    assert line["Tổng cộng (đồng)"] == 540_000
    printed = text(await paper(office, list_path(payroll, "pdf")))
    assert NASTY.replace(" ", "") in printed.replace(" ", "") and "@Bé#[1]" in printed.replace(" ", "")


async def test_a_commune_gets_its_own_list_and_no_other(office: Office) -> None:
    await office.say(*folk(office, 1), *folk(office, 2))
    extra = await office.contract("viettelpay", {"cash": "viettelpay"}, office.communes[1:3], number="02/both")
    drawn = (await office.draw(await office.run()))["payrolls"]
    payroll = max(drawn, key=lambda p: p["payments"])
    assert payroll["contract_id"] in {str(extra), str(office.deeds.cashier), str(office.deeds.vietinbank)}
    communes = sorted({line["unit_id"] for line in await office.payments(payroll["payroll_id"])})
    own, query = communes[0], f"?commune_id={communes[0]}"
    content = await paper(office, list_path(payroll, "xlsx", query), "province", units=[own])
    lines = table(content, "STT", "Ký nhận")
    assert len(lines) == len([x for x in await office.payments(payroll["payroll_id"]) if x["unit_id"] == own])
    whole = [cell for row in cells(await paper(office, list_path(payroll, "xlsx"))) for cell in row]
    assert len(communes) < 2 or any(str(cell).startswith("Cộng ") for cell in whole)
    await office.refused("not-your-unit", "GET", list_path(payroll, "xlsx"), "province", units=[own])
    other = f"?commune_id={office.communes[0]}"
    await office.refused("not-your-unit", "GET", list_path(payroll, "pdf", other), "province", units=[own])


async def paid_october(office: Office) -> tuple[str, list[dict[str, Any]]]:
    """A run with people of every kind: some paid, one refused by the provider, one returned, one cash order not collected."""
    await office.say(*folk(office, 0, wallets=True), *folk(office, 1))
    run_id = await office.run("2021-10")
    payrolls = (await office.draw(run_id))["payrolls"]
    for payroll in payrolls:
        await office.released(payroll)
    for name, chunk in (await instructed(office, run_id)).items():
        stories: list[Story] = [["accepted", "rejected"], ["paid", "returned"]] if "wallet" in name else [["unclaimed"], ["paid"]]
        stories += [["paid"] for _ in chunk.lines[2:]]
        await answer(office, chunk, stories)
    return run_id, payrolls


async def test_no_paper_tells_of_hiv(office: Office) -> None:
    run_id, payrolls = await paid_october(office)
    for address, content in (await all_papers(office, run_id, payrolls, "2021-Q4")).items():
        assert TELLTALE.search(text(content) + hidden(content)) is None, address
    for payroll in payrolls:
        lines = table(await paper(office, list_path(payroll, "xlsx")), "STT", "Ký nhận")
        kinds = {(line["Đối tượng"], line["Hệ số"], line["Tổng cộng (đồng)"]) for line in lines[:6]}
        assert kinds == {("Bảo trợ xã hội", c, a) for c, a in (("2,5", 900_000), ("2,0", 720_000), ("1,5", 540_000))}


async def test_sums_are_those_of_the_books(office: Office) -> None:
    run_id, payrolls = await paid_october(office)
    books = await office.ok("GET", f"/v1/runs/{run_id}/books", "accountant")
    month = await office.ok("GET", "/v1/months/2021-10/books", "accountant")
    query = f"authority_id={office.authority}"

    summary = await paper(office, f"/v1/runs/{run_id}/documents/summary.xlsx?{query}")
    assert row_of(summary, "TỔNG CỘNG")[-2:] == [month["owed"]["people"], month["owed"]["amount_dong"]]

    settlement = await paper(office, f"/v1/quarters/2021-Q4/documents/settlement.xlsx?{query}")
    money = [books[f"{name}_dong"] for name in ("opening", "received", "paid", "returned", "closing")]
    assert row_of(settlement, "10/2021") == row_of(settlement, "CỘNG QUÝ") == money
    assert row_of(settlement, "CỘNG")[-1] == books["paid_dong"]

    unclaimed = await paper(office, f"/v1/runs/{run_id}/documents/unclaimed.xlsx?{query}")
    resting = month["returned"]["amount_dong"] + month["unclaimed"]["amount_dong"]
    assert row_of(unclaimed, "TỔNG CỘNG") == [resting] and resting > 0

    paid_dong = 0
    for contract_id in {p["contract_id"] for p in payrolls}:
        path = f"/v1/runs/{run_id}/documents/reconciliation.xlsx?{query}&contract_id={contract_id}"
        minutes = await paper(office, path)
        sent = sum(p["amount_dong"] for p in payrolls if p["contract_id"] == contract_id)
        assert row_of(minutes, "TỔNG LỆNH CHI")[-1] == sent
        paid_dong += row_of(minutes, "3")[-1]
        assert "Không có chênh lệch" in text(minutes)
    assert paid_dong == books["paid_dong"]


async def test_minutes_show_where_the_provider_says_otherwise(office: Office) -> None:
    run_id, payrolls = await paid_october(office)
    contract_id = next(p["contract_id"] for p in payrolls if p["channel"] == "wallet")
    path = f"/v1/runs/{run_id}/documents/reconciliation.xlsx?authority_id={office.authority}"
    wallets = (await instructed(office, run_id))["viettelpay/wallet"]
    await answer(office, wallets, [["accepted", "rejected", "paid"], *[[]] * (len(wallets.lines) - 1)])
    minutes = await paper(office, f"{path}&contract_id={contract_id}")
    assert table(minutes, "Loại chênh lệch")[0]["Loại chênh lệch"] == "Hai bên báo khác nhau về cùng một khoản chi"
    await office.refused("which-contract", "GET", path, "accountant")
    await office.refused("unknown-contract", "GET", f"{path}&contract_id={new_id()}", "accountant")


async def test_unclaimed_money_says_why_and_where_it_is_paid_again(office: Office) -> None:
    run_id, _ = await paid_october(office)
    await office.draw(await office.run("2021-11"))
    path = f"/v1/runs/{run_id}/documents/unclaimed"
    content = await paper(office, f"{path}.xlsx?authority_id={office.authority}&commune_id={office.communes[0]}")
    rows = [row for row in cells(content) if str(row[0]).isdigit()]
    assert sorted(row[7] for row in rows) == ["Bị hoàn trả: Tài khoản bị khóa", "Bị từ chối: Tài khoản bị khóa"]
    assert {row[8] for row in rows} == {"Chi lại ở kỳ 11/2021"}
    printed = text(await paper(office, f"{path}.pdf?authority_id={office.authority}"))
    assert "Chưa đến nhận: 1 khoản" in printed and "Bị hoàn trả: 1 khoản" in printed


async def test_increases_and_decreases_have_their_reasons(office: Office) -> None:
    stays, dies, moves, stops = (office.person("K5C-80", full_name=f"Người {name}") for name in ("Ở", "Mất", "Đi", "Thôi"))
    rises = office.person("K6-N", full_name="Người Lên")
    await office.say(stays, dies, moves, stops, rises)
    september = await office.run("2021-09")
    await office.draw(september)
    first = f"/v1/runs/{september}/documents/changes.xlsx?authority_id={office.authority}"
    assert "so với kỳ trước (chưa có)" in text(await paper(office, first))

    october = date(2021, 10, 1)
    higher = decision("K6-DBN", from_month=october)
    before = rises.decisions[0].model_copy(update={"to_month": date(2021, 9, 1)})
    await office.say(
        changed(dies, status="dead", status_from_month=october),
        changed(stops, status="stopped", status_from_month=october),
        changed(rises, decisions=[before, higher]),
        changed(moves, decisions=[moves.decisions[0].model_copy(update={"to_month": date(2021, 9, 1)})]),
        office.person("K5C-80", full_name="Người Mới", decisions=[decision("K5C-80", from_month=october)]),
    )
    run_id = await office.run("2021-10")
    await office.draw(run_id)
    path = f"/v1/runs/{run_id}/documents/changes"
    content = await paper(office, f"{path}.xlsx?authority_id={office.authority}")
    (new,) = table(content, "Mức hưởng (đồng)")
    assert (new["Họ và tên"], new["Lý do"], new["Mức hưởng (đồng)"]) == ("Người Mới", "Mới hưởng", 360_000)
    assert new["Quyết định"] == "12/QĐ-UBND ngày 20/06/2021"
    fewer = {row["Họ và tên"]: row["Lý do"] for row in table(content, "Mức đã hưởng (đồng)")}
    assert fewer == {"Người Mất": "Đã chết", "Người Thôi": "Thôi hưởng", "Người Đi": "Hết thời hạn hưởng"}
    (more,) = table(content, "Mức cũ (đồng)")
    assert (more["Họ và tên"], more["Chênh lệch (đồng)"], more["Lý do"]) == ("Người Lên", 180_000, "Điều chỉnh")
    printed = text(await paper(office, f"{path}.pdf?authority_id={office.authority}"))
    assert printed.count("Người Mới") == 1 and "Người Ở" not in printed


async def test_arrears_stand_in_their_own_column(office: Office) -> None:
    early, late = office.person("K5C-80", full_name="Người Sớm"), office.person("K5C-80", full_name="Người Muộn")
    await office.say(early)
    await office.draw(await office.run("2021-09"))
    await office.say(late)
    drawn = await office.draw(await office.run("2021-10"))
    lines = table(await paper(office, list_path(drawn["payrolls"][0], "xlsx")), "STT", "Ký nhận")
    by_name = {line["Họ và tên đối tượng"]: line for line in lines}
    assert by_name["Người Sớm"]["Truy lĩnh (đồng)"] is None
    row = by_name["Người Muộn"]
    assert (row["Số tiền (đồng)"], row["Truy lĩnh (đồng)"], row["Tổng cộng (đồng)"]) == (360_000, 360_000, 720_000)
    assert row["Tháng"] == "09, 10/2021"


async def test_table_heads_come_again_on_every_page(office: Office) -> None:
    await office.say(*[office.person("K5C-80", full_name=f"Lê Thị {at:03}") for at in range(80)])
    payroll = (await office.draw(await office.run()))["payrolls"][0]
    printed = pages(await paper(office, list_path(payroll, "pdf")))
    assert len(printed) > 2
    assert [f"Trang {at}/{len(printed)}" in page for at, page in enumerate(printed, 1)] == [True] * len(printed)
    assert all("Họ và tên đối tượng" in page for page in printed if "Lê Thị" in page)
    assert sum(page.count("Lê Thị") for page in printed) == 80


async def test_reading_is_audited(office: Office) -> None:
    _, payrolls = await paid_october(office)
    await paper(office, list_path(payrolls[0], "pdf"))
    rows = await office.rows(
        "SELECT object, detail::text FROM audit_log WHERE action = 'read-document' ORDER BY seq DESC LIMIT 1"
    )
    assert rows[0]["object"] == f"payroll/{payrolls[0]['payroll_id']}"
    assert '"kind":"payment-list"' in rows[0]["detail"] and f'"lines":{payrolls[0]["payments"]}' in rows[0]["detail"]


async def test_refusals(office: Office) -> None:
    await office.say(office.person("K5C-80"))
    run_id = await office.run()
    payroll = (await office.draw(run_id))["payrolls"][0]
    run = f"/v1/runs/{run_id}/documents"
    of = f"authority_id={office.authority}"
    refused = (
        ("unknown-payroll", f"/v1/payrolls/{new_id()}/documents/payment-list.pdf"),
        ("nothing-to-list", list_path(payroll, "pdf", f"?commune_id={office.communes[0]}")),
        ("unknown-unit", list_path(payroll, "pdf", f"?commune_id={office.province}")),
        ("unknown-unit", f"{run}/changes.pdf?authority_id=99999@2021-07-01"),
        ("unknown-run", f"/v1/runs/{new_id()}/documents/unclaimed.xlsx?{of}"),
        ("nothing-to-list", f"{run}/summary.pdf?authority_id={office.communes[0]}"),
        ("wrong-quarter", f"/v1/quarters/2021-Q5/documents/settlement.pdf?{of}"),
        ("nothing-to-list", f"/v1/quarters/2022-Q1/documents/settlement.pdf?{of}"),
    )
    for code, path in refused:
        await office.refused(code, "GET", path, "accountant")
    other = await Office(office.service, office.platform, office.client, office.admin, office.tokens).lay()
    for path in (list_path(payroll, "pdf"), f"{run}/summary.xlsx?{of}", f"/v1/quarters/2021-Q4/documents/settlement.pdf?{of}"):
        await office.refused("not-your-unit", "GET", path, "accountant", units=[other.province])
    assert (await office.call("GET", f"{run}/summary.docx?{of}", "accountant")).status_code == 422
    assert (await office.call("GET", f"{run}/secrets.pdf?{of}", "accountant")).status_code == 404
    assert (await office.call("GET", list_path(payroll, "pdf"), "provider_staff")).status_code == 403


async def test_too_many_lines_are_asked_for_by_commune(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.say(*[office.person("K5C-80") for _ in range(3)])
    run_id = await office.run()
    payroll = (await office.draw(run_id))["payrolls"][0]
    monkeypatch.setattr(read_documents, "MAX_LINES", 2)
    problem = await office.refused("document-too-large", "GET", list_path(payroll, "pdf"), "accountant")
    assert (problem["status"], problem["most"]) == (413, 2)
    path = f"/v1/runs/{run_id}/documents/changes.pdf?authority_id={office.authority}"
    await office.refused("document-too-large", "GET", path, "accountant")


async def test_a_province_settles_for_all_its_authorities(office: Office) -> None:
    await paid_october(office)
    own = await paper(office, f"/v1/quarters/2021-Q4/documents/settlement.xlsx?authority_id={office.authority}")
    whole = await paper(office, f"/v1/quarters/2021-Q4/documents/settlement.xlsx?authority_id={office.province}")
    assert row_of(own, "CỘNG QUÝ") == row_of(whole, "CỘNG QUÝ")
    assert "SỞ Y TẾ" in text(whole)
