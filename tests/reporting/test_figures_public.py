"""What anybody may see: the targets and the open data, without a token and without burdening the database."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.reporting.api import public
from services.reporting.main import build
from services.reporting.use_cases.publish_figures import publish_figures
from shared.platform import Platform
from shared.service import Service
from tests.reporting import figures_world as world
from tests.reporting.figures_asker import fill

STEPS = world.live(seed=21, people=120)
NOW = world.as_of(STEPS, closed=False)
PEOPLE, MONEY = world.people(NOW), world.money(NOW)


@pytest.fixture(scope="module")
async def filled(platform: Platform) -> Service:
    """The service after all that happened."""
    return await fill(platform, STEPS)


@asynccontextmanager
async def anybody(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a token."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://reporting.test") as opened:
        yield opened


@pytest.fixture
async def client(filled: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with anybody(filled.app) as opened:
        yield opened


def switched(month: str, commune: str) -> bool:
    here = [s for s in STEPS if (str(s.month), s.commune) == (month, commune)]
    credited = any((str(s.month), s.commune, s.place) == (month, commune, "paid_account") for s in NOW)
    return credited and not any(s.channel == "cashier" for s in here)


async def test_the_two_targets_and_each_communes_share(client: httpx.AsyncClient) -> None:
    for question, month in (("", "2022-01-01"), ("?month=2021-10", "2021-10-01")):
        told = (await client.get(f"/v1/public/coverage{question}")).json()
        people = [p for p in PEOPLE if p["month"] == month]
        by_account = sum(p["paid_by"] == "account" for p in people)
        communes = [switched(month, c) for c in world.COMMUNES]
        assert told["month"] == month
        assert told["months"] == [str(m) for m in world.MONTHS]
        assert [(t["name"], t["part"], t["whole"], t["reached"]) for t in told["targets"]] == [
            ("communes_switched", sum(communes), 7, all(communes)),
            ("people_by_account", by_account, len(people), by_account * 10 >= len(people) * 8),
        ]
        assert {c["unit_id"]: (c["people"], c["by_account"], c["switched"]) for c in told["communes"]} == {
            c: (
                sum(p["commune"] == c for p in people),
                sum(p["commune"] == c and p["paid_by"] == "account" for p in people),
                switched(month, c),
            )
            for c in world.COMMUNES
        }
    assert (await client.get("/v1/public/coverage?month=2030-01")).status_code == 404
    assert (await client.get("/v1/public/coverage?month=soon")).json()["code"] == "wrong-month"


async def test_the_open_data_is_what_its_dictionary_says(client: httpx.AsyncClient) -> None:
    package = (await client.get("/v1/public/open-data.json")).json()
    [resource] = package["resources"]
    answer = await client.get(f"/v1/public/{resource['path']}")
    read = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    fields = resource["schema"]["fields"]
    assert list(read[0]) == [f["name"] for f in fields]
    casts: dict[str, Any] = {"integer": int, "number": float, "boolean": {"true": True, "false": False}.__getitem__}
    assert all(f["description"] and f["description_vi"] for f in fields)
    rows = {(r["month"], r["commune_id"]): {f["name"]: casts.get(f["type"], str)(r[f["name"]]) for f in fields} for r in read}
    assert len(rows) == len(read)
    for by, column, counted in (
        ("people", "people", world.summed(PEOPLE, ["month", "commune"], "people")),
        ("cash", "by_cash", world.summed(PEOPLE, ["month", "commune"], "people", only=lambda p: p["paid_by"] == "cash")),
        ("none", "not_paid", world.summed(PEOPLE, ["month", "commune"], "people", only=lambda p: p["paid_by"] == "none")),
        ("money", "paid_account_dong",
         world.summed(MONEY, ["month", "commune"], "amount_dong", only=lambda m: m["place"] == "paid_account")),
    ):  # fmt: skip
        assert {key: (row[column],) for key, row in rows.items() if row[column]} == counted, by
    assert {row["settled"] for row in rows.values()} == {True}
    assert not {"category_group", "sex", "age_band"} & {f["name"] for f in fields}


async def test_a_crowd_costs_no_more_than_one(filled: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0
    publish = publish_figures

    async def counting(tx: Any) -> Any:
        nonlocal made
        made += 1
        return await publish(tx)

    monkeypatch.setattr("services.reporting.api.public.publish_figures", counting)
    app = FastAPI()
    app.include_router(public.public_routes(filled.database, is_public=True))
    async with anybody(app) as client:
        paths = ("/v1/public/coverage", "/v1/public/open-data.csv", "/v1/public/coverage?month=2021-11")
        answers = [await client.get(path) for path in paths * 5]
        known = await client.get(paths[0], headers={"If-None-Match": answers[0].headers["etag"]})
    assert [a.status_code for a in answers] == [200] * 15
    assert (made, known.status_code, known.content) == (1, 304, b"")
    assert answers[0].headers["cache-control"] == f"public, max-age={public.KEPT_SECONDS}"


async def test_the_newest_months_are_published_where_there_are_too_many(filled: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.reporting.use_cases.publish_figures.MAX_ROWS", 15)
    app = FastAPI()
    app.include_router(public.public_routes(filled.database, is_public=True))
    async with anybody(app) as client:
        assert (await client.get("/v1/public/coverage")).json()["months"] == ["2021-12-01", "2022-01-01"]


async def test_nothing_is_public_where_a_province_does_not_want_it(platform: Platform) -> None:
    closed = build(replace(platform, settings=replace(platform.settings, public_figures=False)))
    async with anybody(closed.app) as client:
        for path in ("coverage", "open-data.csv", "open-data.json"):
            answer = await client.get(f"/v1/public/{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not-public")


async def test_an_empty_installation_has_targets_and_no_rows(platform: Platform, admin: Any, filled: Service) -> None:
    app = FastAPI()
    app.include_router(public.public_routes(filled.database, is_public=True))
    await admin.execute("UPDATE reporting.unit_months SET entitled = 0")
    try:
        async with anybody(app) as client:
            told = (await client.get("/v1/public/coverage")).json()
    finally:
        await admin.execute("DELETE FROM reporting.unit_months")
    assert (told["month"], told["months"], told["communes"]) == (None, [], [])
    assert [t["share"] for t in told["targets"]] == [None, None]
