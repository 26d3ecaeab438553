"""The fields of a record as an officer calls them."""

from __future__ import annotations

FIELD_NAMES_VI: dict[str, str] = {
    "full_name": "họ tên",
    "sex": "giới tính",
    "birth_date": "ngày sinh",
    "national_id": "số CMND/CCCD",
    "ethnicity": "dân tộc",
    "commune_code": "xã/phường",
    "village": "thôn/tổ",
    "category": "diện đối tượng",
    "children_count": "số con",
    "coefficient": "hệ số",
    "amount": "mức trợ cấp",
    "phone": "số điện thoại",
    "channel": "hình thức chi trả",
    "account_number": "số tài khoản",
    "payee": "người nhận thay",
    "payee.full_name": "họ tên người nhận thay",
    "note": "ghi chú",
}


def fields_in_vietnamese(names: str) -> str:
    """`giới tính, số con` for `sex, children_count`; a name that is no field's stays."""
    return ", ".join(FIELD_NAMES_VI.get(name, name) for name in names.split(", "))
