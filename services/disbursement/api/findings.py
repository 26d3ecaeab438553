"""Routes of findings: what the gates find in a payroll, and taking one upon oneself."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.disbursement.api.fields import Line
from services.disbursement.api.finding_views import FindingList, FindingView
from services.disbursement.api.payrolls import acting_on
from services.disbursement.storage import payrolls
from services.disbursement.use_cases.look_for_findings import accept_finding, look_for_findings
from shared.auth import Caller, require
from shared.database import Database


class AcceptRequest(BaseModel):
    """A finding to accept, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "finding_id": "payee-shared:0190a1b2-0000-7000-8000-000000000001",
                    "reason": "Người giám hộ của sáu cháu mồ côi, đã đối chiếu quyết định giám hộ",
                }
            ]
        },
    )

    finding_id: Line
    reason: Line = Field(description="Kept for good. No identity, phone or account number.")


def make_router(database: Database) -> APIRouter:
    """The routes of findings."""
    router = APIRouter(prefix="/v1/payrolls", tags=["findings"])

    @router.get("/{payroll_id}/findings", summary="What is doubtful of a payroll")
    async def list_findings(payroll_id: UUID, caller: Annotated[Caller, Depends(require("disbursement:read"))]) -> FindingList:
        """What the gates find in the payroll as it stands now, with who accepted what. Refused: `unknown-payroll`."""
        async with acting_on(database, caller, payroll_id) as tx:
            found = await look_for_findings(tx, await payrolls.find(tx, payroll_id))
        return FindingList(items=[FindingView.of(each) for each in found])

    @router.post("/{payroll_id}/accepted-findings", summary="Accept a finding in writing", status_code=201)
    async def post_acceptance(
        payroll_id: UUID, request: AcceptRequest, caller: Annotated[Caller, Depends(require("disbursement:approve"))]
    ) -> FindingList:
        """Take a finding of a prepared payroll upon oneself, with a reason; twice changes nothing. It counts while the finding
        measures no more than it does now.

        Refused: `unknown-payroll`, `service-account-approves`, `wrong-state`, `maker-accepts-finding`, `unknown-finding`,
        `finding-cannot-be-accepted`.
        """
        async with acting_on(database, caller, payroll_id) as tx:
            found = await accept_finding(tx, caller, payroll_id, request.finding_id, request.reason)
        return FindingList(items=[FindingView.of(each) for each in found])

    return router
