"""One field of a person as an officer may type it, and the codes of what a reader has to say about that."""

from __future__ import annotations

from datetime import date
from random import Random

from tests.registry.second_generator.facts import phone_prefixes
from tests.registry.second_generator.scripts import new_tone_style, untidy_spaces

Cell = str | int | float | date | None


def name(rng: Random, text: str, case: str) -> str:
    """Case, tone style and spaces."""
    if rng.random() < 0.2:
        text = new_tone_style(text)
    if case == "upper" or (case == "mixed" and rng.random() < 0.3):
        text = text.upper()
    elif case == "mixed" and rng.random() < 0.05:
        text = text.lower()
    return untidy_spaces(rng, text) if rng.random() < 0.12 else text


def birth_day(rng: Random, born: date, *, excel: bool, clear_century: bool, month_first: bool = False) -> tuple[Cell, set[str]]:
    """A full date."""
    d, m, y = born.day, born.month, born.year
    if month_first:
        return rng.choice((f"{m}/{d}/{y}", f"{m:02d}/{d:02d}/{y}")), {"birth_month_first"}
    way = rng.randrange(16)
    if way == 0 and excel and y > 1900:
        return born, set()
    if way == 1 and clear_century:
        return f"{d}/{m}/{y % 100:02d}", {"birth_two_digit_year"}
    if way == 2 and excel:
        return (born - date(1899, 12, 30)).days, {"birth_from_number"}
    texts = {
        3: f"{d}-{m}-{y}", 4: f"{d:02d}.{m:02d}.{y}", 5: f"{d}/{m}/{y}", 6: f"{d} / {m} / {y}", 7: f"ngày {d} tháng {m} năm {y}",
        8: f"{d:02d}-{m:02d}-{y}", 9: f"{y}-{m:02d}-{d:02d}", 10: f"{d}.{m}.{y}", 11: f"{d:02d}/{m:02d}/{y} ",
        12: f"'{d}/{m}/{y}",
    }  # fmt: skip
    return texts.get(way, f"{d:02d}/{m:02d}/{y}"), set()


def birth_year(rng: Random, born: date, *, excel: bool) -> Cell:
    """A year alone."""
    y = born.year
    if excel and rng.random() < 0.6:
        return rng.choice((y, float(y)))
    return rng.choice((f"{y}", f"{y}", f"{y}", f"SN {y}", f"../../{y}", f"{y} ", f"sinh năm {y}", f"--/--/{y}"))


def identity(rng: Random, number: str, *, as_number: bool) -> tuple[Cell, set[str]]:
    """An identity number, perhaps as a number that lost its zeros."""
    if as_number:
        codes = {"id_zero_restored"} if number.startswith("0") else set()
        way = rng.randrange(4)
        value = int(number)
        return (value, float(value), f"{value}.0", str(value))[way], codes
    way = rng.randrange(9)
    if way == 0:
        return f"{number[:3]} {number[3:6]} {number[6:]}", set()
    if way == 1:
        return f"{number[:-6]}.{number[-6:-3]}.{number[-3:]}", set()
    if way == 2:
        return f"'{number}", set()
    if way == 3:
        return f"{number} ", set()
    return number, set()


def phone(rng: Random, number: str, *, as_number: bool) -> tuple[Cell, set[str]]:
    """A phone number."""
    if as_number:
        return (int(number), float(int(number)), str(int(number)))[rng.randrange(3)], set()
    spellings = (
        f"+84{number[1:]}", f"84{number[1:]}", f"{number[:4]}.{number[4:7]}.{number[7:]}", f"{number[:4]} {number[4:]}",
        f"{number[:3]}-{number[3:6]}-{number[6:]}", f"+84 {number[1:3]} {number[3:6]} {number[6:]}", f"(+84){number[1:]}",
    )  # fmt: skip
    way = rng.randrange(14)
    if way < len(spellings):
        return spellings[way], set()
    if way == 7:
        other = f"09{rng.randrange(10_000_000, 99_999_999)}"
        separator = rng.choice((" / ", "; ", ", ", " - ", "\n", " hoặc "))
        return f"{number}{separator}{other}", {"phone_second_number"}
    old = next((old for old, new in phone_prefixes() if number.startswith(new)), None)
    if way in (8, 9, 10) and old:
        rest = number[3:]
        return rng.choice((f"{old}{rest}", f"{old} {rest}", f"{old}.{rest[:3]}.{rest[3:]}", f"{old[1:]}{rest}")), {
            "phone_prefix_2018"
        }
    return number, set()


def coefficient(rng: Random, value: float) -> Cell:
    """A coefficient."""
    comma = f"{value:.1f}".replace(".", ",")
    return rng.choice(
        (value, comma, f"{value:.1f}", comma, f"{value:.2f}".replace(".", ","), int(value) if value == int(value) else value)
    )


def amount(rng: Random, dong: int, *, thousands: bool) -> Cell:
    """An amount in đồng, or in thousands under a header that says so."""
    if thousands:
        return rng.choice((dong // 1_000, str(dong // 1_000), float(dong // 1_000)))
    dots = f"{dong:,}".replace(",", ".")
    return rng.choice(
        (
            dong,
            float(dong),
            dots,
            f"{dong:,}",
            f"{dots}đ",
            f"{dots} đồng",
            str(dong),
            f"{dong:,} đ",
            dots.replace(".", " "),
            f"{dots} VNĐ",
        )
    )


def village(rng: Random, text: str) -> str:
    """A village with its kind shortened or spaced otherwise."""
    kind, rest = split_village(text)
    shorts = {
        "Thôn": ("Thôn", "thôn", "THÔN", "T."), "Tổ dân phố": ("TDP", "Tổ dân phố", "tổ dân phố", "Tổ DP", "TDP số"),
        "Khu phố": ("KP", "Khu phố", "khu phố"), "Tổ": ("Tổ", "tổ", "TỔ"), "Bản": ("Bản", "bản"), "Xóm": ("Xóm", "xóm"),
    }[kind]  # fmt: skip
    short = rng.choice((kind, *shorts))
    if short == "T." and not rest.isdigit():
        short = "Thôn"
    if short == "TDP số" and not rest.isdigit():
        short = "TDP"
    number = f"0{rest}" if rest.isdigit() and len(rest) == 1 and rng.random() < 0.2 else rest
    joined = f"{short}{number}" if short == "T." or (number.isdigit() and rng.random() < 0.1) else f"{short} {number}"
    return joined.upper() if rng.random() < 0.05 else joined


def split_village(text: str) -> tuple[str, str]:
    """Its kind and what distinguishes it."""
    for kind in ("Tổ dân phố", "Khu phố", "Thôn", "Tổ", "Bản", "Xóm"):
        if text.startswith(kind + " "):
            return kind, text[len(kind) + 1 :]
    raise ValueError(text)


ETHNIC_SPELLINGS = {
    "Kinh": ("Kinh", "KINH", "kinh", "K", "Kinh "), "Cơ Tu": ("Cơ Tu", "Cơ-tu", "Cơtu", "CƠ TU", "Ka Tu",
    "Katu"),
    "Tà Ôi": ("Tà Ôi", "Ta-ôi", "Tà ôi", "TÀ ÔI", "Ta Ôi"), "Bru-Vân Kiều": ("Bru-Vân Kiều", "Bru - Vân Kiều",
    "Vân Kiều", "Bru Vân Kiều"),
}  # fmt: skip


def ethnicity(rng: Random, group: str) -> str:
    """An ethnic group."""
    return rng.choice(ETHNIC_SPELLINGS.get(group, (group, group.upper())))
