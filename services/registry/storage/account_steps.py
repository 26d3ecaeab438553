"""Steps of accounts' lives, and people who want no account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.enrolment import StepGround, StepReport
from services.registry.storage import bulk
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.ids import new_id

_STEP = {"account_id": "uuid", "step": "text", "happened_on": "date", "source": "text", "reason": "text"}
_REFUSAL = {"refusal_id": "uuid", "beneficiary_id": "uuid", "reason": "text", "note": "text", "refused_on": "date"}


async def insert_steps(tx: Tx, caller: Caller, steps: Sequence[StepReport], reasons: Sequence[str | None] = ()) -> int:
    """Keep steps of accounts that the caller may see; how many are new. One that was recorded stays as it is."""
    if not steps:
        return 0
    rows = [
        {
            "account_id": step.account_id,
            "step": step.step,
            "happened_on": step.happened_on,
            "source": step.source,
            "reason": reasons[at] if reasons else None,
        }
        for at, step in enumerate(steps)
    ]
    return await tx.run(
        f"""INSERT INTO account_steps (account_id, step, happened_on, source, reason, unit_id, recorded_at, issuer, subject)
            SELECT v.account_id, v.step, v.happened_on, v.source, v.reason, a.unit_id, platform.business_now(), :issuer, :subject
            FROM {bulk.values_of(_STEP)} JOIN accounts a USING (account_id)
            ON CONFLICT (account_id, step) DO NOTHING""",  # noqa: S608 - constants only
        issuer=caller.issuer,
        subject=caller.subject,
        **bulk.arrays_of(_STEP, rows),
    )


async def step_grounds(tx: Tx, steps: Sequence[StepReport]) -> dict[tuple[UUID, str], StepGround]:
    """What each step rests on; those of accounts that the caller may not see are left out."""
    types = {"account_id": "uuid", "step": "text"}
    wanted = [{"account_id": step.account_id, "step": step.step} for step in steps]
    rows = await tx.rows(
        f"""SELECT DISTINCT a.account_id, v.step, a.state, o.happened_on AS opened_on, s.happened_on AS recorded_on
            FROM {bulk.values_of(types)} JOIN accounts a USING (account_id)
            LEFT JOIN account_steps o ON o.account_id = a.account_id AND o.step = 'opened'
            LEFT JOIN account_steps s ON s.account_id = a.account_id AND s.step = v.step""",  # noqa: S608
        **bulk.arrays_of(types, wanted),
    )
    return {(row["account_id"], row["step"]): StepGround(row["state"], row["opened_on"], row["recorded_on"]) for row in rows}


async def steps_of_account(tx: Tx, account_id: UUID) -> list[dict[str, Any]]:
    """An account's steps in the order in which they happened; none for an account that the caller may not see."""
    return await tx.rows(
        """SELECT step, happened_on, source, reason, recorded_at, issuer, subject FROM account_steps
           WHERE account_id = :account_id ORDER BY happened_on, recorded_at, step""",
        account_id=account_id,
    )


async def account_is_known(tx: Tx, account_id: UUID) -> bool:
    """Whether there is such an account for the caller to see."""
    return bool(await tx.scalar("SELECT EXISTS (SELECT FROM accounts WHERE account_id = :id)", id=account_id))


async def insert_refusals(tx: Tx, caller: Caller, refusals: Sequence[tuple[UUID, str, str | None, date]]) -> set[UUID]:
    """Note that people want no account: (beneficiary, reason, note, day); whose are new. One that stands stays as it is."""
    rows = [
        {"refusal_id": new_id(), "beneficiary_id": person, "reason": reason, "note": note, "refused_on": on}
        for person, reason, note, on in refusals
    ]
    placed = await tx.rows(
        f"""INSERT INTO account_refusals (refusal_id, beneficiary_id, unit_id, reason, note, refused_on, recorded_at, issuer,
                subject)
            SELECT v.refusal_id, v.beneficiary_id, b.unit_id, v.reason, v.note, v.refused_on, platform.business_now(), :issuer,
                :subject
            FROM {bulk.values_of(_REFUSAL)} JOIN beneficiaries b USING (beneficiary_id)
            ON CONFLICT (beneficiary_id) WHERE withdrawn_on IS NULL DO NOTHING RETURNING beneficiary_id""",  # noqa: S608
        issuer=caller.issuer,
        subject=caller.subject,
        **bulk.arrays_of(_REFUSAL, rows),
    )
    return {row["beneficiary_id"] for row in placed}


async def withdraw_refusals(tx: Tx, caller: Caller, people: Sequence[UUID], note: str | None) -> set[UUID]:
    """Note that people who wanted no account want one now; whose refusal stood."""
    rows = await tx.rows(
        """UPDATE account_refusals SET withdrawn_on = platform.business_today(), withdrawn_at = platform.business_now(),
               withdrawn_issuer = :issuer, withdrawn_subject = :subject, withdrawn_note = :note
           WHERE beneficiary_id = ANY(CAST(:ids AS uuid[])) AND withdrawn_on IS NULL RETURNING beneficiary_id""",
        issuer=caller.issuer,
        subject=caller.subject,
        note=note,
        ids=list(people),
    )
    return {row["beneficiary_id"] for row in rows}


async def known_people(tx: Tx, people: Sequence[UUID]) -> dict[UUID, bool]:
    """People whom the caller may see: id -> whether their money goes into an account."""
    rows = await tx.rows(
        """SELECT beneficiary_id, account_id IS NOT NULL AS has_account FROM beneficiaries
           WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))""",
        ids=list(people),
    )
    return {row["beneficiary_id"]: row["has_account"] for row in rows}


async def page_of_refusals(
    tx: Tx, *, unit_id: str | None, standing: bool | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Refusals in the order of their ids, after one. `standing`: only those that stand, or only those taken back."""
    return await tx.rows(
        """SELECT r.*, b.code, b.full_name FROM account_refusals r JOIN beneficiaries b USING (beneficiary_id)
           WHERE (CAST(:after AS uuid) IS NULL OR r.refusal_id > CAST(:after AS uuid))
               AND (CAST(:standing AS boolean) IS NULL OR (r.withdrawn_on IS NULL) = CAST(:standing AS boolean))
               AND (CAST(:unit_id AS text) IS NULL OR r.unit_id IN (
                    SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
           ORDER BY r.refusal_id LIMIT :limit""",
        unit_id=unit_id,
        standing=standing,
        after=after,
        limit=limit,
    )
