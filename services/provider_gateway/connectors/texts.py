"""Texts and numbers as providers want them, where several want the same."""

from __future__ import annotations

import re
import unicodedata

_PHONE = re.compile(r"^(?:\+?84|0)([0-9]{9})$")
_BETWEEN = re.compile(r"[ .-]")
_IDENTITY = re.compile(r"^(?:[0-9]{9}|[0-9]{12})$")


def plain_letters(text: str) -> str:
    """The text without diacritics: "Trợ cấp" -> "Tro cap"."""
    if text.isascii():
        return text
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D").replace("Ð", "D"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def msisdn(phone: str | None) -> str | None:
    """A phone number as 84 and 9 digits; None when it is no Vietnamese number."""
    match = _PHONE.match(_BETWEEN.sub("", phone or ""))
    return f"84{match[1]}" if match else None


def national_phone(number: str | None) -> str | None:
    """84 and 9 digits as 0 and 9 digits, the way the registry writes phones."""
    return f"0{number[2:]}" if number and number.startswith("84") and len(number) == 11 else number


def identity(number: str | None) -> str | None:
    """A CCCD or CMND of 12 or 9 digits; None for anything else."""
    return number if number and _IDENTITY.match(number) else None


def person_name(name: str) -> str:
    """A name that fits: single spaces, at most 140 characters."""
    return " ".join(name.split())[:140]
