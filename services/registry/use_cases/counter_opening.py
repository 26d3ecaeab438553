"""A confirmed opening entry turns out wrong: a counter entry takes it back; the right one comes in another list."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.registry.domain.openings.refusals import (
    CONFIRMER_COUNTERS,
    MINUTES_AHEAD,
    NOT_CONFIRMED_YET,
    OPENING_COUNTERED,
    SERVICE_AGREES,
    UNKNOWN_OPENING,
    UNKNOWN_OPENINGS,
)
from services.registry.storage import opening_rows, openings
from shared import audit, outbox
from shared.auth import Caller
from shared.contracts.registry_events import OpeningEntryCountered
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal


async def counter_opening(
    tx: Tx, caller: Caller, cipher: FieldCipher, list_id: UUID, entry_id: UUID, *,
    reason: str, minutes_number: str, minutes_on: date,
) -> None:  # fmt: skip
    """Take a confirmed entry back on a signed paper, by another person than confirmed it.

    Refused: `unknown-openings`, `unknown-opening`, `openings-not-confirmed`, `service-account-agrees`, `confirmer-counters`,
    `minutes-ahead`, `opening-countered`.
    """
    opening = await openings.get_list(tx, list_id, cipher)
    if opening is None:
        raise Refusal(UNKNOWN_OPENINGS)
    row = (await opening_rows.opening_rows_by_id(tx, list_id, [entry_id], cipher)).get(entry_id)
    if row is None:
        raise Refusal(UNKNOWN_OPENING, str(entry_id))
    if opening.state != "confirmed":
        raise Refusal(NOT_CONFIRMED_YET)
    if caller.kind != "person":
        raise Refusal(SERVICE_AGREES)
    if (caller.issuer, caller.subject) == (opening.confirmed_issuer, opening.confirmed_subject):
        raise Refusal(CONFIRMER_COUNTERS)
    if minutes_on > await tx.today():
        raise Refusal(MINUTES_AHEAD, f"{minutes_on}")
    if await opening_rows.counter_entry(tx, entry_id, reason, minutes_number, minutes_on, caller) is None:
        raise Refusal(OPENING_COUNTERED if row.answer != "drop" else UNKNOWN_OPENING, f"row {row.row}")
    event = OpeningEntryCountered(entry_id=entry_id, unit_id=opening.unit_id, minutes_number=minutes_number)
    await outbox.emit(tx, event, opening.unit_id)
    await audit.append(tx, caller, "openings.counter", f"openings/{list_id}", entry_id=entry_id, minutes_number=minutes_number)
