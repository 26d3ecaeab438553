"""An amount in Vietnamese words (bằng chữ), as money papers close with: `một triệu bốn trăm bốn mươi nghìn đồng`.

A group of three digits that is nought is said aloud when something smaller follows (`một triệu không nghìn năm trăm`): left
out, `một triệu năm trăm` would also be heard as 1.500.000.
"""

from __future__ import annotations

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ("", "nghìn", "triệu")
_BILLION = 1_000_000_000


def in_words(amount_dong: int) -> str:
    """`1.440.000` -> `một triệu bốn trăm bốn mươi nghìn đồng`. An amount below nought starts with `âm`."""
    sign = ["âm"] if amount_dong < 0 else []
    return " ".join([*sign, *_number(abs(amount_dong)), "đồng"])


def sentence_in_words(amount_dong: int) -> str:
    """The same with a capital letter and a full stop."""
    text = in_words(amount_dong)
    return f"{text[0].upper()}{text[1:]}."


def _number(number: int) -> list[str]:
    if number == 0:
        return [_DIGITS[0]]
    billions, rest = divmod(number, _BILLION)
    said = [*_number(billions), "tỷ"] if billions else []
    return said + (_below_a_billion(rest, leading=not billions) if rest else [])


def _below_a_billion(number: int, *, leading: bool) -> list[str]:
    said: list[str] = []
    for place in (2, 1, 0):
        group = number // 1000**place % 1000
        left = number % 1000 ** (place + 1)  # this group and all that follows
        if left == 0 or (leading and group == 0 and not said):
            continue
        said += [*(_three(group, leading=leading and not said) if group else [_DIGITS[0]]), *_SCALES[place : place + 1]]
    return [word for word in said if word]


def _three(group: int, *, leading: bool) -> list[str]:
    """Three digits, not all nought; the hundreds of a leading group stay unsaid where there are none."""
    hundreds, tens, ones = group // 100, group // 10 % 10, group % 10
    spoken = hundreds > 0 or not leading
    said = [_DIGITS[hundreds], "trăm"] if spoken else []
    if tens == 0:
        return said + ([*(["linh"] if spoken else []), _DIGITS[ones]] if ones else [])
    said += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if ones == 1 and tens > 1:
        return [*said, "mốt"]
    return said + (["lăm"] if ones == 5 else [_DIGITS[ones]] if ones else [])
