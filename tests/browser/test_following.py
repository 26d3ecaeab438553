"""How the page that stands open follows what is paid, and when it does not ask."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import Site, Visiting
from tests.browser.filling import NOVEMBER, OCTOBER, Payment, communes, payments

_SEEN = "text => document.querySelector('#live-people').textContent.includes(text)"
_HIDE = """hidden => { Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});
    document.dispatchEvent(new Event('visibilitychange')); }"""


def some(first: int, last: int) -> list[Payment]:
    """Ten people of each of some communes, all into an account."""
    return list(payments(OCTOBER, {c.unit_id: 10 for c in communes()[first:last]}))


@pytest.fixture(scope="module")
async def paying(site: Site) -> Site:
    """One commune is paid, another is being paid."""
    await site.filling.pay(some(0, 1))
    await site.filling.release(some(1, 2))
    return site


async def test_it_follows_a_payroll_and_keeps_what_the_reader_holds(paying: Site, visiting: Visiting) -> None:
    visit = await visiting()
    await visit.go()
    page = visit.page
    assert "Đang chi trả" in await visit.text("#state")
    assert "10 / 20" in await visit.text("#live-people")
    await page.click("#numbers-communes summary")
    await page.focus("#table-communes tbody tr:nth-child(3) a")
    held = await page.evaluate("() => document.activeElement.href")
    await page.evaluate("() => { window.sameDocument = true; }")
    await paying.filling.settle(some(1, 2))
    await page.wait_for_function(_SEEN, arg="20 / 20")
    assert await page.evaluate("() => window.sameDocument && document.activeElement.href") == held
    assert await page.evaluate("() => document.querySelector('#numbers-communes').open")
    assert await page.evaluate("() => Math.max(...document.querySelector('#chart-ways').data[0].y)") == 20
    assert re.search(r"Đã cập nhật lúc \d+:\d\d", await visit.text("#state"))
    assert "100,0%" in (await page.text_content("#heard") or "")


async def test_a_new_month_is_taken_up(paying: Site, visiting: Visiting) -> None:
    visit = await visiting()
    await visit.go()
    await paying.filling.pay(list(payments(NOVEMBER, {communes()[0].unit_id: 10})))
    await visit.page.wait_for_function("() => document.querySelector('h1').textContent.includes('11/2021')")
    assert await visit.page.locator("#month option").count() == 2


async def test_a_hidden_page_does_not_ask(paying: Site, visiting: Visiting) -> None:
    visit = await visiting()
    await visit.go()
    await visit.page.evaluate(_HIDE, True)
    await visit.page.wait_for_timeout(300)  # what had been asked is answered
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    await visit.page.wait_for_timeout(2500)
    assert asked == []
    async with visit.page.expect_request(paying.url):
        await visit.page.evaluate(_HIDE, False)


async def test_a_connection_that_is_lost_is_said_and_found_again(paying: Site, visiting: Visiting) -> None:
    visit = await visiting()
    await visit.go()
    visit.away = True
    await visit.page.wait_for_function("() => document.querySelector('#state').textContent.includes('Mất kết nối')")
    visit.away = False
    await visit.page.wait_for_function("() => !document.querySelector('#state').classList.contains('away')")
    visit.forgive("net::ERR_FAILED")


async def test_a_session_that_ends_is_said(paying: Site, visiting: Visiting) -> None:
    visit = await visiting()
    await visit.go()
    await visit.context.clear_cookies()
    await visit.page.wait_for_function("() => document.querySelector('#state').textContent.includes('Phiên làm việc đã hết')")
    visit.forgive("401")
