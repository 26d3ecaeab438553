"""Writes one person as the seventeen cells of a row, in the manner of a profile. Faults come later, in `faults.py`."""

from __future__ import annotations

from datetime import date
from random import Random

from console.demo.province.facts import old_phone_prefixes, standard_level_dong
from console.demo.province.legacy_text import in_parts, tone_on_last_vowel
from console.demo.province.model import Person
from console.demo.province.profiles import Profile
from console.demo.province.wording import SEXES, Column, category_words, channel_words

Cell = str | int | float | date
Row = list[Cell]


def person_row(person: Person, profile: Profile, rng: Random) -> Row:
    """The row of a person; the running number is left at 0."""
    row: Row = [""] * len(Column)
    row[Column.NUMBER] = 0
    row[Column.NAME] = _name(person.full_name, profile, rng)
    _write_birth_and_sex(row, person, profile, rng)
    row[Column.ID] = _identity_number(person.national_id, profile, rng)
    row[Column.ETHNICITY] = person.ethnicity
    row[Column.VILLAGE] = person.village
    row[Column.CATEGORY] = category_words(person)
    row[Column.COEFFICIENT], row[Column.AMOUNT] = _money(person, profile)
    if person.payee:
        row[Column.PAYEE] = person.payee.full_name
        row[Column.PAYEE_ID] = person.payee.national_id
        row[Column.RELATIONSHIP] = person.payee.relationship
    row[Column.PHONE] = _phone(person.phone, profile, rng) if person.phone else ""
    row[Column.CHANNEL] = channel_words(rng, person.channel)
    row[Column.ACCOUNT] = person.account_number or ""
    return row


def monthly_amount_dong(person: Person) -> int:
    """Standard level x coefficient, x children for a single parent (Decree 20/2021/NĐ-CP Art. 6(1)(d))."""
    return int(standard_level_dong() * person.coefficient) * (person.children_count or 1)


def _name(name: str, profile: Profile, rng: Random) -> str:
    if profile.newer_tones:
        name = tone_on_last_vowel(name)
    if rng.random() < profile.upper_share:
        name = name.upper()
    if rng.random() < profile.double_space_share:
        name = name.replace(" ", "  ") + " "
    return in_parts(name) if profile.names_in_parts else name


def _write_birth_and_sex(row: Row, person: Person, profile: Profile, rng: Random) -> None:
    birth = _birth(person, profile, rng)
    if profile.births_by_sex:
        row[Column.BIRTH if person.sex == "male" else Column.SEX] = birth
    else:
        row[Column.BIRTH], row[Column.SEX] = birth, SEXES[person.sex]


def _birth(person: Person, profile: Profile, rng: Random) -> Cell:
    born = person.birth_date
    if person.birth_precision == "year":
        return str(born.year) if profile.year_as_text else born.year
    style = rng.choice(profile.date_styles)
    if style == "cell":
        return born
    if style == "d/m/yyyy":
        return f"{born.day}/{born.month}/{born.year}"
    separator = style[2]
    return f"{born.day:02d}{separator}{born.month:02d}{separator}{born.year}"


def _identity_number(number: str, profile: Profile, rng: Random) -> Cell:
    if profile.numbers_as_numbers:
        return int(number)
    return f"{number[:3]} {number[3:]}" if rng.random() < profile.spaced_id_share else number


def _money(person: Person, profile: Profile) -> tuple[Cell, Cell]:
    amount_dong = monthly_amount_dong(person)
    if profile.money_as_text:
        return str(person.coefficient).replace(".", ","), f"{amount_dong:,}".replace(",", ".")
    return float(person.coefficient), amount_dong


def _phone(phone: str, profile: Profile, rng: Random) -> Cell:
    prefix, rest = "0" + phone[3:5], phone[5:]
    style = rng.choice(profile.phone_styles)
    if style == "+84":
        return phone
    if rng.random() < profile.old_prefix_share:
        prefix = old_phone_prefixes().get(prefix, prefix)
    if profile.numbers_as_numbers:
        return int(prefix + rest)
    head, tail = prefix + rest[: 4 - len(prefix)], rest[4 - len(prefix) :]
    if style == "spaced":
        return f"{head} {tail}"
    if style == "dotted":
        return f"{head}.{tail[:3]}.{tail[3:]}"
    return head + tail
