"""What people report of accounts and of themselves: cards handed over, guidance given, money drawn, or no account wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain.enrolment import REFUSAL_REASONS, StepReport, judge_step
from services.registry.domain.enrolment_refusals import BAD_REFUSAL
from services.registry.domain.refusals import UNKNOWN_BENEFICIARY
from services.registry.storage import account_steps
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many were recorded, how many stood so already, and which were not, with why: (what it is about, code)."""

    recorded: int
    already: int
    refused: tuple[tuple[UUID, str], ...]


async def record_steps(tx: Tx, caller: Caller, reports: Sequence[StepReport]) -> Recorded:
    """Record steps of accounts, each once. One by one: what can't be recorded is told, the others are."""
    grounds = await account_steps.step_grounds(tx, reports)
    today = await tx.today()
    fresh: dict[tuple[UUID, str], StepReport] = {}
    refused: list[tuple[UUID, str]] = []
    already = 0
    for report in reports:
        key = (report.account_id, report.step)
        ground = grounds.get(key)
        code = judge_step(report, ground, today)
        if code is None and key in fresh and fresh[key].happened_on != report.happened_on:
            code = "step-recorded"
        if code is not None:
            refused.append((report.account_id, code))
        elif key in fresh or (ground is not None and ground.recorded_on is not None):
            already += 1
        else:
            fresh[key] = report
    recorded = await account_steps.insert_steps(tx, caller, list(fresh.values()))
    if recorded:
        steps = Counter(report.step for report in fresh.values())
        subject = f"account/{next(iter(fresh))[0]}" if len(fresh) == 1 else "accounts"
        await audit.append(tx, caller, "account.steps", subject, **steps)
    return Recorded(recorded, already + len(fresh) - recorded, tuple(refused))


@dataclass(frozen=True, slots=True)
class AccountRefusal:
    """Somebody wants no account."""

    beneficiary_id: UUID
    reason: str
    note: str | None
    refused_on: date


async def record_refusals(tx: Tx, caller: Caller, refusals: Sequence[AccountRefusal]) -> Recorded:
    """Note who wants no account, and why. A refusal that stands stays as it is. Refused as a whole: `bad-refusal-reason`."""
    for refusal in refusals:
        if refusal.reason not in REFUSAL_REASONS:
            raise Refusal(BAD_REFUSAL, refusal.reason, reason=refusal.reason)
    today = await tx.today()
    known = await account_steps.known_people(tx, [refusal.beneficiary_id for refusal in refusals])
    refused = [(refusal.beneficiary_id, code) for refusal in refusals if (code := _why_not(refusal, known, today)) is not None]
    left_out = {person for person, _ in refused}
    wanted = {r.beneficiary_id: r for r in refusals if r.beneficiary_id not in left_out}
    fresh = await account_steps.insert_refusals(
        tx, caller, [(r.beneficiary_id, r.reason, r.note, r.refused_on) for r in wanted.values()]
    )
    if fresh:
        await _note(tx, caller, "account_refusal.record", fresh, Counter(wanted[one].reason for one in fresh))
    return Recorded(len(fresh), len(wanted) - len(fresh), tuple(refused))


def _why_not(refusal: AccountRefusal, known: dict[UUID, bool], today: date) -> str | None:
    if refusal.beneficiary_id not in known:
        return UNKNOWN_BENEFICIARY.code
    if known[refusal.beneficiary_id]:
        return "has-account"  # back to cash is a change of where money goes, and takes two officers
    return "step-in-the-future" if refusal.refused_on > today else None


async def withdraw_refusals(tx: Tx, caller: Caller, people: Sequence[UUID], note: str | None) -> Recorded:
    """People who wanted no account want one now."""
    wanted = list(dict.fromkeys(people))
    known = await account_steps.known_people(tx, wanted)
    freed = await account_steps.withdraw_refusals(tx, caller, [one for one in wanted if one in known], note)
    if freed:
        await _note(tx, caller, "account_refusal.withdraw", freed, Counter())
    unknown = tuple((one, UNKNOWN_BENEFICIARY.code) for one in wanted if one not in known)
    return Recorded(len(freed), len(known) - len(freed), unknown)


async def _note(tx: Tx, caller: Caller, action: str, people: set[UUID], reasons: Counter[str]) -> None:
    subject = f"beneficiary/{next(iter(people))}" if len(people) == 1 else "beneficiaries"
    await audit.append(tx, caller, action, subject, people=len(people), **reasons)
