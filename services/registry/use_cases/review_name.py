"""An officer looks at a holder's name that is not quite, or not at all, the payee's."""

from __future__ import annotations

from uuid import UUID

from services.registry.domain.accounts import HOLDER_DIFFERS
from services.registry.domain.enrolment_refusals import NAME_REVIEW_SETTLED, NAME_REVIEW_STALE, UNKNOWN_NAME_REVIEW
from services.registry.domain.name_evidence import ACCEPTED, HOLDER_DIFFERS_HOLD, HOLDER_PROPOSAL, REJECTED, WAITING
from services.registry.storage.name_evidence import accept_holder, evidence_by_id, refuse_holder, settle_review
from services.registry.use_cases.hold_accounts import (
    Trouble,
    hold_accounts,
    lines_paid_into,
    people_to_pay_into,
    release_account,
)
from services.registry.use_cases.publish_changes import publish_changes
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


async def accept_name(tx: Tx, caller: Caller, evidence_id: UUID, note: str) -> None:
    """The holder is the payee: the account is paid into, and what was held for it is lifted.

    Refused: `unknown-name-review`, `name-review-settled`, `name-review-stale`.
    """
    account_id = await _settle(tx, caller, evidence_id, ACCEPTED, note)
    await accept_holder(tx, account_id)
    in_use = [person for person, _ in (await lines_paid_into(tx, [account_id])).get(account_id, ())]
    await release_account(tx, caller, in_use, account_id, note)
    people = await people_to_pay_into(tx, [account_id])
    await publish_changes(tx, caller, people, reason="account_active", effective_from=await tx.today(), note=note)


async def reject_name(tx: Tx, caller: Caller, evidence_id: UUID, note: str) -> None:
    """The holder is somebody else: an account that nobody is paid into is refused; in use, its money is held.

    Refused: `unknown-name-review`, `name-review-settled`, `name-review-stale`.
    """
    account_id = await _settle(tx, caller, evidence_id, REJECTED, note)
    in_use = bool((await lines_paid_into(tx, [account_id])).get(account_id))
    await refuse_holder(tx, account_id, in_use=in_use, reason=HOLDER_DIFFERS)
    await hold_accounts(tx, caller, [Trouble(account_id, HOLDER_DIFFERS_HOLD, HOLDER_PROPOSAL, str(evidence_id))])


async def _settle(tx: Tx, caller: Caller, evidence_id: UUID, review: str, note: str) -> UUID:
    found = await evidence_by_id(tx, evidence_id)
    if found is None or found["review"] is None:
        raise Refusal(UNKNOWN_NAME_REVIEW)
    if found["review"] != WAITING:
        raise Refusal(NAME_REVIEW_SETTLED, found["review"], review=found["review"])
    if not found["stands"] or found["state"] != "active":
        raise Refusal(NAME_REVIEW_STALE)
    await settle_review(tx, caller, evidence_id, review, note)
    account_id: UUID = found["account_id"]
    await audit.append(tx, caller, f"name.{review}", f"account/{account_id}", evidence_id=evidence_id)
    return account_id
