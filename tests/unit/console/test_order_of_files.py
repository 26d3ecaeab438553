"""Which files of tests begin first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.order import LONGEST, rank

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("place", LONGEST)
def test_what_begins_first_is_there(place: str) -> None:
    assert (ROOT / place).exists()


def test_what_takes_long_begins_before_the_rest() -> None:
    files = ["tests/unit/test_x.py::a", "tests/gateway/test_y.py::b", f"{LONGEST[0]}::c", "tests/registry/test_z.py::d"]
    assert sorted(files, key=rank) == [files[2], files[1], files[0], files[3]]
