"""Somebody asks for a search for duplicates among all people of a unit, and sees how far it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.registry.storage.duplicate_searches import insert_search, search_by_id
from services.registry.storage.units import unit_by_id
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import ErrorCode, Kind, Refusal
from shared.kernel.ids import new_id
from shared.kernel.units import UNKNOWN_UNIT

UNIT_NEEDED = ErrorCode(
    "unit-needed", Kind.INVALID, "The token is for several units: name one", "Mã truy cập thuộc nhiều đơn vị: hãy nêu một đơn vị"
)
UNKNOWN_SEARCH = ErrorCode("unknown-search", Kind.MISSING, "No such search", "Không có lần tìm kiếm này")


async def ask_for_search(tx: Tx, caller: Caller, unit_id: str | None) -> dict[str, Any]:
    """Note the search for the workers. Refused: `unknown-unit`, `not-your-unit`, `unit-needed`."""
    if unit_id is None and len(caller.unit_ids) > 1:
        raise Refusal(UNIT_NEEDED)
    chosen = unit_id or next(iter(caller.unit_ids), None)
    if chosen is not None:
        unit = await unit_by_id(tx, chosen)
        if unit is None:
            raise Refusal(UNKNOWN_UNIT, f"{chosen!r} is no unit", unit=chosen)
        caller.require_unit(unit.path)
    search_id = new_id()
    await insert_search(tx, caller, search_id, chosen)
    await audit.append(tx, caller, "duplicates.search", f"duplicate-search/{search_id}", unit_id=chosen)
    return await see_search(tx, caller, search_id)


async def see_search(tx: Tx, caller: Caller, search_id: UUID) -> dict[str, Any]:
    """One search of the caller's units. Refused: `unknown-search`."""
    found = await search_by_id(tx, search_id)
    unit = await unit_by_id(tx, found["unit_id"]) if found and found["unit_id"] else None
    if found is None or not caller.may_see(unit.path if unit else ()):
        raise Refusal(UNKNOWN_SEARCH)
    return found
