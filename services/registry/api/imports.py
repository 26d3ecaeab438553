"""Lists of communes: sent in, looked at, answered, confirmed."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.registry.api.import_views import (
    Answers,
    ConfirmationView,
    ImportPage,
    ImportState,
    ImportView,
    RowPage,
    RowStatus,
    view_of_import,
    view_of_row,
)
from services.registry.api.reading import prepare_import
from services.registry.api.row_answers import prepare_answers
from services.registry.api.upload import FORM, Upload, read_upload
from services.registry.api.wire import Cursor, Limit, UnitQuery, id_cursor, number_cursor
from services.registry.domain.imports import NewImport
from services.registry.domain.lists.reference import Reference
from services.registry.domain.refusals import UNKNOWN_IMPORT
from services.registry.storage import import_rows, imports
from services.registry.storage.received_lists import list_of_file
from services.registry.use_cases.answer_rows import answer_rows
from services.registry.use_cases.confirm_import import confirm_import
from services.registry.use_cases.read_import import read_import
from shared import audit
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

WRITE = "registry:write"
Reader = Annotated[Caller, Depends(require("registry:read"))]
Writer = Annotated[Caller, Depends(require(WRITE))]


def make_router(database: Database, cipher: FieldCipher, reference: Reference) -> APIRouter:
    """The routes of imports."""
    router = APIRouter(prefix="/v1/imports", tags=["imports"])
    _reading_routes(router, database, cipher)
    _writing_routes(router, database, cipher, reference)
    _confirming_route(router, database, cipher)
    return router


async def _view(tx: Tx, caller: Caller, cipher: FieldCipher, import_id: UUID) -> ImportView:
    listed = await imports.get_import(tx, import_id, cipher)
    if listed is None:
        raise Refusal(UNKNOWN_IMPORT)
    return view_of_import(listed, WRITE in caller.scopes)


def _reading_routes(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.get("", summary="List imports")
    async def list_imports(
        caller: Reader,
        unit_id: UnitQuery = None,
        state: ImportState | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> ImportPage:
        """Lists of the token's units, newest first. Refused: `bad-cursor`."""
        before = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            found = await imports.list_imports(tx, cipher, unit_id=unit_id, state=state, before=before, limit=limit)
        items = [view_of_import(listed, WRITE in caller.scopes) for listed in found]
        return ImportPage(items=items, next_cursor=str(items[-1].import_id) if len(items) == limit else None)

    @router.get("/{import_id}", summary="See an import")
    async def get_import(caller: Reader, import_id: UUID) -> ImportView:
        """One list, how its rows stand, and what was found about it as a whole. Refused: `unknown-import`."""
        async with database.transaction(caller.row_scope) as tx:
            return await _view(tx, caller, cipher, import_id)

    @router.get("/{import_id}/rows", summary="See an import's rows")
    async def list_rows(
        caller: Reader,
        import_id: UUID,
        status: RowStatus | None = None,
        answered: bool | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> RowPage:
        """Rows as read and as written, with findings. With `registry:write` numbers are in clear, and the reading is
        audited. Refused: `unknown-import`, `bad-cursor`."""
        after = number_cursor(cursor) or 0
        shown = WRITE in caller.scopes
        async with database.transaction(caller.row_scope) as tx:
            await _view(tx, caller, cipher, import_id)
            rows = await import_rows.page_of_rows(
                tx, import_id, cipher, status=status, answered=answered, after=after, limit=limit
            )
            if shown and rows:
                await audit.append(tx, caller, "import.rows.read", f"import/{import_id}", rows=len(rows), after=after)
        items = [view_of_row(row, shown) for row in rows]
        return RowPage(items=items, next_cursor=str(items[-1].row_no) if len(items) == limit else None)


def _writing_routes(router: APIRouter, database: Database, cipher: FieldCipher, reference: Reference) -> None:
    @router.post("", summary="Send in a list", status_code=201, openapi_extra=FORM)
    async def send_list(request: Request, caller: Writer, key: IdempotencyKey = None) -> ImportView:
        """A commune's list of beneficiaries: .xlsx, .xls or .csv. Each row is accepted, sent to review or rejected, with
        findings. Nobody becomes a beneficiary before the import is confirmed. The same file again is the same import.

        Refused: `file-missing`, `file-too-large`, `not-a-spreadsheet`, `spreadsheet-damaged`, `spreadsheet-encrypted`,
        `list-header-not-found`, `list-has-no-rows`, `list-commune-unknown`, `list-commune-contradictory`,
        `list-of-several-communes`, `unknown-commune`, `not-your-unit`.
        """
        upload = await read_upload(request)
        new = await _prepared(database, caller, upload, cipher, reference)
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ImportView:
                import_id = await read_import(tx, caller, new) if isinstance(new, NewImport) else new
                return await _view(tx, caller, cipher, import_id)

            return await once(tx, caller, "POST /v1/imports", key, _fingerprint(upload), ImportView, work)

    @router.post("/{import_id}/answers", summary="Answer rows")
    async def answer(caller: Writer, import_id: UUID, answers: Answers, key: IdempotencyKey = None) -> ImportView:
        """An officer's answers, taken all or none. A corrected record is standardised and checked by the rules that read
        the list; a row answered before, and not confirmed yet, may be answered again.

        Refused: `unknown-import`, `unknown-row`, `row-settled`, `row-needs-no-answer`, `row-rejected`,
        `row-contradicts-registry`, `row-names-nobody-known`, `answer-without-record`, `answer-incomplete`.
        """
        prepared, month = await prepare_answers(database, caller, cipher, reference, import_id, answers)
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ImportView:
                await answer_rows(tx, caller, cipher, import_id, month, prepared)
                return await _view(tx, caller, cipher, import_id)

            route = f"POST /v1/imports/{import_id}/answers"
            return await once(tx, caller, route, key, answers.model_dump_json().encode(), ImportView, work)


def _confirming_route(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.post("/{import_id}/confirm", summary="Confirm an import")
    async def confirm(caller: Writer, import_id: UUID, key: IdempotencyKey = None) -> ConfirmationView:
        """Accepted and answered rows become beneficiaries, payees, decisions and declared accounts. A person is known by
        identity number, else by name and birth where nobody else can be meant. A corrected list changes what differs and
        keeps the history; confirming twice changes nothing. Rows without an answer stay; rows that contradict the
        registry (`registered_elsewhere`, `number_of_another`, `perhaps_registered`, `payee_number_of_another`) go to review.

        Refused: `unknown-import`, `try-again`.
        """
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ConfirmationView:
                done = await confirm_import(tx, caller, cipher, import_id)
                return ConfirmationView(**asdict(done))

            return await once(tx, caller, f"POST /v1/imports/{import_id}/confirm", key, b"", ConfirmationView, work)


def _fingerprint(upload: Upload) -> bytes:
    return b"|".join((sha256(upload.data).digest(), upload.file_name.encode(), (upload.commune_code or "").encode()))


async def _prepared(
    database: Database, caller: Caller, upload: Upload, cipher: FieldCipher, reference: Reference
) -> NewImport | UUID:
    """The import that the file is already, else the list as read. Reading takes long, so it holds no transaction."""
    digest = await asyncio.to_thread(lambda: sha256(upload.data).digest())
    async with database.transaction(caller.row_scope) as tx:
        there = await list_of_file(tx, imports.LISTS, digest, upload.commune_code)
    if there is not None:
        return there
    return await asyncio.to_thread(prepare_import, upload, reference, cipher)
