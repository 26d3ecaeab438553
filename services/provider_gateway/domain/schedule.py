"""When to ask again: the intervals of sending and asking, in one place.

In production minutes grow to hours, then a person looks (`GET /v1/attempts?state=unknown&older_than=...`). In demo and test
the same code runs on fractions of a second.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from services.provider_gateway.domain.limits import PRODUCTION as PRODUCTION_LIMITS
from services.provider_gateway.domain.limits import SANDBOX as SANDBOX_LIMITS
from services.provider_gateway.domain.limits import Limits

JITTER = 0.2
"""Pauses are up to so much longer, by chance: what failed together is not tried again together."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """All in seconds of wall time. `longest_processing_seconds` None: each connector's own."""

    unknown_first_seconds: float  # from a sending without an answer to the first enquiry
    unknown_growth: float
    unknown_most_seconds: float
    open_first_seconds: float  # from "accepted" to the first enquiry, in case the webhook never comes
    open_growth: float
    open_most_seconds: float
    give_up_seconds: float  # what is open so long after its sending is left to a person
    resend_seconds: float  # first pause after a sending that surely did not arrive; doubles
    resend_most_seconds: float
    account_wait_seconds: float  # pause of a chunk whose accounts are not here yet
    opening_poll_seconds: float  # between enquiries about an account that was asked for
    lease_seconds: float  # a sender that dies is missed after so long; a living one renews
    longest_processing_seconds: float | None = None
    limits: Limits = PRODUCTION_LIMITS  # of providers for which nobody has set others
    chance: Callable[[], float] = field(default=random.random, repr=False, compare=False)  # from 0 to 1

    def enquiry_pause_seconds(self, enquiries: int, any_unknown: bool) -> float:
        """The pause before the next enquiry after so many."""
        if any_unknown:
            first, growth, most = self.unknown_first_seconds, self.unknown_growth, self.unknown_most_seconds
        else:
            first, growth, most = self.open_first_seconds, self.open_growth, self.open_most_seconds
        return min(first * growth ** min(enquiries, 50), most) * (1 + JITTER * self.chance())

    def resend_pause_seconds(self, tries: int, asked_seconds: float) -> float:
        """The pause before sending again what surely did not arrive; at least what the provider asked for."""
        pause = max(min(self.resend_seconds * 2.0 ** min(tries, 30), self.resend_most_seconds), asked_seconds)
        return pause * (1 + JITTER * self.chance())


_PARK_FIRST_SECONDS, _PARK_MOST_SECONDS = 0.5, 3600.0
MAX_PARKED = 60
"""Parked that often (some two days) a webhook or a file is left to a person."""


def park_seconds(tries: int) -> float | None:
    """The pause before what speaks of payments unknown here, or failed, is applied again; None: it is left to a person."""
    return None if tries >= MAX_PARKED else min(_PARK_FIRST_SECONDS * 2.0 ** min(tries, 20), _PARK_MOST_SECONDS)


PRODUCTION = Schedule(
    unknown_first_seconds=20,
    unknown_growth=2,
    unknown_most_seconds=3600,
    open_first_seconds=600,
    open_growth=2,
    open_most_seconds=6 * 3600,
    give_up_seconds=30 * 86400,
    resend_seconds=1,
    resend_most_seconds=300,
    account_wait_seconds=5,
    opening_poll_seconds=600,
    lease_seconds=60,
)

SANDBOX = Schedule(
    unknown_first_seconds=0.3,
    unknown_growth=1.5,
    unknown_most_seconds=2,
    open_first_seconds=2,
    open_growth=2,
    open_most_seconds=30,
    give_up_seconds=3600,
    resend_seconds=0.3,
    resend_most_seconds=5,
    account_wait_seconds=0.2,
    opening_poll_seconds=3,
    lease_seconds=3,
    longest_processing_seconds=4,
    limits=SANDBOX_LIMITS,
)


def schedule_for(environment: str, longest_processing_seconds: float | None = None) -> Schedule:
    """The intervals of an environment ("test" talks to the sandbox), with the longest processing time where one is set."""
    schedule = SANDBOX if environment == "test" else PRODUCTION
    if longest_processing_seconds is None:
        return schedule
    return replace(schedule, longest_processing_seconds=longest_processing_seconds)
