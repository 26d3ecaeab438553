"""When a provider, or a payroll, fails so often that it is stopped by itself. Pure; the figures stand here with their reasons.

What is judged is the newest chunks of which the provider has said something, as they stand now. A chunk is one batch, so a
time-out is one failure whether it hit 20 payments or 500.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.provider_gateway.domain.attempt import RECALLED

WINDOW_CHUNKS = 20
"""So many newest chunks are looked at: enough that two or three hiccups are no rate, few enough that a provider that begins
to fail at the 11th chunk is stopped before the 32nd."""

LEAST_CHUNKS = 8
"""With fewer nothing is judged. The dispatcher keeps at most eight chunks under way at a provider: less than what it would
have sent anyhow is not worth a person's call at night."""

MOST_FAILING_PERCENT = 50
"""More than half of the provider's chunks failing is no coincidence of single faults: at one fault in five, eleven or more
of twenty have a chance below one in a thousand."""

ENQUIRIES_BEFORE_FAILING = 2
"""A time-out that is cleared by one or two enquiries (under a minute) is what enquiries are for. What is unknown after that
counts as failing."""

LEAST_PAYROLL_CHUNKS = 3
"""A payroll is judged from its third chunk on: the first is its canary, and the second alone may be one bad batch."""

MOST_REFUSED_PERCENT = 30
"""Of a payroll's payments. Refusals of single accounts stay below 2 in 100 where lists are in order; three in ten mean that
the list, its accounts or its funding are wrong, whoever's fault it is. The canary uses the same figure."""

ACCOUNTS_OWN = ("invalid_account", "name_mismatch", "locked", "limit", "identity_missing", RECALLED)
"""Reasons of a refusal that lie with the payee's account or papers, and that of a payment asked back before it was sent. Every
other one is the provider's own, or ours with it: no money there, a signature, a form, a word we don't know."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How one chunk's payments stand."""

    payments: int
    unknown: int
    refused: int
    refused_by_provider: int
    enquiries: int

    @property
    def is_failing(self) -> bool:
        """Whether more than half of it is refused for the provider's own reasons, or unknown in spite of enquiries."""
        silent = self.unknown if self.enquiries >= ENQUIRIES_BEFORE_FAILING else 0
        return 2 * (self.refused_by_provider + silent) > self.payments


def provider_fails(newest: Sequence[Tally]) -> str | None:
    """Why a provider with these newest chunks is to be stopped; None: it is not."""
    failing = sum(tally.is_failing for tally in newest)
    if len(newest) < LEAST_CHUNKS or failing * 100 <= len(newest) * MOST_FAILING_PERCENT:
        return None
    return f"{failing} of the last {len(newest)} chunks are refused for the provider's own reasons or unknown"


def payroll_fails(newest: Sequence[Tally]) -> str | None:
    """Why a payroll with these newest chunks is to be stopped; None: it is not."""
    payments, refused = sum(tally.payments for tally in newest), sum(tally.refused for tally in newest)
    if len(newest) < LEAST_PAYROLL_CHUNKS or refused * 100 <= payments * MOST_REFUSED_PERCENT:
        return None
    return f"{refused} of the last {payments} payments were refused"
