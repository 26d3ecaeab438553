"""A real browser before a real service: one Chromium for the session, the service over HTTP, and the internet away."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright

from services.reporting.api.visitors import COOKIE
from services.reporting.main import build
from services.reporting.storage.units import copy_units
from shared.keys import load_pseudonym_secret
from shared.platform import Platform
from shared.runtime import WebServer
from tests.browser.filling import PROVINCE, Filling, unit_records
from tests.conftest import Tokens

DESKTOP, PHONE = 1280, 390
PATIENCE_MS = 120_000
"""How long a busy machine may take for one step."""


class Site:
    """Where the service is, and how it hears of what happens."""

    def __init__(self, filling: Filling, url: str, token: str, pictures: Path) -> None:
        self.filling, self.url, self.token, self.pictures = filling, url, token, pictures


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a sandbox of its own since root may run the tests."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "no Chromium: `./chitra test --yes` installs Debian's"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go."""
    return tmp_path_factory.mktemp("pictures", numbered=False)


@pytest.fixture(scope="module")
async def site(platform: Platform, tokens: Tokens, pictures: Path) -> AsyncIterator[Site]:
    """The reporting service of a whole province, over HTTP."""
    service = build(platform)
    async with service.database.transaction() as tx:
        await copy_units(tx, unit_records())
    server, serving = await WebServer.start(service.app, "127.0.0.1", 0)
    port = server.servers[0].sockets[0].getsockname()[1]
    filling = Filling(service, load_pseudonym_secret(platform.settings.keys_dir))
    yield Site(filling, f"http://127.0.0.1:{port}/", tokens("province", PROVINCE), pictures)
    server.should_exit = True
    await serving


class Visit:
    """A page, and everything that must not have happened on it."""

    def __init__(self, page: Page, context: BrowserContext, site: Site) -> None:
        self.page, self.context, self.site = page, context, site
        self.wrong: list[str] = []
        self.strangers: list[str] = []
        self.away = False  # while true no request gets through

    async def begin(self) -> None:
        """Look out for errors, and let nothing but the service be asked."""
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        await self.context.route("**/*", self._let)

    async def _let(self, route: Route) -> None:
        if self.away:
            await route.abort()
        elif route.request.url.startswith(self.site.url):
            await route.continue_()
        else:
            self.strangers.append(route.request.url)
            await route.abort()

    async def go(self, query: str = "") -> None:
        """Open the page and wait until its charts stand."""
        await self.page.goto(f"{self.site.url}{query}")
        await self.page.wait_for_function("() => !document.querySelector('.chart:not([hidden]):not(.js-plotly-plot)')")

    async def picture(self, name: str) -> bytes:
        """The whole page as a picture, kept under a name."""
        return await self.page.screenshot(path=self.site.pictures / f"{name}.png", full_page=True)

    async def text(self, selector: str) -> str:
        """What a reader sees of an element, single spaces."""
        return re.sub(r"\s+", " ", await self.page.inner_text(selector)).strip()

    def forgive(self, part: str) -> None:
        """Errors that the test itself made happen: there must have been some."""
        kept = [said for said in self.wrong if part not in said]
        assert len(kept) < len(self.wrong)
        self.wrong = kept

    def sound(self) -> None:
        """Nothing was asked of strangers, nothing went wrong (a violation of the security policy is said as an error)."""
        assert (self.strangers, self.wrong) == ([], [])


Visiting = Callable[..., Awaitable[Visit]]


@pytest.fixture
async def visiting(chromium: Browser, site: Site) -> AsyncIterator[Visiting]:
    """`await visiting(width, scripts=True, token=...)`: a fresh visitor; at the end each visit must have been sound."""
    visits: list[Visit] = []
    async with AsyncExitStack() as stack:

        async def visit(width: int = DESKTOP, *, scripts: bool = True, token: str | None = None, scheme: str = "light") -> Visit:
            context = await chromium.new_context(
                viewport={"width": width, "height": 844 if width == PHONE else 900},
                java_script_enabled=scripts,
                color_scheme="dark" if scheme == "dark" else "light",
                locale="vi-VN",
            )
            stack.push_async_callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            await context.add_cookies([{"name": COOKIE, "value": token or site.token, "url": site.url}])
            page = await context.new_page()
            made = Visit(page, context, site)
            await made.begin()
            visits.append(made)
            return made

        yield visit
        for each in visits:
            each.sound()
