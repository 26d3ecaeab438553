"""Holders' names: what a provider said of them is told to the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from services.provider_gateway.connectors.protocol import INVALID_ACCOUNT, LOCKED, NAME_MISMATCH, AccountSaid
from services.provider_gateway.storage import name_enquiries
from services.provider_gateway.storage.name_enquiries import HeldEnquiry
from shared.contracts.gateway_events import NameAnswer, NamesAnswered
from shared.database import Tx
from shared.outbox import emit

NameOutcome = Literal["named", "other_name", "not_found", "locked", "unavailable"]

_OUTCOMES: Mapping[str | None, NameOutcome] = {
    NAME_MISMATCH: "other_name",
    INVALID_ACCOUNT: "not_found",
    LOCKED: "locked",
}


async def answer_names(tx: Tx, provider: str, held: Sequence[HeldEnquiry], said: Sequence[AccountSaid]) -> list[UUID]:
    """Settle what a provider said and tell the registry; the enquiries of which it said nothing."""
    heard = {each.request_id: each for each in said}
    answers = {each.enquiry_id: heard[str(each.enquiry_id)] for each in held if str(each.enquiry_id) in heard}
    settled = await name_enquiries.set_outcomes(tx, {enquiry_id: _outcome(each) for enquiry_id, each in answers.items()})
    now = await tx.business_now()
    told = [
        NameAnswer(
            enquiry_id=each.enquiry_id,
            account_id=each.account_id,
            account_version=each.account_version,
            outcome=_outcome(answers[each.enquiry_id]),
            holder_name=answers[each.enquiry_id].holder_name,
            at=now,
        )
        for each in held
        if each.enquiry_id in settled
    ]
    if told:
        await emit(tx, NamesAnswered(provider=provider, answers=told))
    return [each.enquiry_id for each in held if each.enquiry_id not in answers]


def _outcome(said: AccountSaid) -> NameOutcome:
    return "named" if said.outcome == "opened" else _OUTCOMES.get(said.reason, "unavailable")
