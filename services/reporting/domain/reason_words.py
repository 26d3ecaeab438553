"""Why payments failed, why records are on hold and why sending is stopped: the services' words in Vietnamese and English."""

from __future__ import annotations

Words = tuple[str, str]

_FAILURES: dict[str, Words] = {
    "invalid_account": ("số tài khoản không đúng", "the account number is wrong"),
    "name_mismatch": ("tên chủ tài khoản không khớp", "the holder's name differs"),
    "locked": ("tài khoản bị khóa", "the account is locked"),
    "insufficient_funds": ("tài khoản chi không đủ tiền", "the paying account lacks money"),
    "limit": ("vượt hạn mức", "a limit was passed"),
    "duplicate": ("bị coi là lệnh trùng", "taken for a duplicate"),
    "bad_signature": ("chữ ký số không hợp lệ", "the signature was not accepted"),
    "account_closed": ("tài khoản đã đóng", "the account is closed"),
    "identity_missing": ("thiếu số giấy tờ tùy thân", "no identity number was given"),
    "invalid_request": ("lệnh chi không đúng mẫu", "the order was not in order"),
    "forbidden": ("tài khoản không được nhận loại giao dịch này", "the account may not take this kind of transfer"),
    "refused": ("đơn vị chi trả từ chối", "the provider refused"),
    "returned": ("đơn vị chi trả trả lại", "the provider sent it back"),
    "moved_away": ("người nhận đã chuyển đi", "the payee has moved away"),
    "deceased": ("người nhận đã mất", "the payee has died"),
    "refused_by_payee": ("người nhận từ chối", "the payee refused it"),
    "not_collected": ("không đến nhận tiền", "the cash was not collected"),
    "withdrawn": ("lệnh chi đã được rút lại", "the order was withdrawn"),
    "recalled": ("lệnh chi đã được thu hồi trước khi gửi", "the order was recalled before it was sent"),
    "dead": ("đối tượng hoặc người nhận đã mất", "the person has died"),
    "stopped": ("đã thôi hưởng", "entitlement has ended"),
    "held": ("hồ sơ đang tạm giữ chi trả", "the record is on hold"),
    "suspended": ("đang tạm dừng chi trả", "payment is suspended"),
    "payee-changed": ("người nhận đã thay đổi", "somebody else receives now"),
    "account-changed": ("tài khoản nhận đã thay đổi", "the account has changed"),
    "merged": ("hai hồ sơ là cùng một người", "two records turned out to be one person"),
    "less-owed": ("mức hưởng đã giảm theo quyết định sau", "a later decision owes less"),
    "paid-twice": ("khoản này đã được một lần chi khác trả", "another payment has paid the same"),
    "disputed": (
        "đơn vị chi trả báo khoản này đã chi, chờ xác minh",
        "the provider says that it was paid; to be settled first",
    ),
    "unsaid": ("không rõ lý do", "no reason given"),
}

_HOLDS: dict[str, Words] = {
    "reported_dead": ("có tin báo đối tượng đã chết", "said to have died"),
    "reported_away": ("có tin báo đối tượng không còn ở địa phương", "said to have left"),
    "under_review": ("đang xác minh theo yêu cầu của cán bộ", "an officer verifies the case"),
    "not_found_by_police": ("công an không tìm thấy trong CSDL dân cư", "the police found nobody like this"),
    "authorisation_expired": ("giấy ủy quyền đã hết hạn", "the authorisation has run out"),
    "guardianship_ended": ("việc giám hộ đã chấm dứt", "guardianship or care has ended"),
    "authorisation_revoked": ("ủy quyền đã bị hủy", "the authorisation was revoked"),
    "ward_of_age": ("người được nhận thay đã đủ 18 tuổi", "the ward has come of age"),
    "payee_died": ("người nhận đã chết", "the payee has died"),
    "parent_returned": ("cha hoặc mẹ đã trở về", "a parent has returned"),
    "holder_differs": ("tên chủ tài khoản khác tên người nhận", "the account is held under another name"),
    "holder_changed": ("tài khoản đã đổi chủ", "the account has another holder now"),
    "account_number_changed": ("đơn vị chi trả báo số tài khoản khác", "the provider named another number"),
}

_STOPS: dict[str, Words] = {
    "person": ("cán bộ ra lệnh dừng", "stopped by an officer"),
    "error-rate": ("tự dừng vì tỷ lệ lỗi cao", "stopped by rule: too many errors"),
    "canary": ("tự dừng vì các khoản chi đầu tiên không đến", "stopped by rule: the first payments did not arrive"),
    "restore": ("dừng sau khi khôi phục dữ liệu", "stopped after a restore"),
}


def failure_words(reason: str) -> Words:
    """Why a payment failed. Here and below, a word that nobody foresaw stands for itself."""
    return _FAILURES.get(reason, (reason, reason))


def hold_words(hold: str) -> Words:
    """Why a record is on hold, shortly."""
    return _HOLDS.get(hold, (hold, hold))


def stop_words(cause: str) -> Words:
    """Who or what stopped sending to a provider."""
    return _STOPS.get(cause, (cause, cause))
