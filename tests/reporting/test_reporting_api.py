"""The routes: who may ask for what, what is refused, and what is not sent twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from shared.service import Service
from tests.conftest import Tokens
from tests.reporting.province import CLOSED, COMMUNES, DISTRICTS, PROVINCE, envelope, events_of, unit
from tests.reporting.second_way import Fact

OCTOBER = date(2021, 10, 1)
FIRST, SECOND, THIRD, FOURTH = sorted(COMMUNES)
PATHS = ("/v1/coverage?month=2021-10", "/v1/coverage/communes?month=2021-10", "/v1/months", "/")


def fact(subject: str, commune: str, place: str, provider: str, channel: str) -> Fact:
    """A settled obligation."""
    return Fact(OCTOBER, subject, "monthly", 0, 12, commune, "elderly", place, 540_000, provider, channel)


@pytest.fixture
async def two_districts(empty: Service) -> Service:
    """One commune switched, one still with the cashier, one where nothing is paid, one where nothing is owed."""
    facts = [
        fact("a", FIRST, "paid_account", "viettelpay", "wallet"),
        fact("b", FIRST, "paid_cash", "viettelpay", "cash"),
        fact("c", SECOND, "paid_account", "vietinbank", "account"),
        fact("d", SECOND, "paid_cash", "commune_cashier", "cashier"),
        fact("e", THIRD, "in_flight", "viettelpay", "wallet"),
    ]
    for event in events_of(facts):
        await empty.inbox.receive(event)
    return empty


async def ask(client: httpx.AsyncClient, path: str, token: str | None, **headers: str) -> httpx.Response:
    """A GET."""
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    return await client.get(path, headers={**bearer, **headers})


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """A problem document with a code."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", PATHS)
async def test_every_route_wants_a_token_with_the_role(
    two_districts: Service, client: httpx.AsyncClient, tokens: Tokens, path: str
) -> None:
    refused(await ask(client, path, None), 401, "no-token")
    refused(await ask(client, path, "forged"), 401, "no-token")
    refused(await ask(client, path, tokens("provider_staff")), 403, "not-allowed")
    assert (await ask(client, path, tokens("accountant"))).status_code == 200


@pytest.mark.parametrize("month", ["2021-13", "2021-10-02", "10/2021", "1999-01", "month", ""])
async def test_a_wrong_month_is_refused(client: httpx.AsyncClient, tokens: Tokens, month: str) -> None:
    for path in ("/v1/coverage", "/v1/coverage/communes"):
        refused(await ask(client, f"{path}?month={month}", tokens("province")), 422, "wrong-month")


async def test_a_missing_month_is_refused(client: httpx.AsyncClient, tokens: Tokens) -> None:
    refused(await ask(client, "/v1/coverage", tokens("province")), 422, "bad-request")


@pytest.mark.parametrize("unit_id", ["19750", "99999@2021-07-01", "x"])
async def test_an_unknown_unit_is_refused(
    two_districts: Service, client: httpx.AsyncClient, tokens: Tokens, unit_id: str
) -> None:
    refused(await ask(client, f"/v1/coverage?month=2021-10&unit_id={unit_id}", tokens("province")), 422, "unknown-unit")


@pytest.mark.parametrize("unit_id", [DISTRICTS[1], THIRD, PROVINCE])
async def test_a_unit_outside_the_token_is_refused(
    two_districts: Service, client: httpx.AsyncClient, tokens: Tokens, unit_id: str
) -> None:
    token = tokens("maker", DISTRICTS[0])
    refused(await ask(client, f"/v1/coverage?month=2021-10&unit_id={unit_id}", token), 403, "not-your-unit")


async def test_a_token_shows_its_units_only(two_districts: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    counts: dict[str, Any] = {}
    for units in ((), (PROVINCE,), (DISTRICTS[0],), (DISTRICTS[1],), (SECOND,), (FIRST, THIRD)):
        answer = (await ask(client, "/v1/coverage?month=2021-10", tokens("maker", *units))).json()
        communes = (await ask(client, "/v1/coverage/communes?month=2021-10", tokens("maker", *units))).json()["items"]
        assert [c["people"]["entitled"] for c in communes if c["people"]["entitled"]] == [
            n for n in (c["people"]["entitled"] for c in communes) if n
        ]
        counts[",".join(units)] = (
            answer["communes_switched"],
            answer["communes_total"],
            answer["people"]["entitled"],
            [c["unit_id"] for c in communes],
        )
    everything = (1, 4, 5, [FIRST, SECOND, THIRD, FOURTH])
    assert counts == {
        "": everything,
        PROVINCE: everything,
        DISTRICTS[0]: (1, 2, 4, [FIRST, SECOND]),
        DISTRICTS[1]: (0, 2, 1, [THIRD, FOURTH]),
        SECOND: (0, 1, 2, [SECOND]),
        f"{FIRST},{THIRD}": (1, 2, 3, [FIRST, THIRD]),
    }


async def test_communes_have_names_and_come_in_pages(two_districts: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    token, cursor, items = tokens("province"), "", []
    for _ in range(2):
        page = (await ask(client, f"/v1/coverage/communes?month=2021-10&limit=2&cursor={cursor}", token)).json()
        items += page["items"]
        cursor = page["next_cursor"]
    assert cursor is None
    assert [(c["name"], c["district"], c["switched"], c["share_by_account"]) for c in items] == [
        (f"Phường {FIRST[:5]}", "Thành phố Huế", True, 0.5),
        (f"Phường {SECOND[:5]}", "Thành phố Huế", False, 0.5),
        (f"Phường {THIRD[:5]}", "Thị xã Hương Thủy", False, 0.0),
        (f"Phường {FOURTH[:5]}", "Thị xã Hương Thủy", False, 0.0),
    ]


async def test_a_month_without_anything_owed_counts_the_communes_of_its_time(
    two_districts: Service, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    totals = {}
    for month in ("2021-07", "2021-09", "2021-11"):
        answer = (await ask(client, f"/v1/coverage?month={month}", tokens("province"))).json()
        totals[month] = answer["communes_total"]
        assert (answer["owed"], answer["share_by_account"]) == ({"obligations": 0, "amount_dong": 0}, 0.0)
    assert totals == {"2021-07": 5, "2021-09": 5, "2021-11": 4}, CLOSED


async def test_a_known_answer_is_not_sent_again(two_districts: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    token = tokens("province")
    for path in PATHS:
        first = await ask(client, path, token)
        again = await ask(client, path, token, **{"If-None-Match": f'"other", W/{first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        other_rows = await ask(client, path, tokens("maker", FIRST), **{"If-None-Match": first.headers["etag"]})
        assert other_rows.status_code == 200
    for event in events_of([fact("e", THIRD, "paid_account", "viettelpay", "wallet")]):
        await two_districts.inbox.receive(event)
    moved = [fact("f", FOURTH, "in_flight", "viettelpay", "wallet")]
    before = await ask(client, PATHS[0], token)
    for event in events_of(moved):
        await two_districts.inbox.receive(event)
    after = await ask(client, PATHS[0], token, **{"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["people"]["entitled"] == 6


async def test_units_come_by_event_and_a_last_day_stays_known(service: Service) -> None:
    ended = unit("20000@2021-07-01", "commune", "Xã Mới", PROVINCE, DISTRICTS[0], valid_to=date(2022, 5, 31))
    lasting = ended.model_copy(update={"valid_to": None})
    for record in (ended, lasting):
        body = f'{{"units": [{record.model_dump_json()}]}}'
        await service.inbox.receive(envelope("registry", "units_defined", body).encode())
    async with service.database.transaction() as tx:
        rows = await tx.rows("SELECT valid_to FROM units WHERE unit_id = :unit_id", unit_id=ended.unit_id)
        assert [row["valid_to"] for row in rows] == [date(2022, 5, 31)]
        await tx.run("DELETE FROM units WHERE unit_id = :unit_id", unit_id=ended.unit_id)


async def test_docs_name_the_routes_with_summaries(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert {"/v1/coverage", "/v1/coverage/communes", "/v1/months"} <= set(paths)
    for path in ("/v1/coverage", "/v1/coverage/communes", "/v1/months"):
        assert paths[path]["get"]["summary"]
        assert paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
