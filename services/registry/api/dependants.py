"""Dependants of a decision."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.registry.api.dependant_views import (
    Counted,
    DependantList,
    DependantsInput,
    StudyInput,
    view_of_dependant,
)
from services.registry.domain.act_refusals import UNKNOWN_DECISION
from services.registry.storage.dependants import dependants_of
from services.registry.storage.records import load_records
from services.registry.use_cases.keep_dependants import enter_dependants, note_study, take_off_dependant
from shared import audit
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

Writer = Annotated[Caller, Depends(require("registry:write"))]
PATH = "/v1/beneficiaries/{beneficiary_id}/decisions/{decision_id}/dependants"


def make_router(database: Database, cipher: FieldCipher) -> APIRouter:
    """The routes of dependants."""
    router = APIRouter(tags=["decisions"])

    @router.get(PATH, summary="List the dependants of a decision")
    async def list_dependants(
        caller: Annotated[Caller, Depends(require("registry:read"))], beneficiary_id: UUID, decision_id: UUID
    ) -> DependantList:
        """Children raised and persons cared for, oldest first; numbers are masked, the reading is audited. Refused:
        `unknown-decision`."""
        async with database.transaction(caller.row_scope) as tx:
            records = await load_records(tx, [beneficiary_id])
            if not any(one.decision_id == decision_id for record in records for one in record.decisions):
                raise Refusal(UNKNOWN_DECISION)
            found = await dependants_of(tx, decision_id)
            await audit.append(tx, caller, "dependants.read", f"beneficiary/{beneficiary_id}", decision_id=decision_id)
        return DependantList(items=[view_of_dependant(cipher, one) for one in found])

    @router.post(PATH, summary="Enter dependants of a decision")
    async def enter(
        caller: Writer, beneficiary_id: UUID, decision_id: UUID, entered: DependantsInput, key: IdempotencyKey = None
    ) -> Counted:
        """They are put on file. What the decision counts stays until a decision changes it: where the numbers differ, that is
        proposed. Refused: `unknown-beneficiary`, `unknown-decision`, `bad-day`."""
        dependants = [one.sealed(cipher) for one in entered.dependants]
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> Counted:
                return Counted(heads=await enter_dependants(tx, caller, beneficiary_id, decision_id, dependants))

            request = f"{beneficiary_id}{decision_id}{entered.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/beneficiaries/dependants", key, request, Counted, work)

    @router.post(PATH + "/{dependant_id}/study", summary="Note a dependant's proof of study")
    async def study(
        caller: Writer, beneficiary_id: UUID, decision_id: UUID, dependant_id: UUID, proof: StudyInput, key: IdempotencyKey = None
    ) -> Counted:
        """Counted to 22 while it lasts; its end is proposed 60 days ahead. Refused: `unknown-beneficiary`, `unknown-decision`,
        `unknown-dependant`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> Counted:
                heads = await note_study(tx, caller, beneficiary_id, decision_id, dependant_id, proof.study_until)
                return Counted(heads=heads)

            request = f"{beneficiary_id}{decision_id}{dependant_id}{proof.study_until}".encode()
            return await once(tx, caller, "POST /v1/beneficiaries/dependants/study", key, request, Counted, work)

    @router.post(PATH + "/{dependant_id}/remove", summary="Take a dependant off a decision")
    async def remove(
        caller: Writer, beneficiary_id: UUID, decision_id: UUID, dependant_id: UUID, key: IdempotencyKey = None
    ) -> Counted:
        """Died, left, or entered by mistake: it is kept and counts no more. Refused: `unknown-beneficiary`,
        `unknown-decision`, `unknown-dependant`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> Counted:
                return Counted(heads=await take_off_dependant(tx, caller, beneficiary_id, decision_id, dependant_id))

            request = f"{beneficiary_id}{decision_id}{dependant_id}".encode()
            return await once(tx, caller, "POST /v1/beneficiaries/dependants/remove", key, request, Counted, work)

    return router
