"""What every page must be, whatever it shows."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe

from tests.browser.conftest import Visit

_OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_TINY = """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('.heard, .chart')
    && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
    && parseFloat(getComputedStyle(e).fontSize) < 12).map(e => e.textContent)"""
_EMPTY_CHARTS = """() => [...document.querySelectorAll('.chart:not([hidden])')]
    .filter(c => !c.querySelector('svg .trace path, svg .slice path, svg .indicatorlayer path, svg .bullet rect, svg .bars path'))
    .map(c => c.id)"""
_CUT_TEXTS = """() => [...document.querySelectorAll('.chart:not([hidden])')].flatMap(c => {
    const box = c.getBoundingClientRect();
    return [...c.querySelectorAll('svg text')].filter(t => t.textContent.trim() && t.checkVisibility({opacityProperty: true}))
        .map(t => [t, t.getBoundingClientRect()])
        .filter(([t, r]) => r.width && (r.left < box.left - 2 || r.right > box.right + 2 || r.bottom > box.bottom + 2))
        .map(([t]) => `${c.id}: ${t.textContent}`); })"""


async def judge(visit: Visit) -> None:
    """No rule of axe-core is broken, nothing runs out of the window or its chart, no chart is empty, no text is tiny."""
    page = visit.page
    found = (await Axe().run(page)).response["violations"]
    wrong = {
        "pixels beside the window": max(0, await page.evaluate(_OVERFLOW)),
        "tiny texts": await page.evaluate(_TINY),
        "empty charts": await page.evaluate(_EMPTY_CHARTS),
        "cut texts": await page.evaluate(_CUT_TEXTS),
        "rules of accessibility": [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found],
    }
    wrong = {what: each for what, each in wrong.items() if each}
    assert not wrong, wrong
