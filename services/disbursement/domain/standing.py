"""How one person stands in one benefit month, in a sentence for whoever asks: why money was not paid, or not yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.disbursement.domain.amounts import has_ended
from services.disbursement.domain.holds import why_held
from services.disbursement.domain.ledger import PAID_ACCOUNT, PAID_CASH, PLACES, Place


@dataclass(frozen=True, slots=True)
class Standing:
    """A stable code with its sentence in Vietnamese and English."""

    code: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """What of a person decides whether money may go out."""

    status: str
    status_from_month: date
    hold: str | None
    payee_relationship: str


@dataclass(frozen=True, slots=True)
class Owed:
    """Where one obligation of the month is. `reason` is the newest payment's; `drawn` whether a payment lives."""

    place: Place
    drawn: bool
    reason: str | None = None


_REASONS = {
    "invalid_account": ("số tài khoản không đúng", "the account number is wrong"),
    "name_mismatch": ("tên chủ tài khoản không khớp", "the holder's name differs"),
    "locked": ("tài khoản bị khóa", "the account is locked"),
    "insufficient_funds": ("tài khoản chi không đủ tiền", "the paying account lacks money"),
    "limit": ("vượt hạn mức", "a limit was passed"),
    "duplicate": ("bị coi là lệnh trùng", "taken for a duplicate"),
    "bad_signature": ("chữ ký số không hợp lệ", "the signature was not accepted"),
}

_WAITS = Standing(
    "waits-for-supplement",
    "Khoản này chưa vào danh sách chi trả nào; sẽ chi ở danh sách bổ sung.",
    "It is on no payroll yet; a supplement will pay it.",
)
_HELD = {
    "held": Standing("held", "Hồ sơ đang tạm giữ chi trả: {hold}.", "The record is on hold: {hold}."),
    "suspended": Standing(
        "suspended", "Đang tạm dừng chi trả, chờ xã xác minh.", "Payment is suspended until the commune has verified."
    ),
    "payee-dead": Standing(
        "payee-dead", "Đối tượng đã mất; cần người nhận thay.", "The person has died; somebody else must be named to receive."
    ),
}
_PLACES = {
    "not_released": Standing(
        "not-released", "Đã lập danh sách, chưa phát lệnh chi.", "It is on a payroll that has not been released in full."
    ),
    "in_flight": Standing(
        "in-flight", "Đã gửi lệnh chi, đang chờ kết quả của đơn vị chi trả.", "Instructed; the provider has not reported the end."
    ),
    "returned": Standing(
        "returned",
        "Tiền không đến được người nhận ({reason}); sẽ chi lại bằng cách khác.",
        "The money did not arrive ({reason}); it will be paid another way.",
    ),
    "unclaimed": Standing(
        "unclaimed", "Người nhận chưa đến lĩnh tiền mặt; sẽ chi tiếp kỳ sau.", "The cash was not collected; a later run pays it."
    ),
    "cancelled": Standing("cancelled", "Khoản này đã bị hủy theo quyết định.", "It was cancelled by a decision."),
}
_ENDED = Standing("ended", "Đã thôi hưởng trước tháng này.", "Entitlement ended before this month.")
_NO_DECISION = Standing("no-decision", "Không có quyết định hưởng trong tháng này.", "No decision covers this month.")
_NOT_DRAWN = Standing("not-drawn", "Tháng này chưa lập danh sách chi trả.", "The month has not been drawn up yet.")
_AFTER_CUT = Standing(
    "after-the-cut",
    "Quyết định đến sau khi lập danh sách; sẽ truy lĩnh ở danh sách bổ sung.",
    "The decision came after the month was drawn up; a supplement will pay it.",
)


def why_not_paid(
    month: date, person: PersonStatus, owed: Iterable[Owed], *, decision_covers: bool, month_drawn: bool
) -> Standing | None:
    """Why something of the month, or all of it, was not paid; None when all that is owed was. The first place of
    `PLACES` speaks where an obligation is in each of several."""
    by_place = {each.place: each for each in owed}
    if by_place:
        first = next(by_place[place] for place in PLACES if place in by_place)
        return _why_there(first, person)
    if has_ended(person.status, person.status_from_month, month):
        return _ENDED
    if not decision_covers:
        return _NO_DECISION
    return _AFTER_CUT if month_drawn else _NOT_DRAWN


def _why_there(owed: Owed, person: PersonStatus) -> Standing | None:
    if owed.place in (PAID_ACCOUNT, PAID_CASH):
        return None
    if owed.place == "not_released" and not owed.drawn:
        held = why_held(person.hold, person.status, person.payee_relationship, routed=True)
        return _filled(_HELD[held], hold=(person.hold or "",) * 2) if held in _HELD else _WAITS
    reason = owed.reason or ""
    return _filled(_PLACES[owed.place], reason=_REASONS.get(reason, (reason or "không rõ lý do", reason or "no reason given")))


def _filled(standing: Standing, **words: tuple[str, str]) -> Standing:
    """The sentences with words put in: (Vietnamese, English)."""
    vi = standing.vi.format(**{name: pair[0] for name, pair in words.items()})
    en = standing.en.format(**{name: pair[1] for name, pair in words.items()})
    return Standing(standing.code, vi, en)
