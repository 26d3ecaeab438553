"""The record on a day, as known at an instant: field by field out of the versions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.as_of import Version, as_of


def recorded(day: int) -> datetime:
    """An instant in November."""
    return datetime(2021, 11, day, 9, tzinfo=UTC)


def history(*steps: tuple[date, int, dict[str, Any]]) -> list[Version]:
    """Versions, each with the day from which it is so, the day on which it was recorded, and what it changed."""
    record: dict[str, Any] = {"status": "active", "phone": "1", "decisions": []}
    versions = []
    for number, (effective_from, day, changes) in enumerate(steps, start=1):
        record = {**record, **changes}
        versions.append(Version(number, effective_from, recorded(day), tuple(changes) if number > 1 else (), dict(record)))
    return versions


def test_what_was_recorded_late_counts_from_its_own_day_and_brings_nothing_else_back() -> None:
    versions = history(
        (date(2021, 10, 1), 1, {}),
        (date(2021, 11, 5), 5, {"phone": "2"}),
        (date(2021, 10, 10), 9, {"status": "suspended"}),  # told late
    )
    on = as_of(versions, date(2021, 10, 20), None)
    assert on is not None
    assert (on.record["status"], on.record["phone"], on.version) == ("suspended", "1", 3)
    before = as_of(versions, date(2021, 10, 20), recorded(8))
    assert before is not None
    assert before.record["status"] == "active"


def test_what_lies_ahead_is_not_so_yet() -> None:
    versions = history((date(2021, 10, 1), 1, {}), (date(2022, 1, 1), 3, {"status": "stopped"}))
    seen = [as_of(versions, day, None) for day in (date(2021, 9, 30), date(2021, 12, 31), date(2022, 1, 1))]
    assert [one and one.record["status"] for one in seen] == [None, "active", "stopped"]
    known = as_of(versions, None, recorded(2))
    assert known is not None
    assert known.version == 1


def test_decisions_that_begin_later_are_left_out() -> None:
    decisions = [{"from_month": "2021-10-01", "to_month": "2021-10-01"}, {"from_month": "2021-11-01", "to_month": None}]
    versions = history((date(2021, 10, 1), 1, {"decisions": decisions}))
    on = as_of(versions, date(2021, 10, 31), None)
    assert on is not None
    assert [one["from_month"] for one in on.record["decisions"]] == ["2021-10-01"]


values = st.integers(0, 3)
steps = st.lists(
    st.tuples(st.dates(date(2021, 1, 1), date(2022, 12, 31)), st.dictionaries(st.sampled_from(["status", "phone"]), values)),
    min_size=1,
    max_size=8,
)


@given(steps=steps)
def test_the_history_replays_to_the_newest_record(steps: list[tuple[date, dict[str, Any]]]) -> None:
    versions = history(*((day, 1 + at, changes) for at, (day, changes) in enumerate(steps)))
    for on in (None, date(2100, 1, 1)):
        seen = as_of(versions, on, None)
        assert seen is not None
        assert (seen.record, seen.version) == (versions[-1].record, len(versions))
