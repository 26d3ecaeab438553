"""Routes of enrolment and pace over a real database: what they answer, for whom, and with which tag."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from shared.service import Service
from tests.conftest import Tokens
from tests.reporting import enrolment_second_way
from tests.reporting.asking import forget_all, get, problem, receive
from tests.reporting.conftest import SetClock
from tests.reporting.enrolment_said import LEVELS, START, lives
from tests.reporting.enrolment_second_way import Record, Request, Said, Use
from tests.reporting.province import COMMUNES, DISTRICTS, PROVINCE
from tests.reporting.province import events_of as moves_of
from tests.reporting.second_way import Fact, chained

MONTH = date(2021, 10, 1)
HERE = sorted(COMMUNES)[0]
CASH, WALLET, CASHIER = ("vnpost", "cash"), ("viettelpay", "wallet"), ("commune_cashier", "cashier")


def unit_sums(said: list[Said], unit_id: str) -> dict[str, int]:
    """The five numbers of a unit, counted person by person."""
    inside = [one for one in enrolment_second_way.standing(said) if unit_id in LEVELS[one[0]]]
    states = {state: sum(one[1] == state for one in inside) for state in ("with_account", "waiting", "refused", "without")}
    return {"beneficiaries": len(inside), "used": sum(one[6] for one in inside), **states}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=lives())
async def test_every_unit_answers_what_its_people_come_to(
    clean: Service, client: httpx.AsyncClient, tokens: Tokens, said: list[Said]
) -> None:
    await forget_all(clean)
    await receive(clean, said)
    for unit_id in (None, PROVINCE, *DISTRICTS, *COMMUNES):
        answer = await get(client, "/v1/enrolment", tokens("province"), weeks=260, **({"unit_id": unit_id} if unit_id else {}))
        expected = unit_sums(said, unit_id or "*")
        assert {key: answer["unit"][key] for key in expected} == expected
        assert answer["unit"]["unit_id"] == (unit_id or "*")
        for part in answer["parts"]:
            assert {key: part[key] for key in expected} == unit_sums(said, part["unit_id"])
        assert sum(way["people"] for way in answer["ways"]) == expected["with_account"]
        assert sum(way["people"] for way in answer["refused"]) == expected["refused"]
        assert sum(way["people"] for way in answer["waiting"]) == expected["waiting"]
        weeks = enrolment_second_way.weeks(said, LEVELS)
        assert {(w["week_on"], w["provider"], w["people"]) for w in answer["weeks"]} == {
            (str(monday), provider, people) for unit, monday, provider, _, people in weeks if unit == (unit_id or "*")
        }


async def test_times_and_waiting_are_told_by_provider(clean: Service, client: httpx.AsyncClient, tokens: Tokens) -> None:
    said: list[Said] = []
    for n, taken in enumerate([0, 1, 2, 3, 30]):
        person, payee, account = UUID(int=10 + n), UUID(int=20 + n), UUID(int=30 + n)
        said += [
            Request(account, payee, HERE, "viettelpay", START),
            Record(person, 1, START + timedelta(days=taken), HERE, True, payee, account, *WALLET),
        ]
    for n, days in enumerate([4, 9]):
        person, payee = UUID(int=50 + n), UUID(int=60 + n)
        said += [
            Record(person, 1, START, HERE, True, payee, None, "", ""),
            Request(UUID(int=70 + n), payee, HERE, "vietinbank", START + timedelta(days=days)),
        ]
    said.append(Use(UUID(int=30), "viettelpay", date(2021, 10, 20)))
    await receive(clean, said)
    answer = await get(client, "/v1/enrolment", tokens("maker", HERE))
    assert answer["times"] == [{"provider": "viettelpay", "accounts": 5, "median_days": 2, "p95_days": 30}]
    assert answer["waiting"] == [{"provider": "vietinbank", "people": 2, "oldest_asked_on": "2021-09-05"}]
    assert answer["ways"] == [{"provider": "viettelpay", "channel": "wallet", "people": 5, "used": 1}]
    assert answer["unit"]["share_with_account"] == pytest.approx(5 / 7)


async def test_the_pace_of_a_unit_and_of_those_in_it(
    clean: Service, client: httpx.AsyncClient, tokens: Tokens, set_business_clock: SetClock
) -> None:
    said: list[Said] = []
    for n in range(
        20
    ):  # of ten in each of two communes, six have had an account since the week of 1 November, of the second none
        unit = sorted(COMMUNES)[n % 2]
        with_account = n % 2 == 0 and n < 12
        said.append(Record(UUID(int=100 + n), 1, datetime(2021, 9, 1, tzinfo=UTC), unit, True, UUID(int=200 + n), None, "", ""))
        if with_account:
            at = datetime(2021, 11, 2, tzinfo=UTC)
            said.append(Record(UUID(int=100 + n), 2, at, unit, True, UUID(int=200 + n), UUID(int=300 + n), *WALLET))
    await receive(clean, said)
    answer = await get(client, "/v1/pace", tokens("province"), unit_id=DISTRICTS[0])
    assert answer["target"] == {"share_percent": 80, "target_on": "2022-01-31"}
    unit = answer["unit"]
    assert (unit["beneficiaries"], unit["with_account"], unit["goal"], unit["missing"]) == (20, 6, 16, 10)
    assert (unit["weeks_left"], unit["needed_per_week"], unit["rate_per_week"]) == (11, 1, 1.5)
    assert (unit["state"], unit["projected_on"], unit["verdict"]) == ("on_pace", "2022-01-01", None)
    assert [(p["unit_id"], p["missing"], p["state"]) for p in answer["parts"]] == [
        (HERE, 2, "on_pace"), (sorted(COMMUNES)[1], 8, "stalled"),
    ]  # fmt: skip

    paid = [
        Fact(date(2022, 1, 1), f"p{n}", "monthly", 0, step, HERE, "elderly", place, 1, *WALLET)
        for n in range(10)
        for step, place in ((0, "not_released"), (11, "in_flight"), (12, "paid_account"))
        if step < 12 or n < 7
    ]
    for event in moves_of(chained(paid)):
        await clean.inbox.receive(event)
    await set_business_clock(datetime(2022, 2, 10, 3, tzinfo=UTC))
    unit = (await get(client, "/v1/pace", tokens("province"), unit_id=DISTRICTS[0]))["unit"]
    assert (unit["state"], unit["weeks_left"], unit["needed_per_week"], unit["missing"]) == ("missed", 0, 10, 10)
    assert unit["verdict"] == {"month": "2022-01-01", "entitled": 10, "by_account": 7, "goal": 8, "people_over": -1}


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("/v1/enrolment", {"unit_id": "nonsense"}, (422, "unknown-unit")),
        ("/v1/enrolment", {"unit_id": "99999@2021-07-01"}, (422, "unknown-unit")),
        ("/v1/enrolment", {"unit_id": DISTRICTS[1]}, (403, "not-your-unit")),
        ("/v1/pace", {"unit_id": PROVINCE}, (403, "not-your-unit")),
        ("/v1/laggards", {"unit_id": DISTRICTS[1]}, (403, "not-your-unit")),
        ("/v1/laggards", {"month": "2021-13"}, (422, "wrong-month")),
        ("/v1/laggards", {"cursor": "x:y"}, (422, "wrong-cursor")),
        (f"/v1/communes/{sorted(COMMUNES)[-1]}/causes", {"month": "2021-10"}, (403, "not-your-unit")),
        (f"/v1/communes/{DISTRICTS[0]}/causes", {"month": "2021-10"}, (422, "not-a-commune")),
        ("/v1/money", {"unit_id": DISTRICTS[1]}, (403, "not-your-unit")),
        ("/v1/money", {"from_month": "2021-11", "to_month": "2021-10"}, (422, "wrong-months")),
        ("/v1/providers/health", {"unit_id": PROVINCE}, (403, "not-your-unit")),
    ],
)
async def test_what_is_refused(
    service: Service, client: httpx.AsyncClient, tokens: Tokens, path: str, params: dict[str, str], expected: tuple[int, str]
) -> None:
    assert await problem(client, path, tokens("maker", DISTRICTS[0]), **params) == expected
    assert await problem(client, path, None, **params) == (401, "no-token")
    assert await problem(client, path, tokens("provider_staff", DISTRICTS[0]), **params) == (403, "not-allowed")


async def test_a_token_of_several_units_sees_them_together_once(
    clean: Service, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    said: list[Said] = [
        Record(UUID(int=10 + n), 1, START, commune, True, UUID(int=20 + n), UUID(int=30 + n), *WALLET)
        for n, commune in enumerate(sorted(COMMUNES))
    ]
    await receive(clean, said)
    token = tokens("maker", DISTRICTS[0], HERE, sorted(COMMUNES)[-1])
    answer = await get(client, "/v1/enrolment", token)
    assert (answer["unit"]["unit_id"], answer["unit"]["beneficiaries"]) == ("", 3)
    assert (await get(client, "/v1/pace", token))["unit"]["with_account"] == 3


@pytest.mark.parametrize("path", ["/v1/enrolment", "/v1/pace", "/v1/laggards", "/v1/money", "/v1/providers/health"])
async def test_the_same_numbers_are_not_sent_twice(clean: Service, client: httpx.AsyncClient, tokens: Tokens, path: str) -> None:
    headers = {"Authorization": f"Bearer {tokens('province')}"}
    first = await client.get(path, headers=headers)
    again = await client.get(path, headers={**headers, "If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
