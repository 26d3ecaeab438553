"""The main job in many processes over RabbitMQ, with and without SIGKILL."""

from __future__ import annotations

from typing import Any

import pytest

from tests.demo.outcome import DISTRIBUTED, EMBEDDED, Outcome, nothing_written_in_clear, tables_without_numbers

pytestmark = pytest.mark.timeout(3600)


@pytest.fixture(params=DISTRIBUTED, ids=" ".join)
def document(request: pytest.FixtureRequest, play: Any) -> Any:
    """The JSON of one demo."""
    return play(*request.param).document


class TestOutcome(Outcome):
    """Of each."""


def test_kills_really_happened(play: Any) -> None:
    assert play("--distributed", "--kill").document["faults"]["gateway_killed"] >= 4


async def test_no_table_holds_a_number_in_clear(play: Any) -> None:
    await tables_without_numbers(play("--distributed"))


@pytest.mark.parametrize("options", DISTRIBUTED, ids=" ".join)
def test_no_log_and_no_queue_holds_a_number_in_clear(play: Any, options: tuple[str, ...]) -> None:
    nothing_written_in_clear(play(*options))


def test_embedded_and_distributed_owe_the_same(play: Any) -> None:
    owed = [[month["owed"] for month in play(*options).document["months"]] for options in (*EMBEDDED, *DISTRIBUTED)]
    assert owed[1:] == owed[:-1]
