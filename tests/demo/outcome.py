"""What holds of every demo, however it is played: books balance, nobody is paid twice, nobody is lost."""

from __future__ import annotations

from typing import Any

import asyncpg

from shared.embedded_postgres import start_postgres
from tests.demo.conftest import Played
from tests.demo.leaks import files, leaks, secrets_of, tables

PARTS = ("paid_account", "paid_cash", "in_flight", "returned", "unclaimed", "cancelled", "not_released")
EMBEDDED = [(), ("--kill",)]
DISTRIBUTED = [("--distributed",), ("--distributed", "--kill")]


class Outcome:
    """Asked of the `document` of a demo."""

    def test_the_plan_is_reached_and_the_books_hold(self, document: dict[str, Any]) -> None:
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

    def test_runs_follow_each_other(self, document: dict[str, Any]) -> None:
        assert [run["run"] for run in document["runs"]] == ["2021-10", "2021-11", "2021-12", "2022-01"]
        closing = 0
        for run in document["runs"]:
            assert run["opening_dong"] == closing
            closing = run["opening_dong"] + run["received_dong"] - run["paid_dong"] - run["returned_dong"]
            assert run["closing_dong"] == closing
            assert run["paid_dong"] > 0

    def test_nobody_is_paid_twice_and_nobody_is_lost(self, document: dict[str, Any]) -> None:
        assert document["reporting"] == {"differences": 0, "months_differing": []}
        assert document["double_payments"] == 0
        assert document["lost_payments"] == 0
        assert set(document["providers"]) == {"viettelpay", "vietinbank", "vnpost", "commune_cashier"}
        for sides in document["providers"].values():
            assert sides["ours"] == sides["theirs"]
            assert sides["ours"]["payments"] > 0

    def test_every_fault_happened(self, document: dict[str, Any]) -> None:
        assert {kind: count for kind, count in document["faults"].items() if count == 0} == {}
        assert {"timeout_before", "timeout_after", "webhook_forged", "returned", "uncollected"} <= set(document["faults"])

    def test_life_went_on(self, document: dict[str, Any]) -> None:
        kinds = {"deaths", "deaths_told_late", "rights_ended", "moves", "late_decisions", "birthdays", "decisions"}
        assert set(document["life"]) == kinds | {"recovery_decisions", "recovered"}
        assert min(document["life"].values()) >= 2

    def test_an_officer_was_needed(self, document: dict[str, Any]) -> None:
        rows = document["rows"]
        assert rows["review"] >= 0.05 * sum(rows.values())
        assert rows["rejected"] > 0


async def tables_without_numbers(played: Played) -> None:
    """No table holds anybody's number in clear."""
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


def nothing_written_in_clear(played: Played) -> None:
    """Nor does what was printed, a log, or a queue's file."""
    secrets = secrets_of(played.out)
    assert leaks(played.printed.encode(), secrets) == set()
    for path in files(played.home):
        assert leaks(path.read_bytes(), secrets) == set(), path.name
