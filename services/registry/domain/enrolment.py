"""The campaign that brings people from cash to accounts: why somebody has none yet, and what is still to do until a date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain.name_match import NEAR

WEEK_DAYS = 7

REQUESTED, OPENED, REFUSED = "requested", "opened", "refused"
STAFF_STEPS = ("card_handed_over", "guidance_given", "first_withdrawal")
"""Steps of an account's life: the first three follow from requests and answers; of the others people report."""

FROM_REGISTRY, FROM_PROVIDER, FROM_STAFF, FROM_BANK_DATA = "registry", "provider", "staff", "bank_data"
"""Who saw a step."""

REFUSAL_REASONS: Mapping[str, tuple[str, str]] = {
    "elderly": ("Già yếu, không tự dùng được tài khoản", "Too old or frail to use an account"),
    "ill_or_disabled": ("Ốm đau, khuyết tật nặng, không đi lại được", "Ill or disabled, can't go out"),
    "no_phone": ("Không có điện thoại", "Has no phone"),
    "cannot_read": ("Không biết chữ", "Can't read"),
    "no_identity_document": ("Chưa có CCCD còn hạn", "Has no valid identity card"),
    "distance": ("Nhà xa điểm rút tiền", "Lives far from where money can be drawn"),
    "distrust": ("Không tin tưởng, sợ mất tiền", "Doesn't trust it, fears for the money"),
    "fees": ("Ngại phí", "Fears fees"),
    "prefers_cash": ("Muốn nhận tiền mặt", "Prefers cash"),
    "other": ("Lý do khác", "Another reason"),
}
"""Why people want no account."""

GAP_REASONS: Mapping[str, tuple[str, str]] = {
    "refused_by_beneficiary": ("Đối tượng từ chối mở tài khoản", "The beneficiary wants none"),
    "cash_chosen": ("Đã có quyết định chi bằng tiền mặt", "It was decided to pay in cash"),
    "on_hold": ("Đang tạm giữ chi trả", "Their money is held"),
    "requested": ("Đã đăng ký, chờ đơn vị chi trả mở", "Asked for, the provider has not answered"),
    "name_in_review": ("Đã mở, chờ xem xét tên chủ tài khoản", "Opened, the holder's name is being reviewed"),
    "refused_by_provider": ("Đơn vị chi trả từ chối", "The provider refused"),
    "account_closed": ("Tài khoản đã đóng", "The account was closed"),
    "not_requested": ("Chưa đăng ký", "Nobody has asked for one"),
}
"""Why somebody entitled is not paid into an account."""


def gap_reason(*, refusal: str | None, cash_chosen: bool, hold: str | None, state: str | None, name_verdict: str | None) -> str:
    """Why somebody has no account in use: what stands in the way first. `state` is that of the payee's newest account."""
    if refusal is not None:
        return "refused_by_beneficiary"
    if cash_chosen:
        return "cash_chosen"
    if hold is not None:
        return "on_hold"
    if state == "active" and name_verdict == NEAR:
        return "name_in_review"
    by_state = {"requested": "requested", "refused": "refused_by_provider", "closed": "account_closed"}
    return by_state.get(state or "", "not_requested")


@dataclass(frozen=True, slots=True)
class Target:
    """What a unit is to reach: so many per cent of its entitled people with an account, by a date."""

    unit_id: str
    starts_on: date
    target_on: date
    share_percent: int
    provider: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a unit stands against its target."""

    share_percent: float
    missing: int
    weeks_left: int
    needed_per_week: int


def standing(entitled: int, with_account: int, target: Target, today: date) -> Standing:
    """How many accounts are missing, and how many a week that is until the target's day.

    A week that has begun counts as one; on the day itself and after it there is none left, and all are needed now.
    """
    goal = -(-entitled * target.share_percent // 100)
    missing = max(goal - with_account, 0)
    weeks = max(-(-(target.target_on - max(today, target.starts_on)).days // WEEK_DAYS), 0)
    per_week = -(-missing // weeks) if weeks else missing
    return Standing(share_of(with_account, entitled), missing, weeks, per_week)


def share_of(part: int, whole: int) -> float:
    """Per cent with one decimal; 0 of nobody."""
    return round(part * 100 / whole, 1) if whole else 0.0


@dataclass(frozen=True, slots=True)
class StepReport:
    """What somebody reports of an account: a step, the day on which it happened, who saw it."""

    account_id: UUID
    step: str
    happened_on: date
    source: str


@dataclass(frozen=True, slots=True)
class StepGround:
    """What a step rests on: the account's state, the day it was opened, and the day the step was recorded for before."""

    state: str
    opened_on: date | None
    recorded_on: date | None


def judge_step(report: StepReport, ground: StepGround | None, today: date) -> str | None:
    """Why a step can't be recorded, as a stable code; None where it can, or was."""
    if ground is None:
        return "unknown-account"
    if ground.recorded_on is not None:
        return None if ground.recorded_on == report.happened_on else "step-recorded"
    if ground.state not in ("active", "closed"):
        return "account-not-open"
    if report.happened_on > today:
        return "step-in-the-future"
    return "step-too-early" if ground.opened_on is not None and report.happened_on < ground.opened_on else None
