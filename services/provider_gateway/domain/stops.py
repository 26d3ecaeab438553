"""Stops (lệnh dừng chi): who may lift one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.provider_gateway.domain.refusals import SERVICE_LIFTS, STOPPER_LIFTS
from shared.kernel.errors import Refusal

Scope = Literal["provider", "payroll"]
Cause = Literal["person", "error-rate", "canary", "restore"]
"""Who or what placed it: an officer, the error-rate rule, a payroll whose first payments failed, a restored database."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop. `key` is a provider's name or a payroll's id; `lifted_at` is None while it is in force."""

    stop_id: UUID
    scope: Scope
    key: str
    cause: Cause
    reason: str
    issuer: str
    subject: str
    stopped_at: datetime
    lifted_issuer: str | None
    lifted_subject: str | None
    lifted_at: datetime | None
    lift_reason: str | None


def check_may_lift(stop: Stop, issuer: str, subject: str, kind: str) -> None:
    """Another officer than the one who stopped lifts it, and no service account; else `stopper-lifts`,
    `service-account-lifts`. What a rule stopped any officer may lift."""
    if kind != "person":
        raise Refusal(SERVICE_LIFTS)
    if (stop.issuer, stop.subject) == (issuer, subject):
        raise Refusal(STOPPER_LIFTS, f"{subject} placed this stop", stop_id=stop.stop_id)
