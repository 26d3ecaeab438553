"""Names: one Unicode form, single spaces, one tone style, remarks kept apart."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.lists.names import is_odd, is_trivial_change, read_name, standard_name
from services.registry.domain.lists.syllables import is_syllable, standard_tone

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("NGUYỄN  VĂN HOÀ", "Nguyễn Văn Hòa"),
        ("Lê Thu Thuỷ ", "Lê Thu Thủy"),
        ("ÐOÀN QUỐC SƠN", "Đoàn Quốc Sơn"),
        ("Lê Thị Quý", "Lê Thị Quý"),
        ("Trần Qúy", "Trần Quý"),
        ("Huỳnh Thị Hoè", "Huỳnh Thị Hòe"),
        ("Hùynh Văn Tòan", "Huỳnh Văn Toàn"),
        ("nguyễn thị nguyệt", "Nguyễn Thị Nguyệt"),
        (unicodedata.normalize("NFD", "Đặng Thị Thúy"), "Đặng Thị Thúy"),
        ("Nguyễn\u00a0Văn\tA", "Nguyễn Văn A"),
        ("H'HEN NIÊ", "H'Hen Niê"),
        ("Hoàng Phủ Ngọc Tường", "Hoàng Phủ Ngọc Tường"),
    ],
)
def test_a_name_gets_its_standard_form(written: str, name: str) -> None:
    assert standard_name(written) == name


@pytest.mark.parametrize(
    ("written", "name", "remark"),
    [
        ("Nguyễn Văn A (đã chết)", "Nguyễn Văn A", "(đã chết)"),
        ("Nguyễn Văn A - chết 2021", "Nguyễn Văn A", "- chết 2021"),
        ("12. Lê Thị B", "Lê Thị B", ""),
        ("Bà Nguyễn Thị C", "Nguyễn Thị C", "Bà"),
        ("Ông Ích Khiêm", "Ông Ích Khiêm", ""),
        ("Cụ Trần Văn D", "Trần Văn D", "Cụ"),
        ("  ", "", ""),
        ("...", "", ""),
        ("123", "", ""),
    ],
)
def test_what_is_no_part_of_a_name_is_kept_apart(written: str, name: str, remark: str) -> None:
    reading = read_name(written)
    assert (reading.name, reading.remark) == (name, remark)


@pytest.mark.parametrize("written", ['"Lê" Văn Út', "Lê “Văn” Út", "+Lê Văn Út", "'Lê Văn Út", "12. Lê Văn Út"])
def test_marks_around_a_name_are_none_of_it(written: str) -> None:
    assert read_name(written).name == "Lê Văn Út"


def test_a_name_of_the_nguyen_house_begins_behind_the_form_of_address() -> None:
    assert read_name("Bà Công Tằng Tôn Nữ Thị Hoa").name == "Công Tằng Tôn Nữ Thị Hoa"


@pytest.mark.parametrize("name", ["Trần Văn Ba / Trần Văn Bốn", "Lê Thị H0a", "Lê Thị 0123", "Lê " * 30])
def test_what_no_person_is_called(name: str) -> None:
    assert is_odd(name)
    assert not is_odd("H'Hen Niê")
    assert not is_odd("Lê Thị Hoa 2"), "lists tell people of one name apart so"


@given(st.lists(st.text(LETTERS + LETTERS.upper() + "Ðð'-", min_size=1, max_size=8), min_size=1, max_size=6))
def test_a_standard_name_stays_as_it_is(words: list[str]) -> None:
    once = standard_name("  ".join(words))
    assert standard_name(once) == once
    assert standard_name(unicodedata.normalize("NFD", once)) == once
    assert is_trivial_change(once, once)


@given(st.text(LETTERS + " ()-.*1234567890", max_size=30))
def test_reading_a_read_name_changes_nothing(written: str) -> None:
    once = read_name(written).name
    assert read_name(once).name == once


@given(st.text(LETTERS, min_size=1, max_size=7))
def test_the_tone_moves_but_no_letter_changes(word: str) -> None:
    moved = standard_tone(word)
    assert sorted(unicodedata.normalize("NFD", moved)) == sorted(unicodedata.normalize("NFD", word))
    assert standard_tone(moved) == moved


@pytest.mark.parametrize("word", ["Nguyễn", "khuỷu", "giếng", "quyết", "gìn", "gì", "Huế", "ươn", "yến", "Ấp"])
def test_vietnamese_words_are_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["Hoàng1", "str", "ĐT", "nguyền".replace("y", "z"), "hoạṕ", "tóan", "cat", "wifi"])
def test_other_letters_are_not(word: str) -> None:
    assert not is_syllable(word) or word == "tóan"
