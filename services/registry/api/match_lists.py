"""Match lists for the commune police: made, sent out as a form, answered, settled."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from services.registry.api.match_list_views import (
    AcceptedView,
    AcceptInput,
    LineState,
    MatchLinePage,
    MatchListInput,
    MatchListPage,
    MatchListView,
    PoliceAnswersInput,
    RecordedView,
    SettleInput,
    asked_of,
    view_of_line,
)
from services.registry.api.upload import read_upload
from services.registry.api.wire import Cursor, Limit, UnitQuery, id_cursor, number_cursor
from services.registry.domain.match_list_form import EVIDENCE_MISSING, NOT_THE_FORM, FilledForm, read_form
from services.registry.domain.match_lists import REASONS, Evidence
from services.registry.files.match_list_book import MIME, write_match_list
from services.registry.files.workbooks import read_workbook
from services.registry.storage import match_lists
from services.registry.storage.units import unit_by_id
from services.registry.use_cases.accept_correction import accept_correction
from services.registry.use_cases.make_match_list import make_match_list, see_match_list
from services.registry.use_cases.record_police_answers import record_police_answers, settle_contradiction
from shared import audit
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.clock import vietnam_date
from shared.kernel.errors import Refusal

WRITE = "registry:write"
Reader = Annotated[Caller, Depends(require("registry:read"))]
Writer = Annotated[Caller, Depends(require(WRITE))]

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "The form, filled in: .xlsx or .xls."}
                    },
                }
            }
        },
    }
}
_BOOK: dict[int | str, dict[str, Any]] = {200: {"content": {MIME: {"schema": {"type": "string", "format": "binary"}}}}}


def make_router(database: Database, cipher: FieldCipher) -> APIRouter:
    """The routes of match lists."""
    router = APIRouter(prefix="/v1/match-lists", tags=["match lists"])
    _making_routes(router, database, cipher)
    _reading_routes(router, database, cipher)
    _answering_routes(router, database, cipher)
    _settling_routes(router, database, cipher)
    return router


async def _view(tx: Tx, match_list_id: UUID) -> MatchListView:
    found = await see_match_list(tx, match_list_id)
    return MatchListView.model_validate({name: found[name] for name in MatchListView.model_fields})


def _making_routes(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.post("", summary="Make a match list", status_code=201)
    async def make(wanted: MatchListInput, caller: Writer, key: IdempotencyKey = None) -> MatchListView:
        """A numbered list of a commune's people whom the police is to compare with the national database on population: who
        has no number, an old one, or one that says another sex or birth year; who was never verified, or long ago.

        Refused: `unknown-unit`, `not-a-commune`, `not-your-unit`, `nobody-to-match`.
        """
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> MatchListView:
                reasons = list(wanted.reasons or REASONS)
                made = await make_match_list(tx, caller, cipher, wanted.unit_id, reasons, wanted.older_than_months, wanted.most)
                return await _view(tx, made)

            return await once(tx, caller, "POST /v1/match-lists", key, wanted.model_dump_json().encode(), MatchListView, work)

    @router.get("", summary="List match lists")
    async def list_all(caller: Reader, unit_id: UnitQuery = None, cursor: Cursor = None, limit: Limit = 100) -> MatchListPage:
        """Lists of the token's units, newest first. Refused: `bad-cursor`."""
        before = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await match_lists.page_of_match_lists(tx, unit_id=unit_id, before=before, limit=limit)
        items = [MatchListView.model_validate({name: row[name] for name in MatchListView.model_fields}) for row in rows]
        return MatchListPage(items=items, next_cursor=str(items[-1].match_list_id) if len(items) == limit else None)


def _reading_routes(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.get("/{match_list_id}", summary="See a match list")
    async def get_list(caller: Reader, match_list_id: UUID) -> MatchListView:
        """One list, and how many of its lines are answered. Refused: `unknown-match-list`."""
        async with database.transaction(caller.row_scope) as tx:
            return await _view(tx, match_list_id)

    @router.get("/{match_list_id}/lines", summary="See a match list's lines")
    async def get_lines(
        caller: Reader, match_list_id: UUID, state: LineState | None = None, cursor: Cursor = None, limit: Limit = 100
    ) -> MatchLinePage:
        """Who was asked about, why, and what the police answered. With `registry:write` numbers are in clear; the reading is
        audited. Refused: `unknown-match-list`, `bad-cursor`."""
        after = number_cursor(cursor) or 0
        shown = WRITE in caller.scopes
        async with database.transaction(caller.row_scope) as tx:
            await see_match_list(tx, match_list_id)
            rows = await match_lists.lines_of(tx, match_list_id, state=state, after=after, limit=limit)
            if rows:
                await audit.append(
                    tx, caller, "match_list.read", f"match-list/{match_list_id}", lines=len(rows), after=after, clear=shown
                )
        items = [view_of_line(cipher, row, shown) for row in rows]
        return MatchLinePage(items=items, next_cursor=str(items[-1].line_no) if len(items) == limit else None)

    @router.get("/{match_list_id}/form.xlsx", summary="Get a match list's form", response_class=Response, responses=_BOOK)
    async def get_form(caller: Writer, match_list_id: UUID) -> Response:
        """The form for the police, to print or to fill in and send back. Numbers are in clear; the reading is audited.
        Refused: `unknown-match-list`."""
        async with database.transaction(caller.row_scope) as tx:
            found = await see_match_list(tx, match_list_id)
            unit = await unit_by_id(tx, found["unit_id"])
            lines = await match_lists.lines_of(tx, match_list_id)
            await audit.append(tx, caller, "match_list.form", f"match-list/{match_list_id}", lines=len(lines), clear=True)
        people = [(line["line_no"], asked_of(cipher, line), line["reasons"]) for line in lines]
        commune = unit.name if unit else found["unit_id"]
        data = await asyncio.to_thread(write_match_list, found["number"], commune, vietnam_date(found["made_at"]), people)
        return Response(data, media_type=MIME, headers={"Content-Disposition": f'attachment; filename="{found["number"]}.xlsx"'})


def _answering_routes(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.post("/{match_list_id}/answers", summary="Enter the police's answers")
    async def answer(caller: Writer, match_list_id: UUID, said: PoliceAnswersInput, key: IdempotencyKey = None) -> RecordedView:
        """`verified` stamps the person; `differs` proposes a correction, which another officer accepts; `not_found`, `dead` and
        `moved` hold the money. All are taken or none. The same answer again changes nothing; another one goes to review.

        Refused: `unknown-match-list`, `bad-match-answers`, `line-in-review`.
        """
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> RecordedView:
                answers = [one.answer() for one in said.answers]
                done = await record_police_answers(tx, caller, cipher, match_list_id, said.evidence.evidence(), answers)
                return RecordedView(recorded=done.recorded, unchanged=done.unchanged, contradicted=done.contradicted)

            route = f"POST /v1/match-lists/{match_list_id}/answers"
            return await once(tx, caller, route, key, said.model_dump_json().encode(), RecordedView, work)

    @router.post("/{match_list_id}/answered-form", summary="Send the filled-in form back", openapi_extra=_FORM)
    async def answer_by_form(request: Request, caller: Writer, match_list_id: UUID) -> RecordedView:
        """The form with the police's answers in it. Lines without a result stay as they are; sent twice it changes nothing.

        Refused: `unknown-match-list`, `file-missing`, `file-too-large`, `not-a-spreadsheet`, `spreadsheet-damaged`,
        `spreadsheet-encrypted`, `not-a-match-list` (of another list, too), `match-evidence-missing`, `bad-match-answers`,
        `line-in-review`.
        """
        upload = await read_upload(request)
        form = await asyncio.to_thread(lambda: read_form(read_workbook(upload.data, upload.file_name)))
        async with database.transaction(caller.row_scope) as tx:
            found = await see_match_list(tx, match_list_id)
            if form.number != found["number"]:
                raise Refusal(NOT_THE_FORM, f"the form is of {form.number}")
            faults = {**form.faults, **await _other_people(tx, cipher, match_list_id, form)}
            done = await record_police_answers(tx, caller, cipher, match_list_id, form.evidence, form.answers, faults)
            return RecordedView(recorded=done.recorded, unchanged=done.unchanged, contradicted=done.contradicted)


async def _other_people(tx: Tx, cipher: FieldCipher, match_list_id: UUID, form: FilledForm) -> dict[int, list[str]]:
    """Lines whose person's code is not the list's: somebody sorted a part of the columns."""
    codes = {line["line_no"]: asked_of(cipher, line).code for line in await match_lists.lines_of(tx, match_list_id)}
    return {line_no: ["code"] for line_no, code in form.codes.items() if codes.get(line_no) != code}


def _settling_routes(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.post("/{match_list_id}/lines/{line_no}/settle", summary="Settle answers that contradict each other")
    async def settle(
        caller: Writer,
        match_list_id: UUID,
        line_no: Annotated[int, Path(ge=1, lt=2**31)],
        settled: SettleInput,
        key: IdempotencyKey = None,
    ) -> MatchListView:
        """Which of two answers counts. The second undoes what the first did, and needs its own evidence. Refused:
        `unknown-match-list`, `line-not-in-review`, `match-evidence-missing`."""
        evidence: Evidence | None = None
        if settled.counts == "second":
            if settled.evidence is None:
                raise Refusal(EVIDENCE_MISSING)
            evidence = settled.evidence.evidence()
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> MatchListView:
                await settle_contradiction(tx, caller, cipher, match_list_id, line_no, evidence, settled.note)
                return await _view(tx, match_list_id)

            route = f"POST /v1/match-lists/{match_list_id}/lines/{line_no}/settle"
            return await once(tx, caller, route, key, settled.model_dump_json().encode(), MatchListView, work)

    @router.post("/corrections/{proposal_id}/accept", summary="Accept a correction by the police")
    async def accept(caller: Writer, proposal_id: UUID, why: AcceptInput, key: IdempotencyKey = None) -> AcceptedView:
        """The record takes over what the police answered, at a new version; the old one is kept. Never by the officer who
        brought the answer in. (To decline, decline the proposal.) Refused: `unknown-proposal`, `proposal-settled`,
        `same-officer`, `number-of-another`, `unknown-beneficiary`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> AcceptedView:
                return AcceptedView(beneficiary_id=await accept_correction(tx, caller, cipher, proposal_id, why.note))

            route = f"POST /v1/match-lists/corrections/{proposal_id}/accept"
            return await once(tx, caller, route, key, why.model_dump_json().encode(), AcceptedView, work)
