"""The main job, embedded and distributed, with and without SIGKILL: books balance, nobody is paid twice, nobody is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from shared.embedded_postgres import start_postgres
from tests.demo.leaks import files, leaks, secrets_of, tables

PARTS = ("paid_account", "paid_cash", "in_flight", "returned", "unclaimed", "cancelled", "not_released")
MODES = [(), ("--kill",), ("--distributed",), ("--distributed", "--kill")]


@pytest.fixture(params=MODES, ids=lambda options: " ".join(options) or "embedded")
def document(request: pytest.FixtureRequest, play: Any) -> Iterator[dict[str, Any]]:
    """The JSON of one demo."""
    yield play(*request.param).document


@pytest.mark.timeout(600)
def test_the_plan_is_reached_and_the_books_hold(document: dict[str, Any]) -> None:
    assert [month["month"] for month in document["months"]] == [
        "2021-10-01", "2021-11-01", "2021-12-01", "2022-01-01", "2022-02-01",
    ]  # fmt: skip
    for month in document["months"]:
        for figure in ("obligations", "people", "amount_dong"):
            assert sum(month[part][figure] for part in PARTS) == month["owed"][figure], (month["month"], figure)
        assert month["books_balance"] is True
        assert month["in_flight"]["obligations"] == 0
    last = document["months"][-1]
    assert (last["communes_switched"], last["communes_total"]) == (141, 141)
    assert last["share_by_account"] >= 0.8
    switched = [month["communes_switched"] for month in document["months"]]
    assert switched == sorted(switched) and 0 < switched[0] < 141


def test_runs_follow_each_other(document: dict[str, Any]) -> None:
    assert [run["run"] for run in document["runs"]] == ["2021-10", "2021-11", "2021-12", "2022-01"]
    closing = 0
    for run in document["runs"]:
        assert run["opening_dong"] == closing
        closing = run["opening_dong"] + run["received_dong"] - run["paid_dong"] - run["returned_dong"]
        assert run["closing_dong"] == closing
        assert run["paid_dong"] > 0


def test_nobody_is_paid_twice_and_nobody_is_lost(document: dict[str, Any]) -> None:
    assert document["reporting"] == {"differences": 0, "months_differing": []}
    assert document["double_payments"] == 0
    assert document["lost_payments"] == 0
    assert set(document["providers"]) == {"viettelpay", "vietinbank", "vnpost", "commune_cashier"}
    for sides in document["providers"].values():
        assert sides["ours"] == sides["theirs"]
        assert sides["ours"]["payments"] > 0


def test_every_fault_happened(document: dict[str, Any]) -> None:
    assert {kind: count for kind, count in document["faults"].items() if count == 0} == {}
    assert {"timeout_before", "timeout_after", "webhook_forged", "returned", "uncollected"} <= set(document["faults"])


def test_life_went_on(document: dict[str, Any]) -> None:
    kinds = {"deaths", "deaths_told_late", "rights_ended", "moves", "late_decisions", "birthdays", "decisions"}
    assert set(document["life"]) == kinds | {"recovery_decisions", "recovered"}
    assert min(document["life"].values()) >= 2


def test_an_officer_was_needed(document: dict[str, Any]) -> None:
    rows = document["rows"]
    assert rows["review"] >= 0.05 * sum(rows.values())
    assert rows["rejected"] > 0


def test_kills_really_happened(play: Any) -> None:
    for options in (("--kill",), ("--distributed", "--kill")):
        assert play(*options).document["faults"]["gateway_killed"] >= 4


def test_embedded_and_distributed_owe_the_same(play: Any) -> None:
    owed = [[month["owed"] for month in play(*options).document["months"]] for options in MODES]
    assert owed[1:] == owed[:-1]


def test_the_scan_would_find_a_number(play: Any) -> None:
    secrets = secrets_of(play().out)
    number = next(iter(secrets))
    assert len(secrets) > 1000
    assert leaks(b'{"identity": "' + number + b'", "at": 12}', secrets) == {number}


@pytest.mark.parametrize("options", [(), ("--distributed",)], ids=["embedded", "distributed"])
async def test_no_table_holds_a_number_in_clear(play: Any, options: tuple[str, ...]) -> None:
    played = play(*options)
    secrets = secrets_of(played.out)
    server = start_postgres(played.home / "postgres")
    try:
        connection = await asyncpg.connect(server.url)
        looked_at = 0
        async for table, content in tables(connection):
            looked_at += len(content)
            assert leaks(content, secrets) == set(), table
        await connection.close()
        assert looked_at > 1_000_000
    finally:
        server.stop()


@pytest.mark.parametrize("options", [(), ("--distributed",), ("--distributed", "--kill")], ids=" ".join)
def test_no_log_and_no_queue_holds_a_number_in_clear(play: Any, options: tuple[str, ...]) -> None:
    played = play(*options)
    secrets = secrets_of(played.out)
    assert leaks(played.printed.encode(), secrets) == set()
    for path in files(played.home):
        assert leaks(path.read_bytes(), secrets) == set(), path.name
