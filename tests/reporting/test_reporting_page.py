"""The dashboard as HTML: the numbers stand in it, empty and complete; it asks for a token, and sends nothing twice."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta, timezone
from html.parser import HTMLParser

import httpx
import pytest

from services.reporting.api.assets import PLOTLY_PATH, plotly_script
from services.reporting.api.figures import readable_on
from services.reporting.api.page import page_routes
from services.reporting.api.visitors import COOKIE
from services.reporting.api.words import Words, word_tables
from services.reporting.main import build
from shared.platform import Platform
from shared.service import Service
from shared.web import make_app
from tests.conftest import Tokens
from tests.reporting.province import COMMUNES, DISTRICTS, events_of
from tests.reporting.second_way import Fact

OCTOBER = date(2021, 10, 1)

SetClock = Callable[[datetime], Awaitable[None]]


class Text(HTMLParser):
    """The text that a reader sees, and whatever the page would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.fetched: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is open and what would be fetched."""
        if tag not in ("meta", "link", "br", "input"):
            self.open.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href") and tag != "a"]

    def handle_endtag(self, tag: str) -> None:
        """Every element that opens is closed in its order."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Words outside styles and scripts."""
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)

    @property
    def line(self) -> str:
        """All words, single spaces."""
        return re.sub(r"\s+", " ", " ".join(self.words))


async def opened(client: httpx.AsyncClient, token: str, path: str = "/") -> Text:
    """The page as a reader has it."""
    answer = await client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    text = Text(answer.text)
    assert text.open == []
    return text


async def settle(service: Service, shares: dict[str, int], month: date = OCTOBER) -> None:
    """Ten people in each commune, so many of them paid into an account, the rest in cash by the commune (0) or a provider."""
    facts = []
    for commune, by_account in shares.items():
        for n in range(10):
            subject = f"{commune}/{n}"
            way = (
                ("viettelpay", "wallet")
                if n < by_account
                else ("vnpost", "cash")
                if by_account
                else ("commune_cashier", "cashier")
            )
            place = "paid_account" if n < by_account else "paid_cash"
            facts.append(Fact(month, subject, "monthly", 0, 12, commune, "elderly", place, 360_000, *way))
    for event in events_of(sorted(facts, key=lambda f: (f.provider or "", f.channel or ""))):
        await service.inbox.receive(event)


async def test_empty_page_says_so(
    empty: Service, client: httpx.AsyncClient, tokens: Tokens, set_business_clock: SetClock
) -> None:
    await set_business_clock(datetime(2021, 10, 1, tzinfo=timezone(timedelta(hours=7))))
    text = await opened(client, tokens("province"))
    assert "tháng hưởng 10/2021" in text.line
    assert "Chưa có số liệu" in text.line
    assert "0,0% 0 / 4" in text.line
    assert "Đạt mục tiêu" not in text.line


async def test_half_way_page_shows_what_is_missing(empty: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    first, second, third, fourth = sorted(COMMUNES)
    await settle(empty, {first: 10, second: 5, third: 3, fourth: 0})
    text = await opened(client, tokens("province"))
    assert "75,0% 3 / 4" in text.line
    assert "45,0% 18 / 40" in text.line
    assert "Còn 1 nơi" in text.line
    assert "Còn thiếu 14 người" in text.line
    assert "14.400.000" in text.line
    for words in ("Phường 19750 100,0% 10 10 ✓ có", "Phường 19753 50,0% 5 10 ✓ có", "Phường 19963 0,0% 0 10 chưa"):
        assert words in text.line
    assert "Đạt mục tiêu" not in text.line


async def test_complete_page_shows_both_targets_reached(empty: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    await settle(empty, dict.fromkeys(COMMUNES, 4))
    await settle(empty, dict.fromkeys(COMMUNES, 8), date(2022, 1, 1))
    latest = await opened(client, tokens("province"))
    assert "tháng hưởng 01/2022" in latest.line
    assert "100,0% 4 / 4" in latest.line
    assert "80,0% 32 / 40" in latest.line
    assert latest.line.count("✓ Đạt mục tiêu") == 2
    earlier = await opened(client, tokens("province"), "/?month=2021-10")
    assert "tháng hưởng 10/2021" in earlier.line
    assert "40,0% 16 / 40" in earlier.line
    assert earlier.line.count("✓ Đạt mục tiêu") == 1


async def test_page_of_a_commune_shows_that_commune(empty: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    await settle(empty, dict.fromkeys(COMMUNES, 4))
    text = await opened(client, tokens("commune_officer", sorted(COMMUNES)[0]))
    assert "100,0% 1 / 1" in text.line
    assert sorted(COMMUNES)[1][:5] not in text.line


async def test_page_fetches_nothing_and_runs_only_its_own_script(
    empty: Service, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    await settle(empty, dict.fromkeys(COMMUNES, 4))
    answer = await client.get("/", headers={"Authorization": f"Bearer {tokens('province')}"})
    assert Text(answer.text).fetched == ["data:,", PLOTLY_PATH]
    assert "http:" not in answer.text and "https:" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe-inline" not in policy and "unsafe-eval" not in policy


async def test_nothing_new_is_not_sent_again(empty: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    bearer = {"Authorization": f"Bearer {tokens('province')}"}
    await settle(empty, dict.fromkeys(COMMUNES, 4))
    first = await client.get("/", headers=bearer)
    held = {**bearer, "If-None-Match": first.headers["etag"]}
    again = await client.get("/", headers=held)
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get("/?lang=en", headers=held)).status_code == 200
    other = {"Authorization": f"Bearer {tokens('maker', sorted(COMMUNES)[0])}", "If-None-Match": first.headers["etag"]}
    assert (await client.get("/", headers=other)).status_code == 200
    await settle(empty, dict.fromkeys(COMMUNES, 4), date(2021, 11, 1))
    assert (await client.get("/", headers=held)).status_code == 200


async def test_plotly_comes_from_its_package_and_is_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/{PLOTLY_PATH}")
    assert answer.content == plotly_script()
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = await client.get(f"/{PLOTLY_PATH}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = await client.get(f"/{PLOTLY_PATH}", headers={"Accept-Encoding": "identity"})
    assert plain.content == plotly_script()
    assert "content-encoding" not in plain.headers and plain.headers["etag"] != answer.headers["etag"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/?unit=1", 422, "unknown-unit"),
        ("/?unit=99999@2021-07-01", 422, "unknown-unit"),
        (f"/?unit={DISTRICTS[1]}", 403, "not-your-unit"),
        ("/?lang=fr", 422, "bad-request"),
    ],
)
async def test_what_the_page_refuses(client: httpx.AsyncClient, tokens: Tokens, path: str, status: int, code: str) -> None:
    answer = await client.get(path, headers={"Authorization": f"Bearer {tokens('maker', DISTRICTS[0])}"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_wrong_month_of_the_page_is_refused(client: httpx.AsyncClient, tokens: Tokens) -> None:
    answer = await client.get("/?month=2021-10-02", headers={"Authorization": f"Bearer {tokens('province')}"})
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong-month")


async def test_token_in_the_address_becomes_a_cookie(empty: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    answer = await client.get("/", params={"token": tokens("province"), "month": "2021-10"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?month=2021-10")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "httponly" in cookie.lower()
    assert "samesite=strict" in cookie.lower()
    followed = await client.get(answer.headers["location"])  # the client keeps the cookie, as a browser does
    assert followed.status_code == 200
    assert "tháng hưởng 10/2021" in Text(followed.text).line


@pytest.mark.parametrize("where", ["cookie", "query"])
async def test_a_token_without_the_role_opens_no_page(client: httpx.AsyncClient, tokens: Tokens, where: str) -> None:
    token = tokens("provider_staff")
    if where == "cookie":
        answer = await client.get("/", headers={"Cookie": f"{COOKIE}={token}"})
    else:
        answer = await client.get("/", params={"token": token})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert "set-cookie" not in answer.headers


async def test_distributed_takes_no_token_from_the_address(service: Service, platform: Platform, tokens: Tokens) -> None:
    """Addresses are kept in logs of proxies."""
    app = make_app("reporting", "t", "t", service.database, platform.verifier)
    app.include_router(page_routes(service.database, token_in_query=False))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reporting.test") as far:
        by_query = await far.get("/", params={"token": tokens("province")})
        by_cookie = await far.get("/", headers={"Cookie": f"{COOKIE}={tokens('province')}"})
    assert (by_query.status_code, by_cookie.status_code) == (401, 200)
    assert not platform.settings.distributed
    assert build(platform).name == "reporting"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "0,0%"), (0, 9, "0,0%"), (1, 1000, "0,1%"), (199, 1000, "19,9%"), (7999, 10000, "79,9%"), (8000, 10000, "80,0%")],
)
def test_a_share_is_never_rounded_up(part: int, whole: int, text: str) -> None:
    assert Words("vi").percent(part, whole) == text
    assert Words("en").percent(part, whole) == text.replace(",", ".")


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(None, "–"), (0, "0 phút"), (7, "7 phút"), (60, "1 giờ"), (200, "3 giờ 20 phút"), (1440, "1 ngày"), (1505, "1 ngày 1 giờ")],
)
def test_minutes_as_people_say_them(minutes: int | None, text: str) -> None:
    assert Words("vi").minutes(minutes) == text


def test_every_word_is_there_in_both_languages_with_the_same_gaps() -> None:
    for key, both in word_tables().items():
        assert set(both) == {"vi", "en"}, key
        gaps = [set(re.findall(r"{(\w+)}", both[language])) for language in ("vi", "en")]
        assert gaps[0] == gaps[1], key


@pytest.mark.parametrize(
    ("ground", "ink"), [("#000000", "#fff"), ("#ffffff", "#000"), ("rgb(0, 34, 78)", "#fff"), ("rgb(254, 232, 56)", "#000")]
)
def test_a_tile_is_lettered_so_that_it_can_be_read(ground: str, ink: str) -> None:
    assert readable_on(ground) == ink
