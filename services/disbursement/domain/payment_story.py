"""A payment's way in time: drawn up, prepared, approved, funded, released, instructed, and what the provider answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.disbursement.domain.explanation import en_dong, vi_dong
from services.disbursement.domain.reason_words import reason_words


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One step. `by` is who did it, where a person did; `at` None: done, but the reader may not see when."""

    code: str
    at: datetime | None
    by: str | None
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What is known of a payment, as its rows have it. Who may not see the authority's payrolls has no officers here."""

    payment_seq: int
    run: str
    amount_dong: int
    state: str
    provider: str | None = None
    channel: str | None = None
    drawn_by: str | None = None
    drawn_at: datetime | None = None
    prepared_by: str | None = None
    prepared_at: datetime | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    funded_by: str | None = None
    funded_at: datetime | None = None
    withdrawal_paper: str | None = None
    released_by: str | None = None
    released_at: datetime | None = None
    instructed_at: datetime | None = None
    removed_by: str | None = None
    removed_at: datetime | None = None
    reason: str | None = None
    provider_reference: str | None = None
    step: int = 0
    settled_at: datetime | None = None


_CHANNELS = {
    "wallet": ("ví điện tử", "a wallet"),
    "account": ("tài khoản ngân hàng", "a bank account"),
    "cash": ("tiền mặt tại điểm chi trả", "cash at a pay point"),
    "cashier": ("tiền mặt do xã chi", "cash from the commune"),
}
_PROVIDERS = {
    "viettelpay": "ViettelPay",
    "vietinbank": "VietinBank",
    "vnpost": "Bưu điện",
    "commune_cashier": "UBND xã",
}
_ENDS = {
    "paid": ("Đơn vị chi trả báo đã chi cho người nhận", "The provider reports that the payee was paid"),
    "rejected": ("Đơn vị chi trả từ chối lệnh chi", "The provider refused the payment"),
    "returned": ("Tiền bị trả lại", "The money came back"),
    "unclaimed": ("Người nhận không đến lĩnh tiền mặt", "The cash was not collected"),
}


def story(facts: PaymentFacts) -> list[StoryStep]:
    """The steps that were taken, in order."""
    steps = [_begun(facts), *_officers(facts)]
    if facts.instructed_at is not None and facts.state != "removed":
        steps.append(
            StoryStep(
                "instructed",
                facts.instructed_at,
                None,
                "Lệnh chi đã chuyển sang đơn vị chi trả.",
                "The payment was handed over to the provider.",
            )
        )
    end = _end(facts)
    return [*steps, end] if end else steps


def provider_name(provider: str) -> str:
    """A provider as people call it."""
    return _PROVIDERS.get(provider, provider)


def _begun(facts: PaymentFacts) -> StoryStep:
    way_vi, way_en = "", ""
    if facts.channel is not None and facts.provider is not None:
        channel = _CHANNELS.get(facts.channel, (facts.channel, facts.channel))
        way_vi = f", qua {channel[0]} ({provider_name(facts.provider)})"
        way_en = f", by {channel[1]} ({provider_name(facts.provider)})"
    if facts.payment_seq > 1:
        vi = f"Lập danh sách chi lại lần {facts.payment_seq}, kỳ {facts.run}{way_vi}: {vi_dong(facts.amount_dong)}."
        en = f"Drawn up again (payment {facts.payment_seq}) in run {facts.run}{way_en}: {en_dong(facts.amount_dong)}."
        return StoryStep("drawn-up-again", facts.drawn_at, facts.drawn_by, vi, en)
    vi = f"Lập danh sách chi trả, kỳ {facts.run}{way_vi}: {vi_dong(facts.amount_dong)}."
    en = f"Drawn up in run {facts.run}{way_en}: {en_dong(facts.amount_dong)}."
    return StoryStep("drawn-up", facts.drawn_at, facts.drawn_by, vi, en)


def _officers(facts: PaymentFacts) -> list[StoryStep]:
    paper = facts.withdrawal_paper
    told = (
        ("prepared", facts.prepared_at, facts.prepared_by, "Cán bộ {by} đã lập và trình danh sách.", "Prepared by {by}."),
        ("approved", facts.approved_at, facts.approved_by, "Cán bộ {by} đã phê duyệt.", "Approved by {by}."),
        (
            "funded",
            facts.funded_at,
            facts.funded_by,
            f"Kinh phí đã được kho bạc chuyển, giấy rút dự toán số {paper}, cán bộ {{by}} xác nhận.",
            f"Funded by the Treasury, withdrawal paper no. {paper}, confirmed by {{by}}.",
        ),
        ("released", facts.released_at, facts.released_by, "Cán bộ {by} đã phát lệnh chi.", "Released by {by}."),
    )
    return [
        StoryStep(code, at, by, vi.replace("{by}", by or "?"), en.replace("{by}", by or "?"))
        for code, at, by, vi, en in told
        if at is not None
    ]


def _end(facts: PaymentFacts) -> StoryStep | None:
    why_vi, why_en = reason_words(facts.reason)
    if facts.state == "removed":
        return StoryStep(
            "removed",
            facts.removed_at,
            facts.removed_by,
            f"Khoản chi được đưa ra khỏi danh sách: {why_vi}.",
            f"The payment was taken out of the payroll: {why_en}.",
        )
    if facts.state == "open":
        if facts.step == 0:
            return None
        return StoryStep(
            "accepted",
            None,
            None,
            "Đơn vị chi trả đã nhận lệnh, chưa có kết quả cuối cùng.",
            "The provider has answered, with no final result yet.",
        )
    vi, en = _ENDS[facts.state]
    if facts.state in ("rejected", "returned"):
        vi, en = f"{vi}: {why_vi}", f"{en}: {why_en}"
    if facts.provider_reference:
        vi, en = f"{vi} (mã {facts.provider_reference})", f"{en} (reference {facts.provider_reference})"
    return StoryStep(facts.state, facts.settled_at, None, f"{vi}.", f"{en}.")
