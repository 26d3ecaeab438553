"""What holds people back from being paid into an account: each person of a month in one cause, the first that applies. Pure.

Causes are of a person entitled in a benefit month and not paid by account in it, judged by how they stand with accounts *now*, so
that a cause is something that can still be put right. The order is from what must come first to what comes last on the way to an
account: nobody can be paid into an account that was never asked for, whatever else is amiss.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.reporting.domain.enrolment import refusal_words
from services.reporting.domain.reason_words import failure_words, hold_words

WAITS_LONG_DAYS = 14
"""A request unanswered for more days than this is late."""

LEFT = "left"
NEVER_ASKED = "never_asked"
ENDED = "account_ended"
WAITS_LONG = "waits_long"
WAITS = "waits"
REFUSED = "refused"
ON_HOLD = "on_hold"
FAILED = "failed"
CASHIER = "commune_cashier"
CASH = "cash_despite_account"
NOT_THROUGH = "not_through"

CAUSES: dict[str, tuple[str, str]] = {
    LEFT: ("không còn hưởng hoặc đã mất", "no longer entitled, or dead"),
    NEVER_ASKED: ("chưa có tài khoản, chưa đăng ký", "no account, and none was asked for"),
    ENDED: ("tài khoản đã đóng hoặc không dùng nữa", "the account was closed, or is used no more"),
    WAITS_LONG: (f"đã đăng ký, chờ quá {WAITS_LONG_DAYS} ngày", f"asked for, waiting for more than {WAITS_LONG_DAYS} days"),
    WAITS: ("đã đăng ký, đang chờ mở", "asked for, waiting"),
    REFUSED: ("đăng ký bị từ chối", "the request was refused"),
    ON_HOLD: ("hồ sơ hoặc tài khoản đang tạm giữ", "the record or the account is on hold"),
    FAILED: ("chuyển tiền không thành công", "the payment failed or came back"),
    CASHIER: ("vẫn chi qua thủ quỹ xã", "still paid by the commune's cashier"),
    CASH: ("có tài khoản nhưng vẫn nhận tiền mặt", "paid in cash though an account stands"),
    NOT_THROUGH: ("chưa chi hoặc đang trên đường", "not released yet, or still on its way"),
}
"""Each cause in the order in which they are judged: Vietnamese, English."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of one person who was not paid by account in a month, and of nobody's name."""

    active: bool  # whether the registry still has them as an active beneficiary
    state: str | None  # of enrolment; None where they are not in the registry's records
    reason: str  # of that state: why refused; 'ended' where there was an account; '' else
    waits_days: int  # since asked, 0 where nothing waits
    hold: str  # the registry's reason why no money may go out, '' for none
    failed: str  # why their newest failed payment of the month failed, '' where none did
    paid_channel: str  # cash or cashier where they were paid so, '' where not at all


def cause_of(held: Held) -> tuple[str, str]:
    """The first cause that applies, and its reason ('' where it has none)."""
    if not held.active:
        return LEFT, ""
    if held.state == "refused":
        return REFUSED, held.reason
    if held.state == "waiting":
        return (WAITS_LONG if held.waits_days > WAITS_LONG_DAYS else WAITS), ""
    if held.state != "with_account":
        return (ENDED if held.reason == "ended" else NEVER_ASKED), ""
    if held.hold:
        return ON_HOLD, held.hold
    if held.failed:
        return FAILED, held.failed
    if held.paid_channel == "cashier":
        return CASHIER, ""
    return (CASH, "") if held.paid_channel else (NOT_THROUGH, "")


@dataclass(frozen=True, slots=True)
class CauseCount:
    """So many people are held back by a cause."""

    cause: str
    reason: str  # '' where the cause has none
    people: int
    words_vi: str
    words_en: str


@dataclass(frozen=True, slots=True)
class CommuneCauses:
    """A commune in a benefit month. The counts of causes add up to `entitled` less `by_account`."""

    unit_id: str
    month: date
    entitled: int
    by_account: int
    causes: tuple[CauseCount, ...]  # most people first

    @property
    def not_by_account(self) -> int:
        """People not paid by account."""
        return self.entitled - self.by_account


def count_causes(people: Iterable[tuple[Held, int]]) -> tuple[CauseCount, ...]:
    """People by cause and reason, most first; equal ones in the order of the causes."""
    counts: dict[tuple[str, str], int] = {}
    for held, number in people:
        key = cause_of(held)
        counts[key] = counts.get(key, 0) + number
    rank = list(CAUSES)
    ordered = sorted(counts.items(), key=lambda each: (-each[1], rank.index(each[0][0]), each[0][1]))
    return tuple(CauseCount(cause, reason, number, *_words(cause, reason)) for (cause, reason), number in ordered)


def _words(cause: str, reason: str) -> tuple[str, str]:
    """`the request was refused: the name does not match`."""
    words_vi, words_en = CAUSES[cause]
    if not reason:
        return words_vi, words_en
    more_vi, more_en = _REASON_WORDS[cause](reason)
    return f"{words_vi}: {more_vi}", f"{words_en}: {more_en}"


_REASON_WORDS = {REFUSED: refusal_words, ON_HOLD: hold_words, FAILED: failure_words}
