"""The rule of duplicates: which likenesses count, how much, and that nobody alike is left uncompared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.bench.duplicates import find_all, make_people
from console.demo.province.names import without_marks
from services.registry.domain.duplicates import REASONS, Person, compare, keys_of, pairs_of_block, prior_bits
from services.registry.domain.name_likeness import rarity_among, take_apart, weigh_names

GIVENS = ("thuy", "hoa", "lan", "mai", "sen", "que", "tuyet", "van", "xuan", "yen", "nga", "oanh", "nam", "quynh", "cuong", "an")
RARITY = rarity_among(
    [(f"{family} {middle} {given}", 400) for given in GIVENS for family in ("nguyen", "le", "ho") for middle in ("thi", "van")]
    + [("tran minh khoa", 60_000), ("pham quang dieu", 20)]
)
PRIOR = prior_bits(100_000)
THUY = Person(1, "a", take_apart("Nguyễn Thị Thủy"), "female", date(1941, 5, 14), "day", "thon 1")


def _other(**changes: Any) -> Person:
    return replace(THUY, person_id=2, unit_id="b", village=None, **changes)


@pytest.mark.parametrize(
    ("here", "there", "reason"),
    [
        ("Nguyễn Thị Thủy", "Nguyễn Thị Thủy", "same_name"),
        ("Nguyễn Thị Thủy", "Nguyen Thi Thuy", "name_without_marks"),
        ("Nguyễn Thị Thủy", "Nguyễn Thị Thúy", "name_marks_differ"),
        ("Nguyễn Thị Thủy", "Nguyễn Thủy", "name_without_thi"),
        ("Nguyễn Thị Thủy", "Thị Thủy Nguyễn", "name_reordered"),
        ("Nguyễn Thị Thủy", "Ng. T. Thuy", "name_abbreviated"),
        ("Nguyễn Thị Thủy", "Ng.T.Thuy", "name_abbreviated"),
        ("Nguyễn Thu Quỳnh", "Ng. T. Quynh", "name_abbreviated"),
        ("Nguyễn Thị Thủy", "Ng. Thuy", "name_abbreviated"),
        ("Nguyễn Thị Thủy", "Nguyễn Thị Thhủy", "name_letter_off"),
        ("Nguyễn Thị Thủy", "Nguyên Thị Tủhy", "name_letter_off"),
        ("Nguyễn Thị Thủy", "Nguyễn Thị Tuhyy", None),
        ("Trần Minh Cường", "Trần Mtnh Cường", "name_letter_off"),
        ("Nguyễn Thị Kim Thủy", "Nguyễn Thị Thủy", "name_middle_missing"),
        ("Nguyễn Thị Thủy", "Nguyễn Thị Hoa", None),
        ("Nguyễn Thị Thủy", "Trần Văn Nam", None),
        ("Nguyễn Văn An", "Ng. V. Ân", "name_abbreviated"),
        ("Nguyễn Văn An", "Tr. V. An", None),
        ("An", "An", "same_name"),
    ],
)  # fmt: skip
def test_names(here: str, there: str, reason: str | None) -> None:
    one, other = take_apart(here), take_apart(there)
    found, back = weigh_names(one, other, RARITY), weigh_names(other, one, RARITY)
    assert (found.reason if found else None) == reason
    assert (back.reason if back else None) == reason


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({}, {"same_name", "same_birth_date"}),
        ({"birth_date": date(1941, 1, 1), "birth_precision": "year", "numbers": frozenset({b"1"})}, None),
        ({"birth_date": date(1941, 5, 15)}, None),
        ({"birth_date": date(1942, 7, 14)}, None),
        ({"sex": "male"}, None),
        ({"name": take_apart("Nguyễn Thị Hoa")}, None),
    ],
)
def test_the_same_name_and_day_is_shown_and_less_across_communes_is_not(change: dict[str, Any], reasons: set[str] | None) -> None:
    found = compare(THUY, _other(**change), RARITY, PRIOR)
    assert (set(found.reasons) if found else None) == reasons


def test_what_is_near_weighs() -> None:
    near = replace(THUY, person_id=2, birth_date=date(1941, 1, 1), birth_precision="year")
    found = compare(THUY, near, RARITY, PRIOR)
    assert found and set(found.reasons) == {"same_name", "same_birth_year", "same_village"}
    swapped = compare(THUY, _other(birth_date=date(1941, 5, 14)), RARITY, PRIOR)
    assert swapped and "same_birth_date" in swapped.reasons
    early = replace(THUY, birth_date=date(1941, 5, 4))
    assert (
        "birth_day_month_swapped"
        in (compare(early, replace(early, birth_date=date(1941, 4, 5)), RARITY, PRIOR) or swapped).reasons
    )


def test_a_rare_name_weighs_more_than_a_common_one() -> None:
    scores = []
    for name in ("Nguyễn Thị Thủy", "Phạm Quang Diệu"):
        one = replace(THUY, name=take_apart(name))
        found = compare(one, replace(one, person_id=2, unit_id="b", village=None), RARITY, PRIOR)
        scores.append(found.score if found else 0)
    assert scores[1] > scores[0] > 0


def test_two_numbers_of_one_kind_speak_against_and_one_number_settles_it() -> None:
    one = replace(THUY, numbers=frozenset({b"1"}), current={"cccd": b"1"})
    against = replace(one, person_id=2, numbers=frozenset({b"2"}), current={"cccd": b"2"})
    of_another_kind = replace(against, current={"cmnd": b"2"})
    weak, neutral = compare(one, against, RARITY, PRIOR), compare(one, of_another_kind, RARITY, PRIOR)
    assert neutral and "old_and_new_number" in neutral.reasons
    assert weak is None or weak.score < neutral.score
    stranger = replace(
        one, person_id=3, name=take_apart("Trần Văn Nam"), birth_date=date(1950, 2, 2), unit_id="c", sex="male", current={}
    )
    found = compare(one, stranger, RARITY, PRIOR)
    assert found and found.reasons[0] == "same_number" and "name_differs" in found.reasons
    assert not set(keys_of(one)).isdisjoint(keys_of(stranger))


SYLLABLES = ("Nguyễn", "Trần", "Thị", "Văn", "Kim", "Thủy", "Hoa", "Nam", "T.", "Ng.", "Lan", "An")
NAMES = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=5)
BIRTHS = st.dates(date(1920, 1, 1), date(2021, 1, 1))
ANYBODY = st.builds(
    lambda name, birth, precision, sex, unit, number: Person(
        0, unit, take_apart(" ".join(name)), sex, birth, precision, None, frozenset({number}), {"cccd": number}
    ),
    NAMES, BIRTHS, st.sampled_from(["day", "year"]), st.sampled_from(["male", "female"]), st.sampled_from("ab"),
    st.sampled_from([b"1", b"2", b"3"]),
)  # fmt: skip


@given(NAMES, NAMES)
@example(["Kim", "Thị", "Nam"], ["Nam", "Kim"])
def test_names_weigh_the_same_both_ways(one: list[str], other: list[str]) -> None:
    """Also where a syllable is the family name of one and the given name of the other."""
    there, back = (weigh_names(take_apart(" ".join(a)), take_apart(" ".join(b)), RARITY) for a, b in ((one, other), (other, one)))
    assert there == back


@given(ANYBODY, ANYBODY)
def test_comparing_is_the_same_both_ways_and_says_why(one: Person, other: Person) -> None:
    there, back = compare(one, other, RARITY, 0), compare(other, one, RARITY, 0)
    assert (there is None) == (back is None)
    if there and back:
        assert there.score == back.score
        assert set(there.reasons) == set(back.reasons) <= set(REASONS)


@given(st.lists(ANYBODY, min_size=2, max_size=8))
def test_every_pair_with_a_common_key_is_met_once(people: list[Person]) -> None:
    keys = [frozenset(keys_of(person)) for person in people]
    blocks: dict[int, list[int]] = {}
    for at, mine in enumerate(keys):
        for key in mine:
            blocks.setdefault(key, []).append(at)
    met = [pair for key, members in blocks.items() for pair in pairs_of_block(key, members, keys)]
    with_common = [(a, b) for a in range(len(people)) for b in range(a + 1, len(people)) if keys[a] & keys[b]]
    assert sorted(met) == with_common


@given(ANYBODY)
def test_facts_change_with_what_is_compared_and_with_nothing_else(person: Person) -> None:
    assert replace(person, person_id=9).facts() == person.facts()
    changes: tuple[dict[str, Any], ...] = ({"village": "x"}, {"phone": b"1"}, {"sex": "?"}, {"payee": b"2"})
    for change in changes:
        assert replace(person, **change).facts() != person.facts()


def test_planted_duplicates_are_found_and_few_others() -> None:
    """Ten thousand people with two hundred planted: the benchmark's own measure, small."""
    names, people, planted = make_people(10_000, seed=3)
    found, compared = find_all(people, rarity_among((without_marks(name).lower(), 1) for name in names))
    assert len(planted & found) / len(planted) >= 0.88
    assert len(planted & found) / len(found) >= 0.88
    assert 0 < compared < 10_000 * 20
