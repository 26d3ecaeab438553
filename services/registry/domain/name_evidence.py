"""What a provider's word on an account's holder means: nothing, an officer's look, or no money until it is settled.

Evidence is asked for again when it is over 90 days old: numbers are given to other people, holders change names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.registry.domain.holds import hold_reason
from services.registry.domain.name_match import DIFFERENT, MATCH, NEAR, NOT_TOLD, NameVerdict, compare_names
from services.registry.domain.people import name_key
from services.registry.domain.proposals import proposal_kind

EVIDENCE_LASTS = timedelta(days=90)
ASKED_AGAIN_AFTER = timedelta(days=7)
"""Where an enquiry has had no answer for so long."""

NO_ACCOUNT = "no_account"
WAITING, ACCEPTED, REJECTED = "waiting", "accepted", "rejected"

HOLDER_DIFFERS_HOLD = hold_reason(
    "holder_differs",
    "Tên chủ tài khoản khác tên người nhận, chờ xác minh.",
    "The account is held under another name than the payee's; to be settled.",
)
HOLDER_CHANGED_HOLD = hold_reason(
    "holder_changed",
    "Tài khoản đã đổi chủ, chờ chọn cách chi khác.",
    "The account has another holder now; another way to pay is to be chosen.",
)
NUMBER_CHANGED_HOLD = hold_reason(
    "account_number_changed",
    "Nhà cung cấp báo số tài khoản khác, chờ hai cán bộ xác nhận.",
    "The provider named another number; two officers are to confirm it.",
)
HOLDS_OF_ACCOUNTS = (HOLDER_DIFFERS_HOLD, HOLDER_CHANGED_HOLD, NUMBER_CHANGED_HOLD)

HOLDER_PROPOSAL = proposal_kind(
    "account_holder_differs",
    "Chủ tài khoản không phải người nhận: chọn tài khoản khác hoặc chi tiền mặt.",
    "The account's holder is not the payee: choose another account, or cash.",
)
NUMBER_PROPOSAL = proposal_kind(
    "account_number_changed",
    "Nhà cung cấp báo số tài khoản khác: xác nhận số mới, chọn tài khoản khác hoặc chi tiền mặt.",
    "The provider named another number: confirm it, choose another account, or cash.",
)
UNUSABLE_PROPOSAL = proposal_kind(
    "account_unusable",
    "Tài khoản bị khóa hoặc không còn: chọn tài khoản khác hoặc chi tiền mặt.",
    "The account is locked or gone: choose another account, or cash.",
)
PROPOSALS_OF_ACCOUNTS = (HOLDER_PROPOSAL, NUMBER_PROPOSAL, UNUSABLE_PROPOSAL)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The newest evidence of an account."""

    payee_name: str
    holder_name: str | None
    verdict: str
    review: str | None

    @property
    def held_good(self) -> bool:
        """Whether it was the payee's account by this evidence."""
        return self.verdict == MATCH or self.review == ACCEPTED


@dataclass(frozen=True, slots=True)
class Finding:
    """What a provider's word comes to. `hold` and `proposal` are for those paid into the account."""

    verdict: str
    score: int
    reasons: tuple[str, ...]
    review: str | None = None
    hold: str | None = None
    proposal: str | None = None

    @property
    def account_verdict(self) -> str | None:
        """What the account keeps of it; None: what it had. A near miss of an account in use takes nothing away yet."""
        return self.verdict if self.verdict in (MATCH, DIFFERENT, NOT_TOLD) else None


def judge_first(payee_name: str, holder_name: str | None) -> Finding:
    """Of an account that nobody is paid into yet. A near miss waits for an officer, and the money goes as before."""
    found = compare_names(payee_name, holder_name or "")
    return Finding(found.verdict, found.score, found.reasons, WAITING if found.verdict == NEAR else None)


def judge_again(payee_name: str, outcome: str, holder_name: str | None, before: Evidence | None) -> Finding | None:
    """Of an account in use; None where the answer says nothing new that anybody must see.

    `outcome` is `named`, `other_name` (not the payee's, and whose is not said), `not_found`, `locked` or `unavailable`.
    """
    if outcome == "unavailable":
        return None
    if outcome in ("not_found", "locked"):
        return Finding(NO_ACCOUNT, 0, (outcome,), proposal=UNUSABLE_PROPOSAL)
    if outcome == "other_name":
        found = NameVerdict(DIFFERENT, 0, ("provider_says_other",))
    else:
        found = compare_names(payee_name, holder_name or "")
    if found.verdict in (MATCH, NOT_TOLD):
        return Finding(found.verdict, found.score, found.reasons)
    same_names = before is not None and _same(before, payee_name, holder_name)
    if same_names and before is not None and before.review == ACCEPTED:
        return Finding(MATCH, found.score, (*found.reasons, "holder_as_before"))
    if same_names and before is not None and before.review == WAITING:
        return None
    if found.verdict == NEAR:
        return Finding(NEAR, found.score, found.reasons, WAITING)
    hold = HOLDER_CHANGED_HOLD if _was_the_payees(before, payee_name) else HOLDER_DIFFERS_HOLD
    return Finding(DIFFERENT, found.score, found.reasons, WAITING, hold, HOLDER_PROPOSAL)


def _same(before: Evidence, payee_name: str, holder_name: str | None) -> bool:
    holders = [name_key(name or "") for name in (before.holder_name, holder_name)]
    return name_key(before.payee_name) == name_key(payee_name) and holders[0] == holders[1]


def _was_the_payees(before: Evidence | None, payee_name: str) -> bool:
    """Whether it was shown before to be the account of a payee of this very name: then the holder changed, not the payee."""
    return before is not None and before.held_good and name_key(before.payee_name) == name_key(payee_name)


def readable(reasons: tuple[str, ...], sentences: Mapping[str, tuple[str, str]], language: int) -> list[str]:
    """Reasons as sentences; `language` 0 is Vietnamese, 1 English."""
    return [sentences[reason][language] if reason in sentences else reason for reason in reasons]
