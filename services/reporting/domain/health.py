"""How providers do: how fast they pay, what fails and why, whether sending to them is stopped, when they were last heard of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FailureCount:
    """Obligations that failed with a provider. `place`: where the money stood then (returned, unclaimed)."""

    place: str
    reason: str
    obligations: int
    amount_dong: int
    words_vi: str
    words_en: str


@dataclass(frozen=True, slots=True)
class StopSeen:
    """Sending to the provider is stopped. `cause`: person, error-rate, canary, restore."""

    cause: str
    stopped_at: datetime
    words_vi: str
    words_en: str


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """One provider. Counts and delays are of the months and the unit asked for; stops and news are of now."""

    provider: str
    paid: int  # obligations paid, each time
    median_minutes: int | None  # from release to paid; None where nothing was paid
    p95_minutes: int | None
    failures: tuple[FailureCount, ...]  # most first
    stops: tuple[StopSeen, ...]  # in force
    last_news_at: datetime | None  # the newest time that the gateway said anything of it

    @property
    def failed(self) -> int:
        """Obligations that failed, each time."""
        return sum(each.obligations for each in self.failures)
