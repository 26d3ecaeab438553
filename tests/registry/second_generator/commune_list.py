"""A whole list by its seed: the file as sent, and the truth of each of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from tests.registry.second_generator import category_faults, duplicates, near_misses, payee_faults, person_faults
from tests.registry.second_generator.facts import level_dong
from tests.registry.second_generator.faults import FAULTS, NEAR_MISSES, RARE, Room
from tests.registry.second_generator.files import as_bytes
from tests.registry.second_generator.lines import Line, key_of, write_line
from tests.registry.second_generator.people import draw_person, unlike
from tests.registry.second_generator.plans import Plan, draw_plan
from tests.registry.second_generator.scripts import plain
from tests.registry.second_generator.sheets import Page, lay_out
from tests.registry.second_generator.wording import section_words
from tests.registry.second_generator.writing import Cell

KINDS_OF_FAULTS = (person_faults, category_faults, payee_faults, duplicates, near_misses)
"""Each module adds its own to FAULTS and NEAR_MISSES."""

FAULT_RATE, NEAR_MISS_RATE = 0.22, 0.08


@dataclass
class CommuneList:
    """The file, what its officer has to say beside it, and the truth."""

    seed: int
    plan: Plan
    filename: str
    data: bytes
    commune_option: str | None
    lines: list[Line]


def make_list(seed: int) -> CommuneList:
    """The same list for the same seed."""
    rng = Random(seed)
    plan = draw_plan(rng)
    names: set[str] = set()
    people = [
        unlike(names, lambda: draw_person(rng, plan.month, rng.choice(plan.villages)), key_of) for _ in range(rng.randint(25, 60))
    ]
    if plan.category == "sections":
        people.sort(key=lambda person: section_words(person.category))
    else:
        people.sort(key=lambda person: plan.villages.index(person.village))
    room = Room(rng, plan, [write_line(rng, plan, person) for person in people], names)
    for line in list(room.lines):
        if rng.random() < NEAR_MISS_RATE:
            rng.choice(list(NEAR_MISSES.values()))(room, line)
        if rng.random() < FAULT_RATE:
            _spoil(room, line)
            if rng.random() < 0.15:
                _spoil(room, line)
    for line in room.lines if plan.payee_brackets else ():
        if line.cells.get("payee") and line.cells.get("relationship"):
            line.cells["payee"] = f"{line.cells['payee']} ({line.cells['relationship']})"
    filename = _filename(rng, plan)
    pages = lay_out(rng, plan, room.lines)
    if plan.file_format == "csv":
        for line in room.lines:
            line.place = (filename.removesuffix(".csv"), line.place[1])
    return CommuneList(
        seed, plan, filename, as_bytes(plan, [*_other_pages(rng, plan), *pages] if plan.file_format != "csv" else pages),
        plan.unit.code if plan.commune_in == "option" else None,
        room.lines,
    )  # fmt: skip


def _spoil(room: Room, line: Line) -> None:
    """One fault that this line can have."""
    faults = sorted(FAULTS, key=lambda name: room.rng.random() * (1 if name in RARE else 2.5))
    next((name for name in faults if FAULTS[name](room, line)), None)


def _filename(rng: Random, plan: Plan) -> str:
    stem = rng.choice(("danh sach", "DS BTXH", "chi tra"))
    if plan.commune_in == "file":
        stem = f"{plan.unit.code}-{stem}" if rng.random() < 0.6 else f"{stem} {plain(plan.unit.name)}{_district(plan)}"
    if plan.month_in == "file":
        stem += rng.choice((f" thang {plan.month.month}-{plan.month.year}", f" T{plan.month.month:02d}.{plan.month.year}"))
    return f"{stem}.{plan.file_format}"


def _district(plan: Plan) -> str:
    return f" {plain(plan.unit.district)}" if plan.unit.district else ""


def _other_pages(rng: Random, plan: Plan) -> list[Page]:
    if not plan.other_sheets:
        return []
    counts: list[list[Cell]] = [[village, 7, 7 * level_dong(plan.month)] for village in plan.villages]
    summary = Page("Tong hop", [["Thôn", "Số người", "Số tiền"], *counts])
    about = Page("Huong dan", [["Hướng dẫn điền danh sách"], ["Ngày sinh ghi dd/mm/yyyy"], [date(2021, 5, 1)]])
    return rng.sample([summary, about, Page("Sheet3")], rng.randint(1, 3))
