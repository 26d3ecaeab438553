"""The dashboard half-way through the plan: its numbers, its ways down to a commune, and how it follows what is paid."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from tests.browser.conftest import DESKTOP, PHONE, Site, Visit, Visiting
from tests.browser.filling import NOVEMBER, OCTOBER, Payment, communes, half_way
from tests.browser.judging import judge
from tests.conftest import Tokens

COMMUNE = "19750@2021-07-01"
DISTRICT = "479@2021-07-01"
_CELLS = "table => [...table.rows].map(row => [...row.cells].map(cell => cell.innerText.replace(/\\s+/g, ' ').trim()))"


@pytest.fixture(scope="module")
async def filled(site: Site, admin_url: str) -> AsyncIterator[Site]:
    """Two months, people with and without accounts, a closed month to which something came late, a provider that is stopped."""
    connection = await asyncpg.connect(admin_url)
    await connection.execute(
        "INSERT INTO platform.business_clock (business_at, set_at) VALUES ($1, clock_timestamp())",
        datetime(2021, 12, 6, 2, tzinfo=UTC),
    )
    await connection.close()
    await site.filling.enrol()
    await site.filling.pay(half_way(OCTOBER) + half_way(NOVEMBER))
    await site.filling.close(OCTOBER)
    await site.filling.send_back(late())
    await site.filling.stop("vnpost")
    yield site


def late() -> list[Payment]:
    """Payments of October that came back after it was closed."""
    return [p for p in half_way(OCTOBER) if p.place == "paid_account"][:7]


def number(text: str) -> int:
    """`1.410` as a number."""
    return int(text.replace(".", "").replace(",", ""))


async def cells(visit: Visit, name: str) -> list[list[str]]:
    """A table as a reader has it, heading first; it must not be hidden away."""
    await visit.page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true; })")
    found: list[list[str]] = await visit.page.eval_on_selector(f"#table-{name}", _CELLS)
    return found


@pytest.mark.parametrize(("width", "scheme"), [(DESKTOP, "light"), (PHONE, "light"), (DESKTOP, "dark")])
async def test_the_page_is_in_order(filled: Site, visiting: Visiting, width: int, scheme: str) -> None:
    visit = await visiting(width, scheme=scheme)
    await visit.go()
    await visit.picture(f"half-way-{width}-{scheme}")
    await judge(visit)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
async def test_a_communes_page_is_in_order(filled: Site, visiting: Visiting, width: int) -> None:
    visit = await visiting(width)
    await visit.go(f"?unit={COMMUNE}&lang=en")
    await visit.picture(f"commune-{width}")
    await judge(visit)


async def test_its_numbers_are_those_that_were_paid(filled: Site, visiting: Visiting) -> None:
    """Counted once more over the payments."""
    paid = half_way(NOVEMBER)
    visit = await visiting()
    await visit.go("?month=2021-11")
    by_account = sum(p.place == "paid_account" for p in paid)
    assert f"{by_account} / {len(paid):,}".replace(",", ".") in await visit.text("#live-people")
    cashier = {p.commune for p in paid if p.way[0] == "commune_cashier"}
    switched = {p.commune for p in paid if p.place == "paid_account"} - cashier
    assert f"{len(switched)} / {len(communes())}" in await visit.text("#live-communes")
    amounts = {row[0]: number(row[2]) for row in (await cells(visit, "money"))[1:]}
    dong = (540_000, 360_000, 720_000, 540_000, 360_000)
    for place, name in (("paid_account", "Đã vào tài khoản"), ("paid_cash", "Đã trả tiền mặt"), ("returned", "Bị hoàn trả")):
        assert amounts[name] == sum(dong[p.person % 5] for p in paid if p.place == place) > 0
    assert amounts["Tổng"] == sum(dong[p.person % 5] for p in paid)


async def test_each_chart_has_a_table_with_the_same_numbers(filled: Site, visiting: Visiting) -> None:
    visit = await visiting()
    await visit.go("?month=2021-11")
    drawn: dict[str, Any] = await visit.page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.js-plotly-plot')].map(c => [c.dataset.figure,
            c.data.map(t => ({x: t.x, y: t.y, labels: t.labels, text: t.text, custom: t.customdata}))]))"""
    )
    [money] = drawn["money"]
    table = await cells(visit, "money")
    assert {name: number(row) for name, _, row, *_ in table[1:-1]} == dict(zip(money["y"], money["x"], strict=True))
    months = {row[0]: [number(row[at]) for at in (4, 5, 6)] for row in (await cells(visit, "months"))[1:]}
    for at, trace in enumerate(drawn["ways"]):
        assert {month: counts[at] for month, counts in months.items()} == dict(zip(trace["x"], trace["y"], strict=True))
    tiles = drawn["tiles"][0]
    shares = {row[0]: row[1] for row in (await cells(visit, "communes"))[1:]}
    names = [str(custom[1]).partition("<br>")[0] for custom in tiles["custom"]]
    assert len(names) == 141 + 9
    assert {name: text for name, text in zip(names, tiles["text"], strict=True) if text}.items() <= shares.items()
    weeks = sum(number(row[2]) for row in (await cells(visit, "weeks"))[1:])
    assert weeks == sum(sum(map(int, trace["y"])) for trace in drawn["weeks"]) > 0
    laggards = {row[0].split(" Huyện")[0]: number(row[1]) for row in (await cells(visit, "laggards"))[1:]}
    assert sorted(laggards.values()) == sorted(map(int, drawn["laggards"][0]["x"]))
    assert all(set(drawn) >= {name} for name in ("target-people", "target-communes", "trend", "delays", "failures", "enrolment"))


async def test_a_tile_says_its_commune_and_leads_to_it(filled: Site, visiting: Visiting) -> None:
    visit = await visiting()
    await visit.go("?month=2021-11")
    tile = visit.page.locator("#chart-tiles .slice", has_text="Tây Lộc").first
    await tile.scroll_into_view_if_needed()
    await tile.hover()
    hover = visit.page.locator("#chart-tiles .hovertext")
    await hover.wait_for()
    said = (await hover.text_content()) or ""
    assert all(part in said for part in ("Phường Tây Lộc", "%", "người qua tài khoản", "chi trả điện tử"))
    await tile.click()
    await visit.page.wait_for_url(f"**unit={COMMUNE.replace('@', '%40')}*")
    assert "Phường Tây Lộc" in await visit.text("h1")


async def test_from_a_number_to_the_communes_causes_by_keyboard(filled: Site, visiting: Visiting) -> None:
    """Nothing but Tab and Enter: skip to the content, open the table of communes, follow the first laggard."""
    visit = await visiting()
    await visit.go()
    await visit.page.keyboard.press("Tab")
    assert await visit.page.evaluate("() => document.activeElement.className") == "skip"
    await visit.page.keyboard.press("Enter")
    for _ in range(200):
        await visit.page.keyboard.press("Tab")
        if await visit.page.evaluate("() => document.activeElement.matches('#table-laggards a')"):
            break
    name = await visit.page.evaluate("() => document.activeElement.textContent")
    await visit.page.keyboard.press("Enter")
    await visit.page.wait_for_selector("#h-causes")
    assert name in await visit.text("h1")
    said = int((await visit.text("#live-causes")).split()[0])
    causes = (await cells(visit, "causes"))[1:]
    assert sum(number(row[-1]) for row in causes) == said > 0


async def test_the_language_changes_and_stays(filled: Site, visiting: Visiting) -> None:
    visit = await visiting()
    await visit.go("?month=2021-10")
    assert await visit.page.get_attribute("html", "lang") == "vi"
    await visit.page.click("text=English")
    await visit.page.wait_for_selector("html[lang=en]")
    assert "benefit month 10/2021" in await visit.text("h1")
    assert "1,410" in await visit.text("#live-people")
    assert "People paid into an account" in await visit.text("main")
    await visit.page.select_option("#month", "2021-11")
    await visit.page.click("text=Show")
    await visit.page.wait_for_url("**month=2021-11*")
    assert await visit.page.get_attribute("html", "lang") == "en"
    assert "benefit month 11/2021" in await visit.text("h1")


async def test_a_closed_month_shows_both_and_what_came_late(filled: Site, visiting: Visiting) -> None:
    visit = await visiting()
    await visit.go("?month=2021-10")
    table = {row[0]: row for row in (await cells(visit, "money"))[1:]}
    now, then = (number(table["Bị hoàn trả"][at]) for at in (1, 3))
    assert now - then == len(late())
    by_account = sum(p.place == "paid_account" for p in half_way(OCTOBER))
    assert f"{by_account - len(late())} / 1.410" in await visit.text("#live-people")
    assert f"{by_account * 1000 // 1410 / 10:.1f}%".replace(".", ",") in await visit.text("#live-people p:last-child")
    rows = (await cells(visit, "late"))[1:]
    assert {tuple(row[:4]) for row in rows} == {
        ("11/2021", "10/2021", "Bị hoàn trả", "7"),
        ("11/2021", "10/2021", "Đã vào tài khoản", "-7"),
    }


async def test_a_stop_and_failures_are_shown(filled: Site, visiting: Visiting) -> None:
    visit = await visiting()
    await visit.go("?month=2021-11")
    rows = {row[0]: row for row in (await cells(visit, "health"))[1:]}
    assert rows["Bưu điện"][5].startswith("từ 03/12/2021 09:00")
    assert rows["ViettelPay"][5] == "không"
    failed = sum(p.place in ("returned", "unclaimed") for p in half_way(NOVEMBER))
    assert sum(number(row[4]) for row in rows.values()) == failed > 0


async def test_an_officer_of_a_district_sees_the_district(filled: Site, visiting: Visiting, tokens: Tokens) -> None:
    visit = await visiting(token=tokens("maker", DISTRICT))
    await visit.go()
    assert "Thị xã Hương Thủy" in await visit.text("h1")
    assert "/ 10" in await visit.text("#live-communes")
    assert "Thừa Thiên" not in await visit.text("body")


async def test_without_scripts_the_tables_stand(filled: Site, visiting: Visiting) -> None:
    visit = await visiting(PHONE, scripts=False)
    await visit.page.goto(filled.url)
    await visit.picture("no-scripts-390")
    for name in ("months", "communes", "laggards", "money", "health", "enrolment"):
        assert await visit.page.is_visible(f"#table-{name}")
    assert await visit.page.locator(".chart:visible").count() == 0


async def test_on_paper_tables_are_open_and_buttons_gone(filled: Site, visiting: Visiting) -> None:
    visit = await visiting()
    await visit.go("?month=2021-11")
    await visit.page.emulate_media(media="print")
    await visit.page.wait_for_function(
        "() => document.querySelector('#chart-money .main-svg').getBoundingClientRect().width <= 690"
    )
    assert (
        await visit.page.evaluate("() => document.querySelector('#chart-tiles').getBoundingClientRect().height") <= 1000
    )  # a page
    assert await visit.page.is_visible("#table-money")
    for gone in ("nav.switch", "form", ".downloads", "summary", "#state"):
        assert not await visit.page.locator(gone).first.is_visible()
    paper = await visit.page.pdf(path=filled.pictures / "paper.pdf", prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
