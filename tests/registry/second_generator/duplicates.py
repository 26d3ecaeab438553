"""The same person twice, in all the ways that happens, and one number for two."""

from __future__ import annotations

from collections.abc import Callable

from tests.registry.second_generator.faults import (
    Room,
    fault,
    set_number,
    sex_without_number,
    whole,
)
from tests.registry.second_generator.lines import Line, copy_of, key_of, spoken_name
from tests.registry.second_generator.people import draw_cmnd, draw_name
from tests.registry.second_generator.scripts import plain


def add_copy(room: Room, line: Line, fault: str, codes: set[str], alter: Callable[[Line], None]) -> bool:
    """Another line of the same person some rows below, paid in cash so that no wallet is shared besides."""
    copy = copy_of(line)
    copy.cells |= {"account": None, "channel": "Tiền mặt", "mark_cash": "x", "mark_viettelpay": None, "mark_vietinbank": None}
    copy.truth |= {"channel": "cash", "account_number": None}
    alter(copy)
    every = {
        "name",
        "birth",
        "number",
        "twin",
        "sex",
        "category",
        "coefficient",
        "amount",
        "phone",
        "note",
        "payee",
        "wallet",
        "age",
    }
    line.touched |= every - {"phone", "note"}
    copy.blame(fault, "review", codes, every)
    at = room.lines.index(line)
    in_place = room.plan.village in ("headings", "merged") or room.plan.category == "sections"
    room.lines.insert(at + 1 if in_place else room.rng.randint(at + 1, len(room.lines)), copy)
    return True


@fault
def duplicate_same(room: Room, line: Line) -> bool:
    if not whole(line):
        return False
    return add_copy(room, line, "duplicate_same", {"duplicate_id"}, lambda copy: None)


@fault
def duplicate_plain(room: Room, line: Line) -> bool:
    if not whole(line):
        return False

    def alter(copy: Line) -> None:
        name = plain(line.person.full_name)
        spoken_name(copy, name)
        copy.truth["full_name"] = name

    return add_copy(room, line, "duplicate_plain", {"duplicate_id"}, alter)


@fault
def duplicate_person(room: Room, line: Line) -> bool:
    """The same person under an old number: CMND in one row, CCCD in the other."""
    if not whole(line) or line.person.birth_known == "year" or len(line.person.national_id) != 12:
        return False
    number = draw_cmnd(room.rng)

    def alter(copy: Line) -> None:
        set_number(copy, room.plan, number)
        copy.truth["national_id"], copy.truth["national_id_kind"] = number, "cmnd"
        sex_without_number(room.plan, copy)
        if room.rng.random() < 0.4:
            name = line.person.full_name.replace("Nguyễn", "Ng.").replace("Thị", "Thi")
            spoken_name(copy, name)
            copy.unsure.add("full_name")

    return add_copy(room, line, "duplicate_person", {"duplicate_person"}, alter)


@fault
def duplicate_without_number(room: Room, line: Line) -> bool:
    """The same person again, whose number nobody wrote down the second time."""
    if not whole(line) or line.person.birth_known == "year":
        return False

    def alter(copy: Line) -> None:
        set_number(copy, room.plan, None)
        copy.truth["national_id"] = copy.truth["national_id_kind"] = None
        sex_without_number(room.plan, copy)

    return add_copy(room, line, "duplicate_without_number", {"duplicate_person", "id_missing"}, alter)


@fault
def duplicate_slip(room: Room, line: Line) -> bool:
    """The same person with one digit of the number mistyped and the marks of the name lost."""
    if not whole(line) or line.person.birth_known == "year":
        return False
    number = line.person.national_id
    slipped = number[:-1] + str((int(number[-1]) + 1) % 10)

    def alter(copy: Line) -> None:
        set_number(copy, room.plan, slipped)
        name = plain(line.person.full_name).upper()
        spoken_name(copy, name)
        copy.truth["full_name"], copy.truth["national_id"] = plain(line.person.full_name), slipped

    return add_copy(room, line, "duplicate_slip", {"duplicate_person"}, alter)


@fault
def id_of_another(room: Room, line: Line) -> bool:
    if not whole(line):
        return False
    name = draw_name(room.rng, line.person.sex)
    if key_of(name) in room.names:
        return False
    room.names.add(key_of(name))

    def alter(copy: Line) -> None:
        spoken_name(copy, name)
        copy.truth["full_name"] = name

    return add_copy(room, line, "id_of_another", {"id_of_another"}, alter)
