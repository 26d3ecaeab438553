"""Contracts with those who pay out: an authority, a lead provider, channels, and the communes served from a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.calendar import SendOn
from services.disbursement.domain.canary import CANARY_PAYMENTS


@dataclass(frozen=True, slots=True)
class ContractChannel:
    """A channel and who moves the money through it."""

    channel: str
    provider: str
    canary_payments: int = CANARY_PAYMENTS  # so many of a large payroll go first, alone; 0: no canary
    send_on: SendOn = "any_day"


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract. `communes` counts the communes it serves or is to serve."""

    contract_id: UUID
    authority_id: str
    number: str
    lead_provider: str
    valid_from: date
    valid_to: date | None
    channels: tuple[ContractChannel, ...]
    communes: int
