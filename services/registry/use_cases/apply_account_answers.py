"""A provider answered account requests: accounts become active or are refused, and people are paid into them from now on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.accounts import Answered, HeldAccount, Settled, canonical_number, settle
from services.registry.domain.enrolment import FROM_PROVIDER, OPENED, REFUSED, StepReport
from services.registry.domain.name_evidence import (
    EVIDENCE_LASTS,
    NUMBER_CHANGED_HOLD,
    NUMBER_PROPOSAL,
    Finding,
    judge_first,
)
from services.registry.storage import accounts
from services.registry.storage.account_steps import insert_steps
from services.registry.storage.name_evidence import insert_evidence
from services.registry.use_cases.hold_accounts import Trouble, hold_accounts, people_to_pay_into
from services.registry.use_cases.publish_changes import publish_changes
from shared.auth import Caller
from shared.contracts.gateway_events import AccountAnswer, AccountsAnswered
from shared.crypto import ACCOUNT, FieldCipher
from shared.database import Tx
from shared.kernel.errors import NotYet
from shared.kernel.ids import new_id

PROVIDER_GATEWAY = Caller(issuer="chitra", subject="provider_gateway", kind="service", scopes=frozenset(), unit_ids=())
"""Whom the history names for what a provider's answer changed."""


@dataclass(slots=True)
class _Outcome:
    """What answers come to: rows of accounts, other numbers told, evidence."""

    settled: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)


async def apply_account_answers(
    tx: Tx, cipher: FieldCipher, event: AccountsAnswered, caller: Caller = PROVIDER_GATEWAY, source: str = "opening"
) -> None:
    """Settle accounts as the provider says, stale answers aside, and say `beneficiaries_changed` of whom it concerns.

    A number that is somebody else's active account is refused here as `number_in_use`, a holder of another name as
    `holder_differs`; a near miss waits for an officer and nobody is paid into it until then. Another number for an account in
    use changes nothing but holds the money. Early (`NotYet`) where an account is not known.
    """
    held = await accounts.lock_accounts(tx, [answer.account_id for answer in event.answers])
    unknown = next((answer.account_id for answer in event.answers if answer.account_id not in held), None)
    if unknown is not None:
        raise NotYet(f"account {unknown}")
    indexes = _indexes(cipher, event)
    taken = await accounts.payees_behind_numbers(tx, event.provider, list(indexes.values()), ("active",))
    names = await accounts.payee_names(tx, list(held))
    today = await tx.today()
    outcome = _settle_all(event.answers, held, indexes, taken, {one: name for one, (name, _) in names.items()}, today, source)
    await accounts.settle_accounts(tx, outcome.settled)
    await accounts.keep_told_numbers(tx, outcome.told)
    await insert_evidence(tx, outcome.evidence)
    await _note_steps(tx, caller, outcome, today)
    paying = [row["account_id"] for row in outcome.settled if row["state"] == "active" and row["name_verdict"] != "near"]
    people = await people_to_pay_into(tx, paying) if paying else []
    await publish_changes(tx, caller, people, reason="account_active", effective_from=today)
    troubles = [
        Trouble(row["account_id"], NUMBER_CHANGED_HOLD, NUMBER_PROPOSAL, row["answered_at"].isoformat()) for row in outcome.told
    ]
    await hold_accounts(tx, caller, troubles)


async def _note_steps(tx: Tx, caller: Caller, outcome: _Outcome, today: date) -> None:
    steps = [
        StepReport(row["account_id"], OPENED if row["state"] == "active" else REFUSED, today, FROM_PROVIDER)
        for row in outcome.settled
    ]
    await insert_steps(tx, caller, steps, [row["reason"] for row in outcome.settled])


def _indexes(cipher: FieldCipher, event: AccountsAnswered) -> dict[UUID, bytes]:
    """Blind indexes of the numbers that the answers name."""
    return {
        answer.account_id: cipher.index(canonical_number(event.provider, cipher.open(answer.number_sealed, ACCOUNT)), ACCOUNT)
        for answer in event.answers
        if answer.number_sealed
    }


def _settle_all(
    answers: Sequence[AccountAnswer],
    held: dict[UUID, HeldAccount],
    indexes: dict[UUID, bytes],
    taken: dict[bytes, UUID],
    payee_names: dict[UUID, str],
    today: date,
    source: str,
) -> _Outcome:
    """What to write. Of two payees for whom one event names the same number, the first has it."""
    outcome = _Outcome()
    done: set[UUID] = set()
    for answer in answers:
        account = held[answer.account_id]
        index = indexes.get(answer.account_id)
        elsewhere = index is not None and taken.get(index, account.payee_id) != account.payee_id
        finding = judge_first(payee_names[answer.account_id], answer.holder_name)
        said = Answered(answer.outcome, answer.reason, index, answer.at, finding.verdict)
        result = settle(account, said, elsewhere)
        if result is None or answer.account_id in done:
            continue
        done.add(answer.account_id)
        if result.other_number:
            outcome.told.append(_number_of(answer, index))
            continue
        if result.state == "active" and index is not None:
            taken[index] = account.payee_id
        outcome.settled.append(_row(answer, index, result, finding, today))
        if answer.holder_name is not None or result.state == "active":
            outcome.evidence.append(_evidence(answer, finding, result, payee_names[answer.account_id], source))
    return outcome


def _number_of(answer: AccountAnswer, index: bytes | None) -> dict[str, Any]:
    return {
        "account_id": answer.account_id,
        "number_sealed": answer.number_sealed,
        "number_index": index,
        "answered_at": answer.at,
    }


def _row(answer: AccountAnswer, index: bytes | None, result: Settled, finding: Finding, today: date) -> dict[str, Any]:
    active = result.state == "active"
    return {
        **_number_of(answer, index if active else None),
        "number_sealed": answer.number_sealed if active else None,
        "state": result.state,
        "reason": result.reason,
        "holder_name": answer.holder_name if active else None,
        "name_verdict": finding.verdict if active else None,
        "name_due_on": today + EVIDENCE_LASTS if active else None,
    }


def _evidence(answer: AccountAnswer, finding: Finding, result: Settled, payee_name: str, source: str) -> dict[str, Any]:
    """An account refused anyway needs no review: what the provider saw is kept for who looks into it."""
    return {
        "evidence_id": new_id(),
        "account_id": answer.account_id,
        "payee_name": payee_name,
        "holder_name": answer.holder_name,
        "verdict": finding.verdict,
        "score": finding.score,
        "reasons": " ".join(finding.reasons),
        "source": source,
        "told_at": answer.at,
        "review": finding.review if result.state == "active" else None,
    }
