"""What a payment waits for while its payroll has not been released."""

from __future__ import annotations

from services.disbursement.domain.standing import Standing

_BEFORE_RELEASE = {
    "drawn": Standing(
        "waits-to-be-prepared",
        "Danh sách đã lập, chờ cán bộ kiểm tra và trình duyệt.",
        "The payroll was drawn up; an officer has to check and prepare it.",
    ),
    "prepared": Standing(
        "waits-for-approval", "Danh sách đã trình, chờ người có thẩm quyền phê duyệt.", "The payroll waits for its approval."
    ),
    "approved": Standing(
        "waits-for-release",
        "Danh sách đã được phê duyệt, chờ kinh phí từ kho bạc và lệnh chi.",
        "The payroll was approved; it waits for the Treasury's money and for its release.",
    ),
    "cancelled": Standing("payroll-cancelled", "Danh sách chi trả đã bị hủy.", "The payroll was cancelled."),
}


def waits_before_release(payroll_state: str) -> Standing | None:
    """What a payroll in this state waits for; None once it is released: then `domain/waits.py` says what holds it."""
    return _BEFORE_RELEASE.get(payroll_state)
