"""What goes wrong in who a line is about: name, number, birth, sex, commune, notes."""

from __future__ import annotations

from tests.registry.second_generator.facts import units
from tests.registry.second_generator.faults import (
    Room,
    fault,
    set_birth,
    set_number,
    sex_without_number,
    taken,
)
from tests.registry.second_generator.lines import Line
from tests.registry.second_generator.wording import DEATH_NOTES, MOVE_NOTES


@fault
def name_missing(room: Room, line: Line) -> bool:
    if taken(line, "name"):
        return False
    line.cells["name"] = line.cells["surname"] = line.cells["given"] = None
    line.truth["full_name"] = None
    line.blame("name_missing", "rejected", {"name_missing"}, {"name"})
    return True


@fault
def id_length(room: Room, line: Line) -> bool:
    if taken(line, "number"):
        return False
    number, rng = line.person.national_id, room.rng
    bad = (
        rng.choice((number[:6], number[:7], f"{number}{rng.randrange(10)}", f"{number}{rng.randrange(10, 100)}"))
        if len(number) == 9
        else rng.choice((number[:10], number + str(rng.randrange(10)), number[:7], number + "12"))
    )
    set_number(line, room.plan, bad)
    line.truth["national_id"] = line.truth["national_id_kind"] = None
    sex_without_number(room.plan, line)
    line.blame("id_length", "rejected", {"id_length"}, {"number", "twin"})
    return True


@fault
def birth_impossible(room: Room, line: Line) -> bool:
    if taken(line, "birth") or line.person.birth_known == "year":
        return False
    y = line.person.born.year
    d, m = room.rng.choice(((31, 2), (30, 2), (31, 4), (31, 9), (32, 1), (15, 13), (45, 10)))
    set_birth(line, f"{d}/{m:02d}/{y}", (d, m, y))
    line.truth["birth_date"] = None
    line.unsure.add("category")
    line.blame("birth_impossible", "rejected", {"birth_impossible"}, {"birth", "twin"})
    return True


@fault
def birth_future(room: Room, line: Line) -> bool:
    if taken(line, "birth", "age"):
        return False
    y = room.plan.month.year + room.rng.randint(2, 12)
    d, m = room.rng.randint(1, 28), room.rng.randint(1, 12)
    set_birth(line, f"{d:02d}/{m:02d}/{y}", (d, m, y))
    line.truth["birth_date"] = None
    line.unsure.add("category")
    line.blame("birth_future", "rejected", {"birth_future"}, {"birth", "twin"})
    return True


@fault
def id_missing(room: Room, line: Line) -> bool:
    if taken(line, "number"):
        return False
    set_number(line, room.plan, room.rng.choice((None, None, None, "không có", "-", "chưa có")))
    line.truth["national_id"] = line.truth["national_id_kind"] = None
    sex_without_number(room.plan, line)
    line.blame("id_missing", "review", {"id_missing"}, {"number", "twin"})
    return True


@fault
def id_sex_differs(room: Room, line: Line) -> bool:
    if taken(line, "number") or len(line.person.national_id) != 12 or (room.plan.sex == "none" and room.plan.birth != "nam_nu"):
        return False
    n = line.person.national_id
    wrong = f"{n[:3]}{int(n[3]) ^ 1}{n[4:]}"
    set_number(line, room.plan, wrong)
    line.truth["national_id"] = wrong
    line.blame("id_sex_differs", "review", {"id_sex_differs"}, {"number", "sex", "twin"})
    return True


@fault
def id_birth_differs(room: Room, line: Line) -> bool:
    if taken(line, "number", "birth", "age") or len(line.person.national_id) != 12:
        return False
    n = line.person.national_id
    wrong = f"{n[:4]}{(int(n[4:6]) + room.rng.randint(2, 9)) % 100:02d}{n[6:]}"
    set_number(line, room.plan, wrong)
    line.truth["national_id"] = wrong
    line.blame("id_birth_differs", "review", {"id_birth_differs"}, {"number", "birth", "twin"})
    return True


@fault
def note_death(room: Room, line: Line) -> bool:
    if "note" in room.plan.without or taken(line, "note") or (room.plan.children == "note" and line.person.children):
        return False
    line.cells["note"] = room.rng.choice(DEATH_NOTES)
    line.blame("note_death", "review", {"note_death"}, {"note"})
    return True


@fault
def note_move(room: Room, line: Line) -> bool:
    if "note" in room.plan.without or taken(line, "note") or (room.plan.children == "note" and line.person.children):
        return False
    line.cells["note"] = room.rng.choice(MOVE_NOTES)
    line.blame("note_move", "review", {"note_move"}, {"note"})
    return True


@fault
def commune_differs(room: Room, line: Line) -> bool:
    if not room.plan.commune_column or taken(line, "commune"):
        return False
    others = [unit for unit in units() if unit.first == room.plan.unit.first and unit.name.split()[-1] not in room.plan.unit.name]
    line.cells["commune"] = room.rng.choice(others).name
    line.unsure.add("commune_code")
    line.blame("commune_differs", "review", {"commune_differs"}, {"commune"})
    return True


@fault
def death_in_name(room: Room, line: Line) -> bool:
    if taken(line, "name", "note", "twin") or room.plan.split_name:
        return False
    line.cells["name"] = f"{line.cells['name']} {room.rng.choice(('(đã chết)', '(chết)', '- đã mất', '(mất 9/2021)'))}"
    line.blame("death_in_name", "review", {"note_death"}, {"name", "note", "twin"})
    return True


@fault
def birth_missing(room: Room, line: Line) -> bool:
    if taken(line, "birth", "age", "category", "payee") or line.person.category not in ("K5D-CDONG", "K8-HIV", "K4-DTN"):
        return False
    set_birth(line, "", (0, 0, 0))
    for key in ("birth", "birth_male", "birth_female", "birth_d", "birth_m", "birth_y"):
        line.cells[key] = None
    if room.plan.birth == "nam_nu":
        line.truth["sex"] = line.person.sex if len(line.person.national_id) == 12 else None
        if line.truth["sex"]:
            line.codes.add("sex_from_id")
    line.truth["birth_date"] = None
    line.blame("birth_missing", "review", {"birth_missing"}, {"birth", "age", "category", "payee", "number", "twin", "sex"})
    return True


@fault
def id_letters(room: Room, line: Line) -> bool:
    number = line.person.national_id
    if taken(line, "number") or "0" not in number[1:]:
        return False
    at = number.index("0", 1)
    set_number(line, room.plan, f"{number[:at]}O{number[at + 1 :]}")
    if len(number) == 9:
        line.cells["cmnd"], line.cells["cccd"] = line.cells["number"], None
    line.blame("id_letters", "review", {"id_letters"}, {"number", "twin"})
    return True


@fault
def sex_contradictory(room: Room, line: Line) -> bool:
    if room.plan.birth != "nam_nu" and room.plan.sex != "both_x":
        return False
    if taken(line, "birth", "number", "sex", "payee") or line.person.birth_known == "year":
        return False
    if room.plan.birth == "nam_nu":
        text = line.cells["birth_male"] or line.cells["birth_female"]
        line.cells["birth_male"] = line.cells["birth_female"] = text
    else:
        line.cells["sex_male_x"] = line.cells["sex_female_x"] = "x"
    line.truth["sex"] = line.person.sex if len(line.person.national_id) == 12 else None
    if line.truth["sex"]:
        line.codes.add("sex_from_id")
    line.blame("sex_contradictory", "review", {"sex_contradictory"}, {"birth", "number", "sex", "payee", "twin"})
    return True
