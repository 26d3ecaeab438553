"""A chunk: up to 500 payments of one payroll that go to a provider as one batch."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.kernel.ids import REFERENCE_LENGTH


@dataclass(frozen=True, slots=True)
class ChunkKey:
    """Names a chunk."""

    payroll_id: UUID
    chunk_no: int


@dataclass(frozen=True, slots=True)
class Line:
    """One payment as instructed."""

    payment_id: UUID
    attempt_no: int
    unit_id: str
    payee_id: UUID
    payee_version: int
    payee_name: str
    account_id: UUID | None
    account_version: int | None
    amount_dong: int
    note: str
    home_delivery: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk as held."""

    key: ChunkKey
    run_month: date
    provider: str
    channel: str
    authority_id: str
    batch_reference: str
    state: str
    pay_on: date | None
    tries: int
    enquiries: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How many attempts of a chunk are open, and how."""

    sending: int
    unknown: int
    accepted: int  # or pending
    refused: int
    refused_by_provider: int  # of those, for reasons that are not the payee's account's

    @property
    def any_open(self) -> bool:
        """Whether any payment is still in flight."""
        return self.sending + self.unknown + self.accepted > 0

    @property
    def answered(self) -> bool:
        """Whether the provider has said something of every payment."""
        return self.sending + self.unknown == 0

    @property
    def to_enquire(self) -> bool:
        """Whether there is anything to ask about."""
        return self.unknown + self.accepted > 0


def batch_reference(key: ChunkKey) -> str:
    """What the chunk is called at its provider: the same for every sending. 26 characters, like a payment's reference."""
    digest = hashlib.sha256(f"{key.payroll_id}#{key.chunk_no}".encode()).digest()
    return base64.b32encode(digest).decode()[:REFERENCE_LENGTH]
