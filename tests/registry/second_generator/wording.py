"""Other words for the same: columns, categories, channels, notes."""

from __future__ import annotations

from random import Random

HEADERS: dict[str, tuple[str, ...]] = {
    "ordinal": ("STT", "TT", "Số TT", "Stt", "S TT", "Số thứ tự"),
    "name": (
        "Họ và tên",
        "Họ tên",
        "Họ, tên",
        "HỌ VÀ TÊN",
        "Họ và tên đối tượng",
        "Họ tên người hưởng",
        "Tên đối tượng hưởng",
        "Họ và tên người được hưởng trợ cấp",
        "Họ tên đối tượng BTXH",
        "Họ & tên",
        "Họ và tên người thụ hưởng",
        "Tên người hưởng TC",
        "Họ, tên và chữ đệm",
        "Họ, chữ đệm và tên",
        "Họ tên khai sinh",
        "Danh sách",
        "Đối tượng thụ hưởng (họ và tên)",
    ),
    "surname": ("Họ", "Họ và tên đệm", "Họ, chữ đệm", "Họ đệm", "Họ lót"),
    "given": ("Tên",),
    "birth": (
        "Ngày sinh",
        "Ngày, tháng, năm sinh",
        "NTNS",
        "Ngày tháng năm sinh",
        "Năm sinh",
        "Sinh ngày",
        "Ngày/tháng/năm sinh",
        "Ngày, tháng, năm sinh (dương lịch)",
        "Năm sinh (hoặc ngày sinh)",
    ),
    "sex": ("Giới tính", "Nam/Nữ", "GT", "Phái", "Giới", "Nam (nữ)"),
    "sex_female": ("Nữ", "Nữ (x)", "Giới tính nữ"),
    "number": (
        "Số CMND/CCCD",
        "CMND/CCCD",
        "Số CCCD",
        "CCCD",
        "Số CMTND",
        "Số định danh cá nhân",
        "Số ĐDCN/CMND",
        "CMT/CCCD",
        "Số căn cước công dân",
        "Số giấy tờ tùy thân",
        "Căn cước",
        "Số CMND hoặc thẻ CCCD",
        "CCCD/CMND/Mã định danh",
    ),
    "cmnd": ("CMND", "Số CMND", "CMND cũ", "Số CMND (9 số)", "CMTND"),
    "cccd": ("CCCD", "Số CCCD", "CCCD mới", "Số CCCD (12 số)", "Căn cước công dân"),
    "ethnicity": ("Dân tộc", "DT", "D.tộc", "Thành phần dân tộc", "Dân tộc (ghi rõ)"),
    "village": (
        "Thôn",
        "Thôn/tổ",
        "Địa chỉ",
        "Thôn, tổ dân phố",
        "Nơi cư trú",
        "Chỗ ở hiện nay",
        "Nơi thường trú",
        "HKTT",
        "Hộ khẩu thường trú",
        "Thôn/bản",
        "Địa chỉ (thôn, TDP)",
        "Tổ DP",
        "Nơi ở hiện tại",
        "Địa bàn",
    ),
    "category": (
        "Đối tượng",
        "Loại đối tượng",
        "Diện hưởng",
        "Nhóm đối tượng",
        "Diện trợ cấp",
        "Đối tượng theo NĐ 20/2021/NĐ-CP",
        "Đối tượng hưởng",
        "Loại ĐT",
        "Diện",
        "Thuộc diện",
        "Điểm, khoản (Điều 5)",
        "Diện đối tượng BTXH",
        "Loại trợ cấp",
    ),
    "severity": ("Mức độ khuyết tật", "Mức độ KT", "Mức độ"),
    "coefficient": ("Hệ số", "HS", "Hệ số hưởng", "Hệ số TC", "Hệ số trợ cấp", "H.số", "HSTC"),
    "amount": (
        "Mức trợ cấp",
        "Số tiền",
        "Mức hưởng",
        "Số tiền trợ cấp",
        "Thành tiền",
        "Mức TC",
        "Tiền trợ cấp/tháng",
        "Số tiền (đồng)",
        "Mức hưởng hàng tháng",
        "Trợ cấp hàng tháng (đ)",
        "Kinh phí",
        "T.Tiền",
        "Thực nhận",
        "TC/tháng",
    ),
    "amount_thousands": ("Số tiền (1.000đ)", "Mức trợ cấp (nghìn đồng)", "Mức hưởng (1000 đồng)"),
    "children": ("Số con", "Số con đang nuôi", "Số con dưới 16 tuổi", "Số con nuôi", "SL con", "Số trẻ đang nuôi"),
    "payee": (
        "Người nhận thay",
        "Họ tên người nhận thay",
        "Người giám hộ",
        "Người được ủy quyền",
        "Họ và tên người nhận hộ",
        "Người đại diện nhận",
        "Người lĩnh thay",
        "Họ tên người giám hộ/ủy quyền",
        "Người nuôi dưỡng, chăm sóc",
    ),
    "payee_number": (
        "CCCD người nhận thay",
        "Số CMND người giám hộ",
        "CMND/CCCD người được ủy quyền",
        "Số CCCD NNT",
        "CCCD người GH",
        "Số định danh người nhận thay",
        "Số CC ng. nhận",
        "Số CMND",
        "Số căn cước",
        "Số giấy tờ",
    ),
    "relationship": ("Quan hệ", "Quan hệ với đối tượng", "Mối quan hệ", "QH với ĐT", "Quan hệ với người hưởng", "Q.hệ"),
    "phone": (
        "SĐT",
        "Số điện thoại",
        "Điện thoại",
        "ĐT",
        "ĐTDĐ",
        "Số ĐT",
        "Di động",
        "Điện thoại liên lạc",
        "Số ĐT liên hệ",
        "Số đt",
    ),
    "channel": (
        "Hình thức chi trả",
        "Hình thức nhận",
        "HT nhận",
        "Kênh chi trả",
        "Phương thức chi trả",
        "Hình thức thanh toán",
        "HT chi trả",
        "Hình thức",
        "Nhận qua",
        "Phương thức nhận tiền",
    ),
    "account": ("Số tài khoản", "Số TK", "STK", "TK ngân hàng", "Số TK/số ví", "Tài khoản", "Số tài khoản (nếu có)"),
    "note": ("Ghi chú", "GC", "Ghi chú khác", "Lưu ý", "Ghi Chú"),
}
EXTRAS: dict[str, tuple[str, ...]] = {
    "Số quyết định": ("125/QĐ-UBND", "07/QĐ-UBND", "1432/QĐ"),
    "Ngày cấp": ("12/05/2019", "03/11/2021", ""),
    "Nơi cấp": ("CA TT Huế", "Cục CS QLHC về TTXH", ""),
    "Ký nhận": ("",),
    "Thời điểm hưởng": ("01/2019", "7/2021", "01/07/2021"),
    "Mã hộ": ("HN-012", "HCN-7", ""),
    "Trình độ văn hóa": ("5/12", "9/12", ""),
    "Chủ hộ": ("Nguyễn Văn Bốn", "Trần Thị Ba", ""),
}
GROUPS = ("Người nhận thay", "Người giám hộ / ủy quyền", "Thông tin người nhận thay", "Người được ủy quyền nhận")

_BY_PREFIX: dict[str, tuple[str, ...]] = {
    "K1-": (
        "Khoản 1", "Khoản 1 - trẻ mồ côi", "Trẻ em mồ côi cả cha lẫn mẹ", "TE mồ côi", "Mồ côi", "K1", "Trẻ bị bỏ rơi",
        "Trẻ em không có nguồn nuôi dưỡng", "Khoản 1 Điều 5 NĐ 20/2021/NĐ-CP", "k1 đ5", "Điểm a khoản 1", "Trẻ mồ côi",
        "Trẻ em dưới 16 tuổi không có nguồn nuôi dưỡng", "Khoản 1, Điều 5", "TE mất nguồn nuôi dưỡng", "Trẻ em bị bỏ rơi, mồ côi",
    ),
    "K2-": (
        "Khoản 2", "Khoản 2 Điều 5", "K2", "Mồ côi 16-22 tuổi đang học", "Người từ 16 đến 22 tuổi đang học",
        "K2 Đ5 (đang học ĐH)",
        "Khoản 2 (sinh viên mồ côi)", "Mồ côi trên 16 tuổi còn đi học",
    ),
    "K3-": ("Khoản 3", "K3", "Trẻ em nhiễm HIV hộ nghèo", "TE nhiễm HIV", "Khoản 3 (trẻ nhiễm HIV/AIDS)",
    "Trẻ em nhiễm HIV/AIDS"),
    "K5A": (
        "Điểm a khoản 5", "Điểm a, khoản 5, Điều 5", "K5a", "Khoản 5 điểm a", "Đ.a K.5", "khoản 5a", "5a", "Điểm a Khoản 5 Đ5",
        "NCT hộ nghèo không có người phụng dưỡng", "Người cao tuổi cô đơn, hộ nghèo", "NCT nghèo cô đơn", "NCT cô đơn",
        "Người cao tuổi thuộc hộ nghèo không có người có nghĩa vụ và quyền phụng dưỡng", "điểm a, k5", "a khoản 5",
    ),
    "K5B": (
        "Điểm b khoản 5", "K5b", "Khoản 5 điểm b", "Điểm b, khoản 5, Điều 5", "NCT 75-80 tuổi hộ nghèo vùng ĐBKK",
        "Người cao tuổi từ đủ 75 đến 80 tuổi hộ cận nghèo vùng DTTS", "Đ.b K.5", "NCT từ 75-80 tuổi, hộ nghèo xã ĐBKK",
    ),
    "K5C": (
        "Điểm c khoản 5", "NCT từ 80 tuổi trở lên", "NCT trên 80 tuổi không có lương hưu", "K5c", "Khoản 5 điểm c", "NCT 80+",
        "Người cao tuổi từ đủ 80 tuổi", "Trên 80 tuổi", "NCT từ đủ 80 tuổi", "Người từ đủ 80 tuổi trở lên", "Đ.c K.5", "5c",
        "Cao tuổi (80 trở lên)", "Khoản 5c Điều 5",
    ),
    "K5D": ("Điểm d khoản 5", "K5d", "Khoản 5 điểm d", "Điểm d, khoản 5, Điều 5", "5d"),
    "K7-": (
        "Khoản 7", "K7", "Trẻ em dưới 3 tuổi hộ nghèo vùng ĐBKK", "TE dưới 36 tháng hộ cận nghèo", "Khoản 7 Điều 5",
        "Trẻ em dưới 3 tuổi thuộc hộ nghèo, cận nghèo vùng DTTS và miền núi",
    ),
    "K8-": ("Khoản 8", "K8", "Người nhiễm HIV hộ nghèo", "Người nhiễm HIV/AIDS thuộc hộ nghèo", "Khoản 8 Điều 5", "Nhiễm HIV"),
    "HTXH": (
        "Hưu trí xã hội", "Trợ cấp hưu trí xã hội", "TC HTXH", "HTXH", "Trợ cấp hưu trí XH", "TCHTXH", "TC hưu trí xã hội",
        "Hưu trí xã hội theo NĐ 176",
    ),
}  # fmt: skip
_SINGLE_PARENT = (
    "Khoản 4", "K4", "Đơn thân nghèo nuôi con", "Người đơn thân nuôi con nhỏ", "Đơn thân nuôi con", "Khoản 4 Điều 5",
    "Đơn thân hộ nghèo", "Người đơn thân nghèo đang nuôi con", "Mẹ đơn thân nuôi con", "ĐT nuôi con",
)  # fmt: skip
_SINGLE_PARENT_COUNTED = (
    "Khoản 4 (đơn thân nghèo nuôi {n} con)", "Đơn thân nuôi {n} con", "K4 ({n} con)", "Người đơn thân nghèo đang nuôi 0{n} con",
    "Đơn thân hộ nghèo, nuôi {n} con nhỏ", "Khoản 4 - nuôi {n} cháu", "Đơn thân nuôi con (0{n} con)", "Khoản 4 nuôi {w} con",
    "K4, {n} con dưới 16 tuổi",
)  # fmt: skip
COUNT_WORDS = {1: "một", 2: "hai", 3: "ba"}
_SEVERE = (
    "Khoản 6 (NKT nặng)", "NKT nặng", "NKTN", "Khuyết tật nặng", "KT nặng", "Người khuyết tật nặng", "K6 - nặng", "K6 (nặng)",
    "Khoản 6, mức độ nặng", "Khuyết tật nặng (vận động)", "NKT nặng - tâm thần", "Khoản 6 Điều 5: khuyết tật nặng",
)  # fmt: skip
_EXTREME = (
    "Khoản 6 (NKT đặc biệt nặng)", "NKT đặc biệt nặng", "NKTĐBN", "NKT ĐBN", "Khuyết tật đặc biệt nặng", "KT ĐBN", "KTĐBN",
    "Người khuyết tật đặc biệt nặng", "K6 - đặc biệt nặng", "K6 (ĐBN)", "Khoản 6, mức độ đặc biệt nặng", "NKT đ.biệt nặng",
)  # fmt: skip
BARE_DISABLED = ("Khoản 6", "K6", "Người khuyết tật", "NKT", "Khoản 6 Điều 5", "Khuyết tật")
_AGE_WORDS = {
    "-TE": ("Trẻ em khuyết tật {s}", "TEKT {s}", "TE khuyết tật {s}"),
    "-NCT": ("NCT khuyết tật {s}", "Người cao tuổi khuyết tật {s}"),
}


def category_words(rng: Random, code: str, children: int | None, *, count_here: bool) -> str:
    """A category as an officer writes it. `count_here`: the number of children must be told in these words."""
    if rng.random() < 0.04 and (children is None or not count_here):
        return code
    if code == "K4-DTN":
        words = rng.choice(_SINGLE_PARENT_COUNTED if count_here else _SINGLE_PARENT)
        return words.format(n=children, w=COUNT_WORDS.get(children or 0, ""))
    if code.startswith("K6"):
        extreme = "DBN" in code
        aged = next((words for end, words in _AGE_WORDS.items() if code.endswith(end)), ())
        if aged and rng.random() < 0.2:
            return rng.choice(aged).format(s="đặc biệt nặng" if extreme else "nặng")
        return rng.choice(_EXTREME if extreme else _SEVERE)
    return rng.choice(next(words for prefix, words in _BY_PREFIX.items() if code.startswith(prefix)))


SECTION_WORDS: dict[str, str] = {
    "K1-": "Trẻ em mồ côi, không có nguồn nuôi dưỡng (Khoản 1)", "K2-": "Mồ côi từ 16 đến 22 tuổi đang học (Khoản 2)",
    "K3-": "Trẻ em nhiễm HIV (Khoản 3)", "K5A": "Người cao tuổi nghèo, cô đơn (điểm a khoản 5)",
    "K5B": "Người cao tuổi 75-80 tuổi hộ nghèo vùng ĐBKK (điểm b khoản 5)",
    "K5C": "Người cao tuổi từ đủ 80 tuổi (điểm c khoản 5)",
    "K5D": "Điểm d khoản 5", "K7-": "Trẻ em dưới 3 tuổi (Khoản 7)", "K8-": "Người nhiễm HIV (Khoản 8)",
    "HTXH": "Trợ cấp hưu trí xã hội", "K4-": "Người đơn thân nghèo đang nuôi con (Khoản 4)",
    "K6-DBN": "Người khuyết tật đặc biệt nặng (Khoản 6)", "K6-N": "Người khuyết tật nặng (Khoản 6)",
}  # fmt: skip


def section_words(code: str) -> str:
    """The heading of a section for a category."""
    return next(words for prefix, words in SECTION_WORDS.items() if code.startswith(prefix))


CHANNELS: dict[str, tuple[str, ...]] = {
    "cash": ("Tiền mặt", "TM", "Bưu điện", "tiền mặt", "Nhận tiền mặt", "BĐ", "Tại bưu cục", "Tiền mặt (bưu điện)", "T.mặt"),
    "viettelpay": ("ViettelPay", "VTP", "Viettel Pay", "Ví điện tử", "Viettel", "Ví Viettel", "Viettel Money", "Ví ViettelPay"),
    "vietinbank": (
        "VietinBank", "Vietinbank", "NH Công thương", "Viettin bank", "CTG", "Ngân hàng", "Chuyển khoản", "Qua tài khoản", "CK",
        "TK Vietinbank", "NHCT",
    ),
}  # fmt: skip
INNOCENT_NOTES = (
    "Mồ côi cha mẹ (cha chết 2015, mẹ mất 2018)", "Bố mẹ đã mất", "Chồng chết, ở một mình",
    "Đến nhận ngày 10 hàng tháng",
    "Chuyển từ nhận tiền mặt sang tài khoản", "Con liệt sĩ", "Hộ nghèo", "Đã nhận thẻ", "Hộ cận nghèo",
    "Ở với con gái",
    "Đã đổi CCCD", "Vợ mất năm 2010", "Mới bổ sung T9", "Tăng mới", "Hưởng từ 7/2021", "Mất giấy khai sinh",
    "Mất khả năng vận động",
    "Đề nghị chuyển khoản", "Điều chỉnh hệ số", "Đang học lớp 5", "Đã mất CMND, đang làm lại", "Chuyển hình thức chi trả qua thẻ",
)  # fmt: skip
DEATH_NOTES = (
    "Đã chết", "Chết ngày 12/9", "Mất 03/2022", "đã mất ngày 5/8", "Từ trần", "Chết 15/9/2021", "Qua đời tháng 8", "Đã mất",
    "Báo tử 20/9", "ĐT đã chết", "Cắt do chết", "Chết T9, cắt giảm", "tử vong", "Mất ngày 01/10, đề nghị cắt",
)  # fmt: skip
MOVE_NOTES = (
    "Chuyển đi xã khác", "Đã chuyển hộ khẩu đi Đà Nẵng", "Chuyển đi TP.HCM", "Cắt giảm", "Không còn ở địa phương", "Đã chuyển đi",
    "Chuyển khẩu vào Đồng Nai", "Thôi hưởng từ T10", "Đi khỏi địa phương", "Chuyển vào TTBTXH", "Dừng trợ cấp",
)  # fmt: skip
VILLAGE_KINDS = ("Thôn", "Thôn", "Tổ dân phố", "Tổ", "Khu phố", "Bản", "Xóm")
VILLAGE_NAMES = (
    "Phú Hòa",
    "Trung Đông",
    "An Lỗ",
    "Hà Úc",
    "Đông Xuyên",
    "Thanh Thủy",
    "Lương Viện",
    "A Đớt",
    "Mỹ Lợi",
    "Vinh Sơn",
)
