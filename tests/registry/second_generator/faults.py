"""What faults have in common: where they are kept, and how they write into a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.registry.second_generator.lines import Line
from tests.registry.second_generator.plans import Plan


@dataclass
class Room:
    """What a fault may look at and add to."""

    rng: Random
    plan: Plan
    lines: list[Line]
    names: set[str]

    def free(self, *fields: str) -> list[Line]:
        """Lines in which nothing was done to these fields yet."""
        return [line for line in self.lines if not line.touched & {*fields}]


RARE = frozenset(
    {
        "children_missing", "minor_without_payee", "payee_relationship_sex", "payee_relationship_age",
        "payee_underage", "payee_id_length",
        "category_age_differs", "severity_missing", "wallet_shared", "sex_contradictory", "commune_differs",
        "payee_is_beneficiary", "channel_unknown", "birth_missing",
    }
)  # fmt: skip
"""Faults that few lines can have: tried before the others."""

FAULTS: dict[str, Callable[[Room, Line], bool]] = {}
NEAR_MISSES: dict[str, Callable[[Room, Line], bool]] = {}


def fault(function: Callable[[Room, Line], bool]) -> Callable[[Room, Line], bool]:
    """Something that goes wrong in a line: its status and codes change. It says whether it could happen to the line."""
    FAULTS[function.__name__] = function
    return function


def near_miss(function: Callable[[Room, Line], bool]) -> Callable[[Room, Line], bool]:
    """Something that only looks wrong: status and codes stay."""
    NEAR_MISSES[function.__name__] = function
    return function


def taken(line: Line, *fields: str) -> bool:
    """Whether something was done to one of the fields already."""
    return bool(line.touched & {*fields})


def set_number(line: Line, plan: Plan, text: str | None) -> None:
    """Writes one number where the list keeps it, and no other."""
    old = text is not None and len(text) == 9
    line.cells["number"] = text
    line.cells["cmnd"], line.cells["cccd"] = (text, None) if old else (None, text)
    line.codes -= {"id_zero_restored", "id_second_number"}
    if plan.number_as_number and line.truth["payee"] and str(line.truth["payee"]["national_id"] or "").startswith("0"):
        line.codes.add("id_zero_restored")


def set_birth(line: Line, text: str, parts: tuple[int, int, int]) -> None:
    """Writes a birth date into all the columns it may stand in."""
    female = line.person.sex == "female"
    line.cells["birth"] = text
    line.cells["birth_male"], line.cells["birth_female"] = (None, text) if female else (text, None)
    line.cells["birth_d"], line.cells["birth_m"], line.cells["birth_y"] = parts
    line.codes -= {"birth_two_digit_year", "birth_from_number"}


def sex_without_number(plan: Plan, line: Line) -> None:
    """Without a number nothing tells the sex where the list has no column for it."""
    if plan.birth != "nam_nu" and plan.sex == "none":
        line.truth["sex"] = None
        line.codes.discard("sex_from_id")


def set_zero_code(plan: Plan, line: Line) -> None:
    """A payee's number was written anew, with all its digits."""
    if plan.number_as_number and "number" not in line.touched and not line.person.national_id.startswith("0"):
        line.codes.discard("id_zero_restored")


def whole(line: Line) -> bool:
    """Whether nothing was done to the line yet."""
    return not line.faults and not line.touched
