"""As it was on a day, as known now or then; and the history replays to what is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.lives import Somebody, at, enter, new_number
from tests.registry.officers import VINH_HUNG, VINH_MY, Officer, Officers

COMMUNE = "Xã Vinh Hưng"


@pytest.fixture
def mine(officer: Officers) -> Officer:
    """An officer of the commune."""
    return officer("commune_officer", VINH_HUNG)


async def test_a_life_can_be_seen_on_any_day_as_known_then_or_now(
    mine: Officer, officer: Officers, service: Service, set_business_clock: Callable[..., Any], admin: asyncpg.Connection
) -> None:
    await set_business_clock(at("2021-10-02"))
    number = new_number()
    person = await enter(mine, service, COMMUNE, Line("Cao Thị Lan", "1940", identity=number))
    await set_business_clock(at("2021-11-15"))
    await person.act("change", "2021-11-10", category="K5A-80")
    await set_business_clock(at("2021-12-20"))
    done = await mine.post(f"{person.path}/transfers", {"to_unit_id": VINH_MY, "paper_number": "1/QĐ", "signed_on": "2021-12-15"})
    there = officer("commune_officer", VINH_MY)
    await there.post(f"/v1/transfers/{done['transfer_id']}/receive", {"paper_number": "2/QĐ", "signed_on": "2021-12-18"})
    await set_business_clock(at("2022-03-01"))
    moved = Somebody(there, service, person.beneficiary_id)
    await moved.act("death", "2022-02-28", happened_on="2022-01-20")

    async def then(**params: str) -> tuple[Any, ...]:
        seen = await moved.seen(**params)
        return seen["unit_id"], seen["status"], [one["category"] for one in seen["decisions"]][-1]

    assert await then(as_of="2021-10-15") == (VINH_HUNG, "active", "K5C-80")
    assert await then(as_of="2021-11-15") == (VINH_HUNG, "active", "K5A-80")
    assert await then(as_of="2021-12-31") == (VINH_HUNG, "active", "K5A-80")
    assert await then(as_of="2022-01-31") == (VINH_MY, "active", "K5A-80")
    assert await then(as_of="2022-02-10") == (VINH_MY, "dead", "K5A-80"), "as known today"
    assert await then(as_of="2022-02-10", known_at="2022-02-10T00:00:00Z") == (VINH_MY, "active", "K5A-80"), "as known then"
    assert await then(known_at="2021-11-01T00:00:00Z") == (VINH_HUNG, "active", "K5C-80")
    for params in ({"as_of": "2021-09-30"}, {"known_at": "2021-10-01T00:00:00Z"}):
        answer = await there.ask("GET", person.path, params=params)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-yet-registered")
    assert (await there.ask("GET", person.path, params={"known_at": "2021-10-01T00:00:00"})).status_code == 422

    now, replayed = await moved.seen(), await moved.seen(as_of="2099-12-31")
    assert {**replayed, "source": now["source"]} == now, "the history replays to the record"
    read = await admin.fetchval("SELECT count(*) FROM registry.audit_log WHERE action = 'beneficiary.read'")
    assert read >= 8

    def names(page: Any) -> list[str]:
        return [one["full_name"] for one in page["items"]]

    past = {"unit_id": VINH_HUNG, "on": "2021-12-31"}
    assert names(await mine.get("/v1/beneficiaries/as-of", **past)) == ["Cao Thị Lan"], "she was there, and her commune sees it"
    assert names(await mine.get("/v1/beneficiaries/as-of", **{**past, "on": "2021-09-30"})) == []
    page = await there.get("/v1/beneficiaries/as-of", unit_id=VINH_MY, on="2022-01-31")
    assert [(one["status"], [d["category"] for d in one["decisions"]]) for one in page["items"]] == [("active", ["K5A-80"])]
    assert names(await there.get("/v1/beneficiaries/as-of", unit_id=VINH_MY, on="2021-12-31")) == []
    then_known = {"unit_id": VINH_MY, "on": "2022-02-10", "known_at": "2022-02-01T00:00:00Z"}
    assert [one["status"] for one in (await there.get("/v1/beneficiaries/as-of", **then_known))["items"]] == ["active"]


async def test_a_page_of_the_past_goes_on_where_it_ended(
    mine: Officer, service: Service, set_business_clock: Callable[..., Any]
) -> None:
    await set_business_clock(at("2021-11-15"))
    for at_ in range(3):
        number = new_number()
        await enter(mine, service, COMMUNE, Line(f"Đinh Thị Số {at_}", f"{2 + at_}/3/1940", identity=number), "11/2021")
    found: list[str] = []
    cursor: str | None = None
    while True:
        params = {"unit_id": VINH_HUNG, "on": "2021-11-15", "limit": "2", **({"cursor": cursor} if cursor else {})}
        page = await mine.get("/v1/beneficiaries/as-of", **params)
        found += [one["full_name"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(name for name in found if name.startswith("Đinh")) == ["Đinh Thị Số 0", "Đinh Thị Số 1", "Đinh Thị Số 2"]
    answer = await mine.ask("GET", "/v1/beneficiaries/as-of", params={"unit_id": VINH_HUNG, "on": "2021-11-15", "cursor": "x"})
    assert answer.json()["code"] == "bad-cursor"
