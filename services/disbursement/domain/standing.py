"""How one person stands in one benefit month, in a sentence for whoever asks: why money was not paid, or not yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.disbursement.domain.amounts import has_ended
from services.disbursement.domain.holds import why_held
from services.disbursement.domain.ledger import PAID_ACCOUNT, PAID_CASH, PLACES, Place
from services.disbursement.domain.reason_words import hold_words, reason_words
from services.disbursement.domain.receiving import Receipt


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
    routed: bool = True  # a contract pays in the person's commune
    carer_hold: str | None = None  # the registry's reason to keep back what the carer receives
    carer_routed: bool = True
    named: frozenset[str] = frozenset()  # purposes of a death for which somebody is named


@dataclass(frozen=True, slots=True)
class Owed:
    """Where one obligation of the month is. `reason` is the newest payment's; `drawn` whether a payment lives; `receipt` which
    of the person's payments settles it."""

    place: Place
    drawn: bool
    reason: str | None = None
    receipt: Receipt = "person"
    disputed: bool = False  # the provider says that it was paid, and nobody has settled it


_WAITS = Standing(
    "waits-for-supplement",
    "Khoản này chưa vào danh sách chi trả nào; sẽ chi ở danh sách bổ sung.",
    "It is on no payroll yet; a supplement will pay it.",
)
_HELD = {
    "held": Standing("held", "Hồ sơ đang tạm giữ chi trả: {hold}.", "The record is on hold: {hold}."),
    "carer-held": Standing(
        "carer-held",
        "Kinh phí chăm sóc đang tạm giữ, khoản khác vẫn chi: {carer_hold}.",
        "Care support is on hold, the rest is paid: {carer_hold}.",
    ),
    "no-funeral-payee": Standing(
        "no-funeral-payee",
        "Chưa xác định người tổ chức mai táng để chi hỗ trợ.",
        "Nobody has been named yet who organised the funeral.",
    ),
    "suspended": Standing(
        "suspended", "Đang tạm dừng chi trả, chờ xã xác minh.", "Payment is suspended until the commune has verified."
    ),
    "payee-dead": Standing(
        "payee-dead", "Đối tượng đã mất; cần người nhận thay.", "The person has died; somebody else must be named to receive."
    ),
    "no-contract": Standing(
        "no-contract",
        "Xã của đối tượng chưa có hợp đồng chi trả nào; khoản này chờ đến khi có hợp đồng.",
        "No contract pays in the person's commune yet; the money waits until one does.",
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
_DISPUTED = Standing(
    "disputed",
    "Đơn vị chi trả báo khoản này đã chi, trong khi sổ sách ghi chưa chi được; chờ cán bộ xử lý điểm mâu thuẫn rồi mới chi.",
    "The provider says that it paid this, our books say it did not: an officer settles which is true before it is paid again.",
)
_ENDED = Standing("ended", "Đã thôi hưởng trước tháng này.", "Entitlement ended before this month.")
_NO_DECISION = Standing("no-decision", "Không có quyết định hưởng trong tháng này.", "No decision covers this month.")
_NOT_DRAWN = Standing("not-drawn", "Tháng này chưa lập danh sách chi trả.", "The month has not been drawn up yet.")
_AFTER_CUT = Standing(
    "after-the-cut",
    "Quyết định đến sau khi lập danh sách; sẽ truy lĩnh ở danh sách bổ sung.",
    "The decision came after the month was drawn up; a supplement will pay it.",
)


_NOT_DATED = Standing(
    "category-not-dated",
    "Diện hưởng trong quyết định không có trong quy định của tháng này nên chưa tính được số tiền; cần xem lại quyết định.",
    "The decision's category is not in the law of this month, so the amount is not known; an officer must look at the decision.",
)
_NO_LAW = Standing(
    "no-law-for-month",
    "Hệ thống chưa có mức trợ cấp của tháng này nên chưa tính được số tiền.",
    "No amounts are dated for this month, so nothing could be reckoned.",
)

Lacking = Literal["category-not-dated", "no-law-for-month"]
"""What of the law is missing where a decision covers the month and its amount is not known."""

_LACKING: dict[Lacking, Standing] = {"category-not-dated": _NOT_DATED, "no-law-for-month": _NO_LAW}


def why_not_paid(
    month: date,
    person: PersonStatus,
    owed: Iterable[Owed],
    *,
    decision_covers: bool,
    month_drawn: bool,
    lacking: Lacking | None = None,
) -> Standing | None:
    """Why something of the month, or all of it, was not paid; None when all that is owed was. The first place of
    `PLACES` speaks where an obligation is in each of several. `lacking`: a decision's amount is not known, and nothing else of
    its kind is given: no supplement will pay that by itself, so it is said before what merely was not drawn up yet."""
    unknown = _LACKING[lacking] if lacking else None
    all_owed = sorted(owed, key=lambda each: (PLACES.index(each.place), each.drawn))  # what is on no payroll speaks first
    if all_owed:
        return why_there(all_owed[0], person) or unknown
    if has_ended(person.status, person.status_from_month, month):
        return unknown or _ENDED
    if not decision_covers:
        return unknown or _NO_DECISION
    return unknown or (_AFTER_CUT if month_drawn else _NOT_DRAWN)


def why_there(owed: Owed, person: PersonStatus) -> Standing | None:
    """Why one obligation was not paid, or not yet; None when it was."""
    if owed.place in (PAID_ACCOUNT, PAID_CASH):
        return None
    if owed.disputed:
        return _DISPUTED
    if owed.place == "not_released" and not owed.drawn:
        routed = person.carer_routed if owed.receipt == "care_support" else person.routed
        held = why_held(
            person.hold,
            person.status,
            person.payee_relationship,
            routed,
            owed.receipt,
            person.named,
            carer_hold=person.carer_hold,
        )
        return _filled(_HELD[held], hold=hold_words(person.hold), carer_hold=hold_words(person.carer_hold)) if held else _WAITS
    return _filled(_PLACES[owed.place], reason=reason_words(owed.reason))


def _filled(standing: Standing, **words: tuple[str, str]) -> Standing:
    """The sentences with words put in: (Vietnamese, English)."""
    vi = standing.vi.format(**{name: pair[0] for name, pair in words.items()})
    en = standing.en.format(**{name: pair[1] for name, pair in words.items()})
    return Standing(standing.code, vi, en)
