"""Phone numbers as E.164, and what they were written as."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

from services.registry.domain.lists.workbook import Cell

_SPLIT = re.compile(r"\s*(?:/|;|,|\||\n|\bhoặc\b|\bhay\b| - )\s*", re.IGNORECASE)
_PACK = re.compile(r"[\s.\-–_()'’‘`´′\"“”\u00a0]+")
_MOBILE = re.compile(r"^0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)\d{7}$")
_OLD_LENGTH = 11
_FLOAT_TAIL = re.compile(r"(?<=^\d{9})[.,]0$|(?<=^\d{10})[.,]0$")
_NONE = re.compile(r"^(không( có)?|ko|k|chưa( có)?|[-–./\\x]+|0{1,3})$", re.IGNORECASE)
_DIGITS_FIRST = re.compile(r"\+?[\d\s.\-–()]{8,}\d")


class PhoneNote(StrEnum):
    """What was done to a phone number beyond its form."""

    PLAIN = "plain"
    PREFIX_2018 = "prefix_2018"
    SECOND_NUMBER = "second_number"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class PhoneReading:
    """`number` in E.164 (`+84912345678`), None when what is written can't be a phone number of Vietnam."""

    number: str | None
    note: PhoneNote


def national_form(e164: str) -> str:
    """`0912345678` for `+84912345678`: the form a wallet is known by."""
    return "0" + e164[3:] if e164.startswith("+84") else e164


def read_phone(cell: Cell, prefixes: Mapping[str, str]) -> PhoneReading | None:
    """The phone number in a cell; None when nothing is written.

    `prefixes` maps 4-digit prefixes of 11-digit mobile numbers to those that replaced them on 15 September 2018.
    """
    if cell is None:
        return None
    if isinstance(cell, int | float):
        return _one(f"{cell:.0f}", prefixes)
    if not isinstance(cell, str):
        return PhoneReading(None, PhoneNote.IMPOSSIBLE)
    written = cell.strip()
    if not written or _NONE.match(written):
        return None
    whole = _one(_FLOAT_TAIL.sub("", written), prefixes)
    if whole.number:
        return whole
    readings = [_one(piece, prefixes) for piece in _SPLIT.split(written)]
    readings += _two_by_spaces(written.split(), prefixes)
    readings += [_one(found, prefixes) for found in _DIGITS_FIRST.findall(written)]
    for reading in readings:
        if reading.number:
            return PhoneReading(reading.number, PhoneNote.SECOND_NUMBER)
    joined = _one(written.replace("/", ""), prefixes)
    return joined if joined.number else whole


def _two_by_spaces(words: list[str], prefixes: Mapping[str, str]) -> list[PhoneReading]:
    """The first of two numbers with nothing but a space (or a line's end) between them."""
    for at in range(1, len(words)):
        first, second = _one("".join(words[:at]), prefixes), _one("".join(words[at:]), prefixes)
        if first.number and second.number:
            return [first]
    return []


def _one(text: str, prefixes: Mapping[str, str]) -> PhoneReading:
    national = _national(_PACK.sub("", text))
    if _MOBILE.match(national):
        return PhoneReading("+84" + national[1:], PhoneNote.PLAIN)
    if len(national) == _OLD_LENGTH and national[:4] in prefixes:
        return PhoneReading("+84" + prefixes[national[:4]][1:] + national[4:], PhoneNote.PREFIX_2018)
    if national.isdigit() and national.startswith("02") and _is_valid(national):
        return PhoneReading("+84" + national[1:], PhoneNote.PLAIN)
    return PhoneReading(None, PhoneNote.IMPOSSIBLE)


def _national(packed: str) -> str:
    """With the trunk zero: from `+84...`, `0084...`, `84...`, or digits that lost their zero in a number cell."""
    if packed.startswith("+84"):
        return "0" + packed[3:].lstrip("0")
    if packed.startswith("0084"):
        return "0" + packed[4:].lstrip("0")
    if packed.startswith("84") and len(packed) in (11, 12):
        return "0" + packed[2:]
    if packed[:1] in "1235789" and len(packed) in (9, 10):
        return "0" + packed
    return packed


def _is_valid(national: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(national, "VN"))
    except phonenumbers.NumberParseException:
        return False
