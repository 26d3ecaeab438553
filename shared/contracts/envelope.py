"""The envelope every event travels in, and its one encoding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict


class Message(Protocol):
    """What a bus carries: an event of a service's log. `source` and `position` name it for ever."""

    @property
    def source(self) -> str:
        """The service that said it."""

    @property
    def position(self) -> int:
        """Its place in that service's log: gapless, in commit order."""

    @property
    def type(self) -> str:
        """What happened."""

    @property
    def routing_key(self) -> str:
        """`registry.beneficiaries_changed`."""

    def encode(self) -> bytes:
        """JSON."""


class Envelope(BaseModel):
    """An event as it is read. The body is checked by its own contract, in whose handler it arrives."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "example": {
                "source": "disbursement",
                "position": 4711,
                "type": "payment_recalled",
                "version": 1,
                "event_id": "0190e7a4-0000-7000-8000-000000000009",
                "occurred_at": "2021-10-05T02:00:00Z",
                "unit_id": "474@2021-07-01",
                "body": {
                    "run_month": "2021-10-01",
                    "payroll_id": "0190e7a4-0000-7000-8000-000000000003",
                    "chunk_no": 1,
                    "payment_id": "0190e7a4-0000-7000-8000-000000000001",
                },
            }
        },
    )

    source: str
    position: int
    type: str
    version: int
    event_id: UUID
    occurred_at: datetime  # business clock, UTC
    unit_id: str | None = None
    body: dict[str, Any]

    @property
    def routing_key(self) -> str:
        """`registry.beneficiaries_changed`."""
        return f"{self.source}.{self.type}"

    def encode(self) -> bytes:
        """JSON."""
        return orjson.dumps(self.model_dump(mode="json"))


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as it stands in the log, its body still text: the relay passes it on without reading it."""

    source: str
    position: int
    type: str
    version: int
    event_id: UUID
    occurred_at: datetime
    unit_id: str | None
    body: str

    @property
    def routing_key(self) -> str:
        """`registry.beneficiaries_changed`."""
        return f"{self.source}.{self.type}"

    def encode(self) -> bytes:
        """JSON, the same as the envelope's."""
        return orjson.dumps(
            {
                "source": self.source,
                "position": self.position,
                "type": self.type,
                "version": self.version,
                "event_id": str(self.event_id),  # the driver has a UUID type of its own
                "occurred_at": self.occurred_at,
                "unit_id": self.unit_id,
                "body": orjson.Fragment(self.body),
            }
        )


def decode_envelope(data: bytes) -> Envelope:
    """The envelope again. Raises pydantic's ValidationError on anything else."""
    try:
        return Envelope.model_validate(orjson.loads(data))  # of a body of 500 records twice as fast as pydantic's own reading
    except orjson.JSONDecodeError:
        return Envelope.model_validate_json(data)  # says in pydantic's words what is wrong
