"""The columns of a list: their words, their groups, their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.registry.second_generator.plans import Plan
from tests.registry.second_generator.wording import GROUPS, HEADERS

_PAYEE = ("payee", "payee_number", "relationship")
_BIRTH_GROUP = ("Sinh", "Ngày, tháng, năm sinh", "Năm sinh", "Ngày sinh", "Ngày tháng năm sinh")


@dataclass
class Column:
    """One column: the key of its cells, its header's words, and the group above it if any."""

    key: str
    words: str
    group: str | None = None


def draw_columns(rng: Random, plan: Plan) -> list[Column]:
    """The columns of a list, in its order."""

    def one(key: str, group: str | None = None) -> Column:
        return Column(key, rng.choice(HEADERS[key]), group)

    names = [one("surname"), one("given")] if plan.split_name else [one("name")]
    if plan.split_name == "group":
        names = [Column("surname", "Họ", "Họ và tên"), Column("given", "Tên", "Họ và tên")]
    if plan.split_name == "blank":
        names = [one("name"), Column("given", "")]
        names[0].key = "surname"
    about = [*_birth_columns(rng, plan, one), *_sex_columns(rng, plan, one), *_number_columns(plan, one)]
    if "ethnicity" not in plan.without:
        about.append(one("ethnicity"))
    where = [] if plan.village in ("headings", "sheets") else [one("village")]
    if plan.commune_column:
        where.append(Column("commune", rng.choice(("Xã", "Xã/phường", "Xã, phường, thị trấn", "Phường/xã"))))
    money = [] if plan.category == "sections" else [one("category")]
    if plan.clause_columns:
        money = [Column("clause", "Khoản"), Column("point", "Điểm"), Column("category", "Mức độ khuyết tật")]
    money += [one("severity")] if plan.severity_column and not plan.clause_columns else []
    money += [one("children")] if plan.children == "column" else []
    money += [one("coefficient")] if plan.has_coefficient else []
    if plan.amount != "none":
        money.append(Column("amount", rng.choice(HEADERS["amount_thousands" if plan.amount == "thousands" else "amount"])))
    group = rng.choice(GROUPS) if plan.payee_grouped else None
    payee = [one(key, group) for key in _PAYEE]
    if plan.payee_brackets:
        payee = payee[:2]
    if group and not plan.payee_brackets:
        payee = [
            Column("payee", "Họ tên", group),
            Column("payee_number", "Số CCCD", group),
            Column("relationship", "Quan hệ", group),
        ]
    pay = _pay_columns(rng, plan, one)
    extras = [Column(f"extra:{name}", name) for name in plan.extras]
    blocks = {0: [about, where, money, payee, pay], 1: [where, about, money, pay, payee], 2: [about, money, where, pay, payee]}[
        plan.order
    ]
    tail = [] if "note" in plan.without else [one("note")]
    first = [Column("nothing", "")] * plan.first_column + ([one("ordinal")] if plan.ordinal else [])
    return [*first, *names, *(column for block in blocks for column in block), *extras, *tail]


def _birth_columns(rng: Random, plan: Plan, one: Callable[..., Column]) -> list[Column]:
    group = rng.choice(_BIRTH_GROUP)
    if plan.birth == "nam_nu":
        return [Column("birth_male", "Nam", group), Column("birth_female", "Nữ", group)]
    if plan.birth == "three":
        return [Column("birth_d", "Ngày", group), Column("birth_m", "Tháng", group), Column("birth_y", "Năm", group)]
    return [one("birth")]


def _sex_columns(rng: Random, plan: Plan, one: Callable[..., Column]) -> list[Column]:
    if plan.birth == "nam_nu" or plan.sex == "none":
        return []
    if plan.sex == "female_x":
        return [Column("sex_female_x", rng.choice(HEADERS["sex_female"]))]
    if plan.sex == "both_x":
        return [Column("sex_male_x", "Nam", "Giới tính"), Column("sex_female_x", "Nữ", "Giới tính")]
    return [one("sex")]


def _number_columns(plan: Plan, one: Callable[..., Column]) -> list[Column]:
    if plan.identity_group and plan.number != "two":
        group = "CMND/CCCD"
        return [
            Column("number", "Số", group),
            Column("extra:Ngày cấp", "Ngày cấp", group),
            Column("extra:Nơi cấp", "Nơi cấp", group),
        ]
    return [one("cmnd"), one("cccd")] if plan.number == "two" else [one("number")]


def _pay_columns(rng: Random, plan: Plan, one: Callable[..., Column]) -> list[Column]:
    phone = [] if "phone" in plan.without else [one("phone")]
    if plan.channel == "column":
        return [*phone, one("channel"), one("account")]
    group = rng.choice(("Hình thức chi trả", "Hình thức nhận", "Phương thức chi trả"))
    marks = [
        Column("mark_cash", rng.choice(("Tiền mặt", "TM", "Bưu điện")), group),
        Column("mark_viettelpay", rng.choice(("ViettelPay", "Ví điện tử", "VTP")), group),
        Column("mark_vietinbank", rng.choice(("VietinBank", "Qua tài khoản", "Ngân hàng")), group),
    ]
    return [*phone, *marks, one("account")]
