"""What the services say to each other: one model for each event type, with its source and version.

An event carries arrays (up to 500 records), so that a message is a chunk and a transaction is a chunk. Identity, phone and
account numbers travel sealed (`*_sealed`, see `shared.crypto`). Fields may be added; a change of meaning is a new version.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

MAX_RECORDS = 500
"""A bound on the records of one event, which is also the size of a chunk of a payroll."""

Provider = str
Channel = Literal["wallet", "account", "cash", "cashier"]
"""wallet and account are paid into an account; cash is handed out by a provider's agent; cashier by the commune itself."""

Place = Literal["not_released", "in_flight", "paid_account", "paid_cash", "returned", "unclaimed", "cancelled"]
"""Where an obligation stands: the seven parts of what a month owes."""


class Contract(BaseModel):
    """Frozen, and closed to fields that nobody defined."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Contract):
    """Base of all events."""

    source: ClassVar[str]
    type: ClassVar[str]
    version: ClassVar[int] = 1
