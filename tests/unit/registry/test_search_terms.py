"""What an officer types, read into what must hold."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.search import SearchPlace, SearchTerms, read_place, read_search


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("nguyen thi thuy 1941", SearchTerms(("nguyen", "thi", "thuy"), birth_year=1941)),
        ("Thuý 14/5/1941", SearchTerms(("thuy",), ("thúy",), born=date(1941, 5, 14))),
        ("Nguyen Thủy", SearchTerms(("nguyen", "thuy"), ("thủy",))),
        ("1941-05-14", SearchTerms(born=date(1941, 5, 14))),
        ("31.2.1941", SearchTerms(("31", "2", "1941"))),
        ("thon 1 1941", SearchTerms(("thon", "1"), birth_year=1941)),
        ("hue-0000123", SearchTerms(code="HUE-0000123")),
        ("0912 345 678", SearchTerms(phone="+84912345678")),
        ("046 138 235 639", SearchTerms(identity_number="046138235639")),
        ("1 191300001", SearchTerms(("1",), identity_number="191300001")),
        ("'; DROP TABLE x --", SearchTerms(("drop", "table", "x"))),
        ("", SearchTerms()),
    ],
)  # fmt: skip
def test_what_is_typed(typed: str, terms: SearchTerms) -> None:
    assert read_search(typed) == terms


@given(st.text(max_size=200))
def test_words_are_letters_and_digits_whatever_is_typed(typed: str) -> None:
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in read_search(typed).words)


@given(st.integers(0, 99_999), st.integers(0, 9_999_999))
def test_a_place_travels_as_its_cursor(rank: int, number: int) -> None:
    place = SearchPlace(rank, f"HUE-{number:07d}")
    assert read_place(place.cursor()) == place
