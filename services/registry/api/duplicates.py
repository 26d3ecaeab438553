"""People who may stand twice: searched for, looked at, merged, parted, undone."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.registry.api.duplicate_views import (
    MergeInput,
    PairPage,
    PairState,
    PairView,
    SearchInput,
    SearchView,
    WhyInput,
    view_of_pair,
    view_of_search,
)
from services.registry.api.wire import BAD_CURSOR, Cursor, Limit, UnitQuery
from services.registry.domain.settling_duplicates import UNKNOWN_DUPLICATE
from services.registry.storage.duplicate_pairs import page_of_pairs, pair_by_id
from services.registry.use_cases.search_duplicates import ask_for_search, see_search
from services.registry.use_cases.settle_duplicate import merge_duplicate, part_duplicate, undo_duplicate
from shared.auth import Caller, require
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

Reader = Annotated[Caller, Depends(require("registry:read"))]
Writer = Annotated[Caller, Depends(require("registry:write"))]

_CURSOR = re.compile(r"^(\d{1,3})\.([0-9a-f-]{36})$", re.ASCII)


def make_router(database: Database) -> APIRouter:
    """The routes of duplicates."""
    router = APIRouter(prefix="/v1/duplicates", tags=["duplicates"])
    _search_routes(router, database)
    _reading_routes(router, database)
    _settling_routes(router, database)
    return router


def _place(cursor: str | None) -> tuple[int, UUID] | None:
    if cursor is None:
        return None
    found = _CURSOR.match(cursor)
    try:
        return (int(found.group(1)), UUID(found.group(2))) if found else _no_cursor()
    except ValueError:
        return _no_cursor()


def _no_cursor() -> tuple[int, UUID]:
    raise Refusal(BAD_CURSOR)


async def _view(tx: Tx, candidate_id: UUID) -> PairView:
    row = await pair_by_id(tx, candidate_id)
    if row is None:
        raise Refusal(UNKNOWN_DUPLICATE)
    return view_of_pair(row)


def _search_routes(router: APIRouter, database: Database) -> None:
    @router.post("/search", summary="Search for duplicates", status_code=202)
    async def search(asked: SearchInput, caller: Writer, key: IdempotencyKey = None) -> SearchView:
        """Compares everybody of a unit with whoever may be the same person, in that unit or any other. It goes on behind the
        scenes: see the search. Whoever is changed later is compared by itself. Refused: `unknown-unit`, `not-your-unit`,
        `unit-needed` where the token is for several units."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> SearchView:
                return view_of_search(await ask_for_search(tx, caller, asked.unit_id))

            return await once(tx, caller, "POST /v1/duplicates/search", key, asked.model_dump_json().encode(), SearchView, work)

    @router.get("/searches/{search_id}", summary="See a search for duplicates")
    async def get_search(caller: Reader, search_id: UUID) -> SearchView:
        """How far it is. Refused: `unknown-search`."""
        async with database.transaction(caller.row_scope) as tx:
            return view_of_search(await see_search(tx, caller, search_id))


def _reading_routes(router: APIRouter, database: Database) -> None:
    @router.get("", summary="List pairs who may be one person")
    async def list_pairs(
        caller: Reader,
        state: PairState | None = None,
        unit_id: UnitQuery = None,
        beneficiary_id: UUID | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> PairPage:
        """Pairs of which at least one is of the token's units, the likeliest first. Of a person of another unit there is the
        code and the commune alone. Refused: `bad-cursor`."""
        after = _place(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await page_of_pairs(tx, state=state, unit_id=unit_id, beneficiary_id=beneficiary_id, after=after, limit=limit)
        items = [view_of_pair(row) for row in rows]
        last = f"{items[-1].score}.{items[-1].candidate_id}" if len(items) == limit else None
        return PairPage(items=items, next_cursor=last)

    @router.get("/{candidate_id}", summary="See a pair")
    async def get_pair(caller: Reader, candidate_id: UUID) -> PairView:
        """The two side by side, and why they may be one. Refused: `unknown-duplicate`."""
        async with database.transaction(caller.row_scope) as tx:
            return await _view(tx, candidate_id)


def _settling_routes(router: APIRouter, database: Database) -> None:
    @router.post("/{candidate_id}/merge", summary="Merge a pair")
    async def merge(caller: Writer, candidate_id: UUID, merged: MergeInput, key: IdempotencyKey = None) -> PairView:
        """The two are one person: the other is stopped from this month on, so that only one is paid, and is marked as merged.
        History, documents, decisions and payee of both are kept. Two communes' people are merged by the unit above both.

        Refused: `unknown-duplicate`, `duplicate-beyond-your-units`, `duplicate-settled`, `survivor-not-of-pair`,
        `merged-already`, `duplicate-changed-since`, `survivor-ended`, `transfer-open`, `duplicate-has-openings`.
        """
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> PairView:
                seen = (merged.first_version, merged.second_version)
                await merge_duplicate(tx, caller, candidate_id, merged.survivor_id, seen, merged.note)
                return await _view(tx, candidate_id)

            route = f"POST /v1/duplicates/{candidate_id}/merge"
            return await once(tx, caller, route, key, merged.model_dump_json().encode(), PairView, work)

    @router.post("/{candidate_id}/part", summary="Part a pair")
    async def part(caller: Writer, candidate_id: UUID, why: WhyInput, key: IdempotencyKey = None) -> PairView:
        """The two are two persons: the pair comes back only where what was compared changes. Refused: `unknown-duplicate`,
        `duplicate-beyond-your-units`, `duplicate-settled`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> PairView:
                await part_duplicate(tx, caller, candidate_id, why.note)
                return await _view(tx, candidate_id)

            route = f"POST /v1/duplicates/{candidate_id}/part"
            return await once(tx, caller, route, key, why.model_dump_json().encode(), PairView, work)

    @router.post("/{candidate_id}/undo", summary="Undo a merge or a parting")
    async def undo(caller: Writer, candidate_id: UUID, why: WhyInput, key: IdempotencyKey = None) -> PairView:
        """The pair is open again; a merged person stands exactly as before. Refused: `unknown-duplicate`,
        `duplicate-beyond-your-units`, `duplicate-not-settled`, `duplicate-changed-since` (the merged person's standing was
        changed after the merge)."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> PairView:
                await undo_duplicate(tx, caller, candidate_id, why.note)
                return await _view(tx, candidate_id)

            route = f"POST /v1/duplicates/{candidate_id}/undo"
            return await once(tx, caller, route, key, why.model_dump_json().encode(), PairView, work)
