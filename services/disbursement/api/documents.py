"""GET papers as .xlsx and .pdf: lists, summaries, minutes, settlements."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.disbursement.api.fields import UnitId
from services.disbursement.documents.render import Paper, Renderer, kind_of
from services.disbursement.domain.documents import Changes, PaymentList, Unclaimed
from services.disbursement.domain.quarters import parse_quarter
from services.disbursement.use_cases.read_documents import (
    read_changes,
    read_minutes,
    read_payment_list,
    read_settlement,
    read_summary,
    read_unclaimed,
)
from shared import audit
from shared.auth import Caller, require
from shared.database import Database
from shared.papers import book, pdf
from shared.papers.press import Format

Reader = Annotated[Caller, Depends(require("disbursement:read"))]
AuthorityId = Annotated[UnitId, Query(description="The paying authority.")]
CommuneId = Annotated[UnitId | None, Query(description="One of its communes.")]

_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {mime: {"schema": {"type": "string", "format": "binary"}} for mime in (book.MIME, pdf.MIME)}}
}
_PAPER: dict[str, Any] = {"response_class": Response, "responses": _FILE}


def make_router(database: Database, renderer: Renderer) -> APIRouter:
    """The routes of papers."""
    router = APIRouter(prefix="/v1", tags=["documents"])
    _add_lists(router, database, renderer)
    _add_sums(router, database, renderer)
    return router


def _add_lists(router: APIRouter, database: Database, renderer: Renderer) -> None:
    @router.get("/payrolls/{payroll_id}/documents/payment-list.{format}", summary="Print a list for payment", **_PAPER)
    async def get_payment_list(payroll_id: UUID, format: Format, caller: Reader, commune_id: CommuneId = None) -> Response:
        """“Danh sách chi trả”: the payments of a payroll, or of one of its communes, that were not taken out, for signing. No
        identity or account number and no category stands on it. The reading is audited.

        Refused: `unknown-payroll`, `unknown-unit`, `not-your-unit`, `nothing-to-list`, `document-too-large` (ask for one
        commune), `bad-document-template`.
        """
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            paper = await read_payment_list(tx, caller, payroll_id, commune_id)
        return await _handed_out(database, renderer, caller, paper, format, f"payroll/{payroll_id}", commune_id=commune_id)

    @router.get("/runs/{run_id}/documents/changes.{format}", summary="Print increases and decreases", **_PAPER)
    async def get_changes(run_id: UUID, format: Format, caller: Reader, authority_id: AuthorityId) -> Response:
        """“Danh sách tăng, giảm”: what the run's newest month owes each person beside that of the authority's last run, with
        the reason. The reading is audited.

        Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `document-too-large`, `bad-document-template`.
        """
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            paper = await read_changes(tx, caller, run_id, authority_id)
        return await _handed_out(database, renderer, caller, paper, format, f"run/{run_id}", authority_id=authority_id)

    @router.get("/runs/{run_id}/documents/unclaimed.{format}", summary="Print who did not get the money", **_PAPER)
    async def get_unclaimed(
        run_id: UUID, format: Format, caller: Reader, authority_id: AuthorityId, commune_id: CommuneId = None
    ) -> Response:
        """“Danh sách chưa nhận tiền”: payments of a run that nobody collected, that were refused or came back, why, and in
        which run they are paid again. The reading is audited.

        Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `document-too-large`, `bad-document-template`.
        """
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            paper = await read_unclaimed(tx, caller, run_id, authority_id, commune_id)
        about = {"authority_id": authority_id, "commune_id": commune_id}
        return await _handed_out(database, renderer, caller, paper, format, f"run/{run_id}", **about)


def _add_sums(router: APIRouter, database: Database, renderer: Renderer) -> None:
    @router.get("/runs/{run_id}/documents/summary.{format}", summary="Print a run's summary", **_PAPER)
    async def get_summary(run_id: UUID, format: Format, caller: Reader, authority_id: AuthorityId) -> Response:
        """“Bảng tổng hợp”: people and đồng of a run by commune and by group. Groups are coarse: none tells of HIV.

        Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `nothing-to-list`, `bad-document-template`.
        """
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            paper = await read_summary(tx, caller, run_id, authority_id)
        return await _handed_out(database, renderer, caller, paper, format, f"run/{run_id}", authority_id=authority_id)

    @router.get("/runs/{run_id}/documents/reconciliation.{format}", summary="Print reconciliation minutes", **_PAPER)
    async def get_minutes(
        run_id: UUID, format: Format, caller: Reader, authority_id: AuthorityId, contract_id: UUID | None = None
    ) -> Response:
        """“Biên bản đối chiếu” between the authority and a contract's provider: what was instructed and what became of it, the
        money, and where the two sides differ. `contract_id` may be left out where the run has one contract.

        Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `unknown-contract`, `which-contract`, `bad-document-template`.
        """
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            paper = await read_minutes(tx, caller, run_id, authority_id, contract_id)
        about = {"authority_id": authority_id, "contract_id": paper.contract.contract_id}
        return await _handed_out(database, renderer, caller, paper, format, f"run/{run_id}", **about)

    @router.get("/quarters/{quarter}/documents/settlement.{format}", summary="Print a quarter's settlement", **_PAPER)
    async def get_settlement(quarter: str, format: Format, caller: Reader, authority_id: AuthorityId) -> Response:
        """“Quyết toán quý” (`2021-Q4`): the money of the quarter's runs, and what was paid by group and by channel, of an
        authority, or of all authorities of a province where `authority_id` names one.

        Refused: `wrong-quarter`, `unknown-unit`, `not-your-unit`, `nothing-to-list`, `bad-document-template`.
        """
        asked = parse_quarter(quarter)
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            paper = await read_settlement(tx, caller, asked, authority_id)
        return await _handed_out(database, renderer, caller, paper, format, f"quarter/{quarter}", authority_id=authority_id)


async def _handed_out(
    database: Database, renderer: Renderer, caller: Caller, paper: Paper, format_: Format, about: str, **detail: object
) -> Response:
    """The file. Its reading is audited first, in a transaction of its own: the chain of the audit has no place in a snapshot."""
    async with database.transaction(caller.row_scope) as tx:
        kind = kind_of(paper)
        await audit.append(tx, caller, "read-document", about, kind=kind, format=format_, lines=_lines(paper), **detail)
    document = await renderer.render(paper, format_)
    name = f"{kind}-{about.split('/')[1][:8]}.{format_}"
    return Response(document.content, media_type=document.mime, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _lines(paper: Paper) -> int:
    """How many persons' lines were read."""
    match paper:
        case PaymentList() | Unclaimed():
            return len(paper.lines)
        case Changes():
            return len(paper.increases) + len(paper.decreases) + len(paper.changed)
        case _:
            return 0
