"""What happens when people, their requests for accounts, the answers or uses of accounts are said: enrolment follows."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from services.reporting.storage import enrolled, moves
from services.reporting.storage.enrolled import AccountAnswered, AccountAsked, PersonSeen
from services.reporting.storage.levels import await_units
from shared.contracts.gateway_events import AccountsAnswered, AccountsUsed
from shared.contracts.registry_events import AccountsRequested, BeneficiariesChanged, BeneficiaryRecord
from shared.crypto import pseudonym
from shared.database import Tx

UNSAID = "unsaid"
"""Why an account was refused, where nobody said."""


async def follow_people(tx: Tx, event: BeneficiariesChanged, at: datetime, secret: bytes) -> None:
    """People have new records. `secret` makes their pseudonyms: nothing else that tells who they are is kept."""
    people = [_seen(record, at, secret) for record in event.records]
    newest = {one.subject: one for one in sorted(people, key=lambda one: one.version)}
    with_account = [one for one in people if one.account_id is not None]
    first = {one.subject: one for one in sorted(with_account, key=lambda one: -one.version)}
    accounts = {one.account_id for one in with_account if one.account_id is not None}
    await await_units(tx, (one.unit_id for one in people))
    await moves.lock(tx)
    await enrolled.see_people(tx, list(newest.values()), list(first.values()))
    await enrolled.see_recorded(tx, accounts, at)
    await enrolled.judge(tx, newest, accounts)


def _seen(record: BeneficiaryRecord, at: datetime, secret: bytes) -> PersonSeen:
    account = record.account
    return PersonSeen(
        subject=pseudonym(secret, str(record.beneficiary_id)),
        version=record.version,
        unit_id=record.unit_id,
        active=record.status == "active" and record.merged_into is None,
        payee_id=record.payee.payee_id,
        account_id=account.account_id if account else None,
        provider=account.provider if account else "",
        channel=account.channel if account else "",
        hold=record.hold or "",
        at=at,
    )


async def follow_requests(tx: Tx, event: AccountsRequested, at: datetime) -> None:
    """Accounts were asked for."""
    asked = {
        request.account_id: AccountAsked(request.account_id, request.payee_id, request.unit_id, event.provider, at)
        for request in event.requests
    }
    await await_units(tx, (one.unit_id for one in asked.values()))
    await moves.lock(tx)
    await enrolled.see_asked(tx, list(asked.values()))
    await enrolled.judge(tx, (), asked)


async def follow_answers(tx: Tx, event: AccountsAnswered) -> None:
    """A provider opened or refused accounts."""
    said = [
        AccountAnswered(one.account_id, one.outcome, (one.reason or UNSAID) if one.outcome == "refused" else "", one.at)
        for one in event.answers
    ]
    newest = {one.account_id: one for one in sorted(said, key=lambda one: (one.at, one.outcome, one.reason))}
    await moves.lock(tx)
    await enrolled.see_answered(tx, list(newest.values()))
    await enrolled.judge(tx, (), newest)


async def follow_uses(tx: Tx, event: AccountsUsed) -> None:
    """Accounts came into use."""
    used_on: dict[UUID, date] = {}
    for one in event.uses:
        used_on[one.account_id] = min(one.first_used_on, used_on.get(one.account_id, one.first_used_on))
    await moves.lock(tx)
    await enrolled.see_used(tx, used_on)
    await enrolled.judge(tx, (), used_on)
