"""Vietnamese personal names, in the one form that the truth knows: NFC, title case, `Hòa` and `Thủy`, not `Hoà`."""

from __future__ import annotations

import unicodedata
from random import Random

from console.demo.province.model import Sex

KINH = "Kinh"

_FAMILIES = {
    "Nguyễn": 26, "Trần": 12, "Lê": 10, "Phạm": 7, "Hồ": 6, "Hoàng": 6, "Phan": 6, "Võ": 5, "Đặng": 5, "Bùi": 4,
    "Đỗ": 4, "Ngô": 4, "Dương": 4, "Trương": 4, "Huỳnh": 4, "Mai": 3, "Đoàn": 3, "Lý": 3, "Châu": 3, "Tôn": 3,
    "Cao": 2, "Đinh": 2, "Lương": 2, "Hà": 2, "Văn": 2, "Thái": 2, "Tạ": 1, "Trịnh": 1, "Tống": 1, "Nguyễn Phước": 1,
    "Hoàng Phủ": 1, "Vĩnh": 1, "Bạch": 1, "Chế": 1, "Đào": 1, "Quách": 1, "Viên": 1, "Khổng": 1, "Lâm": 1, "Từ": 1,
}  # fmt: skip
_HIGHLAND_FAMILIES = {"Hồ": 40, "Lê": 8, "Trần": 6, "A Lăng": 6, "A Viết": 5, "Pơ Loong": 5, "Ra Pát": 4, "Zơ Râm": 4}
_IMPERIAL = {"male": "Tôn Thất", "female": "Tôn Nữ"}  # the old imperial clan names its daughters otherwise


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_MIDDLES: dict[Sex, tuple[str, ...]] = {
    "male": _words("Văn Đình Hữu Bá Đức Công Quốc Minh Xuân Thanh Quang Ngọc Viết Duy Anh Thế Trọng Phước Như Tấn"),
    "female": _words("Thị Thị Thị Thị Diệu Ngọc Thu Mỹ Kim Thanh Minh Xuân Bích Hồng Phương Khánh Bảo Như Lệ Thúy"),
}  # fmt: skip
_GIVENS: dict[Sex, tuple[str, ...]] = {
    "male": _words(
        "An Ân Ẩn Bảo Bình Chiến Chung Cường Danh Dũng Duy Đạt Định Đông Đức Giang Hải Hạnh Hậu Hiền Hiếu Hòa Hoàng Hùng "
        "Hưng Hỷ Khánh Khoa Kiên Kỳ Lâm Lộc Long Lợi Lực Mạnh Minh Nam Nghĩa Nhân Nhật Ninh Phong Phú Phúc Phước Quang "
        "Quân Quý Sáng Sĩ Sơn Tài Tâm Tân Tẩn Thạch Thái Thắng Thành Thiện Thịnh Thọ Thông Thuận Thụy Tiến Tín Toàn Trí "
        "Trung Trường Tuấn Tùng Tường Vinh Vọng Vũ Vững Vượng Xuân"
    ),
    "female": _words(
        "Anh Ánh Ẩn Bé Bích Bưởi Cẩn Chi Cúc Dung Duyên Đào Điệp Gái Giàu Hà Hạnh Hằng Hảo Hiền Hoa Hòa Hòe Hồng Huế "
        "Huệ Hương Hường Khuyên Kiều Lài Lan Lành Lệ Liên Liễu Loan Lựu Ly Lý Mai Mận Mơ Mỵ Nga Ngân Ngọc Nguyệt Nhàn "
        "Nhi Nhung Nở Oanh Phương Phượng Quế Quý Quỳ Quỳnh Sen Sương Tâm Thảo Thắm Thanh Thêm Thơ Thoa Thu Thủy Thúy "
        "Thùy Tình Trang Trâm Trinh Tuyết Tý Vân Xinh Xuân Xuyến Yến"
    ),
}


def draw_family(rng: Random, ethnicity: str) -> str:
    """A family name as common as it is around Huế, or in the mountains of A Lưới and Nam Đông. `Tôn` stands for the clan."""
    pool = _FAMILIES if ethnicity == KINH else _HIGHLAND_FAMILIES
    return rng.choices(tuple(pool), tuple(pool.values()))[0]


def draw_name(rng: Random, family: str, sex: Sex) -> str:
    """A full name of that family; now and then with two middle names."""
    clan = _IMPERIAL[sex] if family == "Tôn" else family
    middles = rng.sample(_MIDDLES[sex], 2 if rng.random() < 0.2 else 1)
    if "Thị" in middles:  # always the first of two
        middles.sort(key=lambda middle: middle != "Thị")
    given = rng.choice(_GIVENS[sex])
    return " ".join([clan, *(middle for middle in dict.fromkeys(middles) if middle != given), given])


def without_marks(text: str) -> str:
    """The text as typed on a keyboard without Vietnamese: `Bùi Xuân Đạt` -> `Bui Xuan Dat`."""
    bare = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return bare.replace("đ", "d").replace("Đ", "D")
