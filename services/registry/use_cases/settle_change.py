"""A second officer approves or rejects a change of where money goes, or its maker withdraws it."""

from __future__ import annotations

from uuid import UUID

from services.registry.domain.change_requests import (
    APPROVED,
    CHANGE_IS_STALE,
    OTHER_CONTENT,
    REJECTED,
    UNKNOWN_CHANGE,
    WITHDRAWN,
    ChangeRequest,
    check_maker,
    check_second_officer,
    content_index,
    ground_index,
)
from services.registry.storage.change_requests import lock_change, settle_change
from services.registry.use_cases.ask_change import ChangeKinds
from shared import audit
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal


async def approve_change(
    tx: Tx, caller: Caller, cipher: FieldCipher, request_id: UUID, digest: str, kinds: ChangeKinds
) -> ChangeRequest:
    """Carry a change out, at most once. `digest` is of the content that the second officer saw.

    Refused: `unknown-change`, `change-settled`, `service-account-approves`, `maker-is-checker`, `change-digest-differs`,
    `change-is-stale` where what it rests on is another by now, and what the kind itself refuses.
    """
    request = await _locked(tx, cipher, request_id)
    check_second_officer(request, caller.issuer, caller.subject, caller.kind)
    kept = content_index(cipher, request.kind, request.beneficiary_id, request.content, request.ground_index)
    if not (digest == request.digest == kept.hex()):
        raise Refusal(OTHER_CONTENT)
    kind = kinds[request.kind]
    if ground_index(cipher, await kind.ground(tx, request.beneficiary_id)) != request.ground_index:
        raise Refusal(CHANGE_IS_STALE)
    await settle_change(tx, caller, request_id, APPROVED, None)
    await kind.apply(tx, caller, cipher, request)
    await _note(tx, caller, request, "change.approve")
    return request


async def reject_change(tx: Tx, caller: Caller, cipher: FieldCipher, request_id: UUID, note: str) -> ChangeRequest:
    """Refuse a change, with why. Refused: `unknown-change`, `change-settled`, `service-account-approves`,
    `maker-is-checker` (who asked withdraws it)."""
    request = await _locked(tx, cipher, request_id)
    check_second_officer(request, caller.issuer, caller.subject, caller.kind)
    await settle_change(tx, caller, request_id, REJECTED, note)
    await _note(tx, caller, request, "change.reject")
    return request


async def withdraw_change(tx: Tx, caller: Caller, cipher: FieldCipher, request_id: UUID, note: str) -> ChangeRequest:
    """Take a change back. Refused: `unknown-change`, `change-settled`, `not-the-maker`."""
    request = await _locked(tx, cipher, request_id)
    check_maker(request, caller.issuer, caller.subject)
    await settle_change(tx, caller, request_id, WITHDRAWN, note)
    await _note(tx, caller, request, "change.withdraw")
    return request


async def _locked(tx: Tx, cipher: FieldCipher, request_id: UUID) -> ChangeRequest:
    request = await lock_change(tx, cipher, request_id)
    if request is None:
        raise Refusal(UNKNOWN_CHANGE)
    return request


async def _note(tx: Tx, caller: Caller, request: ChangeRequest, action: str) -> None:
    await audit.append(
        tx, caller, action, f"beneficiary/{request.beneficiary_id}",
        request_id=request.request_id, kind=request.kind, digest=request.digest,
    )  # fmt: skip
