"""What one running sandbox is made of, and what it asks of each provider's wire."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from services.provider_gateway.sandbox.books.database import Books
from services.provider_gateway.sandbox.faults import Faults
from services.provider_gateway.sandbox.keys import SandboxKeys
from services.provider_gateway.sandbox.outages import Outages
from services.provider_gateway.sandbox.records import BatchInfo, Notice, OpeningAnswer, Outcome
from services.provider_gateway.sandbox.settings import SandboxSettings


class Wire(Protocol):
    """How a provider puts things to its client."""

    @property
    def name(self) -> str:
        """The provider's name, also the last part of the webhook's path."""

    def accepted(self, batch: BatchInfo, references: list[str]) -> Notice:
        """The batch was taken; nothing of it is paid yet."""

    def settled(self, batch: BatchInfo, outcomes: list[Outcome], forged: bool) -> Notice:
        """Final (or later changed) results of some payments of the batch."""

    def opened(self, batch_reference: str, answers: list[OpeningAnswer]) -> Notice:
        """Answers to requests for accounts."""

    def envelope(self, message_id: str, event: str, body: bytes, forged: bool) -> tuple[dict[str, str], bytes]:
        """Headers and content to post, signed now; a forged one is signed wrongly."""


@dataclass(slots=True)
class Sandbox:
    """One running sandbox. `faults` and everything behind `books` belong to the books' thread."""

    settings: SandboxSettings
    keys: SandboxKeys
    books: Books
    faults: Faults
    outages: Outages
    wires: dict[str, Wire] = field(default_factory=dict)
    work_to_do: asyncio.Event = field(default_factory=asyncio.Event)  # wakes the settling loop
    webhooks_to_send: asyncio.Event = field(default_factory=asyncio.Event)  # wakes the sending loop
    clock_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
