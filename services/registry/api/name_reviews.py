"""Holders' names at providers against payees': what was said, and what an officer makes of near misses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID, Cursor, Limit, Text, UnitQuery, id_cursor
from services.registry.domain.enrolment_refusals import UNKNOWN_ACCOUNT
from services.registry.domain.name_evidence import readable
from services.registry.domain.name_match import REASONS
from services.registry.storage.account_steps import account_is_known
from services.registry.storage.name_evidence import page_of_evidence
from services.registry.use_cases.review_name import accept_name, reject_name
from shared import audit
from shared.auth import Caller, require
from shared.crypto import ACCOUNT, FieldCipher, mask
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

Reader = Annotated[Caller, Depends(require("registry:read"))]
Writer = Annotated[Caller, Depends(require("registry:write"))]
Review = Literal["waiting", "accepted", "rejected"]

_EVIDENCE: JsonDict = {
    "evidence_id": ID,
    "account_id": ID,
    "account_version": 1,
    "unit_id": COMMUNE,
    "provider": "vietinbank",
    "number": "•••••••••869",
    "payee_id": ID,
    "beneficiary_ids": [ID],
    "payee_name": "Nguyễn Thị Hòa",
    "holder_name": "NGUYEN HOA",
    "verdict": "near",
    "score": 84,
    "reasons": ["middle_missing"],
    "reasons_vi": ["Thiếu tên đệm"],
    "reasons_en": ["A middle name is missing"],
    "source": "opening",
    "told_at": "2021-10-05T01:00:00Z",
    "review": "waiting",
    "reviewed_at": None,
    "reviewed_subject": None,
    "review_note": None,
}


class ReviewInput(BaseModel):
    """What the officer knows."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"note": "Đã xem CCCD: tên đệm ngân hàng ghi thiếu"}]}
    )

    note: Text = Field(min_length=1)


class EvidenceView(BaseModel):
    """What a provider said of an account's holder, and what comparing it with the payee's name gave."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EVIDENCE]})

    evidence_id: UUID
    account_id: UUID
    account_version: int
    unit_id: str
    provider: str
    number: str | None = Field(description="Masked; the account's as it is now.")
    payee_id: UUID
    beneficiary_ids: list[UUID] = Field(description="Whom the payee receives for.")
    payee_name: str = Field(description="As it was compared.")
    holder_name: str | None = Field(description="As told; none: the provider names nobody.")
    verdict: Literal["match", "near", "different", "not_told", "no_account"]
    score: int = Field(description="match 95 to 100, near 60 to 94, different below.")
    reasons: list[str]
    reasons_vi: list[str]
    reasons_en: list[str]
    source: Literal["opening", "enquiry", "list"]
    told_at: datetime = Field(description="Business clock.")
    review: Review | None = Field(description="None where no officer needs to look.")
    reviewed_at: datetime | None
    reviewed_subject: str | None
    review_note: str | None


class EvidencePage(BaseModel):
    """Evidence, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_EVIDENCE], "next_cursor": None}]})

    items: list[EvidenceView]
    next_cursor: str | None


class Reviewed(BaseModel):
    """How a review was settled."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"evidence_id": ID, "review": "accepted"}]})

    evidence_id: UUID
    review: Review


def make_router(database: Database, cipher: FieldCipher) -> APIRouter:
    """The routes of names."""
    router = APIRouter(prefix="/v1", tags=["names"])
    _reading_routes(router, database, cipher)
    _review_routes(router, database)
    return router


def _reading_routes(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.get("/name-reviews", summary="List names to review")
    async def list_reviews(
        caller: Reader,
        unit_id: UnitQuery = None,
        review: Review = "waiting",
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> EvidencePage:
        """Holders' names that are nearly the payee's, or another's on an account in use, of the token's units. The reading is
        audited. Refused: `bad-cursor`."""
        after = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await page_of_evidence(tx, account_id=None, unit_id=unit_id, review=review, after=after, limit=limit)
            if rows:
                await audit.append(tx, caller, "name_reviews.read", f"unit/{unit_id or '*'}", names=len(rows))
        return _page(cipher, rows, limit)

    @router.get("/accounts/{account_id}/names", summary="See what was said of an account's holder")
    async def account_names(caller: Reader, account_id: UUID, cursor: Cursor = None, limit: Limit = 100) -> EvidencePage:
        """All evidence of one account. The reading is audited. Refused: `unknown-account`, `bad-cursor`."""
        after = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            if not await account_is_known(tx, account_id):
                raise Refusal(UNKNOWN_ACCOUNT)
            rows = await page_of_evidence(tx, account_id=account_id, unit_id=None, review=None, after=after, limit=limit)
            await audit.append(tx, caller, "account.names.read", f"account/{account_id}")
        return _page(cipher, rows, limit)


def _review_routes(router: APIRouter, database: Database) -> None:
    @router.post("/name-reviews/{evidence_id}/accept", summary="Accept a holder's name")
    async def accept(caller: Writer, evidence_id: UUID, why: ReviewInput, key: IdempotencyKey = None) -> Reviewed:
        """The holder is the payee: the account is paid into, and what was held for it is lifted. The same names later need no
        review. Refused: `unknown-name-review`, `name-review-settled`, `name-review-stale`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> Reviewed:
                await accept_name(tx, caller, evidence_id, why.note)
                return Reviewed(evidence_id=evidence_id, review="accepted")

            request = f"{evidence_id}{why.note}".encode()
            return await once(tx, caller, "POST /v1/name-reviews/accept", key, request, Reviewed, work)

    @router.post("/name-reviews/{evidence_id}/reject", summary="Reject a holder's name")
    async def reject(caller: Writer, evidence_id: UUID, why: ReviewInput, key: IdempotencyKey = None) -> Reviewed:
        """The holder is somebody else. An account that nobody is paid into yet is refused; for one in use the money is held
        and another way proposed. Refused: `unknown-name-review`, `name-review-settled`, `name-review-stale`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> Reviewed:
                await reject_name(tx, caller, evidence_id, why.note)
                return Reviewed(evidence_id=evidence_id, review="rejected")

            request = f"{evidence_id}{why.note}".encode()
            return await once(tx, caller, "POST /v1/name-reviews/reject", key, request, Reviewed, work)


def _page(cipher: FieldCipher, rows: list[dict[str, Any]], limit: int) -> EvidencePage:
    items = []
    for row in rows:
        reasons = tuple(row["reasons"])
        sealed = row["number_sealed"]
        shown = {
            "number": mask(cipher.open(sealed, ACCOUNT)) if sealed else None,
            "reasons_vi": readable(reasons, REASONS, 0),
            "reasons_en": readable(reasons, REASONS, 1),
        }
        items.append(EvidenceView.model_validate({**row, **shown}))
    return EvidencePage(items=items, next_cursor=str(items[-1].evidence_id) if len(items) == limit else None)
