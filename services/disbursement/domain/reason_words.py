"""Why a payment failed or was taken out, and why a record is on hold, in words."""

from __future__ import annotations

_REASONS = {
    "invalid_account": ("số tài khoản không đúng", "the account number is wrong"),
    "name_mismatch": ("tên chủ tài khoản không khớp", "the holder's name differs"),
    "locked": ("tài khoản bị khóa", "the account is locked"),
    "insufficient_funds": ("tài khoản chi không đủ tiền", "the paying account lacks money"),
    "limit": ("vượt hạn mức", "a limit was passed"),
    "duplicate": ("bị coi là lệnh trùng", "taken for a duplicate"),
    "bad_signature": ("chữ ký số không hợp lệ", "the signature was not accepted"),
    "withdrawn": ("lệnh chi đã được rút lại", "the order was withdrawn"),
    "dead": ("đối tượng hoặc người nhận đã mất", "the person has died"),
    "stopped": ("đã thôi hưởng", "entitlement has ended"),
    "held": ("hồ sơ đang tạm giữ chi trả", "the record is on hold"),
    "suspended": ("đang tạm dừng chi trả", "payment is suspended"),
    "payee-changed": ("người nhận đã thay đổi", "somebody else receives now"),
    "merged": ("hai hồ sơ là cùng một người", "two records turned out to be one person"),
    "less-owed": ("mức hưởng đã giảm theo quyết định sau", "a later decision owes less"),
    "paid-twice": ("khoản này đã được một lần chi khác trả", "another payment has paid the same"),
    "account-changed": ("tài khoản nhận đã thay đổi", "the account has changed"),
    "disputed": (
        "đơn vị chi trả báo khoản này đã chi, chờ xác minh",
        "the provider says that it was paid; to be settled first",
    ),
}

# The registry's reasons, as its events name them.
_HOLDS = {
    "reported_dead": ("có tin báo đối tượng đã chết, chờ quyết định", "said to have died; a decision is awaited"),
    "reported_away": (
        "có tin báo đối tượng không còn ở địa phương, chờ xác minh",
        "said to have left; to be verified",
    ),
    "under_review": ("đang xác minh theo yêu cầu của cán bộ", "an officer verifies the case"),
    "not_found_by_police": (
        "công an không tìm thấy trong CSDL quốc gia về dân cư, chờ xác minh",
        "the police found nobody like this in the national database; to be verified",
    ),
    "authorisation_expired": (
        "giấy ủy quyền đã hết hạn, chờ gia hạn hoặc người nhận khác",
        "the authorisation has run out; a new one or another payee is awaited",
    ),
    "guardianship_ended": (
        "việc giám hộ hoặc chăm sóc đã chấm dứt, chờ người nhận khác",
        "guardianship or care has ended; another payee is awaited",
    ),
    "authorisation_revoked": (
        "ủy quyền đã bị hủy, chờ người nhận khác",
        "the authorisation was revoked; another payee is awaited",
    ),
    "ward_of_age": (
        "người được nhận thay đã đủ 18 tuổi, chờ tài khoản hoặc người nhận mới",
        "the ward has come of age; an account or a payee of their own is awaited",
    ),
    "payee_died": ("người nhận đã chết, chờ người nhận khác", "the payee has died; another one is awaited"),
    "parent_returned": ("cha hoặc mẹ đã trở về, chờ xác định người nhận", "a parent has returned; who receives is to be settled"),
    "holder_differs": (
        "tên chủ tài khoản khác tên người nhận, chờ xác minh",
        "the account is held under another name than the payee's; to be settled",
    ),
    "holder_changed": (
        "tài khoản đã đổi chủ, chờ chọn cách chi khác",
        "the account has another holder now; another way to pay is to be chosen",
    ),
    "account_number_changed": (
        "đơn vị chi trả báo số tài khoản khác, chờ hai cán bộ xác nhận",
        "the provider named another number; two officers are to confirm it",
    ),
}

REASONS = frozenset(_REASONS)
"""The reasons that have words of their own."""


def reason_words(reason: str | None) -> tuple[str, str]:
    """A reason in Vietnamese and English; one that nobody foresaw stands for itself."""
    if not reason:
        return "không rõ lý do", "no reason given"
    return _REASONS.get(reason, (reason, reason))


def hold_words(hold: str | None) -> tuple[str, str]:
    """A registry's hold in Vietnamese and English; one that nobody foresaw stands for itself."""
    return _HOLDS.get(hold or "", (hold or "", hold or ""))
