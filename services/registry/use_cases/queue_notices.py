"""People are told: notices wait until a message went out or an officer of the commune told them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.registry.domain.notices import NOTICE_TOLD, UNKNOWN_NOTICE, NewNotice
from services.registry.storage.notices import insert_notices, lock_notice, mark_told
from shared import audit
from shared.auth import Caller
from shared.contracts.base import MAX_RECORDS
from shared.contracts.registry_events import NoticesQueued
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.outbox import emit


async def queue_notices(tx: Tx, notices: Sequence[NewNotice]) -> int:
    """Queue notices, and say so to whoever sends messages; how many. Numbers in their texts are masked, whoever wrote them."""
    queued = await insert_notices(tx, notices)
    for start in range(0, len(queued), MAX_RECORDS):
        await emit(tx, NoticesQueued(notices=queued[start : start + MAX_RECORDS]))
    return len(queued)


async def note_told(tx: Tx, caller: Caller, notice_id: UUID, how: str) -> None:
    """Somebody told them. Refused: `unknown-notice`, `notice-told`."""
    found = await lock_notice(tx, notice_id)
    if found is None:
        raise Refusal(UNKNOWN_NOTICE)
    if found["state"] != "queued":
        raise Refusal(NOTICE_TOLD)
    await mark_told(tx, caller, notice_id, how)
    await audit.append(tx, caller, "notice.told", f"beneficiary/{found['beneficiary_id']}", notice_id=notice_id, how=how)
