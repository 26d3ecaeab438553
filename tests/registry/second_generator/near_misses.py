"""What only looks wrong: nothing is to be said about it."""

from __future__ import annotations

from datetime import date

from tests.registry.second_generator.duplicates import add_copy
from tests.registry.second_generator.faults import (
    Room,
    near_miss,
    set_birth,
    set_number,
    set_zero_code,
    taken,
    whole,
)
from tests.registry.second_generator.lines import Line, key_of, spoken_name
from tests.registry.second_generator.people import day_of_age, draw_cccd, draw_name, draw_phone, payee_of


@near_miss
def relatives_share_a_phone(room: Room, line: Line) -> bool:
    others = [
        other for other in room.free("phone", "wallet", "twin") if other is not line and other.person.channel != "viettelpay"
    ]
    if "phone" in room.plan.without or taken(line, "phone", "wallet") or line.person.channel == "viettelpay" or not others:
        return False
    number = draw_phone(room.rng)
    for each in (line, room.rng.choice(others)):
        each.cells["phone"] = number
        each.truth["phone"] = f"+84{number[1:]}"
        each.codes -= {"phone_prefix_2018", "phone_second_number"}
        each.touched |= {"phone", "wallet", "twin"}
    return True


@near_miss
def siblings_share_a_wallet(room: Room, line: Line) -> bool:
    children = [
        other for other in room.free("phone", "payee", "wallet", "twin", "channel", "birth")
        if other.person.age(room.plan.month) < 16 and other.person.payee
    ]  # fmt: skip
    if "phone" in room.plan.without or len(children) < 2:
        return False
    number, year = draw_phone(room.rng), min(child.person.born.year for child in children) - 50
    pair = room.rng.sample(children, 2)
    payee = payee_of(room.rng, "Bà", "female", min(year, room.plan.month.year - 52), None)
    payee.national_id = draw_cccd(room.rng, "female", payee.born_year)
    for each in pair:
        each.cells |= {
            "phone": number, "account": None, "channel": "ViettelPay", "mark_cash": None, "mark_viettelpay": "x",
            "mark_vietinbank": None, "payee": payee.full_name, "payee_number": payee.national_id, "relationship": "Bà",
        }  # fmt: skip
        each.codes -= {"phone_prefix_2018", "phone_second_number"}
        set_zero_code(room.plan, each)
        each.truth |= {
            "phone": f"+84{number[1:]}", "account_number": number, "channel": "viettelpay",
            "payee": {"full_name": payee.full_name, "national_id": payee.national_id, "relationship": "Bà"},
        }  # fmt: skip
        each.touched |= {"phone", "payee", "wallet", "twin", "channel", "birth"}
    return True


@near_miss
def married_couple_shares_a_wallet(room: Room, line: Line) -> bool:
    """Husband and wife both receive: his row names her as payee, hers is her own."""
    month = room.plan.month
    others = [
        other for other in room.free("payee", "wallet", "phone", "channel", "twin", "number", "name", "birth")
        if other is not line and other.person.sex == "female" and other.person.age(month) >= 20 and not other.person.payee
        and room.plan.number == "one" and not room.plan.number_as_number
    ]  # fmt: skip
    if "phone" in room.plan.without or line.person.sex != "male" or line.person.age(month) < 20 or not others or not whole(line):
        return False
    wife, number = room.rng.choice(others), draw_phone(room.rng)
    for each in (line, wife):
        each.cells |= {
            "phone": number, "account": None, "channel": "Ví điện tử", "mark_cash": None, "mark_viettelpay": "x",
            "mark_vietinbank": None,
        }  # fmt: skip
        each.codes -= {"phone_prefix_2018", "phone_second_number"}
        each.truth |= {"phone": f"+84{number[1:]}", "account_number": number, "channel": "viettelpay"}
        each.touched |= {"payee", "wallet", "phone", "channel", "twin", "number", "name", "birth"}
    line.cells |= {"payee": wife.person.full_name, "payee_number": wife.person.national_id, "relationship": "Vợ"}
    line.truth["payee"] = {
        "full_name": wife.person.full_name, "national_id": wife.person.national_id, "relationship": "Vợ",
    }  # fmt: skip
    return True


@near_miss
def title_before_name(room: Room, line: Line) -> bool:
    """A form of address or a number in the name's cell is no part of the name."""
    if (
        taken(line, "name", "twin")
        or room.plan.split_name
        or line.person.full_name.startswith(("Ông", "Vĩnh", "Kê", "Ra", "A ", "Công", "Văn"))
    ):
        return False
    if len(line.person.full_name.split()) < 3:
        return False
    title = {"male": ("Ông ", "ông ", "Ông. "), "female": ("Bà ", "bà ")}[line.person.sex]
    line.cells["name"] = room.rng.choice((*title, "3. ", "12) ")) + str(line.cells["name"]).strip()
    line.touched |= {"name", "twin"}
    return True


@near_miss
def namesakes(room: Room, line: Line) -> bool:
    """The same name, another birth day and another number."""
    others = [
        other for other in room.free("name", "birth", "number", "twin")
        if other is not line and other.person.sex == line.person.sex and abs(other.person.born.year - line.person.born.year) > 2
    ]  # fmt: skip
    if taken(line, "name", "birth", "number", "twin") or not others:
        return False
    other = room.rng.choice(others)
    spoken_name(other, line.person.full_name)
    other.truth["full_name"] = line.person.full_name
    for each in (line, other):
        each.touched |= {"name", "birth", "number", "twin"}
    return True


@near_miss
def twins(room: Room, line: Line) -> bool:
    """Born on one day, one surname, other given names and numbers."""
    person = line.person
    if not whole(line) or len(person.national_id) != 12 or person.birth_known == "year":
        return False
    words = person.full_name.split()
    other_given = room.rng.choice(
        [g for g in (("Hùng", "Sơn", "Thắng") if person.sex == "male" else ("Loan", "Nguyệt", "Thảo")) if g != words[-1]]
    )
    name = " ".join([*words[:-1], other_given])
    if key_of(name) in room.names:
        return False
    room.names.add(key_of(name))
    number = draw_cccd(room.rng, person.sex, person.born.year)

    def alter(copy: Line) -> None:
        spoken_name(copy, name)
        copy.truth["full_name"] = name
        set_number(copy, room.plan, number)
        copy.truth["national_id"] = number

    add_copy(room, line, "twins", set(), alter)
    twin = next(each for each in room.lines if "twins" in each.faults and each.truth["full_name"] == name)
    twin.status, twin.faults = "accepted", []
    return True


@near_miss
def mother_of_sixteen(room: Room, line: Line) -> bool:
    """A young mother is no impossible one."""
    if line.person.age(room.plan.month) >= 16 or line.person.category.startswith("K1") or taken(line, "payee", "birth"):
        return False
    year = min(line.person.born.year - 16, room.plan.month.year - 19)
    number, name = draw_cccd(room.rng, "female", year), draw_name(room.rng, "female")
    line.cells |= {"payee": name, "payee_number": number, "relationship": "Mẹ"}
    line.truth["payee"] = {"full_name": name, "national_id": number, "relationship": "Mẹ"}
    set_zero_code(room.plan, line)
    line.touched |= {"payee", "birth"}
    return True


@near_miss
def landline(room: Room, line: Line) -> bool:
    if (
        "phone" in room.plan.without
        or taken(line, "phone")
        or line.person.channel == "viettelpay"
        or room.plan.unit.province.find("Huế") < 0
    ):
        return False
    digits = f"0234{room.rng.randrange(3_500_000, 3_999_999)}"
    line.cells["phone"] = room.rng.choice((digits, f"{digits[:4]}.{digits[4:]}", f"({digits[:4]}) {digits[4:]}"))
    line.truth["phone"] = f"+84{digits[1:]}"
    line.codes -= {"phone_prefix_2018", "phone_second_number"}
    line.touched |= {"phone", "wallet"}
    return True


@near_miss
def sixteen_without_payee(room: Room, line: Line) -> bool:
    """From sixteen on nobody has to receive in their place."""
    plan = room.plan
    if line.person.category != "K6-N" or not whole(line) or line.person.birth_known == "year" or line.person.payee:
        return False
    born = day_of_age(room.rng, 16, 18, date(plan.month.year, plan.month.month, 1))
    if len(line.person.national_id) == 12:
        return False
    line.person.born = born
    set_birth(line, f"{born.day:02d}/{born.month:02d}/{born.year}", (born.day, born.month, born.year))
    line.truth["birth_date"] = born.isoformat()
    line.touched |= {"birth", "age", "payee", "twin"}
    return True
