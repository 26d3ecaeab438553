"""Text from before Unicode, told by what makes Vietnamese words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.lists.legacy import Encoding, choose_encoding, decode, encoding_of_cell, read_text

PEOPLE = ["Nguyễn Thị Hòa", "Trần Đức Thắng", "Đặng Bưởi", "Khoản 6 (NKT đặc biệt nặng)", "Cơ Tu", "Phường Thủy Xuân"]

TCVN3 = {
    "Nguyễn Thị Hòa": "NguyÔn ThÞ Hßa",
    "Trần Đức Thắng": "TrÇn §øc Th¾ng",
    "Khoản 6 (đặc biệt nặng)": "Kho¶n 6 (®Æc biÖt nÆng)",
    "Dương Ẩn": "D\u00ad¬ng Èn",
}
VNI = {
    "Nguyễn Thị Hòa": "Nguyeãn Thò Hoøa",
    "Trần Đức Thắng": "Traàn Ñöùc Thaéng",
    "Huỳnh Nghĩa Mỵ": "Huyønh Nghóa Mî",
    "THỪA THIÊN HUẾ": "THÖøA THIEÂN HUEÁ",
    "TỈNH NGHĨA": "TIÛNH NGHIÕA",
    "Ông Hương": "OÂng Höông",
    "Hồ Lộc": "Hoà Loäc",
}


@pytest.mark.parametrize(("text", "written"), TCVN3.items())
def test_tcvn3_is_decoded(text: str, written: str) -> None:
    assert decode(written, Encoding.TCVN3).casefold() == text.casefold()


@pytest.mark.parametrize(("text", "written"), VNI.items())
def test_vni_is_decoded(text: str, written: str) -> None:
    assert decode(written, Encoding.VNI) == text


def _as_latin(text: str, charset: str) -> str:
    data = text.encode(charset)
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in data)


def _windows_1258(text: str) -> str:
    """As Windows types it: letters composed, tones behind them."""
    pieces = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323")
        rest = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in tones))
        pieces.append(letter if _fits_1258(letter) else rest + tones)
    return _as_latin("".join(pieces), "cp1258")


def _fits_1258(letter: str) -> bool:
    try:
        letter.encode("cp1258")
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        (Encoding.TCVN3, list(TCVN3.values())),
        (Encoding.VNI, list(VNI.values())),
        (Encoding.UNICODE, PEOPLE),
        (Encoding.UNICODE, [unicodedata.normalize("NFD", text) for text in PEOPLE]),
        (Encoding.WINDOWS_1258, [_windows_1258(text) for text in PEOPLE]),
        (Encoding.UTF8_AS_LATIN, [_as_latin(text, "utf-8") for text in PEOPLE]),
    ],
)
def test_the_encoding_of_a_column_is_told_by_its_words(encoding: Encoding, texts: list[str]) -> None:
    assert choose_encoding(texts) is encoding


def test_windows_1258_and_twice_encoded_text_come_back() -> None:
    for text in PEOPLE:
        assert decode(_windows_1258(text), Encoding.WINDOWS_1258) == text
        assert decode(_as_latin(text, "utf-8"), Encoding.UTF8_AS_LATIN) == text


def test_too_few_words_leave_the_file_s_encoding() -> None:
    assert choose_encoding(["Vâ", "Hoà"], Encoding.TCVN3) is Encoding.TCVN3
    assert choose_encoding(["Kinh", "TM"], Encoding.VNI) is Encoding.VNI


@pytest.mark.parametrize(
    ("text", "column", "encoding"),
    [
        ("Nguyễn Thị Hòa", Encoding.TCVN3, Encoding.UNICODE),
        ("NguyÔn ThÞ Hßa", Encoding.UNICODE, Encoding.TCVN3),
        ("Vâ Thị Hoà", Encoding.UNICODE, Encoding.UNICODE),
        ("Số ĐT", Encoding.UNICODE, Encoding.UNICODE),
        ("Soá ÑT", Encoding.VNI, Encoding.VNI),
        ("Kpă Bríu", Encoding.UNICODE, Encoding.UNICODE),
        ("Nguyen Van A", Encoding.TCVN3, Encoding.TCVN3),
    ],
)
def test_a_cell_of_another_encoding_than_its_column(text: str, column: Encoding, encoding: Encoding) -> None:
    assert encoding_of_cell(text, column) is encoding


@given(st.text(max_size=40), st.sampled_from(list(Encoding)))
def test_any_text_can_be_read_and_ascii_is_left_alone(text: str, column: Encoding) -> None:
    read, decoded = read_text(text, column)
    assert read == " ".join(read.split())
    if text.isascii():
        assert (read, decoded) == (" ".join(text.split()), False)
