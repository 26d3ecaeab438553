"""What goes wrong in how and to whom a line is paid: payee, phone, wallet, channel."""

from __future__ import annotations

from dataclasses import replace

from tests.registry.second_generator.faults import (
    Room,
    fault,
    set_number,
    set_zero_code,
    taken,
)
from tests.registry.second_generator.lines import Line
from tests.registry.second_generator.people import draw_cccd, draw_name


@fault
def minor_without_payee(room: Room, line: Line) -> bool:
    if line.person.age(room.plan.month) >= 16 or taken(line, "payee", "birth"):
        return False
    line.cells["payee"] = line.cells["payee_number"] = line.cells["relationship"] = None
    line.truth["payee"] = None
    if room.plan.number_as_number and not str(line.person.national_id).startswith("0"):
        line.codes.discard("id_zero_restored")
    line.blame("minor_without_payee", "review", {"minor_without_payee"}, {"payee", "birth"})
    return True


@fault
def payee_relationship_sex(room: Room, line: Line) -> bool:
    payee = line.person.payee
    if payee is None or taken(line, "payee") or not payee.national_id or len(payee.national_id) != 12:
        return False
    wrong: tuple[str, ...] = {"male": ("Mẹ", "Bà", "Chị"), "female": ("Cha", "Ông", "Anh")}[payee.sex]
    if line.person.age(room.plan.month) >= 16:
        wrong = {"male": ("Vợ", "Con gái", "Con dâu"), "female": ("Chồng", "Con trai", "Con rể")}[payee.sex]
        wrong = (wrong[0],) if payee.relationship in ("Vợ", "Chồng") else wrong[1:]
    relationship = room.rng.choice(wrong)
    if payee.relationship in ("Vợ", "Chồng") or not _age_goes(relationship, line.person.born.year - payee.born_year):
        return False
    line.cells["relationship"] = relationship
    line.payee()["relationship"] = relationship
    line.blame("payee_relationship_sex", "review", {"payee_relationship_sex"}, {"payee", "birth"})
    return True


def _age_goes(relationship: str, older_years: int) -> bool:
    if relationship in ("Mẹ", "Cha"):
        return 17 <= older_years <= 48
    if relationship in ("Bà", "Ông"):
        return older_years >= 36
    if relationship in ("Anh", "Chị"):
        return 0 <= older_years <= 25
    return older_years <= -17 if relationship.startswith("Con") else True


@fault
def payee_relationship_age(room: Room, line: Line) -> bool:
    payee, rng = line.person.payee, room.rng
    if payee is None or taken(line, "payee", "birth"):
        return False
    age = line.person.age(room.plan.month)
    choices = [(("Con", "male"), 3, 25), (("Con gái", "female"), 1, 30), (("Cháu nội", "male"), 12, 30)] if age >= 22 else []
    if age >= 30:
        choices += [(("Mẹ", "female"), -9, 5), (("Cha", "male"), -9, 5), (("Ông", "male"), -5, 12), (("Bà", "female"), -5, 12)]
    if age <= 15:
        choices += [(("Bà nội", "female"), 20 - age, 21), (("Ông", "male"), 20 - age, 21)] if age >= 3 else []
    if not choices:
        return False
    (relationship, sex), low, high = rng.choice(choices)
    year = line.person.born.year - rng.randint(low, high)
    number = draw_cccd(rng, sex, year)
    name = draw_name(rng, sex)
    line.person.payee = replace(payee, full_name=name, sex=sex, born_year=year, national_id=number, relationship=relationship)
    line.cells |= {"payee": name, "payee_number": number, "relationship": relationship}
    line.truth["payee"] = {"full_name": name, "national_id": number, "relationship": relationship}
    set_zero_code(room.plan, line)
    line.blame("payee_relationship_age", "review", {"payee_relationship_age"}, {"payee", "birth"})
    return True


@fault
def payee_underage(room: Room, line: Line) -> bool:
    if line.person.payee is None or taken(line, "payee") or not 3 <= line.person.age(room.plan.month) < 15:
        return False
    year = room.plan.month.year - room.rng.randint(line.person.age(room.plan.month) + 2, 16)
    number = draw_cccd(room.rng, "female", year)
    name = draw_name(room.rng, "female")
    line.cells |= {"payee": name, "payee_number": number, "relationship": "Chị"}
    line.truth["payee"] = {"full_name": name, "national_id": number, "relationship": "Chị"}
    set_zero_code(room.plan, line)
    line.blame("payee_underage", "review", {"payee_underage"}, {"payee", "birth"})
    return True


@fault
def payee_id_length(room: Room, line: Line) -> bool:
    payee = line.person.payee
    if payee is None or not payee.national_id or taken(line, "payee"):
        return False
    line.cells["payee_number"] = payee.national_id[:7]
    line.payee()["national_id"] = None
    set_zero_code(room.plan, line)
    line.blame("payee_id_length", "accepted", {"payee_id_length"}, {"payee"})
    return True


@fault
def payee_is_beneficiary(room: Room, line: Line) -> bool:
    payee = line.person.payee
    if payee is None or taken(line, "payee", "number") or line.person.age(room.plan.month) < 18 or room.plan.number != "one":
        return False
    number = line.person.national_id
    if len(number) == 12:
        return False  # its sex and year would contradict the relationship besides
    set_number(line, room.plan, number)
    line.cells["payee_number"] = number
    line.payee()["national_id"] = number
    line.codes.discard("id_zero_restored")
    line.blame("payee_is_beneficiary", "review", {"payee_is_beneficiary"}, {"payee", "number", "twin"})
    return True


@fault
def phone_impossible(room: Room, line: Line) -> bool:
    if "phone" in room.plan.without or taken(line, "phone") or line.person.channel == "viettelpay":
        return False
    bad = f"09{room.rng.randrange(10**7, 10**8)}"
    line.cells["phone"] = room.rng.choice(("0912", bad[:9], bad + "12", "0000000000", "0123456", "05" + bad[2:7], "09876"))
    line.truth["phone"] = None
    line.codes -= {"phone_prefix_2018", "phone_second_number"}
    line.blame("phone_impossible", "review", {"phone_impossible"}, {"phone"})
    return True


@fault
def wallet_shared(room: Room, line: Line) -> bool:
    if line.person.channel != "viettelpay" or line.person.payee or "phone" in room.plan.without or taken(line, "wallet", "phone"):
        return False
    others = [
        other for other in room.free("wallet", "phone", "payee", "name", "twin")
        if other is not line and not other.person.payee and other.person.channel == "viettelpay"
        and other.person.full_name.split()[0] != line.person.full_name.split()[0]
    ]  # fmt: skip
    if not others:
        return False
    other = room.rng.choice(others)
    wallet = line.person.phone or ""
    for each in (line, other):
        each.cells["phone"], each.cells["account"] = wallet, None
        each.codes -= {"phone_prefix_2018", "phone_second_number"}
        each.truth["phone"], each.truth["account_number"] = f"+84{wallet[1:]}", wallet
        each.touched |= {"wallet", "phone", "payee", "name", "twin", "channel"}
    later = max((line, other), key=room.lines.index)
    later.blame("wallet_shared", "review", {"wallet_shared"}, set())
    return True


@fault
def channel_unknown(room: Room, line: Line) -> bool:
    if room.plan.channel != "column" or taken(line, "channel", "wallet", "phone") or line.person.channel != "vietinbank":
        return False
    line.cells["channel"] = room.rng.choice(("Agribank", "NH Nông nghiệp", "Momo", "BIDV", "Sacombank"))
    line.truth["channel"] = None
    line.blame("channel_unknown", "accepted", {"channel_unknown"}, {"channel", "wallet", "twin"})
    return True
