"""A person as one line of a list: its cells as written, what a careful reader makes of them, and what there is to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.registry.second_generator import writing
from tests.registry.second_generator.facts import amount_dong, categories
from tests.registry.second_generator.people import Person
from tests.registry.second_generator.plans import Plan
from tests.registry.second_generator.scripts import plain
from tests.registry.second_generator.wording import BARE_DISABLED, CHANNELS, INNOCENT_NOTES, category_words
from tests.registry.second_generator.writing import Cell

GRAVITY = {"accepted": 0, "review": 1, "rejected": 2}


@dataclass
class Line:
    """One row with its truth. `place` is set when the row is laid out; of `unsure` fields any reading will do."""

    person: Person
    cells: dict[str, Cell]
    truth: dict[str, Any]
    codes: set[str]
    status: str = "accepted"
    faults: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    place: tuple[str, int] = ("", 0)
    unsure: set[str] = field(default_factory=set)

    def blame(self, fault: str, status: str, codes: set[str], touched: set[str]) -> None:
        """Notes a fault made in this line."""
        self.faults.append(fault)
        self.codes |= codes
        self.touched |= touched
        if GRAVITY[status] > GRAVITY[self.status]:
            self.status = status

    def payee(self) -> dict[str, Any]:
        """The payee of the truth, which must be there."""
        payee = self.truth["payee"]
        assert isinstance(payee, dict)
        return payee


def write_line(rng: Random, plan: Plan, person: Person) -> Line:
    """The line of somebody with whom all is well."""
    line = Line(person, {}, _truth(plan, person), set())
    _write_name(rng, plan, line)
    _write_birth_and_sex(rng, plan, line)
    _write_numbers(rng, plan, line)
    line.cells["ethnicity"] = writing.ethnicity(rng, person.ethnicity)
    line.cells["village"] = writing.village(rng, person.village)
    if plan.village_tail and rng.random() < 0.7:
        tails = (f", {plan.unit.name}", f" - {plan.unit.name}", f", {plan.unit.name.lower()}")
        line.cells["village"] = f"{line.cells['village']}{rng.choice(tails)}"
    line.cells["commune"] = rng.choice((plan.unit.name, plan.unit.name, plan.unit.name.upper(), plan.unit.code))
    _write_category(rng, plan, line)
    _write_payment(rng, plan, line)
    _write_payee(rng, plan, line)
    return line


def _truth(plan: Plan, person: Person) -> dict[str, Any]:
    cccd = len(person.national_id) == 12
    payee = person.payee
    sex: str | None = person.sex
    if plan.birth != "nam_nu" and plan.sex == "none" and not cccd:
        sex = None
    return {
        "children_count": person.children,
        "full_name": person.full_name,
        "sex": sex,
        "birth_date": f"{person.born.year}" if person.birth_known == "year" else person.born.isoformat(),
        "national_id": person.national_id,
        "national_id_kind": "cccd" if cccd else "cmnd",
        "ethnicity": None if "ethnicity" in plan.without else person.ethnicity,
        "commune_code": plan.unit.code,
        "village": person.village,
        "category": person.category,
        "phone": None if person.phone is None or "phone" in plan.without else f"+84{person.phone[1:]}",
        "channel": person.channel,
        "account_number": person.account,
        "payee": payee and {"full_name": payee.full_name, "national_id": payee.national_id, "relationship": payee.relationship},
    }


def _write_name(rng: Random, plan: Plan, line: Line) -> None:
    written = writing.name(rng, line.person.full_name, plan.case)
    line.cells["name"] = written
    words = written.split()
    line.cells["surname"], line.cells["given"] = " ".join(words[:-1]), words[-1]


def _write_birth_and_sex(rng: Random, plan: Plan, line: Line) -> None:
    person, excel = line.person, plan.file_format != "csv"
    cell: Cell
    if person.birth_known == "year":
        cell, codes = writing.birth_year(rng, person.born, excel=excel), set[str]()
    else:
        clear = person.category.startswith(("K5", "HTXH")) and person.born.year < 1950
        cell, codes = writing.birth_day(rng, person.born, excel=excel, clear_century=clear, month_first=plan.month_first)
    if plan.birth == "three":
        codes = set()
        known = person.birth_known == "day"
        line.cells["birth_d"], line.cells["birth_m"] = (person.born.day, person.born.month) if known else (None, None)
        line.cells["birth_y"] = person.born.year
    line.codes |= codes
    female = person.sex == "female"
    line.cells["birth"] = cell
    line.cells["birth_male"], line.cells["birth_female"] = (None, cell) if female else (cell, None)
    line.cells["sex"] = rng.choice(("Nữ", "nữ", "NỮ", "Nữ ") if female else ("Nam", "nam", "NAM"))
    line.cells["sex_male_x"], line.cells["sex_female_x"] = (None, "x") if female else ("x", None)
    if plan.birth != "nam_nu" and plan.sex == "none" and line.truth["sex"]:
        line.codes.add("sex_from_id")


def _write_numbers(rng: Random, plan: Plan, line: Line) -> None:
    person = line.person
    second = person.second_id if plan.number != "one" else None
    written, codes = writing.identity(rng, person.national_id, as_number=plan.number_as_number)
    line.cells["number"] = written
    if plan.number == "both_in_one" and second:
        separator = rng.choice((" / ", "; ", " - ", "\n", ", "))
        line.cells["number"], codes = (
            rng.choice((f"{second}{separator}{person.national_id}", f"{person.national_id}{separator}{second}")),
            set(),
        )
    if plan.number == "two":
        cccd = len(person.national_id) == 12
        line.cells["cccd"] = written if cccd else None
        line.cells["cmnd"] = second if cccd else written
    if second:
        codes = codes | {"id_second_number"}
    line.codes |= codes


def _write_category(rng: Random, plan: Plan, line: Line) -> None:
    person = line.person
    words = category_words(rng, person.category, person.children, count_here=plan.children == "words")
    if plan.severity_column and person.category.startswith("K6"):
        words = rng.choice(BARE_DISABLED)
        line.cells["severity"] = person.severity.capitalize() if rng.random() < 0.7 else person.severity
    elif (
        person.category.startswith("K6")
        and plan.has_coefficient
        and plan.category == "column"
        and not plan.clause_columns
        and rng.random() < 0.06
    ):
        words = rng.choice(BARE_DISABLED)
        line.codes.add("category_by_coefficient")
    line.cells["category"] = words
    if plan.clause_columns and person.category.startswith("K") and not person.category.startswith("K4"):
        line.cells["clause"] = rng.choice((int(person.category[1]), person.category[1]))
        line.cells["point"] = person.category[2].lower() if person.category.startswith("K5") else None
        line.cells["category"] = person.severity.capitalize() if person.severity else None
    elif plan.clause_columns:
        line.cells["clause"] = words
    coefficient = categories()[person.category].coefficient
    if person.children and rng.random() < 0.3:
        coefficient *= person.children
    line.cells["coefficient"] = writing.coefficient(rng, coefficient) if coefficient else None
    due = amount_dong(person.category, plan.month, person.children)
    line.cells["amount"] = writing.amount(rng, due, thousands=plan.amount == "thousands")
    line.cells["children"] = person.children and rng.choice((person.children, str(person.children), f"0{person.children}"))
    if "note" not in plan.without and rng.random() < 0.12:
        line.cells["note"] = rng.choice(INNOCENT_NOTES)
    if plan.children == "note" and person.children:
        line.cells["note"] = rng.choice(("Nuôi {n} con", "{n} con", "đang nuôi {n} con nhỏ", "Nuôi 0{n} con")).format(
            n=person.children
        )


def _write_payment(rng: Random, plan: Plan, line: Line) -> None:
    person = line.person
    if person.phone and "phone" not in plan.without:
        line.cells["phone"], codes = writing.phone(rng, person.phone, as_number=plan.phone_as_number)
        line.codes |= codes
    line.cells["channel"] = rng.choice(CHANNELS[person.channel])
    for channel in CHANNELS:
        line.cells[f"mark_{channel}"] = rng.choice(("x", "X", "x")) if channel == person.channel else None
    if person.channel == "vietinbank" or (person.channel == "viettelpay" and (rng.random() < 0.3 or "phone" in plan.without)):
        line.cells["account"] = person.account


def _write_payee(rng: Random, plan: Plan, line: Line) -> None:
    payee = line.person.payee
    if payee is None:
        return
    line.cells["payee"] = writing.name(rng, payee.full_name, plan.case)
    if payee.national_id:
        line.cells["payee_number"], codes = writing.identity(rng, payee.national_id, as_number=plan.number_as_number)
        line.codes |= codes
    line.cells["relationship"] = rng.choice((payee.relationship, payee.relationship, payee.relationship.lower()))


def copy_of(line: Line) -> Line:
    """The same line once more, all else of it free to change."""
    truth = {**line.truth, "payee": line.truth["payee"] and dict(line.truth["payee"])}
    return Line(line.person, dict(line.cells), truth, set(line.codes))


def spoken_name(line: Line, name: str) -> None:
    """Puts another name into a line's cells."""
    words = name.split()
    line.cells["name"], line.cells["surname"], line.cells["given"] = name, " ".join(words[:-1]), words[-1]


def key_of(name: str) -> str:
    """A name without marks, spaces or case: no two people of a list share it by chance."""
    return plain(name).replace(" ", "").lower()
