"""How well lists that another generator made are read: fields, statuses and every finding code, over many mixtures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.registry.second_generator.commune_list import make_list
from tests.registry.second_generator.measures import Score, score
from tests.registry.second_generator.registry_reader import registry_reader

SEEDS = range(1_000, 1_090)
LEAST_FIELDS, LEAST = 0.99, 0.95
STATUSES = ("review", "rejected")
CODES = (
    "amount_differs", "birth_future", "birth_impossible", "birth_missing", "category_age_differs", "category_missing",
    "category_unknown", "channel_unknown", "children_missing", "coefficient_differs", "commune_differs", "duplicate_id",
    "duplicate_person", "id_birth_differs", "id_length", "id_letters", "id_missing", "id_of_another", "id_sex_differs",
    "minor_without_payee", "name_missing", "note_death", "note_move", "payee_id_length", "payee_is_beneficiary",
    "payee_relationship_age", "payee_relationship_sex", "payee_underage", "phone_impossible", "severity_missing",
    "sex_contradictory", "wallet_shared",
)  # fmt: skip
CHANGES = (
    "birth_from_number", "birth_month_first", "birth_two_digit_year", "category_by_coefficient", "category_from_heading",
    "ditto_read", "hidden_row", "id_second_number", "id_zero_restored", "merged_read", "phone_prefix_2018",
    "phone_second_number", "sex_from_id", "village_from_heading",
)  # fmt: skip


@pytest.fixture(scope="module")
def measured() -> Iterator[Score]:
    """The score of the registry's importer over all seeds."""
    yield score(map(make_list, SEEDS), registry_reader())


def test_fields_are_read_as_the_truth_has_them(measured: Score) -> None:
    assert sum(measured.fields.values()) > 40_000
    assert measured.field_share >= LEAST_FIELDS, measured.wrong_fields


@pytest.mark.parametrize("label", [*STATUSES, *CODES, *CHANGES])
def test_each_status_and_code_is_found_and_not_invented(measured: Score, label: str) -> None:
    about = [text for text in measured.disagreements if label in text][:3]
    assert measured.hits[label] > 0, "no list had it: the generator lost a fault"
    assert measured.recall(label) >= LEAST, about
    assert measured.precision(label) >= LEAST, about


def test_no_code_is_said_that_nobody_expects(measured: Score) -> None:
    rows = sum(measured.fields.values()) // 14
    expected = {*STATUSES, *CODES, *CHANGES}
    strange = {label: measured.invented[label] for label in measured.labels() if label not in expected}
    assert sum(strange.values()) <= rows // 500, strange


def test_a_seed_makes_the_same_list_every_time() -> None:
    one, same, other = make_list(7), make_list(7), make_list(8)
    assert (one.filename, [line.truth for line in one.lines]) == (same.filename, [line.truth for line in same.lines])
    assert [line.truth for line in one.lines] != [line.truth for line in other.lines]


def test_a_reader_that_reads_wrongly_is_seen() -> None:
    """The measure itself: a reader that drops every finding has no recall, one that reads nothing no fields."""
    lists = [make_list(seed) for seed in range(3)]
    blind = score(lists, lambda commune_list: {})
    assert blind.field_share < LEAST
    assert blind.recall("review") == 0
