"""The words of the lists: column headings in the wordings that officers use, categories, ways of payment, letterhead."""

from __future__ import annotations

from enum import IntEnum
from random import Random

from console.demo.province.model import Channel, Commune, Person, Sex

DITTO = ('"', "nt", "-nt-")
TOTAL = "Tổng cộng"
SIGNATURES = ("Người lập biểu", "Chủ tịch UBND")
SEXES: dict[Sex, str] = {"male": "Nam", "female": "Nữ"}

_CHANNELS: dict[Channel, tuple[str, ...]] = {
    "cash": ("Tiền mặt", "TM", "Bưu điện"),
    "viettelpay": ("Viettel Pay", "ViettelPay", "VTP"),
    "vietinbank": ("Vietinbank", "VietinBank", "NH Công thương"),
}
_CATEGORIES = {
    "K1-TE-U4": "Điểm a khoản 1 (Trẻ em mồ côi)",
    "K1-TE-4-16": "Khoản 1 - trẻ mồ côi",
    "K5A-60-80": "Điểm a khoản 5",
    "K5A-80": "Điểm a, khoản 5",
    "K5C-80": "Điểm c khoản 5",
    "K6-DBN": "Khoản 6 (NKT đặc biệt nặng)",
    "K6-DBN-NCT": "Khoản 6 (NKT đặc biệt nặng)",
    "K6-N": "Khoản 6 (NKT nặng)",
    "K6-N-TE": "Khoản 6 (NKT nặng)",
    "K6-N-NCT": "Khoản 6 (NKT nặng)",
}


class Column(IntEnum):
    """The seventeen columns. With births by sex, BIRTH is the column for men and SEX the one for women."""

    NUMBER = 0
    NAME = 1
    BIRTH = 2
    SEX = 3
    ID = 4
    ETHNICITY = 5
    VILLAGE = 6
    CATEGORY = 7
    COEFFICIENT = 8
    AMOUNT = 9
    PAYEE = 10
    PAYEE_ID = 11
    RELATIONSHIP = 12
    PHONE = 13
    CHANNEL = 14
    ACCOUNT = 15
    NOTE = 16


_HEADINGS: dict[Column, tuple[str, ...]] = {
    Column.NUMBER: ("TT", "STT", "Số TT"),
    Column.NAME: ("Họ và tên", "HỌ VÀ TÊN", "Tên đối tượng", "Họ tên đối tượng"),
    Column.BIRTH: ("Ngày sinh", "Ngày tháng năm sinh", "Năm sinh"),
    Column.SEX: ("Nam/Nữ", "Giới tính"),
    Column.ID: ("Số CCCD", "Số CMND/CCCD", "CMND/CCCD"),
    Column.ETHNICITY: ("Dân tộc", "DT"),
    Column.VILLAGE: ("Thôn/TDP", "Địa chỉ", "Nơi ở (thôn, tổ)"),
    Column.CATEGORY: ("Đối tượng", "Đối tượng theo Điều 5", "Diện đối tượng (NĐ 20)"),
    Column.COEFFICIENT: ("HS", "Hệ số"),
    Column.AMOUNT: ("Số tiền", "Mức TC hàng tháng", "Mức trợ cấp"),
    Column.PAYEE: ("Họ tên người nhận thay", "Người giám hộ"),
    Column.PAYEE_ID: ("Số CMND người GH", "CCCD người nhận thay"),
    Column.RELATIONSHIP: ("Quan hệ", "Quan hệ với ĐT"),
    Column.PHONE: ("Số điện thoại", "Điện thoại liên hệ", "SĐT"),
    Column.CHANNEL: ("Hình thức chi trả", "Hình thức nhận"),
    Column.ACCOUNT: ("Số TK", "Số tài khoản", "STK"),
    Column.NOTE: ("Ghi chú khác", "Ghi chú"),
}
_BIRTHS_BY_SEX = "Ngày, tháng, năm sinh"
_SEX_HEADINGS = (("Nam", "Nữ"), ("Năm sinh Nam", "Năm sinh Nữ"))


def header_rows(rng: Random, births_by_sex: bool) -> list[list[str]]:
    """The row of headings; with births by sex a second one, empty but for the two sexes."""
    first = [rng.choice(_HEADINGS[column]) for column in Column]
    if not births_by_sex:
        return [first]
    first[Column.BIRTH], first[Column.SEX] = _BIRTHS_BY_SEX, ""
    second = [""] * len(Column)
    second[Column.BIRTH], second[Column.SEX] = rng.choice(_SEX_HEADINGS)
    return [first, second]


def preamble(rng: Random, commune: Commune, lines: int) -> list[str]:
    """The first so many lines of the letterhead, six at most."""
    return [
        f"UBND {commune.name.upper()}",
        f"{commune.district_name.upper()}, TỈNH THỪA THIÊN HUẾ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "DANH SÁCH ĐỐI TƯỢNG HƯỞNG TRỢ CẤP XÃ HỘI HÀNG THÁNG",
        "Tháng 10 năm 2021",
        f"(Kèm theo Tờ trình số {rng.randint(3, 90)}/TTr-UBND)",
    ][:lines]


def category_words(person: Person) -> str:
    """The legal clause as officers name it. The age group is left to the birth: NKT nặng is K6-N, K6-N-TE or K6-N-NCT."""
    if person.category == "K4-DTN":
        return f"Khoản 4 (đơn thân nghèo nuôi {person.children_count} con)"
    return _CATEGORIES[person.category]


def channel_words(rng: Random, channel: Channel) -> str:
    """One of the names under which the way of payment goes."""
    return rng.choice(_CHANNELS[channel])
