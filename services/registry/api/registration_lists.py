"""Lists of registrations for providers: compiled, downloaded, taken back with results."""

from __future__ import annotations

import asyncio
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.accounts import ProviderName
from services.registry.api.upload import FORM, read_upload
from services.registry.api.wire import COMMUNE, ID, Cursor, Limit, Short, UnitQuery, id_cursor
from services.registry.domain.registration_results import ROW_ERRORS, read_results
from services.registry.files.workbooks import read_workbook
from services.registry.storage.registration_lists import list_by_id, page_of_lists
from services.registry.use_cases.make_registration_list import make_registration_list, registration_workbook
from services.registry.use_cases.take_list_back import TakenBack, list_in_hand, take_list_back
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_LIST: JsonDict = {
    "list_id": ID,
    "list_number": 12,
    "unit_id": COMMUNE,
    "provider": "vietinbank",
    "rows": 41,
    "waiting": 3,
    "opened": 36,
    "refused": 2,
    "made_at": "2021-10-02T03:00:00Z",
    "made_subject": "can-bo-phu-thuan",
}
_TAKEN: JsonDict = {
    "opened": 36,
    "refused": 2,
    "in_review": 1,
    "unchanged": 0,
    "waiting": 2,
    "errors": [
        {"row": 17, "code": "number-missing", "message_vi": ROW_ERRORS["number-missing"][0],
         "message_en": ROW_ERRORS["number-missing"][1]}
    ],
}  # fmt: skip

Enroller = Annotated[Caller, Depends(require("registry:enrol"))]


class ListInput(BaseModel):
    """Which list to compile."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"unit_id": COMMUNE, "provider": "vietinbank"}]})

    unit_id: Annotated[str, Field(max_length=40, pattern=r"^[0-9]{1,5}@\d{4}-\d{2}-\d{2}$")] = Field(description="A commune.")
    provider: Short
    refused_too: bool = Field(default=False, description="Also those whom the provider refused, or whose account was closed.")


class ListView(BaseModel):
    """A list, and how its registrations stand."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LIST]})

    list_id: UUID
    list_number: int
    unit_id: str
    provider: str
    rows: int
    waiting: int
    opened: int
    refused: int
    made_at: datetime = Field(description="Business clock.")
    made_subject: str


class ListPage(BaseModel):
    """Lists, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_LIST], "next_cursor": None}]})

    items: list[ListView]
    next_cursor: str | None


class RowErrorView(BaseModel):
    """A row that could not be used."""

    row: int = Field(description="As the spreadsheet counts, from 1.")
    code: str = Field(description=", ".join(ROW_ERRORS))
    message_vi: str
    message_en: str


class TakenBackView(BaseModel):
    """What came of the results."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TAKEN]})

    opened: int
    refused: int = Field(description="By the provider, or by us: another holder, a number that pays somebody else.")
    in_review: int = Field(description="Of the opened: whose holder's name an officer must look at first.")
    unchanged: int = Field(description="Rows that say what was known already.")
    waiting: int = Field(description="Rows without a result.")
    errors: list[RowErrorView]


def make_router(database: Database, cipher: FieldCipher) -> APIRouter:
    """The routes of registration lists."""
    router = APIRouter(prefix="/v1/enrolment/registration-lists", tags=["enrolment"])
    _list_routes(router, database, cipher)
    _results_route(router, database, cipher)
    return router


def _list_routes(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.post("", summary="Compile a registration list", status_code=201)
    async def compile_list(caller: Enroller, wanted: ListInput, key: IdempotencyKey = None) -> ListView:
        """A commune's payees (beneficiaries, guardians, authorised persons) who are to have an account with the provider and
        have not been asked for. They count as requested from now on; nothing goes over the provider's API.
        Refused: `unknown-provider`, `unknown-commune`, `not-your-unit`, `nobody-to-register`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ListView:
                list_id = await make_registration_list(
                    tx, caller, cipher, wanted.unit_id, wanted.provider, refused_too=wanted.refused_too
                )
                made = await list_by_id(tx, list_id) or {}
                return ListView.model_validate({**made, "waiting": made["rows"], "opened": 0, "refused": 0})

            request = wanted.model_dump_json().encode()
            return await once(tx, caller, "POST /v1/enrolment/registration-lists", key, request, ListView, work)

    @router.get("", summary="List registration lists")
    async def list_lists(
        caller: Annotated[Caller, Depends(require("registry:read"))],
        unit_id: UnitQuery = None,
        provider: ProviderName | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> ListPage:
        """Lists of the token's units. Refused: `bad-cursor`."""
        after = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await page_of_lists(tx, unit_id=unit_id, provider=provider, after=after, limit=limit)
        items = [ListView.model_validate(row) for row in rows]
        return ListPage(items=items, next_cursor=str(items[-1].list_id) if len(items) == limit else None)

    @router.get(
        "/{list_id}/workbook",
        summary="Download a registration list",
        response_class=Response,
        responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
    )
    async def workbook(caller: Enroller, list_id: UUID) -> Response:
        """“Danh sách đăng ký mở tài khoản” as an .xlsx to hand to the provider, with columns for the results. Numbers are in
        clear, and the reading is audited. Refused: `unknown-registration-list`."""
        async with database.transaction(caller.row_scope) as tx:
            made = await registration_workbook(tx, caller, cipher, list_id)
        return Response(made.data, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{made.file_name}"'})


def _results_route(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.post("/{list_id}/results", summary="Send a list's results in", openapi_extra=FORM)
    async def results(caller: Enroller, request: Request, list_id: UUID, key: IdempotencyKey = None) -> TakenBackView:
        """The list as the provider filled it in: accounts are opened or refused as its rows say; a row that can't be used is
        told and changes nothing, and may be sent again corrected. The same file again changes nothing.

        Refused: `unknown-registration-list`, `results-without-header`, `file-missing`, `file-too-large`, `bad-form`,
        `not-a-spreadsheet`, `spreadsheet-damaged`, `spreadsheet-encrypted`, `spreadsheet-too-large`.
        """
        upload = await read_upload(request)
        async with database.transaction(caller.row_scope) as tx:
            listed = await list_in_hand(tx, list_id)
        read = await asyncio.to_thread(
            lambda: read_results(read_workbook(upload.data, upload.file_name), listed.provider, listed.list_number, listed.rows)
        )
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> TakenBackView:
                return _taken_view(await take_list_back(tx, caller, cipher, list_id, read), read.waiting)

            content = f"{list_id}{sha256(upload.data).hexdigest()}".encode()
            return await once(tx, caller, "POST /v1/enrolment/registration-lists/results", key, content, TakenBackView, work)


def _taken_view(taken: TakenBack, waiting: int) -> TakenBackView:
    errors: list[Any] = []
    for error in taken.errors:
        message_vi, message_en = ROW_ERRORS[error.code]
        errors.append({"row": error.row, "code": error.code, "message_vi": message_vi, "message_en": message_en})
    return TakenBackView(
        opened=taken.opened, refused=taken.refused, in_review=taken.in_review, unchanged=taken.unchanged, waiting=waiting,
        errors=errors,
    )  # fmt: skip
