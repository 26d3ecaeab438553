"""An officer asks the commune police to compare people with the national database: a numbered list of whom, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.registry.domain.match_lists import NOBODY_TO_MATCH, NOT_A_COMMUNE, UNKNOWN_MATCH_LIST, Asked, reasons_to_match
from services.registry.storage import match_lists
from services.registry.storage.units import unit_by_id
from shared import audit
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.kernel.units import UNKNOWN_UNIT

_MONTH_DAYS = 30.44


async def make_match_list(
    tx: Tx, caller: Caller, cipher: FieldCipher, unit_id: str, reasons: Sequence[str], older_than_months: int, most: int
) -> UUID:
    """Put whoever of a commune is to be verified for one of the reasons on a new list; its id.

    Refused: `unknown-unit`, `not-a-commune`, `not-your-unit`, `nobody-to-match`.
    """
    unit = await unit_by_id(tx, unit_id)
    if unit is None:
        raise Refusal(UNKNOWN_UNIT, f"{unit_id!r} is no unit", unit=unit_id)
    caller.require_unit(unit.path)
    if unit.level != "commune":
        raise Refusal(NOT_A_COMMUNE, unit.name)
    today = await tx.today()
    long_ago = today - timedelta(days=round(older_than_months * _MONTH_DAYS))
    chosen = _choose(await match_lists.people_to_match(tx, unit_id, cipher), frozenset(reasons), long_ago)[:most]
    if not chosen:
        raise Refusal(NOBODY_TO_MATCH, unit.name)
    match_list_id = new_id()
    number = await match_lists.next_list_number(tx, unit.code, today.year)
    lines = [
        {
            "line_id": new_id(),
            "line_no": line_no,
            "beneficiary_id": beneficiary_id,
            "reasons": " ".join(why),
            "asked_sealed": cipher.seal(asked.encode(), match_lists.LINE),
        }
        for line_no, (beneficiary_id, asked, why) in enumerate(chosen, start=1)
    ]
    await match_lists.insert_match_list(tx, caller, match_list_id, number, unit_id, lines)
    await audit.append(tx, caller, "match_list.make", f"match-list/{match_list_id}", number=number, people=len(lines))
    return match_list_id


def _choose(
    people: Sequence[tuple[UUID, Asked, date | None]], reasons: frozenset[str], long_ago: date
) -> list[tuple[UUID, Asked, list[str]]]:
    found = [(person, asked, reasons_to_match(asked, verified_on, long_ago)) for person, asked, verified_on in people]
    return [(person, asked, why) for person, asked, why in found if reasons & set(why)]


async def see_match_list(tx: Tx, match_list_id: UUID) -> dict[str, Any]:
    """One list. Refused: `unknown-match-list`."""
    found = await match_lists.match_list_by_id(tx, match_list_id)
    if found is None:
        raise Refusal(UNKNOWN_MATCH_LIST)
    return found
