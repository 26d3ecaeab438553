"""Decisions over time: entered, listed, annulled; proposals carried out by one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends

from services.registry.api.act_views import (
    CHANGE,
    DEATH,
    GRANT,
    STOP,
    AcceptInput,
    ActInput,
    ActPage,
    AnnulInput,
    Annulled,
    EnteredView,
    order_of,
    view_of_act,
)
from services.registry.api.wire import Cursor, Limit, id_cursor
from services.registry.domain.legal_months import Categories
from services.registry.domain.refusals import UNKNOWN_BENEFICIARY
from services.registry.storage.acts import page_of_acts
from services.registry.storage.records import load_records
from services.registry.use_cases.enter_act import Acceptance, Entered, accept_proposal, annul_act, enter_act
from shared import audit
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

Writer = Annotated[Caller, Depends(require("registry:write"))]


def make_router(database: Database, cipher: FieldCipher, categories: Categories) -> APIRouter:
    """The routes of acts."""
    router = APIRouter(prefix="/v1", tags=["decisions"])

    @router.post("/beneficiaries/{beneficiary_id}/decisions", summary="Enter a decision about a person")
    async def enter(
        caller: Writer,
        beneficiary_id: UUID,
        act: Annotated[
            ActInput,
            Body(
                openapi_examples={
                    "grant": {"value": GRANT},
                    "change": {"value": CHANGE},
                    "stop": {"value": STOP},
                    "death": {"value": DEATH},
                }
            ),
        ],
        key: IdempotencyKey = None,
    ) -> EnteredView:
        """A grant, change, stop, suspension, resumption, death, or the entering or leaving of an institution. It counts from
        the month that the law says (Decree 20/2021/NĐ-CP Art. 8): a grant and a rise from the month of signing, a fall from
        the month after; what ends the right leaves its own month owed.

        Refused: `unknown-beneficiary`, `unknown-decision`, `which-decision`, `bad-category`, `age-does-not-fit`, `bad-heads`,
        `nobody-counts`, `study-proof-missing`, `signed-in-the-future`, `month-too-early`, `month-too-far`, `wrong-month`,
        `bad-day`, `decision-overlaps`, `nothing-to-change`, `same-as-before`, `nothing-to-end`, `person-dead`,
        `person-suspended`, `person-stopped`, `not-suspended`, `in-institution`, `not-in-institution`, `transfer-open`."""
        order = order_of(act, cipher)
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> EnteredView:
                return _entered(await enter_act(tx, caller, categories, beneficiary_id, order))

            request = f"{beneficiary_id}{act.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/beneficiaries/decisions", key, request, EnteredView, work)

    @router.get("/beneficiaries/{beneficiary_id}/decisions", summary="List what was decided about a person")
    async def list_acts(
        caller: Annotated[Caller, Depends(require("registry:read"))],
        beneficiary_id: UUID,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> ActPage:
        """Acts with number, date, who and why, newest first, annulled ones too; the reading is audited.
        Refused: `unknown-beneficiary`, `bad-cursor`."""
        before = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            if not await load_records(tx, [beneficiary_id]):
                raise Refusal(UNKNOWN_BENEFICIARY)
            rows = await page_of_acts(tx, beneficiary_id, before=before, limit=limit)
            await audit.append(tx, caller, "acts.read", f"beneficiary/{beneficiary_id}")
        items = [view_of_act(row) for row in rows]
        return ActPage(items=items, next_cursor=str(items[-1].act_id) if len(items) == limit else None)

    @router.post("/beneficiaries/{beneficiary_id}/decisions/{act_id}/annul", summary="Annul a decision entered by mistake")
    async def annul(caller: Writer, beneficiary_id: UUID, act_id: UUID, why: AnnulInput, key: IdempotencyKey = None) -> Annulled:
        """It is kept as annulled, and the person stands as before it. Acts are annulled from the newest back. Refused:
        `unknown-beneficiary`, `unknown-act`, `act-annulled`, `act-overtaken`, `act-of-transfer`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> Annulled:
                await annul_act(tx, caller, beneficiary_id, act_id, why.note)
                return Annulled(act_id=act_id)

            request = f"{beneficiary_id}{act_id}{why.note}".encode()
            return await once(tx, caller, "POST /v1/beneficiaries/decisions/annul", key, request, Annulled, work)

    @router.post("/proposals/{proposal_id}/accept", summary="Carry out a proposed adjustment", tags=["proposals"])
    async def accept(caller: Writer, proposal_id: UUID, decision: AcceptInput, key: IdempotencyKey = None) -> EnteredView:
        """The decision that a birthday or a dependant's end called for: a change or a stop, from the month that the law says.

        Refused: `unknown-proposal`, `proposal-settled`, `proposal-needs-its-own-act` (of another kind), `bad-category` (one
        that was not proposed), and what entering that decision refuses."""
        acceptance = Acceptance(**decision.model_dump())

        async with database.transaction(caller.row_scope) as tx:

            async def work() -> EnteredView:
                return _entered(await accept_proposal(tx, caller, categories, proposal_id, acceptance))

            request = f"{proposal_id}{decision.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/proposals/accept", key, request, EnteredView, work)

    return router


def _entered(entered: Entered) -> EnteredView:
    return EnteredView(act_id=entered.act_id, from_month=entered.from_month, decision_id=entered.decision_id)
