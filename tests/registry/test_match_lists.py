"""Match lists for the commune police: who is on them, the form and back, what each answer does, twice, and differently."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import asyncpg
import openpyxl
import pytest

from services.registry.files.match_list_book import MIME
from tests.registry.commune_lists import Line
from tests.registry.officers import HUE, VINH_HUNG, VINH_MY, Officer, Officers

PEOPLE = [
    Line("Nguyễn Thị Đúng", "14/05/1938", "Nữ", "046138300001", village="Thôn 1"),
    Line("Trần Văn Sai", "1936", "Nam", "191300002", village="Thôn 2"),
    Line("Lê Thị Hậu", "20/11/1937", "Nữ", "046137300003", village="Thôn 3"),
    Line("Hoàng Văn Đi", "1939", "Nam", "191300004", village="Thôn 4"),
    Line("Phan Thị Lạ", "1935", "Nữ", "191300005", village="Thôn 5"),
    Line("Bùi Thị Nữa", "1934", "Nữ", "191300006", village="Thôn 6"),
]
EVIDENCE = {"police_officer": "Thượng úy Lê Văn Hải", "paper_number": "123/CAX", "answered_on": "2021-10-19"}
RIGHT = {"full_name": "Trần Văn Sài", "birth_date": "1936-03-02", "number": "046036300002"}
ANSWERS = [
    {"line_no": 1, "outcome": "verified"},
    {"line_no": 2, "outcome": "differs", "right": RIGHT},
    {"line_no": 3, "outcome": "dead", "on": "2021-10-02"},
    {"line_no": 4, "outcome": "moved", "on": "2021-09-01", "place": "Phường An Cựu"},
    {"line_no": 5, "outcome": "not_found"},
]


@pytest.fixture(autouse=True)
async def october(set_business_clock: Any) -> None:
    await set_business_clock(datetime(2021, 10, 20, 2, tzinfo=UTC))


@pytest.fixture
def clerk(officer: Officers) -> Officer:
    return officer("commune_officer", VINH_HUNG)


@pytest.fixture
def second(officer: Officers) -> Officer:
    """Another officer, of the unit above."""
    return officer("province", "46@2021-07-01")


@pytest.fixture
async def listed(clerk: Officer) -> dict[str, Any]:
    """A fresh list of the commune's people, entered once."""
    await clerk.enter("Xã Vinh Hưng", PEOPLE)
    made: dict[str, Any] = await clerk.post("/v1/match-lists", {"unit_id": VINH_HUNG})
    return made


async def _one(clerk: Officer, name: str) -> dict[str, Any]:
    (found,) = await clerk.find(name)
    one: dict[str, Any] = await clerk.get(f"/v1/beneficiaries/{found['beneficiary_id']}")
    return one


async def test_who_is_on_a_list_and_why(clerk: Officer, listed: dict[str, Any], officer: Officers, counts: Any) -> None:
    assert listed["number"].startswith("DC-2021-20116-") and listed["people"] == 6
    lines = (await clerk.get(f"/v1/match-lists/{listed['match_list_id']}/lines"))["items"]
    why = {line["full_name"].split()[-1]: line["reasons"] for line in lines}
    assert why["Đúng"] == ["never_verified"]
    assert why["Sai"] == ["number_old", "birth_year_alone", "never_verified"]
    assert lines[0]["number"] == "046138300001"
    masked = (await officer("maker", VINH_HUNG).get(f"/v1/match-lists/{listed['match_list_id']}/lines"))["items"]
    assert masked[0]["number"] == "•••••••••001"
    again = await clerk.post("/v1/match-lists", {"unit_id": VINH_HUNG, "reasons": ["number_old"]})
    assert again["people"] == 4 and again["number"] != listed["number"]
    before = await counts()
    for body, status, code in (
        ({"unit_id": VINH_HUNG, "reasons": ["number_missing"]}, 409, "nobody-to-match"),
        ({"unit_id": VINH_MY}, 403, "not-your-unit"),
        ({"unit_id": "1@2000-01-01"}, 422, "unknown-unit"),
        ({"unit_id": VINH_HUNG, "reasons": ["x"]}, 422, "bad-request"),
    ):
        refused = await clerk.ask("POST", "/v1/match-lists", json=body)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    above = officer("province", HUE)
    assert (await above.ask("POST", "/v1/match-lists", json={"unit_id": HUE})).json()["code"] == "not-a-commune"
    stranger = officer("commune_officer", VINH_MY)
    for path in ("", "/lines", "/form.xlsx"):
        hidden = await stranger.ask("GET", f"/v1/match-lists/{listed['match_list_id']}{path}")
        assert (hidden.status_code, hidden.json()["code"]) == (404, "unknown-match-list")
    assert (await stranger.get("/v1/match-lists"))["items"] == []
    assert listed in (await clerk.get("/v1/match-lists"))["items"]
    assert await counts() == before


async def test_each_answer_has_its_effect_and_again_has_none(
    clerk: Officer, second: Officer, listed: dict[str, Any], admin: asyncpg.Connection, counts: Any
) -> None:
    path = f"/v1/match-lists/{listed['match_list_id']}"
    done = await clerk.post(f"{path}/answers", {"evidence": EVIDENCE, "answers": ANSWERS})
    assert done == {"recorded": 5, "unchanged": 0, "contradicted": 0}
    assert [(await _one(clerk, name))["hold"] for name in ("dung", "sai", "thi hau", "van di", "thi la", "nua")] == [
        None, None, "reported_dead", "reported_away", "not_found_by_police", None,
    ]  # fmt: skip
    holds = (await clerk.get("/v1/holds", standing=True))["items"]
    assert {hold["note"].split(";")[0] for hold in holds} >= {"02/10/2021", "01/09/2021"}
    assert any("Phường An Cựu" in hold["note"] for hold in holds)
    stamped = await admin.fetch("SELECT full_name FROM registry.beneficiaries WHERE verified_at IS NOT NULL")
    assert [row["full_name"] for row in stamped] == ["Nguyễn Thị Đúng"]
    before = await counts()
    again = await clerk.post(f"{path}/answers", {"evidence": EVIDENCE, "answers": ANSWERS})
    assert again == {"recorded": 0, "unchanged": 5, "contradicted": 0}
    assert await counts() == before
    (proposal,) = (await clerk.get("/v1/proposals", kind="identity_correction", state="open"))["items"]
    assert proposal["details"]["number"] == "•••••••••002" and proposal["details"]["full_name"] == "Trần Văn Sài"
    accept = f"/v1/match-lists/corrections/{proposal['proposal_id']}/accept"
    refused = await clerk.ask("POST", accept, json={"note": "tôi duyệt"})
    assert (refused.status_code, refused.json()["code"]) == (403, "same-officer")
    assert (await _one(clerk, "tran van sai"))["full_name"] == "Trần Văn Sai"
    await second.post(accept, {"note": "Đã xem văn bản"})
    corrected = await _one(clerk, "tran van sai")
    assert (corrected["full_name"], corrected["birth_date"], corrected["birth_precision"]) == (
        "Trần Văn Sài",
        "1936-03-02",
        "day",
    )
    assert {d["number"][-3:] for d in corrected["documents"]} == {"002"} and len(corrected["documents"]) == 2
    assert corrected["payee"]["full_name"] == "Trần Văn Sài"
    history = (await clerk.get(f"/v1/beneficiaries/{corrected['beneficiary_id']}/history"))["items"]
    assert (history[0]["reason"], history[0]["paper_number"]) == ("identity_corrected", "123/CAX")
    assert history[1]["record"]["full_name"] == "Trần Văn Sai", "what was written before is kept"
    settled = await second.ask("POST", accept, json={"note": "lần nữa"})
    assert (settled.status_code, settled.json()["code"]) == (409, "proposal-settled")
    left = await clerk.post("/v1/match-lists", {"unit_id": VINH_HUNG})
    names = [line["full_name"] for line in (await clerk.get(f"/v1/match-lists/{left['match_list_id']}/lines"))["items"]]
    assert "Nguyễn Thị Đúng" not in names, "verified, and her data agree"
    number = await admin.fetchval(
        "SELECT string_agg(l::text, '') || string_agg(p::text, '') FROM registry.match_list_lines l, registry.proposals p"
    )
    assert "046036300002" not in number and "300001" not in number, "sealed on the lines, masked in the proposal"


async def test_answers_that_contradict_go_to_review(clerk: Officer, listed: dict[str, Any], admin: asyncpg.Connection) -> None:
    path = f"/v1/match-lists/{listed['match_list_id']}"
    line_no = next(line["line_no"] for line in (await clerk.get(f"{path}/lines"))["items"] if line["full_name"] == "Bùi Thị Nữa")

    async def says(outcome: str, **more: Any) -> Any:
        answer = {"line_no": line_no, "outcome": outcome, **more}
        return await clerk.ask("POST", f"{path}/answers", json={"evidence": EVIDENCE, "answers": [answer]})

    assert (await says("dead", on="2021-10-01")).json()["recorded"] == 1
    assert (await says("verified")).json() == {"recorded": 0, "unchanged": 0, "contradicted": 1}
    assert (await _one(clerk, "thi nua"))["hold"] == "reported_dead", "until somebody settles, the first counts"
    assert (await says("verified")).json()["unchanged"] == 1
    third = await says("not_found")
    assert (third.status_code, third.json()["code"]) == (409, "line-in-review")
    (proposal,) = (await clerk.get("/v1/proposals", kind="police_answers_contradict", state="open"))["items"]
    assert (proposal["details"]["first"], proposal["details"]["second"]) == ("dead", "verified")
    settle = f"{path}/lines/{line_no}/settle"
    refused = await clerk.ask("POST", settle, json={"counts": "second", "note": "đính chính"})
    assert (refused.status_code, refused.json()["code"]) == (422, "match-evidence-missing")
    evidence = {**EVIDENCE, "paper_number": "130/CAX"}
    assert (await clerk.post(settle, {"counts": "second", "evidence": evidence, "note": "Công an đính chính"}))[
        "contradicted"
    ] == 0
    assert (await _one(clerk, "thi nua"))["hold"] is None
    (line,) = [one for one in (await clerk.get(f"{path}/lines"))["items"] if one["line_no"] == line_no]
    assert (line["state"], line["answer"]["outcome"], line["evidence"]["paper_number"]) == ("answered", "verified", "130/CAX")
    nothing = await clerk.ask("POST", settle, json={"counts": "first", "note": "đính chính"})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "line-not-in-review")
    stamped = "SELECT verified_line_id FROM registry.beneficiaries WHERE full_name = 'Bùi Thị Nữa'"
    assert str(await admin.fetchval(stamped)) == line["line_id"]
    await says("moved", on="2021-10-01", place="Huế")
    await clerk.post(settle, {"counts": "first", "note": "Vẫn ở đây"})
    assert (await _one(clerk, "thi nua"))["hold"] is None
    await says("not_found")
    await clerk.post(settle, {"counts": "second", "evidence": evidence, "note": "Công an đính chính lần nữa"})
    assert (await _one(clerk, "thi nua"))["hold"] == "not_found_by_police"
    assert await admin.fetchval(stamped) is None, "what that answer had confirmed is confirmed no more"
    other = await clerk.post("/v1/match-lists", {"unit_id": VINH_HUNG, "reasons": ["never_verified"]})
    place = f"/v1/match-lists/{other['match_list_id']}"
    (again,) = [one for one in (await clerk.get(f"{place}/lines"))["items"] if one["full_name"] == "Bùi Thị Nữa"]
    found = {"evidence": EVIDENCE, "answers": [{"line_no": again["line_no"], "outcome": "verified"}]}
    await clerk.post(f"{place}/answers", found)
    assert (await _one(clerk, "thi nua"))["hold"] is None, "found after all"


@pytest.mark.parametrize(
    ("answer", "fields"),
    [
        ({"outcome": "dead"}, ["on"]),
        ({"outcome": "dead", "on": "2022-01-01"}, ["on"]),
        ({"outcome": "moved", "on": "2021-10-01"}, ["place"]),
        ({"outcome": "differs"}, ["right"]),
        ({"outcome": "verified", "right": {"sex": "male"}}, ["right"]),
        ({"outcome": "differs", "right": {"birth_date": "2021-13-01"}}, ["birth_date"]),
        ({"outcome": "differs", "right": {"birth_date": "2030"}}, ["birth_date"]),
        ({"outcome": "verified", "line_no": 999}, ["line_no"]),
    ],
)
async def test_an_answer_that_cant_be_is_refused_with_all_the_others(
    clerk: Officer, listed: dict[str, Any], counts: Any, answer: dict[str, Any], fields: list[str]
) -> None:
    before = await counts()
    body = {"evidence": EVIDENCE, "answers": [{"line_no": 1, "outcome": "verified"}, {"line_no": 2, **answer}]}
    refused = await clerk.ask("POST", f"/v1/match-lists/{listed['match_list_id']}/answers", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad-match-answers")
    assert refused.json()["lines"] == [{"line_no": answer.get("line_no", 2), "fields": fields}]
    assert await counts() == before
    assert (await clerk.get(f"/v1/match-lists/{listed['match_list_id']}"))["answered"] == 0


async def test_a_number_of_somebody_else_is_not_taken_over(clerk: Officer, second: Officer, listed: dict[str, Any]) -> None:
    lines = (await clerk.get(f"/v1/match-lists/{listed['match_list_id']}/lines"))["items"]
    line = next(line for line in lines if line["full_name"] == "Phan Thị Lạ")
    answer = {"line_no": line["line_no"], "outcome": "differs", "right": {"number": "046137300003"}}
    await clerk.post(f"/v1/match-lists/{listed['match_list_id']}/answers", {"evidence": EVIDENCE, "answers": [answer]})
    (proposal,) = [
        one for one in (await clerk.get("/v1/proposals", kind="identity_correction", state="open"))["items"]
        if one["full_name"] == "Phan Thị Lạ"
    ]  # fmt: skip
    refused = await second.ask("POST", f"/v1/match-lists/corrections/{proposal['proposal_id']}/accept", json={"note": "Đã xem"})
    assert (refused.status_code, refused.json()["code"]) == (409, "number-of-another")
    await second.post(f"/v1/proposals/{proposal['proposal_id']}/decline", {"note": "Công an nhầm số"})


def _filled(data: bytes, results: dict[str, dict[str, Any]], evidence: tuple[Any, ...]) -> bytes:
    """The form as somebody fills it in: by name of the person, then by column heading."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    header = next(row for row in rows if row[0].value == "STT")
    columns = {cell.value: cell.column for cell in header}
    labels = ("Cán bộ công an trả lời:", "Số văn bản trả lời:", "Ngày trả lời:")
    for row in rows:
        if row[0].value in labels:
            sheet.cell(row[0].row or 0, 4).value = evidence[labels.index(str(row[0].value))]
        for column, value in results.get(str(row[2].value), {}).items():
            sheet.cell(row[0].row or 0, columns[column] or 0).value = value
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


async def test_the_form_goes_out_and_comes_back(
    clerk: Officer, listed: dict[str, Any], admin: asyncpg.Connection, counts: Any
) -> None:
    path = f"/v1/match-lists/{listed['match_list_id']}"
    form = await clerk.ask("GET", f"{path}/form.xlsx")
    assert (form.status_code, form.headers["content-type"]) == (200, MIME)
    last = await admin.fetchrow("SELECT action, detail::text AS detail FROM registry.audit_log ORDER BY seq DESC LIMIT 1")
    assert last and last["action"] == "match_list.form" and '"clear":true' in last["detail"].replace(" ", "")
    results: dict[str, dict[str, Any]] = {
        "Hoàng Văn Đi": {"Kết quả": "Đúng"},
        "Lê Thị Hậu": {"Kết quả": "đã chết", "Ngày chết/chuyển đi": "02/10/2021"},
        "Phan Thị Lạ": {"Kết quả": "Sai khác", "Ngày sinh đúng": datetime(1935, 2, 3), "Giới tính đúng": "Nữ",  # noqa: DTZ001
                        "Số định danh đúng": 46135300005},
    }  # fmt: skip
    evidence = ("Thượng úy Lê Văn Hải", "124/CAX", datetime(2021, 10, 19))  # noqa: DTZ001
    filled = _filled(form.content, results, evidence)

    async def send(data: bytes, to: str = path) -> Any:
        return await clerk.ask("POST", f"{to}/answered-form", files={"file": ("tra-loi.xlsx", data)})

    before = await counts()
    for broken, status, code in (
        (_filled(form.content, results, ("", "124/CAX", "19/10/2021")), 422, "match-evidence-missing"),
        (_filled(form.content, {"Lê Thị Hậu": {"Kết quả": "chưa rõ"}}, evidence), 422, "bad-match-answers"),
        (
            _filled(form.content, {"Lê Thị Hậu": {"Kết quả": "Đúng", "Mã đối tượng": "HUE-9999999"}}, evidence),
            422,
            "bad-match-answers",
        ),
        (
            _filled(form.content, {"Lê Thị Hậu": {"Kết quả": "Sai khác", "Số định danh đúng": "12"}}, evidence),
            422,
            "bad-match-answers",
        ),
        (b"a;b;c\n1;2;3\n4;5;6\n", 422, "not-a-match-list"),
    ):
        refused = await send(broken)
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    other = await clerk.post("/v1/match-lists", {"unit_id": VINH_HUNG, "reasons": ["number_old"]})
    wrong = await send(filled, f"/v1/match-lists/{other['match_list_id']}")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "not-a-match-list")
    assert {**(await counts()), "outbox": 0} == {**before, "outbox": 0}
    done = await send(filled)
    assert done.json() == {"recorded": 3, "unchanged": 0, "contradicted": 0}, done.text
    assert (await send(filled)).json() == {"recorded": 0, "unchanged": 3, "contradicted": 0}
    lines = {line["full_name"]: line for line in (await clerk.get(f"{path}/lines"))["items"]}
    assert lines["Phan Thị Lạ"]["answer"]["right"] == {
        "full_name": None, "birth_date": "1935-02-03", "sex": "female", "number": "046135300005",
    }  # fmt: skip
    assert lines["Phan Thị Lạ"]["evidence"] == {
        "police_officer": "Thượng úy Lê Văn Hải", "paper_number": "124/CAX", "answered_on": "2021-10-19",
    }  # fmt: skip
    assert lines["Lê Thị Hậu"]["answer"]["on"] == "2021-10-02"
    assert lines["Bùi Thị Nữa"]["state"] == "waiting"
