"""The main job in one process, with and without SIGKILL."""

from __future__ import annotations

from typing import Any

import pytest

from tests.demo.leaks import leaks, secrets_of
from tests.demo.outcome import EMBEDDED, Outcome, nothing_written_in_clear, tables_without_numbers

pytestmark = pytest.mark.timeout(3600)


@pytest.fixture(params=EMBEDDED, ids=lambda options: " ".join(options) or "embedded")
def document(request: pytest.FixtureRequest, play: Any) -> Any:
    """The JSON of one demo."""
    return play(*request.param).document


class TestOutcome(Outcome):
    """Of each."""


def test_kills_really_happened(play: Any) -> None:
    assert play("--kill").document["faults"]["gateway_killed"] >= 4


def test_the_scan_would_find_a_number(play: Any) -> None:
    secrets = secrets_of(play().out)
    number = next(iter(secrets))
    assert len(secrets) > 1000
    assert leaks(b'{"identity": "' + number + b'", "at": 12}', secrets) == {number}


async def test_no_table_holds_a_number_in_clear(play: Any) -> None:
    await tables_without_numbers(play())


def test_no_log_holds_a_number_in_clear(play: Any) -> None:
    nothing_written_in_clear(play())
