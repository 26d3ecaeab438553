"""An officer asks for a change of where money goes; a second officer will settle it (see domain/change_requests.py)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.registry.domain.change_requests import CHANGE_WAITS, ChangeRequest, NewChange, content_index, ground_index
from services.registry.storage.change_requests import insert_change
from shared import audit
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal

Ground = Callable[[Tx, UUID], Awaitable[Mapping[str, Any]]]
"""What a change of this kind rests on now, of one person whose row it holds. Refused: `unknown-beneficiary`."""

Apply = Callable[[Tx, Caller, FieldCipher, ChangeRequest], Awaitable[None]]
"""Carries an approved change out, and queues the notices."""


@dataclass(frozen=True, slots=True)
class ChangeKind:
    """What one kind of change rests on and does."""

    ground: Ground
    apply: Apply


ChangeKinds = Mapping[str, ChangeKind]


async def ask_change(tx: Tx, caller: Caller, cipher: FieldCipher, change: NewChange, kind: ChangeKind) -> tuple[UUID, str]:
    """Keep a change for a second officer; its id and digest. Refused: `unknown-beneficiary`, `change-waits`.

    Whether the change itself can be is checked by who calls this, and again when it is approved.
    """
    ground = ground_index(cipher, await kind.ground(tx, change.beneficiary_id))
    digest = content_index(cipher, change.kind, change.beneficiary_id, change.content, ground)
    request_id = await insert_change(tx, caller, cipher, change, content_index=digest, ground_index=ground)
    if request_id is None:
        raise Refusal(CHANGE_WAITS)
    await audit.append(
        tx, caller, "change.ask", f"beneficiary/{change.beneficiary_id}",
        request_id=request_id, kind=change.kind, digest=digest.hex(),
    )  # fmt: skip
    return request_id, digest.hex()
