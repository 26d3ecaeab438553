"""Figures over REST, each counted a second time in plain Python over the same people."""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import python_calamine

from shared.platform import Platform
from shared.service import Service
from tests.conftest import Tokens
from tests.reporting import figures_world as world
from tests.reporting.figures_asker import Asker, fill

STEPS = world.live(seed=6, people=350)
RANGE = "from=2021-10&to=2022-01"


@pytest.fixture(scope="module")
async def filled(platform: Platform) -> Service:
    """The service after all that happened."""
    return await fill(platform, STEPS)


@pytest.fixture
async def client(filled: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks HTTP to the service's app."""
    transport = httpx.ASGITransport(filled.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://reporting.test", timeout=60) as opened:
        yield opened


@pytest.fixture
def ask(client: httpx.AsyncClient, tokens: Tokens) -> Asker:
    """As the province."""
    return Asker(client, tokens("province"))


NOW, CLOSED = world.as_of(STEPS, closed=False), world.as_of(STEPS, closed=True)


@pytest.mark.parametrize("by", [[], ["district"], ["commune"], ["province", "commune"], ["provider", "channel"], ["paid_by"]])
async def test_people_are_counted_once_a_month(ask: Asker, by: list[str]) -> None:
    by = [*(["month"]), *by]
    for view, standing in (("now", NOW), ("closed", CLOSED)):
        found = await ask.table(f"{RANGE}&as={view}", by, "people")
        assert found == world.summed(world.people(standing), by, "people"), view
        assert sum(n for (n,) in found.values()) == 350 * 4


async def test_people_by_way_and_their_share(ask: Asker) -> None:
    names = ("people", "people_by_account", "people_by_cash", "people_not_paid", "share_by_account")
    found = await ask.table(RANGE, ["month", "commune"], *names)
    counted: dict[Any, dict[str, int]] = defaultdict(lambda: {"account": 0, "cash": 0, "none": 0})
    for person in world.people(NOW):
        counted[person["month"], person["commune"]][person["paid_by"]] += 1
    assert found == {
        key: (sum(n.values()), *n.values(), math.floor(n["account"] / sum(n.values()) * 1e6 + 1e-7) / 1e6)
        for key, n in counted.items()
    }


@pytest.mark.parametrize("by", [[], ["month", "place"], ["district", "provider", "channel"], ["commune", "place", "provider"]])
async def test_money_adds_up(ask: Asker, by: list[str]) -> None:
    for view, standing in (("now", NOW), ("closed", CLOSED)):
        found = await ask.table(f"{RANGE}&as={view}", by, "obligations", "amount_dong")
        assert found == world.summed(world.money(standing), by, "obligations", "amount_dong"), view


async def test_filters_leave_the_rest_out(ask: Asker) -> None:
    found = await ask.table(f"{RANGE}&filter=channel:wallet,account&filter=place:paid_account", ["commune"], "amount_dong")
    assert found == world.summed(world.money(NOW), ["commune"], "amount_dong", only=lambda r: r["place"] == "paid_account")
    district = "474@2021-07-01"
    found = await ask.table(f"from=2021-11&filter=district:{district}&filter=provider:vnpost", ["commune"], "people")
    mine = world.summed(
        world.people(NOW), ["commune"], "people",
        only=lambda r: r["month"] == "2021-11-01" and r["district"] == district and r["provider"] == "vnpost",
    )  # fmt: skip
    assert found == mine
    assert mine


async def test_what_came_late_is_booked_later_and_points_back(ask: Asker) -> None:
    by = ["month", "place"]
    late = await ask.table(f"{RANGE}&as=late", by, "obligations", "amount_dong")
    now, closed = (world.summed(world.money(s), by, "obligations", "amount_dong") for s in (NOW, CLOSED))
    zero = (0, 0)
    differences = {k: tuple(a - b for a, b in zip(now.get(k, zero), closed.get(k, zero), strict=True)) for k in now | closed}
    assert late == {key: change for key, change in differences.items() if any(change)}
    booked = await ask.rows(f"{RANGE}&as=late&measure=amount_dong&by=month,booked_month,place")
    assert all(row["booked_month"] > row["month"] for row in booked)
    for row in booked:
        came = [
            s for s in STEPS
            if str(s.month) == row["month"] and (s.at - world._at(s.month, 0)).days >= world.CLOSED_AFTER_DAYS
        ]  # fmt: skip
        change = sum(
            s.amount * ((s.place == row["place"]) - (s.was == row["place"]))
            for s in came
            if str(max(s.at.date().replace(day=1), _after(s.month))) == row["booked_month"]
        )
        assert row["amount_dong"] == change, row
    people = await ask.table(f"{RANGE}&as=late", ["month", "booked_month", "paid_by"], "people")
    sums: dict[Any, int] = defaultdict(int)
    for (month, _, paid_by), (n,) in people.items():
        sums[month, paid_by] += n
    before, after = (world.summed(world.people(s), ["month", "paid_by"], "people") for s in (CLOSED, NOW))
    assert {k: n for k, n in sums.items() if n} == {
        k: after.get(k, (0,))[0] - before.get(k, (0,))[0] for k in before | after if after.get(k) != before.get(k)
    }


def _after(month: Any) -> Any:
    return month.replace(month=month.month % 12 + 1, year=month.year + month.month // 12)


async def test_failures_and_times(ask: Asker) -> None:
    by = ["provider", "reason"]
    found = await ask.table(RANGE, by, "failures", "failed_dong")
    assert found == world.summed(world.failures(STEPS), by, "failures", "failed_dong")
    timed: dict[Any, list[int]] = defaultdict(list)
    for row in world.delays(STEPS):
        timed[row["month"], row["provider"]].append(row["minutes"])
    names = ("paid_obligations", "delay_median_minutes", "delay_p95_minutes")
    assert await ask.table(RANGE, ["month", "provider"], *names) == {
        key: (len(m), sorted(m)[math.ceil(len(m) * 0.5) - 1], sorted(m)[math.ceil(len(m) * 0.95) - 1]) for key, m in timed.items()
    }


async def test_communes_that_have_switched(ask: Asker) -> None:
    for units, commune_of in (("then", lambda c: c), ("2025-02-01", _in_2025)):
        through, credited, there = set(), set(), set()
        for step in STEPS:
            key = (str(step.month), commune_of(step.commune))
            there.add(key)
            if step.channel == "cashier":
                through.add(key)
        credited = {(str(s.month), commune_of(s.commune)) for s in NOW if s.place == "paid_account"}
        found = await ask.table(f"{RANGE}&units={units}", ["month", "commune"], "communes", "communes_switched")
        assert found == {key: (1, int(key in credited - through)) for key in there}


def _in_2025(commune: str) -> str:
    code = {"19906": "19909", "19924": "19909", "19840": "19843"}.get(commune[:5], commune[:5])
    return f"{code}@2025-01-01"


async def test_merged_communes_add_up_by_the_units_of_a_later_day(ask: Asker) -> None:
    for by, place in ((["month", "commune"], "commune"), (["month", "district", "commune"], "commune"), (["month"], "")):
        found = await ask.table(f"{RANGE}&units=2025-02-01", by, "people", "people_by_account")
        rows = [
            {**row, "commune": _in_2025(row["commune"]), "district": row["district"].replace("2021-07", "2025-01"),
             "by_account": int(row["paid_by"] == "account")}
            for row in world.people(NOW)
        ]  # fmt: skip
        for row in rows:
            if row["commune"] == "19750@2025-01-01":
                row["district"] = "475@2025-01-01"  # the new northern quarter of Huế
        assert found == world.summed(rows, by, "people", "by_account")
        assert not place or ("2021-10-01", *(["474@2025-01-01"] if "district" in by else []), "19909@2025-01-01") in found
    names = {r["commune"]: r["commune_name"] for r in await ask.rows(f"{RANGE}&measure=obligations&by=commune&units=2025-02-01")}
    assert names["19909@2025-01-01"] == "Phường Dương Nỗ"
    assert await ask.refusal(f"{RANGE}&measure=people&by=month,district&units=2025-08-01") == (422, "no-districts")
    assert await ask.refusal(f"{RANGE}&measure=people&by=month,commune&units=2020-08-01") == (422, "units-gone-by")


async def test_a_token_sees_its_units_only(client: httpx.AsyncClient, tokens: Tokens) -> None:
    mine = "476@2021-07-01"
    ask = Asker(client, tokens("maker", mine))
    only = world.summed(world.people(NOW), ["month", "commune"], "people", only=lambda r: r["district"] == mine)
    assert await ask.table(RANGE, ["month", "commune"], "people") == only
    for by in (["month"], ["month", "province"], ["month", "district"]):
        rows = [{**row, "province": world.PROVINCE} for row in world.people(NOW)]
        assert await ask.table(RANGE, by, "people") == world.summed(rows, by, "people", only=lambda r: r["district"] == mine)
    closed = world.summed(world.people(CLOSED), ["month", "paid_by"], "people", only=lambda r: r["district"] == mine)
    assert await ask.table(f"{RANGE}&as=closed", ["month", "paid_by"], "people") == closed
    sensitive = await ask.rows("from=2021-10&measure=people&by=commune,category_group")
    assert {row["commune"] for row in sensitive} <= {"19840@2021-07-01", "19843@2021-07-01"}
    assert await ask.refusal(f"from=2021-10&measure=people&filter=province:{world.PROVINCE}") == (403, "not-your-unit")
    assert await ask.refusal("from=2021-10&measure=people&filter=commune:19750@2021-07-01") == (422, "unknown-unit")


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [
        ("measure=wealth&from=2021-10", 422, "unknown-measure"),
        ("measure=&from=2021-10", 422, "unknown-measure"),
        ("measure=people&by=colour&from=2021-10", 422, "unknown-dimension"),
        ("measure=people&by=place&from=2021-10", 422, "not-together"),
        ("measure=people_by_account&by=paid_by&from=2021-10", 422, "not-together"),
        ("measure=people&from=2021-10&to=2021-11", 422, "not-together"),
        ("measure=people&from=2021-10&as=often", 422, "wrong-view"),
        ("measure=failures&from=2021-10&as=closed", 422, "not-together"),
        ("measure=share_by_account&from=2021-10&as=late", 422, "not-together"),
        ("measure=people&by=booked_month&from=2021-10", 422, "not-together"),
        ("measure=people&from=2021-10&filter=colour:red", 422, "wrong-filter"),
        ("measure=people&from=2021-10&filter=channel:pigeon", 422, "wrong-filter"),
        ("measure=people&from=2021-10&filter=channel:", 422, "wrong-filter"),
        ("measure=people&from=2021-10&filter=district:19750@2021-07-01", 422, "wrong-filter"),
        ("measure=people&from=2021-10&filter=district:474", 422, "unknown-unit"),
        ("measure=people&from=2021-13", 422, "wrong-month"),
        ("measure=people&from=2021-10&to=2021-09", 422, "wrong-month-range"),
        ("measure=obligations&from=2001-10&to=2021-09", 422, "wrong-month-range"),
        ("measure=people&from=2021-10&units=yesterday", 422, "wrong-units"),
        ("measure=people&by=sex&from=2021-10&units=2025-02-01", 422, "not-together"),
        ("measure=people&by=sex&from=2021-10&as=closed", 422, "not-together"),
        ("measure=people&by=commune,sex,category_group&from=2021-10", 422, "not-together"),
        ("measure=people&by=sex,category_group,age_band&from=2021-10", 422, "not-together"),
        ("measure=obligations&by=sex&from=2021-10&to=2021-11", 422, "not-together"),
        ("measure=people&by=month,sex&from=2021-01&to=2022-01", 422, "wrong-month-range"),
        ("measure=people&from=2021-10&format=pdf", 422, "bad-request"),
    ],
)  # fmt: skip
async def test_what_cannot_be_answered_is_refused(ask: Asker, question: str, status: int, code: str) -> None:
    answer = await ask.raw(question)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    if code in ("not-together", "unknown-measure", "unknown-dimension"):
        assert answer.json()["allowed"]


async def test_too_many_rows_are_refused(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.reporting.domain.folding.MAX_ROWS", 10)
    assert await ask.refusal(f"{RANGE}&measure=people&by=month,commune") == (413, "too-many-rows")
    monkeypatch.setattr("services.reporting.storage.figures.MAX_READ_ROWS", 3)
    assert await ask.refusal(f"{RANGE}&measure=obligations&by=place") == (413, "too-many-rows")


async def test_every_format_says_the_same(ask: Asker) -> None:
    question = "from=2021-10&to=2021-11&measure=people,amount_dong,share_by_account&by=month,district,sex"
    answer = (await ask.raw(question)).json()
    names = [column["name"] for column in answer["columns"]]
    by_name = await ask.raw(f"{question}&format=csv")
    by_accept = await ask.raw(question, Accept="text/csv")
    assert by_name.content == by_accept.content
    assert by_name.content.startswith(b"\xef\xbb\xbfmonth,")
    assert by_name.headers["content-type"] == "text/csv; charset=utf-8"
    read = list(csv.reader(io.StringIO(by_name.content.decode("utf-8-sig"), newline="")))
    assert read[0] == names
    assert read[1:] == [[_text(row[name]) for name in names] for row in answer["rows"]]

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO((await ask.raw(f"{question}&format=xlsx")).content))
    lines = book.get_sheet_by_name("Số liệu").to_python()
    assert lines[0] == [column["vi"] for column in answer["columns"]]
    for line, row in zip(lines[1:], answer["rows"], strict=True):
        cells = dict(zip(names, line, strict=True))
        assert str(cells["month"])[:10] == row["month"]
        assert cells["district_name"] == row["district_name"]
        assert cells["sex"] == {"female": "Nữ", "male": "Nam"}[row["sex"]]
        for name in ("people", "amount_dong", "share_by_account"):
            told = math.floor(row[name] * 1000) / 1000 if name == "share_by_account" and row[name] else row[name]
            assert cells[name] == ("•" if told is None else pytest.approx(told))
    assert "dưới 5 người" in str(book.get_sheet_by_name("Ghi chú").to_python())


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


@pytest.mark.parametrize("format_", ["json", "csv", "xlsx"])
async def test_a_known_answer_is_not_sent_again(ask: Asker, format_: str) -> None:
    question = f"from=2021-10&measure=people&by=district&format={format_}"
    first = await ask.raw(question)
    again = await ask.raw(question, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
