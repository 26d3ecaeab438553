"""A system that has heard of nobody yet."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESKTOP, PHONE, Site, Visiting
from tests.browser.filling import OCTOBER, communes, payments
from tests.browser.judging import judge


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
async def test_an_empty_page_says_so_and_is_in_order(site: Site, visiting: Visiting, width: int) -> None:
    visit = await visiting(width)
    await visit.go()
    await visit.picture(f"empty-{width}")
    assert "Chưa có số liệu chi trả của tháng này" in await visit.text("main")
    assert "Đạt mục tiêu" not in await visit.text("main")
    for section in ("money", "health", "enrolment"):
        assert "Chưa có số liệu" in await visit.text(f"section:has(#h-{section})")
    await judge(visit)


async def test_it_fills_by_itself(site: Site, visiting: Visiting) -> None:
    """The first money ever of a fresh system: the page that stands open shows it."""
    visit = await visiting()
    await visit.go()
    first = communes()[0].unit_id
    await site.filling.pay(list(payments(OCTOBER, {first: 10})))
    await visit.page.wait_for_function("() => document.querySelector('#live-people')?.textContent.includes('10 / 10')")
