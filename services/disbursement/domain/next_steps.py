"""What happens next with a payment, by how it ended and why: one sentence for whoever asks, in Vietnamese and English.

Nothing that is owed is lost by a failure: it rests, and the next drawing up or supplement takes it, unless something must be
cleared first. A payee who comes late is paid the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.disbursement.domain.outcomes import NOT_THE_ACCOUNTS


@dataclass(frozen=True, slots=True)
class NextStep:
    """A stable code with its sentence."""

    code: str
    vi: str
    en: str


_AWAIT = NextStep("await-answer", "Chờ đơn vị chi trả báo kết quả.", "The provider has yet to report the end.")
_NOT_SENT = NextStep("not-sent", "Chờ phát lệnh chi.", "It has not been sent to the provider yet.")
_OTHER_WAY = NextStep(
    "corrected-account-or-cash",
    "Sửa tài khoản, nếu không sẽ chi bằng tiền mặt ở kỳ sau hoặc danh sách bổ sung.",
    "The account is corrected, or the next run or a supplement pays in cash: this account at this version is avoided.",
)
_SAME_ACCOUNT = NextStep(
    "same-account-once-more",
    "Kỳ sau hoặc danh sách bổ sung chi lại vào tài khoản này một lần nữa; nếu vẫn không được thì chi tiền mặt.",
    "The next run or a supplement tries this account once more, then cash: the reason does not lie with the account.",
)
_CASH_AGAIN = NextStep(
    "cash-again",
    "Kỳ sau hoặc danh sách bổ sung chi lại bằng tiền mặt.",
    "The next run or a supplement hands it out in cash again.",
)
_COLLECT = NextStep(
    "collect-next-run",
    "Chuyển sang kỳ sau; người nhận đến muộn được chi ở kỳ sau hoặc danh sách bổ sung. Ba kỳ liền không nhận thì tạm dừng chi, "
    "chờ xã xác minh.",
    "It is carried forward: whoever comes late is paid by the next run or a supplement. After three run months in a row payment "
    "waits until the commune has verified.",
)
_REMOVED = {
    "dead": NextStep(
        "name-somebody-to-receive",
        "Đối tượng đã mất: cần người nhận thay cho các tháng còn được hưởng.",
        "The person has died: somebody else is named to receive what is still owed.",
    ),
    "stopped": NextStep("owed-no-more", "Đã thôi hưởng; tháng này không còn phải chi.", "Entitlement ended; it is owed no more."),
    "held": NextStep("lift-the-hold", "Chờ giải tỏa tạm giữ trên hồ sơ.", "The hold on the record must be lifted first."),
    "suspended": NextStep("commune-verifies", "Chờ xã xác minh.", "The commune must verify first."),
    "disputed": NextStep(
        "settle-first",
        "Đơn vị chi trả báo khoản này đã chi trước đó: chờ cán bộ xử lý điểm mâu thuẫn rồi mới chi.",
        "The provider says that it was paid before: an officer settles the contradiction first.",
    ),
    "authority-handed-over": NextStep(
        "heir-pays",
        "Đã bàn giao; cơ quan tiếp nhận sẽ chi ở kỳ của mình.",
        "The authority handed over; the one that follows pays it in its next run.",
    ),
}
_TAKEN_OUT = NextStep(
    "next-drawing-up",
    "Đã rút khỏi danh sách; danh sách bổ sung hoặc kỳ sau sẽ chi.",
    "It was taken out of the payroll; a supplement or the next run pays it.",
)


def next_step(state: str, reason: str | None, channel: str | None, *, sent: bool) -> NextStep | None:
    """What happens next; None for a payment that reached the payee: nothing more is to be done."""
    if state == "paid":
        return None
    if state == "open":
        return _AWAIT if sent else _NOT_SENT
    if state == "removed":
        return _REMOVED.get(reason or "", _TAKEN_OUT)
    if state == "unclaimed":
        return _COLLECT
    if channel not in ("wallet", "account", None):
        return _CASH_AGAIN
    return _SAME_ACCOUNT if reason in NOT_THE_ACCOUNTS else _OTHER_WAY
