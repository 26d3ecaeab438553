"""Both targets reached."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESKTOP, PHONE, Site, Visiting
from tests.browser.filling import complete
from tests.browser.judging import judge


@pytest.fixture(scope="module")
async def reached(site: Site) -> Site:
    """A month in which every commune has switched and nine of ten people were paid into an account."""
    await site.filling.pay(complete())
    return site


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
async def test_both_targets_are_reached(reached: Site, visiting: Visiting, width: int) -> None:
    visit = await visiting(width)
    await visit.go()
    await visit.picture(f"complete-{width}")
    assert (await visit.text("main")).count("✓ Đạt mục tiêu") == 2
    assert "141 / 141" in await visit.text("#live-communes")
    assert "Không nơi nào dưới mục tiêu" in await visit.text("section:has(#h-laggards)")
    await judge(visit)
