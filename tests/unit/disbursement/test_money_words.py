"""Amounts in Vietnamese words: cases typed by hand, and every amount read back by a reader written on its own."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.money import MAX_AMOUNT_DONG
from shared.kernel.money_words import in_words, sentence_in_words

TYPED = """
0 | không
1 | một
4 | bốn
5 | năm
10 | mười
11 | mười một
12 | mười hai
14 | mười bốn
15 | mười lăm
19 | mười chín
20 | hai mươi
21 | hai mươi mốt
24 | hai mươi bốn
25 | hai mươi lăm
31 | ba mươi mốt
51 | năm mươi mốt
55 | năm mươi lăm
91 | chín mươi mốt
95 | chín mươi lăm
100 | một trăm
101 | một trăm linh một
104 | một trăm linh bốn
105 | một trăm linh năm
110 | một trăm mười
111 | một trăm mười một
115 | một trăm mười lăm
120 | một trăm hai mươi
121 | một trăm hai mươi mốt
155 | một trăm năm mươi lăm
500 | năm trăm
505 | năm trăm linh năm
555 | năm trăm năm mươi lăm
999 | chín trăm chín mươi chín
1.000 | một nghìn
1.001 | một nghìn không trăm linh một
1.010 | một nghìn không trăm mười
1.015 | một nghìn không trăm mười lăm
1.021 | một nghìn không trăm hai mươi mốt
1.100 | một nghìn một trăm
5.005 | năm nghìn không trăm linh năm
10.000 | mười nghìn
11.000 | mười một nghìn
15.000 | mười lăm nghìn
21.000 | hai mươi mốt nghìn
25.500 | hai mươi lăm nghìn năm trăm
100.000 | một trăm nghìn
105.000 | một trăm linh năm nghìn
180.000 | một trăm tám mươi nghìn
270.000 | hai trăm bảy mươi nghìn
360.000 | ba trăm sáu mươi nghìn
540.000 | năm trăm bốn mươi nghìn
1.000.000 | một triệu
1.000.500 | một triệu không nghìn năm trăm
1.050.000 | một triệu không trăm năm mươi nghìn
1.440.000 | một triệu bốn trăm bốn mươi nghìn
7.200.000 | bảy triệu hai trăm nghìn
10.000.000 | mười triệu
21.005.000 | hai mươi mốt triệu không trăm linh năm nghìn
115.015.115 | một trăm mười lăm triệu không trăm mười lăm nghìn một trăm mười lăm
1.000.000.000 | một tỷ
1.000.540.000 | một tỷ không triệu năm trăm bốn mươi nghìn
2.505.015.021 | hai tỷ năm trăm linh năm triệu không trăm mười lăm nghìn không trăm hai mươi mốt
28.350.720.000 | hai mươi tám tỷ ba trăm năm mươi triệu bảy trăm hai mươi nghìn
1.021.000.000.000 | một nghìn không trăm hai mươi mốt tỷ
10.000.000.000.000 | mười nghìn tỷ
"""
CASES = [tuple(part.strip() for part in line.split("|")) for line in TYPED.strip().splitlines()]


@pytest.mark.parametrize(("number", "words"), CASES)
def test_typed_by_hand(number: str, words: str) -> None:
    assert in_words(int(number.replace(".", ""))) == f"{words} đồng"


def test_there_are_sixty_cases_typed_by_hand() -> None:
    assert len(CASES) >= 60


ONES = {"không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9}
SCALES = {"nghìn": 1000, "triệu": 10**6}


def heard(text: str) -> int:
    """The number that somebody hears, word by word."""
    words = text.removesuffix(" đồng").split()
    if "tỷ" in words:
        at = words.index("tỷ")
        return heard(" ".join(words[:at])) * 10**9 + (heard(" ".join(words[at + 1 :])) if words[at + 1 :] else 0)
    total, group, last = 0, 0, 0
    for word in words:
        if word in ONES:
            last = ONES[word]
        elif word == "trăm":
            group, last = group + last * 100, 0
        elif word == "mươi":
            group, last = group + last * 10, 0
        elif word == "mười":
            group, last = group + 10, 0
        elif word == "linh":
            last = 0
        else:
            total, group, last = total + (group + last) * SCALES[word], 0, 0
    return total + group + last


@given(st.integers(0, MAX_AMOUNT_DONG) | st.integers(0, 10**7) | st.integers(0, 10**10).map(lambda n: n * 1000))
def test_what_is_said_is_heard(amount_dong: int) -> None:
    said = in_words(amount_dong)
    assert heard(said) == amount_dong
    words = said.split()
    pairs = list(itertools.pairwise(words))
    assert ("mươi", "một") not in pairs and ("mươi", "năm") not in pairs and ("mười", "năm") not in pairs
    assert all(before == "mươi" for before, word in pairs if word == "mốt")
    assert all(before in ("mươi", "mười") for before, word in pairs if word == "lăm")
    assert all(before == "trăm" for before, word in pairs if word == "linh")


def test_an_amount_below_nought_and_a_sentence() -> None:
    assert in_words(-180_000) == "âm một trăm tám mươi nghìn đồng"
    assert sentence_in_words(540_000) == "Năm trăm bốn mươi nghìn đồng."
