"""The envelope every event travels in, and its one encoding."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, JsonValue


class Envelope(BaseModel):
    """An event of a service's log. `position` is gapless in commit order; `source` and `position` name it for ever."""

    model_config = ConfigDict(frozen=True)

    source: str
    position: int
    type: str
    version: int
    event_id: UUID
    occurred_at: datetime  # business clock, UTC
    unit_id: str | None = None
    body: dict[str, JsonValue]

    @property
    def routing_key(self) -> str:
        """`registry.beneficiaries_changed`."""
        return f"{self.source}.{self.type}"

    def encode(self) -> bytes:
        """JSON."""
        return orjson.dumps(self.model_dump(mode="json"))


def decode_envelope(data: bytes) -> Envelope:
    """The envelope again. Raises pydantic's ValidationError on anything else."""
    return Envelope.model_validate_json(data)
