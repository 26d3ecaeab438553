"""Two names of one person, or not: what a clerk would say of pairs that banks and lists really write."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.lists.text import plain
from services.registry.domain.name_match import DIFFERENT, MATCH, NEAR, NOT_TOLD, REASONS, compare_names

FAMILY = ("Nguyễn", "Trần", "Lê", "Đặng", "Hoàng", "Võ", "Phạm")
MIDDLE = ("Thị", "Văn", "Đức", "Ngọc", "Hữu", "Bích", "Thanh")
GIVEN = ("Hòa", "Thủy", "Đào", "Quý", "Nguyệt", "Khánh", "Ánh", "Loan")

names = st.tuples(
    st.sampled_from(FAMILY), st.lists(st.sampled_from(MIDDLE), min_size=1, max_size=2, unique=True), st.sampled_from(GIVEN)
).map(lambda parts: " ".join((parts[0], *parts[1], parts[2])))


@pytest.mark.parametrize(
    ("payee", "holder", "verdict", "reason"),
    [
        ("Nguyễn Thị Hòa", "Nguyễn Thị Hòa", MATCH, "same"),
        ("Nguyễn Thị Hòa", "NGUYỄN  THỊ HOÀ", MATCH, "same_but_form"),
        ("Nguyễn Thị Hòa", "NGUYEN THI HOA", MATCH, "diacritics_lost"),
        ("Đặng Văn Đào", "DANG VAN DAO", MATCH, "diacritics_lost"),
        ("Ðặng Văn Đào", "Đặng Văn Đào", MATCH, "same_but_form"),
        ("Nguyễn Thị Hòa", "NGUYENTHIHOA", MATCH, "spaces_lost"),
        ("Nguyễn Thị Hòa", "Nguyễn Thị Hóa", NEAR, "diacritics_differ"),
        ("Nguyễn Thị Hòa", "HOA NGUYEN THI", NEAR, "order_differs"),
        ("Nguyễn Thị Hòa", "NGUYEN T HOA", NEAR, "abbreviated"),
        ("Nguyễn Thị Hòa", "N. T. HOA", NEAR, "abbreviated"),
        ("Nguyễn Thị Hòa", "NGUYEN HOA", NEAR, "middle_missing"),
        ("Nguyễn Thị Bích Hòa", "NGUYEN T HOA", NEAR, "middle_missing"),
        ("Nguyễn Thị Hòa", "NGUYEN THI HOAN", NEAR, "one_letter"),
        ("Nguyễn Thị Hòa", "N T H", DIFFERENT, "other_name"),
        ("Nguyễn Thị Hòa", "Nguyễn Thị Lan", DIFFERENT, "other_name"),
        ("Nguyễn Thị Hòa", "Trần Thị Hòa", DIFFERENT, "other_name"),
        ("Lê Na", "LE HA", DIFFERENT, "other_name"),
        ("Nguyễn Thị Hòa", " .- ", NOT_TOLD, "no_name_told"),
    ],
)
def test_pairs(payee: str, holder: str, verdict: str, reason: str) -> None:
    found = compare_names(payee, holder)
    assert (found.verdict, reason in found.reasons) == (verdict, True), found


@given(names, names)
def test_the_order_of_the_two_says_nothing_and_scores_follow_verdicts(one: str, other: str) -> None:
    found = compare_names(one, other)
    assert found == compare_names(other, one)
    assert (
        {MATCH: 95, NEAR: 60, DIFFERENT: 0}[found.verdict] <= found.score <= {MATCH: 100, NEAR: 94, DIFFERENT: 59}[found.verdict]
    )
    assert set(found.reasons) <= set(REASONS)
    assert (found.verdict == MATCH) == (one == other)


@given(names)
def test_how_a_bank_writes_it_is_no_difference(name: str) -> None:
    decomposed, composed = unicodedata.normalize("NFD", name.upper()), unicodedata.normalize("NFC", name)
    for written in (plain(name).upper(), decomposed, composed, f"  {name.replace(' ', '   ')} "):
        assert compare_names(name, written).verdict == MATCH


@given(names)
def test_what_is_left_out_or_shortened_goes_to_an_officer(name: str) -> None:
    words = plain(name).upper().split()
    for written in ((words[0], words[-1]), (words[0], *(word[0] for word in words[1:-1]), words[-1]), (words[-1], *words[:-1])):
        assert compare_names(name, " ".join(written)).verdict == NEAR


@given(names, st.text(max_size=40))
def test_anything_at_all_gets_a_verdict(name: str, anything: str) -> None:
    found = compare_names(name, anything)
    assert found.reasons
    assert found.verdict in (MATCH, NEAR, DIFFERENT, NOT_TOLD)
