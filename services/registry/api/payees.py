"""Payees: who receives for whom, appointed, renewed, ended, and seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from services.registry.api.change_requests import ChangeAsked
from services.registry.api.payee_views import (
    DeathInput,
    Ended,
    EndInput,
    LinesHeld,
    PaperInput,
    ParentReturnedInput,
    PayeeInput,
    PayeesPersonView,
    PersonsPayees,
    PersonsPayeeView,
    Renewed,
    RenewInput,
    WholePayeeView,
)
from services.registry.domain.appointment_refusals import PAYEE_INCOMPLETE
from services.registry.domain.appointments import CARE_SUPPORT, SELF, Appointing, Paper
from services.registry.domain.payee_content import named
from services.registry.storage.appointments import paper_of
from services.registry.use_cases.appoint_payee import ask_payee_change
from services.registry.use_cases.end_payee import Ending, end_payee
from services.registry.use_cases.note_parent_returned import note_parent_returned
from services.registry.use_cases.record_payee_death import record_payee_death
from services.registry.use_cases.renew_appointment import renew_appointment
from services.registry.use_cases.see_payees import payees_of_person, people_of_payee
from shared.auth import Caller, require
from shared.crypto import IDENTITY, PHONE, FieldCipher, mask
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

Reader = Annotated[Caller, Depends(require("registry:read"))]
Writer = Annotated[Caller, Depends(require("registry:write"))]


def make_router(database: Database, cipher: FieldCipher) -> APIRouter:
    """The routes of payees."""
    router = APIRouter(prefix="/v1", tags=["payees"])
    _add_appointing(router, database, cipher)
    _add_ending(router, database, cipher)
    _add_reading(router, database, cipher)
    return router


def _add_appointing(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.post("/beneficiaries/{beneficiary_id}/payee", summary="Ask for another payee")
    async def appoint(caller: Writer, beneficiary_id: UUID, asked: PayeeInput, key: IdempotencyKey = None) -> ChangeAsked:
        """Somebody else is to receive: monthly, care support alone (`care_alone`), or (of one who died) once. Nothing changes
        until a second officer approves the change request. Refused: `unknown-beneficiary`, `unknown-payee`,
        `payee-incomplete`, `bad-payee-number`, `payee-number-of-another`, `payee-capacity-impossible`, `payee-is-beneficiary`,
        `payee-is-dead`, `payee-is-minor`, `payee-relationship-impossible`, `payee-paper-wrong`, `payee-paper-dates`,
        `payee-from-day`, `payee-unchanged`, `no-care-support`, `care-support-is-the-mothers`, `change-waits`."""
        wanted = named(asked.capacity, asked.payee_id, asked.full_name, asked.identity_number, asked.phone, asked.birth_year)
        if (asked.capacity == SELF) != (asked.relationship is None):
            raise Refusal(PAYEE_INCOMPLETE, "a payee other than the beneficiary needs a relationship")
        new = Appointing(
            asked.capacity,
            asked.relationship or SELF,
            asked.from_on,
            _paper(asked.paper) if asked.paper else None,
            asked.care_alone,
        )
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ChangeAsked:
                request_id, digest = await ask_payee_change(tx, caller, cipher, beneficiary_id, new, wanted, asked.note)
                return ChangeAsked(request_id=request_id, digest=digest)

            request = f"{beneficiary_id}{asked.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/beneficiaries/payee", key, request, ChangeAsked, work)

    @router.post("/beneficiaries/{beneficiary_id}/payee/renew", summary="Renew a payee's paper")
    async def renew(caller: Writer, beneficiary_id: UUID, paper: RenewInput, key: IdempotencyKey = None) -> Renewed:
        """The payee of now goes on by another paper (or by the first that is known), and holds for the old one are lifted.
        Refused: `unknown-beneficiary`, `nothing-to-renew`, `payee-capacity-impossible`, `payee-is-dead`, `payee-is-minor`,
        `payee-relationship-impossible`, `payee-paper-wrong`, `payee-paper-dates`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> Renewed:
                ends = await renew_appointment(
                    tx, caller, cipher, beneficiary_id, paper.capacity, _paper(paper.paper), care_alone=paper.line == CARE_SUPPORT
                )
                return Renewed(expires_on=ends)

            request = f"{beneficiary_id}{paper.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/beneficiaries/payee/renew", key, request, Renewed, work)


def _add_ending(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.post("/beneficiaries/{beneficiary_id}/payee/end", summary="End a payee's standing")
    async def end(caller: Writer, beneficiary_id: UUID, how: EndInput, key: IdempotencyKey = None) -> Ended:
        """An authorisation is revoked, a guardianship or care ends: the line is held at once (`line`: care support alone). A
        beneficiary of age and able receives in person when a second officer approves; else another payee is proposed. Refused:
        `unknown-beneficiary`, `no-appointment`, `no-carer`, `payee-from-day`."""
        ending = Ending(how.ended_on, how.paper_number, how.note, how.beneficiary_able, how.line == CARE_SUPPORT)
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> Ended:
                return Ended(request_id=await end_payee(tx, caller, cipher, beneficiary_id, ending))

            request = f"{beneficiary_id}{how.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/beneficiaries/payee/end", key, request, Ended, work)

    @router.post("/beneficiaries/{beneficiary_id}/parent-returned", summary="Note that a parent returned")
    async def returned(
        caller: Writer, beneficiary_id: UUID, parent: ParentReturnedInput, key: IdempotencyKey = None
    ) -> LinesHeld:
        """The child's line is held; the parent is proposed as payee, and the end of a category that rests on having nobody.
        Refused: `unknown-beneficiary`, `no-guardian`, `payee-from-day`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> LinesHeld:
                held = await note_parent_returned(
                    tx, caller, beneficiary_id, parent.full_name, parent.relationship, parent.returned_on
                )
                return LinesHeld(held=int(held))

            request = f"{beneficiary_id}{parent.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/beneficiaries/parent-returned", key, request, LinesHeld, work)

    @router.post("/payees/{payee_id}/death", summary="Record a payee's death")
    async def death(caller: Writer, payee_id: UUID, died: DeathInput, key: IdempotencyKey = None) -> LinesHeld:
        """Every line that the payee received is held, and for each it is proposed who may receive next. Refused:
        `unknown-payee`, `bad-death-date`, `death-known`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> LinesHeld:
                return LinesHeld(held=await record_payee_death(tx, caller, payee_id, died.died_on, died.paper_number))

            request = f"{payee_id}{died.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/payees/death", key, request, LinesHeld, work)


def _add_reading(router: APIRouter, database: Database, cipher: FieldCipher) -> None:
    @router.get("/beneficiaries/{beneficiary_id}/payees", summary="See a person's payees")
    async def of_person(caller: Reader, beneficiary_id: UUID) -> PersonsPayees:
        """Everybody who receives or received for a person, in which capacity, by which paper; newest first, numbers masked.
        The reading is audited. Refused: `unknown-beneficiary`."""
        async with database.transaction(caller.row_scope) as tx:
            rows = await payees_of_person(tx, caller, beneficiary_id)
        items = [
            PersonsPayeeView.model_validate(
                {**_appointment(row), **_numbers(cipher, row), "full_name": row["payee_name"], "died_on": row["died_on"]}
            )
            for row in rows
        ]
        return PersonsPayees(items=items)

    @router.get("/payees/{payee_id}", summary="See a payee")
    async def of_payee(caller: Reader, payee_id: UUID) -> WholePayeeView:
        """A payee, and for whom they receive and received. Numbers are masked; the reading is audited. Refused:
        `unknown-payee`."""
        async with database.transaction(caller.row_scope) as tx:
            payee, rows = await people_of_payee(tx, caller, payee_id)
        people = [
            PayeesPersonView.model_validate({**_appointment(row), "code": row["code"], "full_name": row["full_name"]})
            for row in rows
        ]
        return WholePayeeView.model_validate({**payee, **_numbers(cipher, payee), "receives_for": people})


def _paper(paper: PaperInput) -> Paper:
    return Paper(paper.kind, paper.number, paper.issued_on, paper.issued_by, paper.expires_on)


def _numbers(cipher: FieldCipher, row: Mapping[str, Any]) -> dict[str, str | None]:
    identity, phone = row["identity_sealed"], row["phone_sealed"]
    return {
        "identity_number": mask(cipher.open(identity, IDENTITY)) if identity else None,
        "phone": mask(cipher.open(phone, PHONE)) if phone else None,
    }


def _appointment(row: Mapping[str, Any]) -> dict[str, Any]:
    paper = paper_of(row)
    shown = None
    if paper:
        shown = {name: getattr(paper, name) for name in paper.__slots__}
    return {**row, "paper": shown}
