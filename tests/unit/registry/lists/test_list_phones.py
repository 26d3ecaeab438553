"""Phone numbers: E.164, the 11-digit ones from before 2018, and those that can't be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.lists.phones import PhoneNote, national_form, read_phone
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.workbook import Cell


@pytest.mark.parametrize(
    ("cell", "number", "note"),
    [
        ("0839251447", "+84839251447", PhoneNote.PLAIN),
        ("0766 798767", "+84766798767", PhoneNote.PLAIN),
        ("0589.946.208", "+84589946208", PhoneNote.PLAIN),
        ("+84398996899", "+84398996899", PhoneNote.PLAIN),
        ("84398996899", "+84398996899", PhoneNote.PLAIN),
        ("+84 0398 996 899", "+84398996899", PhoneNote.PLAIN),
        (565_097_064, "+84565097064", PhoneNote.PLAIN),
        ("01688913481", "+84388913481", PhoneNote.PREFIX_2018),
        ("0126 8035006", "+84768035006", PhoneNote.PREFIX_2018),
        (1_693_587_424, "+84393587424", PhoneNote.PREFIX_2018),
        ("+841688913481", "+84388913481", PhoneNote.PREFIX_2018),
        ("0234.3822222", "+842343822222", PhoneNote.PLAIN),
        ("0912345678/0987654321", "+84912345678", PhoneNote.SECOND_NUMBER),
        ("0912345678 (con gái)", "+84912345678", PhoneNote.SECOND_NUMBER),
        ("0912", None, PhoneNote.IMPOSSIBLE),
        ("0511111111", None, PhoneNote.IMPOSSIBLE),
        ("09123456789012", None, PhoneNote.IMPOSSIBLE),
        ("nhờ hàng xóm", None, PhoneNote.IMPOSSIBLE),
    ],
)
def test_a_phone_is_read(cell: Cell, number: str | None, note: PhoneNote, reference: Reference) -> None:
    reading = read_phone(cell, reference.phone_prefixes)
    assert reading is not None
    assert (reading.number, reading.note) == (number, note)


@pytest.mark.parametrize("cell", [None, "", "  ", "không", "-", "0"])
def test_nothing_written_is_no_phone(cell: Cell, reference: Reference) -> None:
    assert read_phone(cell, reference.phone_prefixes) is None


def test_every_prefix_of_2018_moves_to_a_number_that_is_read_as_it_is(reference: Reference) -> None:
    assert len(reference.phone_prefixes) >= 20
    for old, new in reference.phone_prefixes.items():
        reading = read_phone(old + "1234567", reference.phone_prefixes)
        assert reading is not None
        assert reading.number == "+84" + new[1:] + "1234567"


@given(st.one_of(st.text("0123456789+ .-/()", max_size=24), st.integers(0, 10**12)))
def test_reading_a_read_phone_changes_nothing(reference: Reference, cell: Cell) -> None:
    reading = read_phone(cell, reference.phone_prefixes)
    if reading is not None and reading.number is not None:
        for form in (reading.number, national_form(reading.number)):
            again = read_phone(form, reference.phone_prefixes)
            assert again is not None
            assert (again.number, again.note) == (reading.number, PhoneNote.PLAIN)
