"""What goes wrong in a line (its status and codes change), and what only looks wrong (nothing does)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from tests.registry.second_generator.facts import categories, units
from tests.registry.second_generator.lines import Line, copy_of, key_of, spoken_name
from tests.registry.second_generator.people import day_of_age, draw_cccd, draw_cmnd, draw_name, draw_phone, payee_of
from tests.registry.second_generator.plans import Plan
from tests.registry.second_generator.scripts import plain
from tests.registry.second_generator.wording import BARE_DISABLED, DEATH_NOTES, MOVE_NOTES


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


def _fault(function: Callable[[Room, Line], bool]) -> Callable[[Room, Line], bool]:
    FAULTS[function.__name__] = function
    return function


def _near_miss(function: Callable[[Room, Line], bool]) -> Callable[[Room, Line], bool]:
    NEAR_MISSES[function.__name__] = function
    return function


def _taken(line: Line, *fields: str) -> bool:
    return bool(line.touched & {*fields})


def _set_number(line: Line, plan: Plan, text: str | None) -> None:
    """Writes one number where the list keeps it, and no other."""
    old = text is not None and len(text) == 9
    line.cells["number"] = text
    line.cells["cmnd"], line.cells["cccd"] = (text, None) if old else (None, text)
    line.codes -= {"id_zero_restored", "id_second_number"}
    if plan.number_as_number and line.truth["payee"] and str(line.truth["payee"]["national_id"] or "").startswith("0"):
        line.codes.add("id_zero_restored")


def _set_birth(line: Line, text: str, parts: tuple[int, int, int]) -> None:
    female = line.person.sex == "female"
    line.cells["birth"] = text
    line.cells["birth_male"], line.cells["birth_female"] = (None, text) if female else (text, None)
    line.cells["birth_d"], line.cells["birth_m"], line.cells["birth_y"] = parts
    line.codes -= {"birth_two_digit_year", "birth_from_number"}


@_fault
def name_missing(room: Room, line: Line) -> bool:
    if _taken(line, "name"):
        return False
    line.cells["name"] = line.cells["surname"] = line.cells["given"] = None
    line.truth["full_name"] = None
    line.blame("name_missing", "rejected", {"name_missing"}, {"name"})
    return True


@_fault
def id_length(room: Room, line: Line) -> bool:
    if _taken(line, "number"):
        return False
    number, rng = line.person.national_id, room.rng
    bad = (
        number[: rng.choice((6, 7))]
        if len(number) == 9
        else rng.choice((number[:10], number + str(rng.randrange(10)), number[:7], number + "12"))
    )
    _set_number(line, room.plan, bad)
    line.truth["national_id"] = line.truth["national_id_kind"] = None
    _sex_without_number(room.plan, line)
    line.blame("id_length", "rejected", {"id_length"}, {"number", "twin"})
    return True


def _sex_without_number(plan: Plan, line: Line) -> None:
    if plan.birth != "nam_nu" and plan.sex == "none":
        line.truth["sex"] = None
        line.codes.discard("sex_from_id")


@_fault
def birth_impossible(room: Room, line: Line) -> bool:
    if _taken(line, "birth") or line.person.birth_known == "year":
        return False
    y = line.person.born.year
    d, m = room.rng.choice(((31, 2), (30, 2), (31, 4), (31, 9), (32, 1), (15, 13), (45, 10)))
    _set_birth(line, f"{d}/{m:02d}/{y}", (d, m, y))
    line.truth["birth_date"] = None
    line.unsure.add("category")
    line.blame("birth_impossible", "rejected", {"birth_impossible"}, {"birth", "twin"})
    return True


@_fault
def birth_future(room: Room, line: Line) -> bool:
    if _taken(line, "birth", "age"):
        return False
    y = room.plan.month.year + room.rng.randint(2, 12)
    d, m = room.rng.randint(1, 28), room.rng.randint(1, 12)
    _set_birth(line, f"{d:02d}/{m:02d}/{y}", (d, m, y))
    line.truth["birth_date"] = None
    line.unsure.add("category")
    line.blame("birth_future", "rejected", {"birth_future"}, {"birth", "twin"})
    return True


@_fault
def id_missing(room: Room, line: Line) -> bool:
    if _taken(line, "number"):
        return False
    _set_number(line, room.plan, room.rng.choice((None, None, None, "không có", "-", "chưa có")))
    line.truth["national_id"] = line.truth["national_id_kind"] = None
    _sex_without_number(room.plan, line)
    line.blame("id_missing", "review", {"id_missing"}, {"number", "twin"})
    return True


@_fault
def id_sex_differs(room: Room, line: Line) -> bool:
    if _taken(line, "number") or len(line.person.national_id) != 12 or (room.plan.sex == "none" and room.plan.birth != "nam_nu"):
        return False
    n = line.person.national_id
    wrong = f"{n[:3]}{int(n[3]) ^ 1}{n[4:]}"
    _set_number(line, room.plan, wrong)
    line.truth["national_id"] = wrong
    line.blame("id_sex_differs", "review", {"id_sex_differs"}, {"number", "sex", "twin"})
    return True


@_fault
def id_birth_differs(room: Room, line: Line) -> bool:
    if _taken(line, "number", "birth", "age") or len(line.person.national_id) != 12:
        return False
    n = line.person.national_id
    wrong = f"{n[:4]}{(int(n[4:6]) + room.rng.randint(2, 9)) % 100:02d}{n[6:]}"
    _set_number(line, room.plan, wrong)
    line.truth["national_id"] = wrong
    line.blame("id_birth_differs", "review", {"id_birth_differs"}, {"number", "birth", "twin"})
    return True


@_fault
def coefficient_differs(room: Room, line: Line) -> bool:
    right = categories()[line.person.category].coefficient
    if not room.plan.has_coefficient or not right or line.person.children or _taken(line, "coefficient", "category", "birth"):
        return False
    if "category_by_coefficient" in line.codes or (room.plan.severity_column and line.person.severity):
        return False
    wrong = room.rng.choice([value for value in (1.0, 3.0, 3.5, 4.0, 9.0) if value != right])
    line.cells["coefficient"] = room.rng.choice((wrong, f"{wrong:.1f}".replace(".", ",")))
    line.blame("coefficient_differs", "review", {"coefficient_differs"}, {"coefficient", "category", "birth", "age"})
    return True


@_fault
def amount_differs(room: Room, line: Line) -> bool:
    if room.plan.amount != "dong" or _taken(line, "amount", "category", "coefficient", "birth"):
        return False
    line.cells["amount"] = room.rng.choice((410_000, "1.234.000", 275_000, "815.000"))
    line.blame("amount_differs", "review", {"amount_differs"}, {"amount", "category", "coefficient", "birth", "age"})
    return True


@_fault
def children_missing(room: Room, line: Line) -> bool:
    if not line.person.children or room.plan.clause_columns or _taken(line, "category", "note"):
        return False
    line.cells["children"] = None
    if room.plan.children == "words":
        line.cells["category"] = room.rng.choice(("Khoản 4", "Đơn thân nuôi con", "Đơn thân nghèo nuôi con nhỏ", "K4"))
    line.cells["note"] = None
    line.cells["coefficient"] = room.rng.choice((1, "1,0", 1.0))
    line.truth["children_count"] = None
    line.blame("children_missing", "review", {"children_missing"}, {"category", "coefficient", "amount", "note"})
    return True


@_fault
def minor_without_payee(room: Room, line: Line) -> bool:
    if line.person.age(room.plan.month) >= 16 or _taken(line, "payee", "birth"):
        return False
    line.cells["payee"] = line.cells["payee_number"] = line.cells["relationship"] = None
    line.truth["payee"] = None
    if room.plan.number_as_number and not str(line.person.national_id).startswith("0"):
        line.codes.discard("id_zero_restored")
    line.blame("minor_without_payee", "review", {"minor_without_payee"}, {"payee", "birth"})
    return True


@_fault
def payee_relationship_sex(room: Room, line: Line) -> bool:
    payee = line.person.payee
    if payee is None or _taken(line, "payee") or not payee.national_id or len(payee.national_id) != 12:
        return False
    wrong = {"male": ("Mẹ", "Bà", "Chị"), "female": ("Cha", "Ông", "Anh")}[payee.sex]
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


@_fault
def payee_relationship_age(room: Room, line: Line) -> bool:
    payee, rng = line.person.payee, room.rng
    if payee is None or _taken(line, "payee", "birth"):
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
    _set_zero_code(room.plan, line)
    line.blame("payee_relationship_age", "review", {"payee_relationship_age"}, {"payee", "birth"})
    return True


def _set_zero_code(plan: Plan, line: Line) -> None:
    """A payee's number was written anew, with all its digits."""
    if plan.number_as_number and "number" not in line.touched and not line.person.national_id.startswith("0"):
        line.codes.discard("id_zero_restored")


@_fault
def payee_underage(room: Room, line: Line) -> bool:
    if line.person.payee is None or _taken(line, "payee") or not 3 <= line.person.age(room.plan.month) < 15:
        return False
    year = room.plan.month.year - room.rng.randint(line.person.age(room.plan.month) + 2, 16)
    number = draw_cccd(room.rng, "female", year)
    name = draw_name(room.rng, "female")
    line.cells |= {"payee": name, "payee_number": number, "relationship": "Chị"}
    line.truth["payee"] = {"full_name": name, "national_id": number, "relationship": "Chị"}
    _set_zero_code(room.plan, line)
    line.blame("payee_underage", "review", {"payee_underage"}, {"payee", "birth"})
    return True


@_fault
def payee_id_length(room: Room, line: Line) -> bool:
    payee = line.person.payee
    if payee is None or not payee.national_id or _taken(line, "payee"):
        return False
    line.cells["payee_number"] = payee.national_id[:7]
    line.payee()["national_id"] = None
    _set_zero_code(room.plan, line)
    line.blame("payee_id_length", "review", {"payee_id_length"}, {"payee"})
    return True


@_fault
def phone_impossible(room: Room, line: Line) -> bool:
    if "phone" in room.plan.without or _taken(line, "phone") or line.person.channel == "viettelpay":
        return False
    bad = f"09{room.rng.randrange(10**7, 10**8)}"
    line.cells["phone"] = room.rng.choice(("0912", bad[:9], bad + "12", "0000000000", "0123456", "05" + bad[2:7], "09876"))
    line.truth["phone"] = None
    line.codes -= {"phone_prefix_2018", "phone_second_number"}
    line.blame("phone_impossible", "review", {"phone_impossible"}, {"phone"})
    return True


@_fault
def note_death(room: Room, line: Line) -> bool:
    if "note" in room.plan.without or _taken(line, "note") or (room.plan.children == "note" and line.person.children):
        return False
    line.cells["note"] = room.rng.choice(DEATH_NOTES)
    line.blame("note_death", "review", {"note_death"}, {"note"})
    return True


@_fault
def note_move(room: Room, line: Line) -> bool:
    if "note" in room.plan.without or _taken(line, "note") or (room.plan.children == "note" and line.person.children):
        return False
    line.cells["note"] = room.rng.choice(MOVE_NOTES)
    line.blame("note_move", "review", {"note_move"}, {"note"})
    return True


@_fault
def category_unknown(room: Room, line: Line) -> bool:
    if (
        room.plan.category != "column"
        or room.plan.severity_column
        or room.plan.clause_columns
        or _taken(line, "category", "coefficient", "amount", "birth")
    ):
        return False
    line.cells["category"] = room.rng.choice(
        ("Người có công", "Thương binh", "Khoản 15", "Bệnh binh", "Mất sức lao động", "Con LS")
    )
    line.truth["category"] = line.truth["children_count"] = None
    line.codes.discard("category_by_coefficient")
    line.blame("category_unknown", "review", {"category_unknown"}, {"category", "coefficient", "amount", "birth", "age"})
    return True


@_fault
def category_missing(room: Room, line: Line) -> bool:
    if (
        room.plan.category != "column"
        or room.plan.severity_column
        or room.plan.clause_columns
        or _taken(line, "category", "coefficient", "amount", "birth")
    ):
        return False
    line.cells["category"] = None
    line.truth["category"] = line.truth["children_count"] = None
    line.codes.discard("category_by_coefficient")
    line.blame("category_missing", "review", {"category_missing"}, {"category", "coefficient", "amount", "birth", "age"})
    return True


@_fault
def category_age_differs(room: Room, line: Line) -> bool:
    plan, person = room.plan, line.person
    if plan.category != "column" or _taken(line, "category", "coefficient", "amount", "birth", "payee"):
        return False
    if plan.severity_column or plan.clause_columns:
        return False
    if person.category not in ("K5A-60-80", "K6-N", "K5A-80"):
        return False
    words, _ = room.rng.choice(
        ((("Trẻ em mồ côi", "Khoản 1"), "K1"), (("Khoản 7", "Trẻ em dưới 3 tuổi hộ nghèo vùng ĐBKK"), "K7"))
    )
    if person.category == "K6-N":
        words = ("Điểm c khoản 5", "NCT từ 80 tuổi trở lên", "Điểm a khoản 5")
    line.cells["category"] = room.rng.choice(words)
    line.cells["coefficient"] = line.cells["amount"] = None
    line.unsure.add("category")
    line.codes.discard("category_by_coefficient")
    line.blame("category_age_differs", "review", {"category_age_differs"}, {"category", "coefficient", "amount", "birth", "age"})
    return True


@_fault
def severity_missing(room: Room, line: Line) -> bool:
    plan = room.plan
    if (
        not line.person.severity
        or plan.clause_columns
        or plan.category != "column"
        or _taken(line, "category", "birth", "coefficient", "amount")
    ):
        return False
    line.cells["category"], line.cells["severity"] = room.rng.choice(BARE_DISABLED), None
    line.cells["coefficient"] = line.cells["amount"] = None
    line.truth["category"] = None
    line.codes.discard("category_by_coefficient")
    line.blame("severity_missing", "review", {"severity_missing"}, {"category", "birth", "coefficient", "amount"})
    return True


@_fault
def wallet_shared(room: Room, line: Line) -> bool:
    if (
        line.person.channel != "viettelpay"
        or line.person.payee
        or "phone" in room.plan.without
        or _taken(line, "wallet", "phone")
    ):
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


@_fault
def payee_is_beneficiary(room: Room, line: Line) -> bool:
    payee = line.person.payee
    if payee is None or _taken(line, "payee", "number") or line.person.age(room.plan.month) < 18 or room.plan.number != "one":
        return False
    number = line.person.national_id
    if len(number) == 12:
        return False  # its sex and year would contradict the relationship besides
    _set_number(line, room.plan, number)
    line.cells["payee_number"] = number
    line.payee()["national_id"] = number
    line.codes.discard("id_zero_restored")
    line.blame("payee_is_beneficiary", "review", {"payee_is_beneficiary"}, {"payee", "number", "twin"})
    return True


@_fault
def commune_differs(room: Room, line: Line) -> bool:
    if not room.plan.commune_column or _taken(line, "commune"):
        return False
    others = [unit for unit in units() if unit.first == room.plan.unit.first and unit.name.split()[-1] not in room.plan.unit.name]
    line.cells["commune"] = room.rng.choice(others).name
    line.unsure.add("commune_code")
    line.blame("commune_differs", "review", {"commune_differs"}, {"commune"})
    return True


@_fault
def death_in_name(room: Room, line: Line) -> bool:
    if _taken(line, "name", "note", "twin") or room.plan.split_name:
        return False
    line.cells["name"] = f"{line.cells['name']} {room.rng.choice(('(đã chết)', '(chết)', '- đã mất', '(mất 9/2021)'))}"
    line.blame("death_in_name", "review", {"note_death"}, {"name", "note", "twin"})
    return True


@_fault
def channel_unknown(room: Room, line: Line) -> bool:
    if room.plan.channel != "column" or _taken(line, "channel", "wallet", "phone") or line.person.channel != "vietinbank":
        return False
    line.cells["channel"] = room.rng.choice(("Agribank", "NH Nông nghiệp", "Momo", "BIDV", "Sacombank"))
    line.truth["channel"] = None
    line.blame("channel_unknown", "review", {"channel_unknown"}, {"channel", "wallet", "twin"})
    return True


@_fault
def birth_missing(room: Room, line: Line) -> bool:
    if _taken(line, "birth", "age", "category", "payee") or line.person.category not in ("K5D-CDONG", "K8-HIV", "K4-DTN"):
        return False
    _set_birth(line, "", (0, 0, 0))
    for key in ("birth", "birth_male", "birth_female", "birth_d", "birth_m", "birth_y"):
        line.cells[key] = None
    if room.plan.birth == "nam_nu":
        line.truth["sex"] = line.person.sex if len(line.person.national_id) == 12 else None
        if line.truth["sex"]:
            line.codes.add("sex_from_id")
    line.truth["birth_date"] = None
    line.blame("birth_missing", "review", {"birth_missing"}, {"birth", "age", "category", "payee", "number", "twin", "sex"})
    return True


@_fault
def id_letters(room: Room, line: Line) -> bool:
    number = line.person.national_id
    if _taken(line, "number") or "0" not in number[1:]:
        return False
    at = number.index("0", 1)
    _set_number(line, room.plan, f"{number[:at]}O{number[at + 1 :]}")
    if len(number) == 9:
        line.cells["cmnd"], line.cells["cccd"] = line.cells["number"], None
    line.blame("id_letters", "review", {"id_letters"}, {"number", "twin"})
    return True


@_fault
def sex_contradictory(room: Room, line: Line) -> bool:
    if room.plan.birth != "nam_nu" and not (room.plan.sex == "both_x"):
        return False
    if _taken(line, "birth", "number", "sex", "payee") or line.person.birth_known == "year":
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


def _add_copy(room: Room, line: Line, fault: str, codes: set[str], alter: Callable[[Line], None]) -> bool:
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


def _whole(line: Line) -> bool:
    return not line.faults and not line.touched


@_fault
def duplicate_same(room: Room, line: Line) -> bool:
    if not _whole(line):
        return False
    return _add_copy(room, line, "duplicate_same", {"duplicate_id"}, lambda copy: None)


@_fault
def duplicate_plain(room: Room, line: Line) -> bool:
    if not _whole(line):
        return False

    def alter(copy: Line) -> None:
        name = plain(line.person.full_name)
        spoken_name(copy, name)
        copy.truth["full_name"] = name

    return _add_copy(room, line, "duplicate_plain", {"duplicate_id"}, alter)


@_fault
def duplicate_person(room: Room, line: Line) -> bool:
    """The same person under an old number: CMND in one row, CCCD in the other."""
    if not _whole(line) or line.person.birth_known == "year" or len(line.person.national_id) != 12:
        return False
    number = draw_cmnd(room.rng)

    def alter(copy: Line) -> None:
        _set_number(copy, room.plan, number)
        copy.truth["national_id"], copy.truth["national_id_kind"] = number, "cmnd"
        _sex_without_number(room.plan, copy)
        if room.rng.random() < 0.4:
            name = line.person.full_name.replace("Nguyễn", "Ng.").replace("Thị", "Thi")
            spoken_name(copy, name)
            copy.unsure.add("full_name")

    return _add_copy(room, line, "duplicate_person", {"duplicate_person"}, alter)


@_fault
def duplicate_without_number(room: Room, line: Line) -> bool:
    """The same person again, whose number nobody wrote down the second time."""
    if not _whole(line) or line.person.birth_known == "year":
        return False

    def alter(copy: Line) -> None:
        _set_number(copy, room.plan, None)
        copy.truth["national_id"] = copy.truth["national_id_kind"] = None
        _sex_without_number(room.plan, copy)

    return _add_copy(room, line, "duplicate_without_number", {"duplicate_person", "id_missing"}, alter)


@_fault
def duplicate_slip(room: Room, line: Line) -> bool:
    """The same person with one digit of the number mistyped and the marks of the name lost."""
    if not _whole(line) or line.person.birth_known == "year":
        return False
    number = line.person.national_id
    slipped = number[:-1] + str((int(number[-1]) + 1) % 10)

    def alter(copy: Line) -> None:
        _set_number(copy, room.plan, slipped)
        name = plain(line.person.full_name).upper()
        spoken_name(copy, name)
        copy.truth["full_name"], copy.truth["national_id"] = plain(line.person.full_name), slipped

    return _add_copy(room, line, "duplicate_slip", {"duplicate_person"}, alter)


@_fault
def id_of_another(room: Room, line: Line) -> bool:
    if not _whole(line):
        return False
    name = draw_name(room.rng, line.person.sex)
    if key_of(name) in room.names:
        return False
    room.names.add(key_of(name))

    def alter(copy: Line) -> None:
        spoken_name(copy, name)
        copy.truth["full_name"] = name

    return _add_copy(room, line, "id_of_another", {"id_of_another"}, alter)


@_near_miss
def relatives_share_a_phone(room: Room, line: Line) -> bool:
    others = [
        other for other in room.free("phone", "wallet", "twin") if other is not line and other.person.channel != "viettelpay"
    ]
    if "phone" in room.plan.without or _taken(line, "phone", "wallet") or line.person.channel == "viettelpay" or not others:
        return False
    number = draw_phone(room.rng)
    for each in (line, room.rng.choice(others)):
        each.cells["phone"] = number
        each.truth["phone"] = f"+84{number[1:]}"
        each.codes -= {"phone_prefix_2018", "phone_second_number"}
        each.touched |= {"phone", "wallet", "twin"}
    return True


@_near_miss
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
        _set_zero_code(room.plan, each)
        each.truth |= {
            "phone": f"+84{number[1:]}", "account_number": number, "channel": "viettelpay",
            "payee": {"full_name": payee.full_name, "national_id": payee.national_id, "relationship": "Bà"},
        }  # fmt: skip
        each.touched |= {"phone", "payee", "wallet", "twin", "channel", "birth"}
    return True


@_near_miss
def married_couple_shares_a_wallet(room: Room, line: Line) -> bool:
    """Husband and wife both receive: his row names her as payee, hers is her own."""
    month = room.plan.month
    others = [
        other for other in room.free("payee", "wallet", "phone", "channel", "twin", "number", "name", "birth")
        if other is not line and other.person.sex == "female" and other.person.age(month) >= 20 and not other.person.payee
        and room.plan.number == "one" and not room.plan.number_as_number
    ]  # fmt: skip
    if "phone" in room.plan.without or line.person.sex != "male" or line.person.age(month) < 20 or not others or not _whole(line):
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


@_near_miss
def title_before_name(room: Room, line: Line) -> bool:
    """A form of address or a number in the name's cell is no part of the name."""
    if (
        _taken(line, "name", "twin")
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


@_near_miss
def namesakes(room: Room, line: Line) -> bool:
    """The same name, another birth day and another number."""
    others = [
        other for other in room.free("name", "birth", "number", "twin")
        if other is not line and other.person.sex == line.person.sex and abs(other.person.born.year - line.person.born.year) > 2
    ]  # fmt: skip
    if _taken(line, "name", "birth", "number", "twin") or not others:
        return False
    other = room.rng.choice(others)
    spoken_name(other, line.person.full_name)
    other.truth["full_name"] = line.person.full_name
    for each in (line, other):
        each.touched |= {"name", "birth", "number", "twin"}
    return True


@_near_miss
def twins(room: Room, line: Line) -> bool:
    """Born on one day, one surname, other given names and numbers."""
    person = line.person
    if not _whole(line) or len(person.national_id) != 12 or person.birth_known == "year":
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
        _set_number(copy, room.plan, number)
        copy.truth["national_id"] = number

    _add_copy(room, line, "twins", set(), alter)
    twin = next(each for each in room.lines if "twins" in each.faults and each.truth["full_name"] == name)
    twin.status, twin.faults = "accepted", []
    return True


@_near_miss
def mother_of_sixteen(room: Room, line: Line) -> bool:
    """A young mother is no impossible one."""
    if line.person.age(room.plan.month) >= 16 or line.person.category.startswith("K1") or _taken(line, "payee", "birth"):
        return False
    year = min(line.person.born.year - 16, room.plan.month.year - 19)
    number, name = draw_cccd(room.rng, "female", year), draw_name(room.rng, "female")
    line.cells |= {"payee": name, "payee_number": number, "relationship": "Mẹ"}
    line.truth["payee"] = {"full_name": name, "national_id": number, "relationship": "Mẹ"}
    _set_zero_code(room.plan, line)
    line.touched |= {"payee", "birth"}
    return True


@_near_miss
def landline(room: Room, line: Line) -> bool:
    if (
        "phone" in room.plan.without
        or _taken(line, "phone")
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


@_near_miss
def sixteen_without_payee(room: Room, line: Line) -> bool:
    """From sixteen on nobody has to receive in their place."""
    plan = room.plan
    if line.person.category != "K6-N" or not _whole(line) or line.person.birth_known == "year" or line.person.payee:
        return False
    born = day_of_age(room.rng, 16, 18, date(plan.month.year, plan.month.month, 1))
    if len(line.person.national_id) == 12:
        return False
    line.person.born = born
    _set_birth(line, f"{born.day:02d}/{born.month:02d}/{born.year}", (born.day, born.month, born.year))
    line.truth["birth_date"] = born.isoformat()
    line.touched |= {"birth", "age", "payee", "twin"}
    return True
