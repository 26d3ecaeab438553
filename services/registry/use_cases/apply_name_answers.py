"""A provider said who holds accounts in use: kept as evidence, reviewed where near, held where somebody else has it."""

from __future__ import annotations

from typing import Any

from services.registry.domain.name_evidence import EVIDENCE_LASTS, Evidence, Finding, judge_again
from services.registry.storage.accounts import lock_accounts, payee_names
from services.registry.storage.name_evidence import insert_evidence, newest_evidence, note_verdicts
from services.registry.use_cases.apply_account_answers import PROVIDER_GATEWAY
from services.registry.use_cases.hold_accounts import Trouble, hold_accounts
from shared.contracts.gateway_events import NameAnswer, NamesAnswered
from shared.database import Tx


async def apply_name_answers(tx: Tx, event: NamesAnswered) -> None:
    """Keep what the provider said of accounts that are still in use with the number that was asked about.

    Where the holder is somebody else now, those paid into the account are held and another way is proposed; a near miss goes
    to review and the money goes on. What concerns another version of an account is passed over: it will be asked about anew.
    """
    held = await lock_accounts(tx, [answer.account_id for answer in event.answers])
    answers = {
        answer.account_id: answer
        for answer in event.answers
        if answer.account_id in held
        and held[answer.account_id].state == "active"
        and held[answer.account_id].version == answer.account_version
    }
    if not answers:
        return
    names = await payee_names(tx, list(answers))
    before = await newest_evidence(tx, list(answers))
    findings = {one: _judge(answer, names[one][0], before.get(one)) for one, answer in answers.items()}
    told = {one: finding for one, finding in findings.items() if finding is not None}
    await insert_evidence(tx, [_evidence(answers[one], finding, names[one][0]) for one, finding in told.items()])
    verdicts = [{"account_id": one, "verdict": found.account_verdict if found else None} for one, found in findings.items()]
    await note_verdicts(tx, verdicts, await tx.today() + EVIDENCE_LASTS)
    troubles = [
        Trouble(one, finding.hold, finding.proposal, str(answers[one].enquiry_id))
        for one, finding in told.items()
        if finding.proposal is not None
    ]
    await hold_accounts(tx, PROVIDER_GATEWAY, troubles)


def _judge(answer: NameAnswer, payee_name: str, before: Evidence | None) -> Finding | None:
    return judge_again(payee_name, answer.outcome, answer.holder_name, before)


def _evidence(answer: NameAnswer, finding: Finding, payee_name: str) -> dict[str, Any]:
    return {
        "evidence_id": answer.enquiry_id,
        "account_id": answer.account_id,
        "payee_name": payee_name,
        "holder_name": answer.holder_name,
        "verdict": finding.verdict,
        "score": finding.score,
        "reasons": " ".join(finding.reasons),
        "source": "enquiry",
        "told_at": answer.at,
        "review": finding.review,
    }
