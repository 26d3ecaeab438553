"""When two parties agree on opening balances: another person than the maker, and the same totals of every kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date

from services.registry.domain.openings.records import Agreement, Total, providers_of
from services.registry.domain.openings.refusals import (
    MAKER_AGREES,
    MINUTES_AHEAD,
    MINUTES_MISSING,
    NOTHING_WITH_PROVIDER,
    OPENINGS_NOT_AGREED,
    SERVICE_AGREES,
    TOTALS_DIFFER,
)
from services.registry.domain.openings.words import KINDS
from shared.kernel.errors import Refusal
from shared.kernel.money import format_dong


@dataclass(frozen=True, slots=True)
class Stated:
    """What a provider says lies with it, in đồng by kind (a kind left out: nothing), and the minutes that say so."""

    provider: str
    totals_dong: Mapping[str, int]
    minutes_number: str | None
    minutes_on: date | None


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who agrees. `is_provider` is staff of a provider: a token that may act for a provider and not for an authority."""

    issuer: str
    subject: str
    is_person: bool
    is_provider: bool


def check_signatory(who: Signatory, makers: Set[tuple[str, str]], stated: Stated, today: date) -> None:
    """Refuse `service-account-agrees`, `maker-agrees` (who sent the list in, or answered its rows), `minutes-missing`,
    `minutes-ahead`."""
    if not who.is_person:
        raise Refusal(SERVICE_AGREES)
    if (who.issuer, who.subject) in makers:
        raise Refusal(MAKER_AGREES)
    if not who.is_provider and not (stated.minutes_number and stated.minutes_on):
        raise Refusal(MINUTES_MISSING)
    if stated.minutes_on and stated.minutes_on > today:
        raise Refusal(MINUTES_AHEAD, f"{stated.minutes_on}")


def check_totals(stated: Stated, totals: Sequence[Total]) -> None:
    """Refuse `openings-nothing-there`, and `openings-totals-differ` with each kind's difference."""
    ours = {total.kind: total.amount_dong for total in totals if total.provider == stated.provider}
    if not ours:
        raise Refusal(NOTHING_WITH_PROVIDER, stated.provider, provider=stated.provider)
    differences = [
        {
            "kind": kind,
            "listed_dong": ours.get(kind, 0),
            "stated_dong": stated.totals_dong.get(kind, 0),
            "difference_dong": stated.totals_dong.get(kind, 0) - ours.get(kind, 0),
        }
        for kind in KINDS
        if stated.totals_dong.get(kind, 0) != ours.get(kind, 0)
    ]
    if differences:
        words = "; ".join(
            f"{d['kind']}: {format_dong(int(d['listed_dong']))} listed, {format_dong(int(d['stated_dong']))} stated"
            for d in differences
        )
        raise Refusal(TOTALS_DIFFER, words, differences=differences)


def check_all_agreed(agreements: Sequence[Agreement], totals: Sequence[Total]) -> None:
    """Refuse `openings-not-agreed` where a provider with something in the list has not agreed to what it holds now."""
    agreed = {agreement.provider: agreement for agreement in agreements}
    missing = [provider for provider in providers_of(totals) if provider not in agreed]
    if missing:
        raise Refusal(OPENINGS_NOT_AGREED, ", ".join(missing), providers=missing)
    for agreement in agreements:
        check_totals(Stated(agreement.provider, agreement.stated_dong, None, None), totals)
