"""Whoever holds the money agrees to a list of opening balances."""

from __future__ import annotations

from uuid import UUID

from services.registry.domain.openings.agreement import Signatory, Stated, check_signatory, check_totals
from services.registry.domain.openings.records import OpeningList
from services.registry.domain.openings.refusals import (
    OPENINGS_CONFIRMED,
    OPENINGS_TWICE,
    OPENINGS_UNANSWERED,
    UNKNOWN_OPENINGS,
)
from services.registry.storage import opening_rows, openings
from services.registry.storage.received_lists import lock_list
from shared import audit
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal


async def agree_openings(tx: Tx, caller: Caller, who: Signatory, cipher: FieldCipher, list_id: UUID, stated: Stated) -> None:
    """Keep that a provider states the list's own totals.

    Refused: `unknown-openings`, `openings-confirmed`, `service-account-agrees`, `maker-agrees`, `minutes-missing`,
    `minutes-ahead`, `openings-unanswered`, `openings-entered-twice`, `openings-nothing-there`, `openings-totals-differ`.
    """
    opening = await open_list(tx, cipher, list_id)
    check_signatory(who, await openings.makers_of(tx, list_id), stated, await tx.today())
    await require_settled(tx, opening)
    check_totals(stated, await openings.totals_of_list(tx, list_id))
    await openings.put_agreement(tx, opening, stated, caller)
    await audit.append(
        tx,
        caller,
        "openings.agree",
        f"openings/{list_id}",
        provider=stated.provider,
        totals_dong=dict(stated.totals_dong),
        minutes_number=stated.minutes_number,
        minutes_on=stated.minutes_on,
    )


async def open_list(tx: Tx, cipher: FieldCipher, list_id: UUID) -> OpeningList:
    """The list, held until the transaction ends. Refused: `unknown-openings`, `openings-confirmed`."""
    opening = await held_list(tx, cipher, list_id)
    if opening.state == "confirmed":
        raise Refusal(OPENINGS_CONFIRMED)
    return opening


async def held_list(tx: Tx, cipher: FieldCipher, list_id: UUID) -> OpeningList:
    """The list in whatever state, held until the transaction ends. Refused: `unknown-openings`."""
    opening = await openings.get_list(tx, list_id, cipher) if await lock_list(tx, openings.LISTS, list_id) else None
    if opening is None:
        raise Refusal(UNKNOWN_OPENINGS)
    return opening


async def require_settled(tx: Tx, opening: OpeningList) -> None:
    """Refuse `openings-unanswered`, and `openings-entered-twice` with the rows."""
    if opening.unanswered:
        raise Refusal(OPENINGS_UNANSWERED, f"{opening.unanswered} entries", unanswered=opening.unanswered)
    twice = await opening_rows.entered_twice(tx, opening.list_id)
    if twice:
        raise Refusal(OPENINGS_TWICE, f"rows {', '.join(map(str, twice))}", rows=twice)
