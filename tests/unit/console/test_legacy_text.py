"""Old fonts and other ways to write Vietnamese, as the demo's lists have them."""

from __future__ import annotations

import pytest

from console.demo.province.legacy_text import in_parts, to_tcvn3, to_vni, tone_on_last_vowel


@pytest.mark.parametrize(
    ("text", "tcvn3", "vni"),
    [
        ("Tôn Thất Ẩn", "T«n ThÊt Èn", "Toân Thaát AÅn"),
        ("Dương Hữu Phước", "D\xad¬ng H÷u Ph\xadíc", "Döông Höõu Phöôùc"),
        ("Lý Mỵ", "Lý Mþ", "Lyù Mî"),
        ("Đỗ Nghĩa Thị Hỷ", "§ç NghÜa ThÞ Hû", "Ñoã Nghóa Thò Hyû"),
        ("HUẾ, TỈNH THỪA", "HUÕ, TØNH THõA", "HUEÁ, TIÛNH THÖøA"),
    ],
)
def test_tcvn3_and_vni(text: str, tcvn3: str, vni: str) -> None:
    assert to_tcvn3(text) == tcvn3
    assert to_vni(text) == vni


@pytest.mark.parametrize(
    ("older", "newer"),
    [("Hòa", "Hoà"), ("Hòe", "Hoè"), ("Thủy", "Thuỷ"), ("THÚY", "THUÝ"), ("Quý", "Quý"), ("Huỳnh", "Huỳnh"), ("Toàn", "Toàn")],
)
def test_tone_on_the_last_vowel(older: str, newer: str) -> None:
    assert tone_on_last_vowel(older) == newer


def test_unicode_in_parts_has_another_letter_for_d() -> None:
    assert in_parts("Đỗ") == "\u00d0o\u0302\u0303"
