"""Why this amount: an obligation line by line, and a payment month by month, in sentences that an officer can read out.

The lines of an obligation add up to what it owes (`amount_dong`), those of a payment to what it pays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class AmountLine:
    """One part of an amount, below nought where it is taken off, with its sentence in Vietnamese and English."""

    code: str
    amount_dong: int
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Added:
    """A provincial top-up inside an obligation."""

    code: str
    amount_dong: int
    instrument: str
    vi: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What an obligation rests on, in words. Without categories neither level nor coefficient is said: the reader may not see
    which category it is, and of some the coefficient gives it away."""

    categories: Sequence[tuple[str, str, str]]  # Vietnamese, English, article; empty where the reader may not see them
    decision_number: str | None
    decided_on: date | None
    level_source: str | None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The figures of an obligation's row, with what they rest on."""

    kind: str
    benefit_month: date
    revision: int
    amount_dong: int
    total_dong: int
    level_dong: int
    coefficient: Decimal | None
    heads: int
    topups: Sequence[Added]
    ground: Ground
    campaign: str | None = None
    campaign_paper: str | None = None


Role = Literal["self", "payee", "carer", "funeral_organiser", "heir"]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who receives an obligation as the registry says it now, and how related to the person."""

    role: Role
    name: str
    relationship: str


@dataclass(frozen=True, slots=True)
class SettledPart:
    """What of a payment settles one obligation."""

    benefit_month: date
    kind: str
    revision: int
    amount_dong: int


_KINDS = {
    "monthly": ("trợ cấp hằng tháng", "the monthly allowance"),
    "care_support": ("kinh phí chăm sóc, nuôi dưỡng", "care support"),
    "funeral": ("hỗ trợ chi phí mai táng", "funeral support"),
}


def kind_words(kind: str, campaign: str | None = None) -> tuple[str, str]:
    """An obligation kind in words. A campaign is called by its name."""
    if campaign is not None:
        return campaign, campaign
    return _KINDS.get(kind, ("khoản chi một lần", "a one-off support"))


_ROLES: dict[Role, tuple[str, str]] = {
    "self": ("Chính đối tượng {name} nhận", "{name} receives it in person"),
    "payee": ("{name} ({relationship}) nhận thay", "{name} ({relationship}) receives it for the person"),
    "carer": (
        "Người chăm sóc {name} ({relationship}) nhận: kinh phí chăm sóc là của người chăm sóc (Nghị định 20/2021/NĐ-CP Điều 20)",
        "The carer {name} ({relationship}) receives it: care support is for who cares (Decree 20/2021/NĐ-CP Art. 20)",
    ),
    "funeral_organiser": (
        "{name} ({relationship}), người tổ chức mai táng, nhận",
        "{name} ({relationship}), who organised the funeral, receives it",
    ),
    "heir": ("{name} ({relationship}), người thừa kế, nhận", "{name} ({relationship}), the heir, receives it"),
}


def to_whom(receiver: Receiver) -> tuple[str, str]:
    """Who receives, as a sentence in Vietnamese and English."""
    vi, en = (text.format(name=receiver.name, relationship=receiver.relationship) for text in _ROLES[receiver.role])
    return f"{vi}.", f"{en}."


def vi_dong(amount_dong: int) -> str:
    """`540.000 đồng`."""
    return f"{amount_dong:,}".replace(",", ".") + " đồng"


def en_dong(amount_dong: int) -> str:
    """`540,000 dong`."""
    return f"{amount_dong:,} dong"


def why_this_amount(reckoning: Reckoning) -> list[AmountLine]:
    """The lines of an obligation: what the law gives, the top-ups, less what earlier revisions of the month owed."""
    lines = [_base(reckoning), *(_topup(added) for added in reckoning.topups)]
    earlier_dong = reckoning.total_dong - reckoning.amount_dong
    if earlier_dong:
        lines.append(_earlier(earlier_dong))
    return lines


def what_it_pays(parts: Iterable[SettledPart], run_month: date) -> list[AmountLine]:
    """The lines of a payment: the run's own month, and each earlier one as arrears (truy lĩnh)."""
    return [_part(part, run_month) for part in sorted(parts, key=lambda p: (p.benefit_month, p.kind, p.revision))]


def _base(reckoning: Reckoning) -> AmountLine:
    amount_dong = reckoning.total_dong - sum(added.amount_dong for added in reckoning.topups)
    if reckoning.campaign is not None:
        return AmountLine(
            "campaign",
            amount_dong,
            f"{reckoning.campaign}, theo văn bản số {reckoning.campaign_paper}: {vi_dong(amount_dong)}.",
            f"{reckoning.campaign}, by paper no. {reckoning.campaign_paper}: {en_dong(amount_dong)}.",
        )
    vi, en = _reckoned(reckoning, amount_dong)
    because_vi, because_en = _because(reckoning.ground)
    return AmountLine("law", amount_dong, f"{vi}{because_vi}.", f"{en}{because_en}.")


def _reckoned(reckoning: Reckoning, amount_dong: int) -> tuple[str, str]:
    """The product, where level, coefficient and heads may be said; else only what comes out."""
    vi, en = (text[0].upper() + text[1:] for text in kind_words(reckoning.kind))
    vi, en = f"{vi} tháng {reckoning.benefit_month:%m/%Y}", f"{en} for {reckoning.benefit_month:%m/%Y}"
    if not reckoning.ground.categories:
        return f"{vi}: {vi_dong(amount_dong)}", f"{en}: {en_dong(amount_dong)}"
    source = reckoning.ground.level_source
    level_vi = vi_dong(reckoning.level_dong) + (f" ({source})" if source else "")
    level_en = en_dong(reckoning.level_dong) + (f" ({source})" if source else "")
    heads_vi = f" x {reckoning.heads} người" if reckoning.heads > 1 else ""
    heads_en = f" x {reckoning.heads} persons" if reckoning.heads > 1 else ""
    if reckoning.coefficient is None:
        return (
            f"{vi}: mức {level_vi}{heads_vi} = {vi_dong(amount_dong)}",
            f"{en}: a flat {level_en}{heads_en} = {en_dong(amount_dong)}",
        )
    coefficient = f"{reckoning.coefficient.normalize():f}"
    return (
        f"{vi}: mức chuẩn {level_vi} x hệ số {coefficient.replace('.', ',')}{heads_vi} = {vi_dong(amount_dong)}",
        f"{en}: standard level {level_en} x coefficient {coefficient}{heads_en} = {en_dong(amount_dong)}",
    )


def _because(ground: Ground) -> tuple[str, str]:
    vi, en = "", ""
    if ground.categories:
        vi += "; đối tượng: " + "; ".join(f"{each[0]} ({each[2]})" for each in ground.categories)
        en += "; category: " + "; ".join(f"{each[1]} ({each[2]})" for each in ground.categories)
    if ground.decision_number is not None and ground.decided_on is not None:
        vi += f"; theo Quyết định số {ground.decision_number} ngày {ground.decided_on:%d/%m/%Y}"
        en += f"; by decision no. {ground.decision_number} of {ground.decided_on:%d/%m/%Y}"
    return vi, en


def _topup(added: Added) -> AmountLine:
    return AmountLine(
        "topup",
        added.amount_dong,
        f"Tỉnh hỗ trợ thêm {vi_dong(added.amount_dong)}: {added.vi} ({added.instrument}).",
        f"The province adds {en_dong(added.amount_dong)}: {added.vi} ({added.instrument}).",
    )


def _earlier(earlier_dong: int) -> AmountLine:
    return AmountLine(
        "earlier-revisions",
        -earlier_dong,
        f"Trừ phần đã tính cho tháng này theo quyết định trước: {vi_dong(earlier_dong)}; phần còn lại là truy lĩnh chênh lệch.",
        f"Less what was reckoned for this month before: {en_dong(earlier_dong)}; the rest is a difference decided later.",
    )


def _part(part: SettledPart, run_month: date) -> AmountLine:
    vi, en = kind_words(part.kind)
    month = f"{part.benefit_month:%m/%Y}"
    if part.revision:
        code, prefix_vi, prefix_en = "difference", "Truy lĩnh chênh lệch", "A difference decided later in"
    elif part.benefit_month < run_month:
        code, prefix_vi, prefix_en = "arrears", "Truy lĩnh", "Arrears of"
    else:
        code, prefix_vi, prefix_en = "own-month", "Chi trả", "Pays"
    return AmountLine(
        code,
        part.amount_dong,
        f"{prefix_vi} {vi} tháng {month}: {vi_dong(part.amount_dong)}.",
        f"{prefix_en} {en} for {month}: {en_dong(part.amount_dong)}.",
    )
