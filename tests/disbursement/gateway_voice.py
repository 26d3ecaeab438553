"""What the tests let the gateway say: words about payments, in events that go through the inbox."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from shared.contracts.base import Event
from shared.contracts.disbursement_events import ChunkInstructed
from shared.contracts.envelope import Envelope
from shared.contracts.gateway_events import ChunkProgressed, Outcome, PaymentOutcome
from shared.inbox import Inbox
from shared.kernel.clock import wall_now
from shared.kernel.ids import new_id

Story = Sequence[Outcome]
_positions = itertools.count(1)


class Listener(Protocol):
    """Whoever hears the gateway."""

    @property
    def inbox(self) -> Inbox:
        """Where events come in."""


class Paid(Protocol):
    """A payment or a line of a chunk."""

    @property
    def payment_id(self) -> UUID:
        """Disbursement's."""

    @property
    def amount_dong(self) -> int:
        """What it pays."""


async def say(listener: Listener, event: Event, unit_id: str | None = None) -> Envelope:
    """The gateway says an event, and it is applied here."""
    envelope = Envelope(
        source=event.source, position=next(_positions), type=event.type, version=event.version, event_id=new_id(),
        occurred_at=wall_now(), unit_id=unit_id, body=event.model_dump(mode="json"),
    )  # fmt: skip
    await listener.inbox.receive(envelope.encode())
    return envelope


def said(payment: Paid, step: int, outcome: Any, **changes: Any) -> PaymentOutcome:
    """A word of the gateway about a payment."""
    fields: dict[str, Any] = {
        "payment_id": payment.payment_id,
        "attempt_no": step // 100,
        "step": step,
        "outcome": outcome,
        "reason": None,
        "amount_dong": payment.amount_dong,
        "provider_reference": f"ref-{step}",
        "at": datetime(2021, 10, 5, 1, 0, step % 60, tzinfo=UTC),
    }
    return PaymentOutcome(**{**fields, **changes})


def failing(outcome: Outcome) -> dict[str, Any]:
    """The reason that a refusal or a return is said with."""
    return {"reason": "locked"} if outcome in ("rejected", "returned") else {}


async def progressed(
    listener: Listener, chunk: ChunkInstructed, outcomes: Sequence[PaymentOutcome], *, answered: bool = True
) -> None:
    """One event about a chunk."""
    event = ChunkProgressed(
        run_month=chunk.run_month, payroll_id=chunk.payroll_id, chunk_no=chunk.chunk_no, provider=chunk.provider,
        answered=answered, outcomes=list(outcomes),
    )  # fmt: skip
    await say(listener, event, chunk.authority_id)


async def tell(
    listener: Listener, chunk: ChunkInstructed, outcomes: Mapping[UUID, Outcome], step: int = 101, **changes: Any
) -> None:
    """What became of some payments of a chunk, in one event."""
    words = [
        said(line, step, outcomes[line.payment_id], **{**failing(outcomes[line.payment_id]), **changes})
        for line in chunk.lines
        if line.payment_id in outcomes
    ]
    await progressed(listener, chunk, words)


async def answer(listener: Listener, chunk: ChunkInstructed, stories: Sequence[Story]) -> None:
    """Story by story, line by line, each word an event of its own; all of them a second time."""
    words = [
        said(line, 101 + step, outcome, **failing(outcome))
        for line, story in zip(chunk.lines, stories, strict=True)
        for step, outcome in enumerate(story)
    ]
    for word in words * 2:
        await progressed(listener, chunk, [word], answered=word is words[-1])
