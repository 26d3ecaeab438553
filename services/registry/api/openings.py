"""Opening balances: lists sent in at go-live, answered, agreed with who holds the money, confirmed, countered."""

from __future__ import annotations

import asyncio
from datetime import date
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.registry.api.import_views import RowStatus
from services.registry.api.opening_inputs import AgreementInput, CounterInput, OpeningAnswers
from services.registry.api.opening_views import (
    OpeningRowPage,
    OpeningsPage,
    OpeningsState,
    OpeningsView,
    TotalsView,
    brief_of,
    view_of_opening_row,
    view_of_openings,
    view_of_totals,
)
from services.registry.api.upload import FORM, Upload, read_upload
from services.registry.api.wire import Cursor, Limit, UnitQuery, id_cursor, number_cursor
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.refusals import LIST_COMMUNE_UNKNOWN
from services.registry.domain.openings.agreement import Signatory
from services.registry.domain.openings.reading import read_openings as read_lines
from services.registry.domain.openings.records import NewOpenings
from services.registry.domain.openings.refusals import UNKNOWN_OPENINGS
from services.registry.domain.refusals import UNKNOWN_COMMUNE
from services.registry.files.workbooks import read_workbook
from services.registry.storage import opening_rows, openings
from services.registry.storage.received_lists import list_of_file
from services.registry.use_cases.agree_openings import agree_openings
from services.registry.use_cases.answer_openings import answer_openings
from services.registry.use_cases.confirm_openings import confirm_openings
from services.registry.use_cases.counter_opening import counter_opening
from services.registry.use_cases.read_openings import read_openings
from shared import audit
from shared.auth import NOT_ALLOWED, Caller, require
from shared.crypto import FieldCipher
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

WRITE, PROVIDER = "registry:openings", "registry:enrol"
Reader = Annotated[Caller, Depends(require("registry:read"))]
Maker = Annotated[Caller, Depends(require(WRITE))]


def make_router(database: Database, cipher: FieldCipher, reference: Reference) -> APIRouter:
    """The routes of opening balances."""
    router = APIRouter(prefix="/v1/openings", tags=["opening balances"])
    _reading_routes(router, database, cipher)
    _row_routes(router, database, cipher)
    _sending_route(router, database, cipher, reference)
    _settling_routes(router, database, cipher)
    _countering_route(router, database, cipher)
    return router


async def _view(tx: Tx, caller: Caller, cipher: FieldCipher, list_id: UUID) -> OpeningsView:
    opening = await openings.get_list(tx, list_id, cipher)
    if opening is None:
        raise Refusal(UNKNOWN_OPENINGS)
    totals, agreements = await openings.totals_of_list(tx, list_id), await openings.agreements_of(tx, list_id)
    waiting = await openings.providers_waiting(tx, [list_id])
    return view_of_openings(opening, totals, agreements, waiting[list_id], WRITE in caller.scopes)


def _reading_routes(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.get("", summary="List the lists of opening balances")
    async def list_openings(
        caller: Reader,
        unit_id: UnitQuery = None,
        state: OpeningsState | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> OpeningsPage:
        """Lists of the token's units, newest first. Refused: `bad-cursor`."""
        before = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            found = await openings.page_of_lists(tx, cipher, unit_id=unit_id, state=state, before=before, limit=limit)
            waiting = await openings.providers_waiting(tx, [opening.list_id for opening in found])
        items = [brief_of(opening, waiting[opening.list_id]) for opening in found]
        return OpeningsPage(items=items, next_cursor=str(items[-1].list_id) if len(items) == limit else None)

    @router.get("/totals", summary="Sum up confirmed opening balances")
    async def read_totals(caller: Reader, unit_id: UnitQuery = None) -> TotalsView:
        """By commune, provider and kind, of the token's units; what a counter entry took back is left out."""
        async with database.transaction(caller.row_scope) as tx:
            totals = view_of_totals(await openings.confirmed_totals(tx, unit_id))
        return TotalsView(totals=totals, amount_dong=sum(total.amount_dong for total in totals))

    @router.get("/{list_id}", summary="See a list of opening balances")
    async def get_openings(caller: Reader, list_id: UUID) -> OpeningsView:
        """One list: how its entries stand, totals by provider and kind, who has agreed. Refused: `unknown-openings`."""
        async with database.transaction(caller.row_scope) as tx:
            return await _view(tx, caller, cipher, list_id)


def _row_routes(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.get("/{list_id}/rows", summary="See the entries of a list")
    async def list_rows(
        caller: Reader,
        list_id: UUID,
        status: RowStatus | None = None,
        answered: bool | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> OpeningRowPage:
        """Entries as they count and as written, with findings. With `registry:openings` numbers are in clear, and the
        reading is audited. Refused: `unknown-openings`, `bad-cursor`."""
        after = number_cursor(cursor) or 0
        shown = WRITE in caller.scopes
        async with database.transaction(caller.row_scope) as tx:
            await _view(tx, caller, cipher, list_id)
            rows = await opening_rows.page_of_opening_rows(
                tx, list_id, cipher, status=status, answered=answered, after=after, limit=limit
            )
            if shown and rows:
                await audit.append(tx, caller, "openings.rows.read", f"openings/{list_id}", rows=len(rows), after=after)
        items = [view_of_opening_row(row, shown) for row in rows]
        return OpeningRowPage(items=items, next_cursor=str(items[-1].row_no) if len(items) == limit else None)

    @router.post("/{list_id}/answers", summary="Answer entries of a list")
    async def answer(caller: Maker, list_id: UUID, answers: OpeningAnswers, key: IdempotencyKey = None) -> OpeningsView:
        """An officer's answers, taken all or none: who it is, which month, how much, what and where; or that it is none.
        Whoever agreed to the list before must agree again.

        Refused: `unknown-openings`, `openings-confirmed`, `unknown-opening`, `person-not-of-commune`,
        `opening-answer-incomplete`, `opening-month-ahead`, `wrong-month`.
        """
        prepared = [each.answer() for each in answers.answers]
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> OpeningsView:
                await answer_openings(tx, caller, cipher, list_id, prepared)
                return await _view(tx, caller, cipher, list_id)

            route = f"POST /v1/openings/{list_id}/answers"
            return await once(tx, caller, route, key, answers.model_dump_json().encode(), OpeningsView, work)


def _sending_route(router: APIRouter, database: Database, cipher: FieldCipher, reference: Reference) -> None:
    @router.post("", summary="Send in a list of opening balances", status_code=201, openapi_extra=FORM)
    async def send_openings(request: Request, caller: Maker, key: IdempotencyKey = None) -> OpeningsView:
        """What was unpaid, uncollected or to be recovered in a commune before ChiTra: .xlsx, .xls or .csv with persons,
        months, amounts, kinds (“chưa chi trả”, “chưa nhận”, “phải thu hồi”) and where the money lies. A row of several
        months becomes an entry for each. The same file again is the same list.

        Refused: `file-missing`, `file-too-large`, `bad-form`, `not-a-spreadsheet`, `spreadsheet-damaged`,
        `spreadsheet-encrypted`, `openings-header-not-found`, `openings-has-no-rows`, `list-commune-unknown`,
        `list-commune-contradictory`, `list-of-several-communes`, `unknown-commune`, `not-your-unit`.
        """
        upload = await read_upload(request)
        digest = await asyncio.to_thread(lambda: sha256(upload.data).digest())
        async with database.transaction(caller.row_scope) as tx:
            there = await list_of_file(tx, openings.LISTS, digest, upload.commune_code)
            today = await tx.today()
        new = None if there else await asyncio.to_thread(_prepared, upload, digest, reference, today)
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> OpeningsView:
                list_id = there or (await read_openings(tx, caller, cipher, new) if new else None)
                assert list_id is not None
                return await _view(tx, caller, cipher, list_id)

            said = b"|".join((digest, upload.file_name.encode(), (upload.commune_code or "").encode()))
            return await once(tx, caller, "POST /v1/openings", key, said, OpeningsView, work)


def _prepared(upload: Upload, digest: bytes, reference: Reference, today: date) -> NewOpenings:
    """The list as read: CPU work, done in a thread and outside any transaction."""
    workbook = read_workbook(upload.data, upload.file_name)
    try:
        reading = read_lines(workbook, reference, today, upload.commune_code)
    except Refusal as refusal:
        if upload.commune_code and refusal.code is LIST_COMMUNE_UNKNOWN:
            raise Refusal(UNKNOWN_COMMUNE, refusal.detail, commune=upload.commune_code) from None
        raise
    return NewOpenings(upload.file_name, digest, len(upload.data), workbook.format, workbook.charset, reading)


def _settling_routes(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.post("/{list_id}/agreements", summary="Agree to a list for a provider")
    async def agree(caller: Reader, list_id: UUID, said: AgreementInput, key: IdempotencyKey = None) -> OpeningsView:
        """The provider's own totals, which must be the list's for every kind. Provider staff (`registry:enrol`) agree
        themselves; an officer (`registry:openings`) who had no part in the list records it with the signed minutes.

        Refused: `not-allowed`, `unknown-openings`, `openings-confirmed`, `service-account-agrees`, `maker-agrees`,
        `minutes-missing`, `minutes-ahead`, `openings-unanswered`, `openings-entered-twice`, `openings-nothing-there`,
        `openings-totals-differ` (with each kind's difference).
        """
        if not caller.scopes & {WRITE, PROVIDER}:
            raise Refusal(NOT_ALLOWED, f"this needs the scope {PROVIDER} or {WRITE}")
        is_provider = PROVIDER in caller.scopes and WRITE not in caller.scopes
        who = Signatory(caller.issuer, caller.subject, caller.kind == "person", is_provider)
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> OpeningsView:
                await agree_openings(tx, caller, who, cipher, list_id, said.stated())
                return await _view(tx, caller, cipher, list_id)

            route = f"POST /v1/openings/{list_id}/agreements"
            return await once(tx, caller, route, key, said.model_dump_json().encode(), OpeningsView, work)

    @router.post("/{list_id}/confirm", summary="Confirm a list of opening balances")
    async def confirm(caller: Maker, list_id: UUID, key: IdempotencyKey = None) -> OpeningsView:
        """Once every provider with something in it has agreed: the list is sealed and goes into the books. Confirming twice
        changes nothing; corrections are counter entries.

        Refused: `unknown-openings`, `service-account-agrees`, `openings-unanswered`, `openings-entered-twice`,
        `openings-not-agreed`, `openings-totals-differ`.
        """
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> OpeningsView:
                await confirm_openings(tx, caller, cipher, list_id)
                return await _view(tx, caller, cipher, list_id)

            return await once(tx, caller, f"POST /v1/openings/{list_id}/confirm", key, b"", OpeningsView, work)


def _countering_route(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.post("/{list_id}/rows/{entry_id}/counter", summary="Take back a confirmed entry")
    async def counter(
        caller: Maker, list_id: UUID, entry_id: UUID, why: CounterInput, key: IdempotencyKey = None
    ) -> OpeningsView:
        """A counter entry on a signed paper, by another officer than confirmed the list. What is right instead comes in
        another list.

        Refused: `unknown-openings`, `unknown-opening`, `openings-not-confirmed`, `service-account-agrees`,
        `confirmer-counters`, `minutes-ahead`, `opening-countered`.
        """
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> OpeningsView:
                await counter_opening(
                    tx, caller, cipher, list_id, entry_id,
                    reason=why.reason, minutes_number=why.minutes_number, minutes_on=why.minutes_on,
                )  # fmt: skip
                return await _view(tx, caller, cipher, list_id)

            route = f"POST /v1/openings/rows/{entry_id}/counter"
            return await once(tx, caller, route, key, why.model_dump_json().encode(), OpeningsView, work)
