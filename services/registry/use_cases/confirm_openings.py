"""A list of opening balances that all have agreed to is confirmed: it is sealed, and said to the other services."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from services.registry.domain.openings.agreement import check_all_agreed
from services.registry.domain.openings.records import ConfirmedEntry
from services.registry.domain.openings.refusals import SERVICE_AGREES
from services.registry.storage import opening_rows, openings
from services.registry.use_cases.agree_openings import held_list, require_settled
from shared import audit, outbox
from shared.auth import Caller
from shared.contracts.base import MAX_RECORDS
from shared.contracts.registry_events import OpeningBalancesAgreed, OpeningEntry
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal


async def confirm_openings(tx: Tx, caller: Caller, cipher: FieldCipher, list_id: UUID) -> None:
    """Confirm a list. Again for a confirmed one changes nothing.

    Refused: `unknown-openings`, `service-account-agrees`, `openings-unanswered`, `openings-entered-twice`,
    `openings-not-agreed`, `openings-totals-differ`.
    """
    if caller.kind != "person":
        raise Refusal(SERVICE_AGREES)
    opening = await held_list(tx, cipher, list_id)
    if opening.state == "confirmed":
        return
    await require_settled(tx, opening)
    totals = await openings.totals_of_list(tx, list_id)
    check_all_agreed(await openings.agreements_of(tx, list_id), totals)
    entries = await opening_rows.confirm_entries(tx, list_id)
    sealed = sha256("\n".join(entry.canonical() for entry in entries).encode()).digest()
    await openings.mark_list_confirmed(tx, list_id, sealed, caller)
    for at in range(0, len(entries), MAX_RECORDS):
        said = [_for_event(entry) for entry in entries[at : at + MAX_RECORDS]]
        await outbox.emit(tx, OpeningBalancesAgreed(list_id=list_id, unit_id=opening.unit_id, entries=said), opening.unit_id)
    await audit.append(
        tx,
        caller,
        "openings.confirm",
        f"openings/{list_id}",
        entries=len(entries),
        amount_dong=sum(entry.amount_dong for entry in entries),
        sealed_sha256=sealed.hex(),
    )


def _for_event(entry: ConfirmedEntry) -> OpeningEntry:
    return OpeningEntry(
        entry_id=entry.entry_id,
        beneficiary_id=entry.beneficiary_id,
        person_name=entry.person_name,
        kind=entry.kind,
        benefit_month=entry.month,
        amount_dong=entry.amount_dong,
        provider=entry.provider,
        minutes_number=entry.minutes_number,
        agreed_on=entry.agreed_on,
    )
