"""Somebody asks for every table of a month that there is, filtered every way, and works out no small group from the answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import httpx
import pytest

from services.reporting.use_cases import protect_month
from shared.platform import Platform
from shared.service import Service
from tests.conftest import Tokens
from tests.reporting import figures_world as world
from tests.reporting.attacker import Cell, World, determined
from tests.reporting.figures_asker import Asker, fill

STEPS = [step for step in world.live(seed=11, people=260) if step.month == world.MONTHS[0]]
PEOPLE, MONEY = (count(world.as_of(STEPS, closed=False)) for count in (world.people, world.money))
GROUPS, SEXES = ("carers", "children", "disabled", "elderly", "funerals", "single_parents"), ("female", "male")
PATHS = {commune: world.PATHS[commune] for commune in world.COMMUNES}
PLACES = ("cancelled", "in_flight", "not_released", "paid_account", "paid_cash", "returned", "unclaimed")
LEVELS = {"province": 1, "district": 2, "commune": 3}


@pytest.fixture(scope="module")
async def filled(platform: Platform) -> Service:
    """The service in October."""
    return await fill(platform, STEPS)


@pytest.fixture
async def ask(filled: Service, tokens: Tokens) -> AsyncIterator[Asker]:
    """As the province."""
    transport = httpx.ASGITransport(filled.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://reporting.test", timeout=60) as opened:
        yield Asker(opened, tokens("province"))


def counted(rows: list[dict[str, Any]], measure: str, where: dict[str, str]) -> int:
    return sum(row[measure] for row in rows if all(row[dim] == value for dim, value in where.items()))


async def every_answer(ask: Asker, measure: str, dims: tuple[str, ...], tables: list[tuple[str, ...]]) -> dict[Cell, int]:
    """Every count that can be had: each table at each level. What is not answered is 0; what is not shown is left out."""
    rows, found = {"people": PEOPLE, "obligations": MONEY}[measure], {}
    values = {"paid_by": ("account", "cash", "none"), "place": PLACES, "category_group": GROUPS, "sex": SEXES}
    for level, depth in LEVELS.items():
        for table in tables:
            if level == "commune" and set(table) == {"category_group", "sex"}:
                continue
            answer = {
                (row[level], *(row[dim] for dim in table)): row
                for row in await ask.rows(f"from=2021-10&measure={measure}&by={','.join((level, *table))}")
            }
            units = sorted({path[depth - 1] for path in PATHS.values()})
            for unit, *chosen in product(units, *(values[dim] for dim in table)):
                row = answer.get((unit, *chosen), {measure: 0, "suppressed": False})
                where = {level: unit, **dict(zip(table, chosen, strict=True))}
                assert row["suppressed"] == (row[measure] is None)
                if row[measure] is not None:
                    assert row[measure] == counted(rows, measure, where), where
                    found[(unit, *(where.get(dim, "*") for dim in dims))] = row[measure]
    return found


@pytest.mark.parametrize(("measure", "beside"), [("people", "paid_by"), ("obligations", "place")])
async def test_all_answers_together_give_no_small_group_away(ask: Asker, measure: str, beside: str) -> None:
    dims = (beside, "category_group", "sex")
    tables = [
        ("category_group",),
        ("sex",),
        (beside, "category_group"),
        (beside, "sex"),
        ("category_group", "sex"),
        (beside,),
        (),
    ]
    published = await every_answer(ask, measure, dims, tables)
    values: list[tuple[str, ...]] = [PLACES if beside == "place" else ("account", "cash", "none"), GROUPS, SEXES]
    everything = World(PATHS, values, {2, 3})
    rows = PEOPLE if measure == "people" else MONEY
    names = {unit: level for path in PATHS.values() for level, unit in zip(LEVELS, path, strict=True)}
    small = []
    for cell, sensitive in everything.cells({1}).items():
        where = {names[cell[0]]: cell[0], **{dim: value for dim, value in zip(dims, cell[1:], strict=True) if value != "*"}}
        if sensitive and 1 <= counted(rows, measure, where) <= 4:
            small.append(cell)
            assert cell not in published
    assert len(small) > 20
    assert determined(everything, published, small) == []


async def test_filters_are_answered_from_the_whole_table(ask: Asker) -> None:
    whole = {
        (r["commune"], r["category_group"]): r["people"]
        for r in await ask.rows("from=2021-10&measure=people&by=commune,category_group")
    }
    hidden = {key for key, people in whole.items() if people is None}
    assert hidden
    for group in GROUPS:
        one = await ask.rows(f"from=2021-10&measure=people&by=commune&filter=category_group:{group}")
        assert {r["commune"]: r["people"] for r in one} == {c: n for (c, g), n in whole.items() if g == group}
        rest = ",".join(g for g in GROUPS if g != group)
        for row in await ask.rows(f"from=2021-10&measure=people&by=commune&filter=category_group:{rest}"):
            parts = [whole.get((row["commune"], g), 0) for g in GROUPS if g != group]
            assert row["people"] == (None if None in parts else sum(parts))
    for commune in PATHS:
        own = await ask.rows(f"from=2021-10&measure=people&by=sex&filter=commune:{commune}")
        by = await ask.rows("from=2021-10&measure=people&by=commune,sex")
        assert {r["sex"]: r["people"] for r in own} == {r["sex"]: r["people"] for r in by if r["commune"] == commune}


async def test_amounts_and_shares_of_hidden_groups_are_hidden_too(ask: Asker) -> None:
    question = "from=2021-10&measure=people,obligations,amount_dong,people_by_account,share_by_account&by=commune,category_group"
    rows = await ask.rows(question)
    assert any(row["people"] is None for row in rows)
    for row in rows:
        if row["people"] is None:
            assert row["obligations"] is None
        assert (row["obligations"] is None) == (row["amount_dong"] is None)
        if None in (row["people"], row["people_by_account"]):
            assert row["share_by_account"] is None
        where = {"commune": row["commune"], "category_group": row["category_group"]}
        assert row["amount_dong"] in (None, counted(MONEY, "amount_dong", where))


async def test_an_officer_sees_of_a_commune_what_the_province_sees(filled: Service, ask: Asker, tokens: Tokens) -> None:
    commune = world.COMMUNES[2]
    question = "from=2021-10&measure=people,amount_dong&by=commune,category_group"
    mine = await Asker(ask.client, tokens("commune_officer", commune)).rows(question)
    refused = await Asker(ask.client, tokens("commune_officer", commune)).refusal(
        "from=2021-10&measure=people&by=sex,category_group"
    )
    assert refused == (422, "not-together")
    own = await Asker(ask.client, tokens("commune_officer", commune)).rows("from=2021-10&measure=people&by=category_group")
    assert [row["people"] for row in own] == [row["people"] for row in mine]
    assert mine == [row for row in await ask.rows(question) if row["commune"] == commune]
    assert mine


async def test_a_month_is_protected_once_while_it_stays_the_same(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await ask.rows("from=2021-10&measure=people&by=district,sex")

    def never(*_: object) -> None:
        raise AssertionError("protected again")

    monkeypatch.setattr(protect_month, "_protect", never)
    assert await ask.rows("from=2021-10&measure=people&by=district,sex") == first
