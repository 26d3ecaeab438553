"""Who stands in a list, before anybody writes it down: people whose fields all agree with each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from tests.registry.second_generator.facts import age_on, categories, in_force

SURNAMES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý",
    "Đoàn", "Trương", "Cao", "Đinh", "La", "Mạc", "Văn", "Thái", "Tống", "Kiều", "Quách", "Lương", "Tạ", "Ông", "Bạch", "Lữ",
)  # fmt: skip
MALE_MIDDLES = ("Văn", "Hữu", "Đình", "Quang", "Viết", "Xuân", "Công", "Đăng", "Duy", "Trọng", "Bá", "Như", "Tiến", "Thế")
FEMALE_MIDDLES = ("Thị", "Thị", "Thị", "Ngọc", "Thị Kim", "Thị Mỹ", "Diệu", "Thị Bích", "Thị Hồng", "Như", "Thị Thu", "Khánh")
MALE_GIVEN = (
    "Hùng", "Dũng", "Sơn", "Hòa", "Phước", "Lộc", "Thọ", "Quý", "Tuấn", "Khoa", "Thành", "Đức", "Toản", "Vỹ", "Huy", "Nghĩa",
    "Trí", "Lực", "Thắng", "Chiến", "Khải", "Bảo", "Đệ", "Cường", "Thụy", "Tửu", "Quyết", "Ưng", "Ích", "Yên",
)  # fmt: skip
FEMALE_GIVEN = (
    "Hoa", "Lan", "Thủy", "Thúy", "Hường", "Nguyệt", "Tuyết", "Gái", "Bé", "Mỹ", "Hiền", "Xuân", "Lành", "Thảo", "Liễu",
    "Loan", "Quỳnh", "Uyên", "Yến", "Ánh", "Ngà", "Khuê", "Thơm", "Sẻ", "Mười", "Chắt", "Lựu", "Hạ", "Ửng", "Đẹp",
)  # fmt: skip
HIGHLAND = ("Hồ Văn Xừng", "Pơloong Thị Rơ", "A Viết Thị Nhi", "Ra Pát Hồng", "Kê Thị Sửu", "Blúp Văn Giới", "Zơ Râm Thị Lới")
ROYAL = ("Tôn Thất", "Tôn Nữ", "Công Tằng Tôn Nữ", "Hoàng Phủ", "Vĩnh")
ETHNICITIES = ("Kinh",) * 8 + ("Cơ Tu", "Tà Ôi", "Bru-Vân Kiều", "Tày", "Mường", "Thái", "Hoa", "Nùng")
MOBILE = ("032", "035", "038", "039", "056", "058", "070", "077", "079", "081", "083", "085", "086", "088", "090", "091", "097")
FOREIGN_PROVINCES = ("001", "036", "038", "040", "044", "045", "048", "049", "052", "068", "079")


@dataclass
class Payee:
    """Who receives in the beneficiary's place."""

    full_name: str
    sex: str
    born_year: int
    national_id: str | None
    relationship: str


@dataclass
class Person:
    """A beneficiary as they are."""

    full_name: str
    sex: str
    born: date
    birth_known: str
    national_id: str
    second_id: str | None
    ethnicity: str
    village: str
    category: str
    children: int | None
    phone: str | None
    channel: str
    account: str | None
    payee: Payee | None = None
    severity: str = field(default="")

    def age(self, month: date) -> int:
        """Full years on a month's first day."""
        return age_on(self.born, month)


def draw_name(rng: Random, sex: str) -> str:
    """A name, mostly of three or four words."""
    male = sex == "male"
    if rng.random() < 0.04:
        return rng.choice([name for name in HIGHLAND if ("Thị" in name) != male])
    surname = rng.choice(SURNAMES)
    if rng.random() < 0.05:
        surname = rng.choice([name for name in ROYAL if not (male and "Nữ" in name) and not (not male and name == "Vĩnh")])
    given = rng.choice(MALE_GIVEN if male else FEMALE_GIVEN)
    if rng.random() < 0.05:
        return f"{surname} {given}"
    return f"{surname} {rng.choice(MALE_MIDDLES if male else FEMALE_MIDDLES)} {given}"


def draw_cccd(rng: Random, sex: str, year: int) -> str:
    """A 12-digit number that agrees with sex and birth year."""
    province = rng.choice(FOREIGN_PROVINCES) if rng.random() < 0.1 else "046"
    century = (2 if year >= 2000 else 0) + (sex == "female")
    return f"{province}{century}{year % 100:02d}{rng.randrange(1_000_000):06d}"


def draw_cmnd(rng: Random) -> str:
    """A 9-digit number."""
    return rng.choice(("19", "19", "19", "20", "24", "18")) + f"{rng.randrange(10_000_000):07d}"


def draw_phone(rng: Random) -> str:
    """A mobile number in today's form."""
    return rng.choice(MOBILE) + f"{rng.randrange(1_000_000, 9_999_999)}"


def day_of_age(rng: Random, low: int, high: int, month: date) -> date:
    """A birth day of somebody of age low..high-1 all through a month, well away from the bounds."""
    latest = date(month.year - low - 1, 12, 31) if low else month - timedelta(days=70)
    earliest = date(month.year - high + 1, 1, 1)
    return earliest + timedelta(days=rng.randrange(max((latest - earliest).days, 1)))


WEIGHTS = {
    "K1-TE-U4": 4, "K1-TE-4-16": 7, "K2-16-22": 3, "K3-HIV-U4": 1, "K3-HIV-4-16": 1, "K4-DTN": 9, "K5A-60-80": 8, "K5A-80": 8,
    "K5B-75-80": 4, "K5C-80": 12, "K5D-CDONG": 2, "K6-DBN": 7, "K6-DBN-TE": 4, "K6-DBN-NCT": 6, "K6-N": 10, "K6-N-TE": 6,
    "K6-N-NCT": 9, "K7-TE3": 3, "K8-HIV": 2, "HTXH-75": 12, "HTXH-70": 4,
}  # fmt: skip
AGES = {
    "K2-16-22": (17, 22),
    "K4-DTN": (22, 50),
    "K8-HIV": (18, 70),
    "K5D-CDONG": (62, 90),
    "HTXH-75": (76, 97),
    "K7-TE3": (0, 3),
}


def draw_category(rng: Random, month: date) -> str:
    """A category that is law in the month."""
    codes = [code for code in WEIGHTS if in_force(code, month)]
    return rng.choices(codes, [WEIGHTS[code] for code in codes])[0]


def draw_person(rng: Random, month: date, village: str) -> Person:
    """Somebody whose fields all agree."""
    code = draw_category(rng, month)
    low, high = AGES.get(code) or (categories()[code].age_from, min(categories()[code].age_to, 99))
    sex = rng.choice(("male", "female", "female"))
    born = day_of_age(rng, low, high, month)
    age = age_on(born, month)
    both = rng.random()
    cmnd = draw_cmnd(rng) if age >= 15 and both < 0.5 else None
    cccd = draw_cccd(rng, sex, born.year) if cmnd is None or both < 0.2 else None
    channel = rng.choice(("cash", "cash", "cash", "viettelpay", "vietinbank", "vietinbank"))
    phone = draw_phone(rng) if rng.random() < 0.75 or channel == "viettelpay" else None
    account = {"cash": None, "viettelpay": phone, "vietinbank": f"10{rng.randrange(10**9, 10**10)}"}[channel]
    person = Person(
        full_name=draw_name(rng, sex), sex=sex, born=born, birth_known="year" if age > 60 and rng.random() < 0.3 else "day",
        national_id=cccd or cmnd or "", second_id=cmnd if cccd else None, ethnicity=rng.choice(ETHNICITIES), village=village,
        category=code, children=rng.randint(1, 3) if code == "K4-DTN" else None, phone=phone, channel=channel, account=account,
        severity="đặc biệt nặng" if "DBN" in code else "nặng" if code.startswith("K6") else "",
    )  # fmt: skip
    if age < 16 or (rng.random() < 0.3 and (age > 72 or code.startswith("K6"))):
        person.payee = draw_payee(rng, person, month)
    return person


ELDERS = (
    ("Ông", "male"),
    ("Bà", "female"),
    ("Ông nội", "male"),
    ("Bà ngoại", "female"),
    ("Ông ngoại", "male"),
    ("Bà nội", "female"),
)
KIN = (("Cô", "female"), ("Dì", "female"), ("Chú", "male"), ("Cậu", "male"), ("Bác", "male"), ("Bác", "female"), ("Mợ", "female"))
PARENTS = (("Cha", "male"), ("Mẹ", "female"), ("Bố", "male"), ("Ba", "male"), ("Mẹ ruột", "female"))
CHILDREN = (
    ("Con", "male"),
    ("Con", "female"),
    ("Con trai", "male"),
    ("Con gái", "female"),
    ("Con dâu", "female"),
    ("Con rể", "male"),
)
SIBLINGS = (("Anh", "male"), ("Chị", "female"), ("Anh trai", "male"), ("Chị gái", "female"))


def _minor_choices(age: int) -> list[tuple[tuple[str, str], int, int]]:
    choices = [(kin, 30, 55) for kin in KIN] + [(elder, 48, 65) for elder in ELDERS]
    return choices + ([(sibling, 19 - age, 24) for sibling in SIBLINGS] if age > 2 else [])


def draw_payee(rng: Random, person: Person, month: date) -> Payee:
    """A payee whose sex and age go with the relationship."""
    age = person.age(month)
    if age < 16:
        choices = _minor_choices(age)
        if not person.category.startswith("K1"):
            choices += [(parent, 20, 40) for parent in PARENTS] * 2
    elif age < 45:
        choices = [(parent, 20, 35) for parent in PARENTS] + [(sibling, 2, 15) for sibling in SIBLINGS]
    else:
        choices = [(child, -min(age - 20, 42), -20) for child in CHILDREN] + [(("Cháu", "female"), -min(age - 20, 60), -25)]
    if age >= 20:
        spouse = ("Vợ", "female") if person.sex == "male" else ("Chồng", "male")
        choices += [(spouse, -min(age - 19, 8), 8)] * 2
    (relationship, sex), low, high = rng.choice(choices)
    born_year = person.born.year - rng.randint(low, high)
    return payee_of(rng, relationship, sex, born_year, person.full_name.split()[0])


def payee_of(rng: Random, relationship: str, sex: str, born_year: int, surname: str | None = None) -> Payee:
    """A payee with a CCCD that says sex and year (or, sometimes, none or an old number)."""
    number: str | None = draw_cccd(rng, sex, born_year)
    if rng.random() < 0.15:
        number = rng.choice((None, draw_cmnd(rng)))
    name = draw_name(rng, sex)
    if surname and rng.random() < 0.4:
        name = " ".join([surname, *name.split()[1:]])
    return Payee(name, sex, born_year, number, relationship)


def unlike(taken: set[str], draw: Callable[[], Person], key: Callable[[str], str]) -> Person:
    """A person whose name nobody in the list has yet."""
    while True:
        person = draw()
        if key(person.full_name) not in taken:
            taken.add(key(person.full_name))
            return person
