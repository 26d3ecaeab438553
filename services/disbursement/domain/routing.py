"""Which way a person's money goes: pure, and the yardstick for the SQL that routes a whole authority."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.disbursement.domain.refusals import UNKNOWN_PROVIDER
from shared.kernel.errors import Refusal

Channel = Literal["wallet", "account", "cash", "cashier"]

ACCOUNT_CHANNELS = ("wallet", "account")
"""Channels that credit an account; a contract with one of them is electronic."""

PROVIDERS_OF_CHANNEL: dict[str, tuple[str, ...]] = {
    "wallet": ("viettelpay",),
    "account": ("vietinbank",),
    "cash": ("viettelpay", "vnpost"),
    "cashier": ("commune_cashier",),
}
"""Who can move money through a channel before the gateway has described its connectors. VietinBank's contract pays cash through
Vietnam Post. Any other provider is known by `providers_described` alone."""

LEAD_PROVIDERS = ("viettelpay", "vietinbank", "commune_cashier")
"""Who may lead a contract."""


@dataclass(frozen=True, slots=True)
class Account:
    """A payee's account in use, at a version."""

    account_id: UUID
    version: int
    provider: str
    channel: str


@dataclass(frozen=True, slots=True)
class Option:
    """One channel of one contract that serves a commune in the run month."""

    contract_id: UUID
    number: str
    from_month: date  # since when it serves the commune
    channel: str
    provider: str


@dataclass(frozen=True, slots=True)
class Route:
    """The contract, provider and channel of a payment; `account` is None where cash is handed out."""

    contract_id: UUID
    provider: str
    channel: str
    account: Account | None


def route(account: Account | None, avoided: Collection[tuple[UUID, int]], options: Sequence[Option]) -> Route | None:
    """The way for one person, None when no contract serves the commune.

    Into the account where a contract has its provider and channel, unless a payment of what is to be paid failed on this
    very account and version; else cash of a contract; else the commune's cashier. Of several contracts the newest counts.
    """
    usable = account is not None and (account.account_id, account.version) not in avoided
    if account is not None and usable:
        into = _newest(o for o in options if (o.channel, o.provider) == (account.channel, account.provider))
        if into is not None:
            return Route(into.contract_id, into.provider, into.channel, account)
    for channel in ("cash", "cashier"):
        by_hand = _newest(o for o in options if o.channel == channel)
        if by_hand is not None:
            return Route(by_hand.contract_id, by_hand.provider, by_hand.channel, None)
    return None


def _newest(options: Iterable[Option]) -> Option | None:
    """The contract that serves the commune since last; of two from one month the one whose number comes first."""
    return min(options, key=lambda o: (-o.from_month.toordinal(), o.number, o.contract_id.bytes), default=None)


def check_channels(
    lead_provider: str, channels: Sequence[tuple[str, str]], described: Mapping[str, Collection[str]] | None = None
) -> None:
    """Refuse with `unknown-provider` a lead provider, or a channel and provider, that don't exist.

    `described`: what the gateway has connectors for, provider -> channels. Whom it names beside those known here may pay through
    its channels, and lead a contract of its own.
    """
    told = described or {}
    known = {provider for providers in PROVIDERS_OF_CHANNEL.values() for provider in providers}
    if lead_provider not in LEAD_PROVIDERS and (lead_provider in known or lead_provider not in told):
        raise Refusal(UNKNOWN_PROVIDER, f"{lead_provider!r} leads no contract", provider=lead_provider)
    for channel, provider in channels:
        if provider not in PROVIDERS_OF_CHANNEL.get(channel, ()) and channel not in told.get(provider, ()):
            raise Refusal(UNKNOWN_PROVIDER, f"{provider!r} does not pay through {channel!r}", provider=provider, channel=channel)
