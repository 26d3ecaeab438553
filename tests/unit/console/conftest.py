"""The demo's province, made once for a module's tests."""

from __future__ import annotations

import pytest

from console.demo.province.lists import CommuneList, write_lists
from console.demo.province.model import Province
from console.demo.province.people import make_province

PEOPLE = 1_500
SEED = 7


@pytest.fixture(scope="module")
def province() -> Province:
    """A small province."""
    return make_province(PEOPLE, SEED)


@pytest.fixture(scope="module")
def lists(province: Province, tmp_path_factory: pytest.TempPathFactory) -> list[CommuneList]:
    """Its lists."""
    return write_lists(province, tmp_path_factory.mktemp("lists"), SEED)
