"""People: found, seen whole, and as they were."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime

from services.registry.api.act_views import Day
from services.registry.api.beneficiary_shown import view_of_record, view_of_then, view_of_version
from services.registry.api.beneficiary_views import (
    BeneficiaryBrief,
    BeneficiaryPage,
    BeneficiaryView,
    VersionPage,
)
from services.registry.api.wire import BAD_CURSOR, Cursor, Limit, UnitQuery, number_cursor
from services.registry.domain.search import SearchPlace, read_place
from services.registry.use_cases.find_beneficiaries import get_beneficiary, get_history, search_beneficiaries
from services.registry.use_cases.look_back import person_as_of
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database
from shared.kernel.errors import Refusal

Reader = Annotated[Caller, Depends(require("registry:read"))]


def _place(cursor: str | None) -> SearchPlace | None:
    place = read_place(cursor) if cursor is not None else None
    if cursor is not None and place is None:
        raise Refusal(BAD_CURSOR)
    return place


def make_router(database: Database, cipher: FieldCipher) -> APIRouter:
    """The routes of beneficiaries."""
    router = APIRouter(prefix="/v1/beneficiaries", tags=["beneficiaries"])

    @router.get("", summary="Find beneficiaries")
    async def search(
        caller: Reader,
        search: Annotated[
            str,
            Query(
                max_length=200,
                description="Words, or beginnings of words, of a name, a village or the payee's name, in any order and with or "
                "without diacritics; a birth year or date (d/m/yyyy); a code; an identity or phone number, the payee's too. "
                "All must fit.",
                examples=["nguyen thi thuy 1941"],
            ),
        ] = "",
        unit_id: UnitQuery = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> BeneficiaryPage:
        """People of the token's units. Whoever is written with the very diacritics that were typed comes first, then whoever
        has that very name, then by how many words the name has; equals in the order of their codes. Refused: `bad-cursor`."""
        after = _place(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await search_beneficiaries(tx, cipher, search, unit_id=unit_id, after=after, limit=limit)
        items = [BeneficiaryBrief.model_validate(row) for row in rows]
        last = SearchPlace(rows[-1]["rank"], rows[-1]["code"]).cursor() if len(rows) == limit else None
        return BeneficiaryPage(items=items, next_cursor=last)

    @router.get("/{beneficiary_id}", summary="See a beneficiary")
    async def get(
        caller: Reader,
        beneficiary_id: UUID,
        response: Response,
        as_of: Annotated[Day | None, Query(description="What was effective on this day.")] = None,
        known_at: Annotated[AwareDatetime | None, Query(description="As the registry knew it at this instant.")] = None,
    ) -> BeneficiaryView:
        """The whole record with documents, decisions, payee, account, and the list row that it comes from. With `as_of` as it
        was on a day (without decisions that began later), with `known_at` as it was known then; both together too. Numbers
        are masked; the reading is audited. Refused: `unknown-beneficiary`, `not-yet-registered`."""
        if as_of or known_at:
            async with database.transaction(caller.row_scope) as tx:
                return view_of_then(cipher, await person_as_of(tx, caller, beneficiary_id, as_of, known_at))
        async with database.transaction(caller.row_scope) as tx:
            sourced = await get_beneficiary(tx, caller, cipher, beneficiary_id)
        response.headers["ETag"] = f'"{sourced.record.version}"'
        return view_of_record(cipher, sourced)

    @router.get("/{beneficiary_id}/history", summary="See a beneficiary's history")
    async def history(caller: Reader, beneficiary_id: UUID, cursor: Cursor = None, limit: Limit = 100) -> VersionPage:
        """Every version of the record, newest first: what changed, from when, by whom, why, out of which list row. Numbers
        are masked; the reading is audited. Refused: `unknown-beneficiary`, `bad-cursor`."""
        before = number_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await get_history(tx, caller, beneficiary_id, before=before, limit=limit)
        items = [view_of_version(cipher, row) for row in rows]
        return VersionPage(items=items, next_cursor=str(items[-1].version) if len(items) == limit else None)

    return router
