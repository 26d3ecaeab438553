"""Look for what is doubtful of a payroll, and accept a finding in writing."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.disbursement.domain.approval_refusals import MAKER_ACCEPTS, UNKNOWN_FINDING
from services.disbursement.domain.gates import (
    Acceptance,
    Finding,
    Gate,
    acceptance_of,
    check_can_be_accepted,
    check_findings,
)
from services.disbursement.domain.payrolls import Payroll
from services.disbursement.domain.refusals import SERVICE_APPROVES, WRONG_STATE
from services.disbursement.storage import findings, gates, payrolls
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and who took it upon themselves."""

    finding: Finding
    acceptance: Acceptance | None


async def look_for_findings(tx: Tx, payroll: Payroll) -> list[Found]:
    """What the gates find now, each with the acceptance that covers it. The transaction must see all rows."""
    in_force = await gates.of_authority(tx, payroll.authority_id, await tx.today())
    accepted = await gates.acceptances(tx, payroll.payroll_id)
    found = await findings.find(tx, payroll, in_force)
    return [Found(finding, acceptance_of(finding, accepted)) for finding in found]


async def check_no_findings(tx: Tx, payroll: Payroll, in_force: dict[str, Gate]) -> list[Finding]:
    """Everything found, when none of it blocks. Refused: `pays-after-death`, `open-findings`."""
    found = await findings.find(tx, payroll, in_force)
    check_findings(found, await gates.acceptances(tx, payroll.payroll_id))
    return found


async def accept_finding(tx: Tx, caller: Caller, payroll_id: UUID, finding_id: str, reason: str) -> list[Found]:
    """Take a finding of a prepared payroll upon oneself; what was accepted already stays so. All findings as they are then.

    Refused: `unknown-payroll`, `service-account-approves`, `wrong-state`, `maker-accepts-finding`, `unknown-finding`,
    `finding-cannot-be-accepted`.
    """
    payroll = await payrolls.find(tx, payroll_id, lock=True)
    if caller.kind != "person":
        raise Refusal(SERVICE_APPROVES)
    if payroll.state != "prepared" or payroll.prepared is None:
        raise Refusal(WRONG_STATE, f"it is {payroll.state}, not prepared", state=payroll.state)
    if payroll.prepared.officer == (caller.issuer, caller.subject):
        raise Refusal(MAKER_ACCEPTS, f"{caller.subject} prepared this payroll")
    found = {each.finding.finding_id: each for each in await look_for_findings(tx, payroll)}
    if finding_id not in found:
        raise Refusal(UNKNOWN_FINDING, finding_id=finding_id)
    finding = found[finding_id].finding
    check_can_be_accepted(finding)
    if found[finding_id].acceptance is None:
        await gates.accept(tx, payroll, finding, reason, caller.issuer, caller.subject, await tx.business_now())
        await audit.append(
            tx,
            caller,
            "accept-finding",
            f"payroll/{payroll_id}",
            finding=finding_id,
            measured=finding.measured,
            threshold=finding.threshold,
            reason=reason,
        )
    return await look_for_findings(tx, payroll)
