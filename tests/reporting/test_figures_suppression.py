"""Small groups can't be worked out from what is published, by somebody who tries; and nothing is hidden without need."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.domain import suppression
from services.reporting.domain.suppression import Layout, Protected, protect
from shared.kernel.errors import Refusal
from tests.reporting.attacker import Cell, Point, World, determined

GROUPS, SEXES, WAYS = ("carers", "disabled", "elderly"), ("female", "male"), ("account", "none")
PATHS = {commune: ("province", f"district {commune[0]}", commune) for commune in ("a1", "a2", "a3", "b1", "b2")}
LAYOUT = Layout(("paid_by", "category_group", "sex"), {"category_group": GROUPS, "sex": SEXES}, frozenset({"paid_by"}))
WORLD = World(PATHS, [WAYS, GROUPS, SEXES], {2, 3})
CELLS = WORLD.cells({1})

Counts = dict[Point, int]

sparse = st.dictionaries(st.sampled_from(WORLD.points), st.integers(1, 9), min_size=3, max_size=40)
crowded = st.fixed_dictionaries({point: st.sampled_from((0, 1, 2, 6, 11, 40)) for point in WORLD.points})


def true_counts(points: Counts) -> dict[Cell, int]:
    """Every cell counted by the attacker's own means."""
    held = [points.get(point, 0) for point in WORLD.points]
    return {cell: sum(held[at] for at in WORLD.row(cell)) for cell in CELLS}


def small(counts: dict[Cell, int]) -> list[Cell]:
    return [cell for cell, count in counts.items() if CELLS[cell] and 1 <= count <= 4]


def published(counts: dict[Cell, int], hidden: frozenset[Cell]) -> dict[Cell, int]:
    """What everybody sees: all without a sensitive dimension, and what is not hidden of the rest."""
    return {cell: count for cell, count in counts.items() if cell not in hidden}


def check_shown(found: Protected, counts: dict[Cell, int]) -> None:
    """What is shown is true, and every cell can be asked for."""
    for cell, sensitive in CELLS.items():
        if sensitive:
            assert found.shown(cell) == (None if cell in found.hidden else counts[cell])
    assert all(CELLS[cell] for cell in found.hidden)


@pytest.mark.parametrize("tables", [sparse, crowded], ids=["sparse", "crowded"])
def test_no_small_group_follows_from_what_is_published(tables: st.SearchStrategy[Counts]) -> None:
    @settings(max_examples=40, deadline=None)
    @given(tables)
    def attack(points: Counts) -> None:
        counts = true_counts(points)
        found = protect(LAYOUT, PATHS, points)
        check_shown(found, counts)
        assert determined(WORLD, published(counts, found.hidden), small(counts)) == []

    attack()


@settings(max_examples=60, deadline=None)
@given(sparse)
def test_hidden_cells_of_a_line_are_never_one_to_four_people_together(points: Counts) -> None:
    counts = true_counts(points)
    hidden = protect(LAYOUT, PATHS, points).hidden
    lines: dict[tuple[Cell, int], list[Cell]] = {}
    parents = {unit: path[at - 1] for path in PATHS.values() for at, unit in enumerate(path) if at}
    for cell in (cell for cell, sensitive in CELLS.items() if sensitive):
        if cell[0] in parents:
            lines.setdefault(((parents[cell[0]], *cell[1:]), 0), []).append(cell)
        for at in range(1, len(cell)):
            if cell[at] != "*":
                lines.setdefault(((*cell[:at], "*", *cell[at + 1 :]), at), []).append(cell)
    for (total, _), cells in lines.items():
        together = sum(counts[cell] for cell in cells if cell in hidden)
        assert not 1 <= together <= 4 or total in hidden or together == sum(counts[cell] for cell in cells)


def test_the_attacker_finds_what_a_weak_rule_leaves() -> None:
    """Hiding the small cells alone is the rule that everybody thinks of first. If the attacker didn't see through it, the test
    above would show nothing."""
    points: Counts = {("a1", "account", "elderly", "female"): 20, ("a1", "none", "disabled", "male"): 3,
              ("a2", "account", "elderly", "male"): 30, ("b1", "account", "disabled", "female"): 9}  # fmt: skip
    counts = true_counts(points)
    weak = frozenset(small(counts))
    assert ("a1", "*", "disabled", "*") in determined(WORLD, published(counts, weak), small(counts))


@given(st.fixed_dictionaries({point: st.sampled_from((0, 5, 8, 300)) for point in WORLD.points}))
@settings(max_examples=25, deadline=None)
def test_where_no_group_is_small_nothing_is_hidden(points: Counts) -> None:
    assert protect(LAYOUT, PATHS, points).hidden == frozenset()


@given(sparse, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_same_people_hide_the_same_cells(points: Counts, chance: random.Random) -> None:
    shuffled = list(points.items())
    chance.shuffle(shuffled)
    assert protect(LAYOUT, PATHS, dict(shuffled)).hidden == protect(LAYOUT, PATHS, points).hidden


def test_a_small_group_costs_its_neighbours_and_not_the_totals() -> None:
    """Two communes of one district, two groups: four cells of theirs are hidden; the district's and the province's stay."""
    points: Counts = {(c, "account", g, "female"): 30 for c in ("a1", "a2", "a3", "b1") for g in ("elderly", "disabled")}
    points["a1", "account", "disabled", "female"] = 3
    found = protect(LAYOUT, PATHS, points)
    groups = {cell for cell in found.hidden if cell[1] == cell[3] == "*"}
    other = next(commune for commune in ("a2", "a3") if (commune, "*", "elderly", "*") in groups)
    assert groups == {(commune, "*", group, "*") for commune in ("a1", other) for group in ("elderly", "disabled")}
    assert found.shown(found.cell("province", {"category_group": "disabled"})) == 93


def test_cells_named_besides_are_hidden_and_protected() -> None:
    points: Counts = {(c, "account", g, "female"): 30 for c in ("a1", "a2", "b1") for g in ("elderly", "disabled")}
    named = ("a1", "*", "disabled", "*")
    found = protect(LAYOUT, PATHS, points, also=[named, ("elsewhere", "*", "disabled", "*")])
    assert named in found.hidden
    counts = true_counts(points)
    assert named not in determined(WORLD, published(counts, found.hidden), [named])


def test_too_many_combinations_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppression, "MAX_POINTS", 3)
    points = dict.fromkeys(WORLD.points[:4], 7)
    with pytest.raises(Refusal, match="too-fine-to-protect"):
        protect(LAYOUT, PATHS, points)
