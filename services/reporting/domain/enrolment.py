"""How far people have come with accounts: who has one and uses it, who waits for one, who was refused one, who has none. Pure.

A person stands in exactly one state, judged from the newest record that the registry has said and from what a provider answered
to the payee's newest request. Only active beneficiaries count; one that died, stopped, or turned out to be another person leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

WITH_ACCOUNT, WAITING, REFUSED, WITHOUT = "with_account", "waiting", "refused", "without"
STATES = (WITH_ACCOUNT, WAITING, REFUSED, WITHOUT)
"""With an account or wallet in use; asked for one that was not answered yet; refused one; never asked, or no account any more."""

REFUSAL_WORDS: dict[str, tuple[str, str]] = {
    "identity_document_expired": ("giấy tờ tùy thân hết hạn", "the identity document has run out"),
    "identity_missing": ("thiếu số giấy tờ tùy thân", "no identity number was given"),
    "msisdn_taken": ("số điện thoại đã là ví của người khác", "the phone is somebody else's wallet"),
    "name_mismatch": ("tên không khớp", "the name does not match"),
    "invalid_account": ("số tài khoản không đúng", "the account number is wrong"),
    "invalid_request": ("yêu cầu không đúng mẫu", "the request was not in order"),
    "locked": ("tài khoản bị khóa", "the account is locked"),
    "refused": ("đơn vị chi trả từ chối", "the provider refused"),
    "not_accepted": (
        "đã mở nhưng tên hoặc số tài khoản còn chờ xác minh",
        "opened, but the holder's name or the number is still to be settled",
    ),
    "unsaid": ("không rõ lý do", "no reason given"),
}
"""Why an account was refused: Vietnamese, English."""


def refusal_words(reason: str) -> tuple[str, str]:
    """A refusal's reason in Vietnamese and English; one that nobody foresaw stands for itself."""
    return REFUSAL_WORDS.get(reason, (reason, reason))


@dataclass(frozen=True, slots=True)
class UnitEnrolment:
    """One unit. The four states add up to `beneficiaries`. `unit_id` is '*' for the whole country."""

    unit_id: str
    level: str  # commune, district, province, country
    name: str
    beneficiaries: int  # active
    with_account: int
    used: int  # of those with an account: money was taken out of it, as its provider lists it
    waiting: int
    refused: int
    without: int

    @property
    def share_with_account(self) -> float:
        """With an account, of all; 0 where there is nobody."""
        return self.with_account / self.beneficiaries if self.beneficiaries else 0.0


@dataclass(frozen=True, slots=True)
class WayEnrolment:
    """People with an account by provider and channel."""

    provider: str
    channel: str  # wallet, account
    people: int
    used: int


@dataclass(frozen=True, slots=True)
class WaitingEnrolment:
    """People who wait for a provider's answer."""

    provider: str
    people: int
    oldest_asked_on: date


@dataclass(frozen=True, slots=True)
class RefusedEnrolment:
    """People whose newest request was refused."""

    provider: str
    reason: str
    people: int
    words_vi: str
    words_en: str


@dataclass(frozen=True, slots=True)
class OpeningTime:
    """Days from the first request to the account, over all accounts opened so far. Half took at most the median."""

    provider: str
    accounts: int
    median_days: int
    p95_days: int


@dataclass(frozen=True, slots=True)
class WeekEnrolment:
    """People who came to their first account in an ISO week, in Vietnam."""

    week_on: date  # its Monday
    provider: str
    channel: str
    people: int

    @property
    def week(self) -> str:
        """`2021-W41`."""
        year, week, _ = self.week_on.isocalendar()
        return f"{year}-W{week:02d}"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A unit's enrolment as it stands now, with the units directly in it."""

    unit: UnitEnrolment
    ways: tuple[WayEnrolment, ...]
    waiting: tuple[WaitingEnrolment, ...]
    refused: tuple[RefusedEnrolment, ...]
    times: tuple[OpeningTime, ...]
    weeks: tuple[WeekEnrolment, ...]  # oldest first
    parts: tuple[UnitEnrolment, ...]  # districts of a province, communes of a district, provinces of the country
