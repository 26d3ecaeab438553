"""What providers said of accounts' holders, and what waits for an officer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.name_evidence import Evidence
from services.registry.storage import bulk
from shared.auth import Caller
from shared.database import Tx

_NEW = {
    "evidence_id": "uuid",
    "account_id": "uuid",
    "payee_name": "text",
    "holder_name": "text",
    "verdict": "text",
    "score": "integer",
    "reasons": "text",
    "source": "text",
    "told_at": "timestamptz",
    "review": "text",
}
_COLUMNS = """e.evidence_id, e.account_id, e.account_version, e.unit_id, e.payee_name, e.holder_name, e.verdict, e.score,
    e.reasons, e.source, e.told_at, e.review, e.reviewed_at, e.reviewed_subject, e.review_note"""


async def insert_evidence(tx: Tx, evidence: Sequence[Mapping[str, Any]]) -> None:
    """Keep evidence; `reasons` are codes with spaces between. What came before stays as it is."""
    names = ", ".join(_NEW)
    values = ", ".join(f"v.{name}" if name != "reasons" else "string_to_array(v.reasons, ' ')" for name in _NEW)
    if evidence:
        await tx.run(
            f"""INSERT INTO name_evidence ({names}, account_version, unit_id)
                SELECT {values}, a.version, a.unit_id FROM {bulk.values_of(_NEW)} JOIN accounts a USING (account_id)
                ON CONFLICT (evidence_id) DO NOTHING""",  # noqa: S608 - constants only
            **bulk.arrays_of(_NEW, evidence),
        )


async def newest_evidence(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, Evidence]:
    """The newest evidence that names a holder, or denies one, of accounts."""
    rows = await tx.rows(
        """SELECT DISTINCT ON (account_id) account_id, payee_name, holder_name, verdict, review FROM name_evidence
           WHERE account_id = ANY(CAST(:ids AS uuid[])) AND verdict IN ('match', 'near', 'different')
           ORDER BY account_id, told_at DESC, evidence_id DESC""",
        ids=list(account_ids),
    )
    return {row.pop("account_id"): Evidence(**row) for row in rows}


async def note_verdicts(tx: Tx, verdicts: Sequence[Mapping[str, Any]], due_on: date) -> None:
    """What accounts in use keep of an answer (`verdict` None: what they had), and when to ask again."""
    types = {"account_id": "uuid", "verdict": "text"}
    if verdicts:
        await tx.run(
            f"""UPDATE accounts a SET name_verdict = CASE WHEN v.verdict = 'match' AND a.name_verdict = 'accepted'
                        THEN a.name_verdict ELSE coalesce(v.verdict, a.name_verdict) END,
                    name_due_on = :due_on
                FROM {bulk.values_of(types)} WHERE a.account_id = v.account_id AND a.state = 'active'""",  # noqa: S608
            due_on=due_on,
            **bulk.arrays_of(types, verdicts),
        )


async def claim_due_accounts(tx: Tx, today: date, ask_again_on: date, limit: int) -> list[dict[str, Any]]:
    """Active accounts whose holder's name is due to be asked for, noted as asked: provider by provider, commune by commune."""
    return await tx.rows(
        """WITH due AS (
               SELECT a.account_id FROM accounts a WHERE a.name_due_on <= :today AND a.state = 'active'
               ORDER BY a.name_due_on, a.account_id LIMIT :limit FOR NO KEY UPDATE OF a SKIP LOCKED),
           asked AS (
               UPDATE accounts a SET name_due_on = :ask_again_on FROM due WHERE a.account_id = due.account_id
               RETURNING a.account_id, a.version, a.unit_id, a.provider, a.number_sealed, a.payee_id)
           SELECT k.account_id, k.version, k.unit_id, k.provider, k.number_sealed, p.full_name AS payee_name
           FROM asked k JOIN payees p USING (payee_id) ORDER BY k.provider, k.unit_id, k.account_id""",
        today=today,
        ask_again_on=ask_again_on,
        limit=limit,
    )


async def renamed_payees_are_due(tx: Tx, today: date) -> int:
    """Let accounts be asked about whose payee has another name than the newest evidence compared; how many."""
    return await tx.run(
        """UPDATE accounts a SET name_due_on = :today
           FROM payees p WHERE p.payee_id = a.payee_id AND a.state = 'active' AND a.name_due_on > :today
               AND p.full_name <> (SELECT e.payee_name FROM name_evidence e WHERE e.account_id = a.account_id
                                   ORDER BY e.told_at DESC, e.evidence_id DESC LIMIT 1)""",
        today=today,
    )


async def evidence_by_id(tx: Tx, evidence_id: UUID) -> dict[str, Any] | None:
    """One piece of evidence, held until the transaction ends, with whether it is the newest and of the account as it is now."""
    return await tx.row(
        f"""SELECT {_COLUMNS}, a.state, a.version = e.account_version AND NOT EXISTS (
                   SELECT FROM name_evidence n WHERE n.account_id = e.account_id AND n.verdict <> 'no_account'
                       AND (n.told_at, n.evidence_id) > (e.told_at, e.evidence_id)) AS stands
            FROM name_evidence e JOIN accounts a USING (account_id)
            WHERE e.evidence_id = :evidence_id FOR NO KEY UPDATE OF e, a""",  # noqa: S608 - constants only
        evidence_id=evidence_id,
    )


async def settle_review(tx: Tx, caller: Caller, evidence_id: UUID, review: str, note: str) -> None:
    """Note what an officer said of a near miss."""
    await tx.run(
        """UPDATE name_evidence SET review = :review, reviewed_at = platform.business_now(), reviewed_issuer = :issuer,
               reviewed_subject = :subject, review_note = :note
           WHERE evidence_id = :evidence_id AND review = 'waiting'""",
        review=review,
        issuer=caller.issuer,
        subject=caller.subject,
        note=note,
        evidence_id=evidence_id,
    )


async def accept_holder(tx: Tx, account_id: UUID) -> None:
    """An officer said that the holder is the payee."""
    await tx.run(
        "UPDATE accounts SET name_verdict = 'accepted' WHERE account_id = :account_id AND state = 'active'", account_id=account_id
    )


async def refuse_holder(tx: Tx, account_id: UUID, *, in_use: bool, reason: str) -> None:
    """An officer said that the holder is somebody else. Where nobody is paid into the account yet, it is refused."""
    await tx.run(
        """UPDATE accounts SET name_verdict = 'different', state = CASE WHEN :in_use THEN state ELSE 'refused' END,
               reason = CASE WHEN :in_use THEN reason ELSE :reason END,
               name_due_on = CASE WHEN :in_use THEN name_due_on END
           WHERE account_id = :account_id AND state = 'active'""",
        account_id=account_id,
        in_use=in_use,
        reason=reason,
    )


async def page_of_evidence(
    tx: Tx, *, account_id: UUID | None, unit_id: str | None, review: str | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Evidence in the order of its ids, after one, with provider, number and whom the account's payee receives for."""
    return await tx.rows(
        f"""SELECT {_COLUMNS}, a.provider, a.payee_id, a.number_sealed,
               (SELECT coalesce(array_agg(b.beneficiary_id ORDER BY b.code), CAST(ARRAY[] AS uuid[])) FROM beneficiaries b
                WHERE b.beneficiary_id IN (
                    SELECT m.beneficiary_id FROM beneficiaries m WHERE m.payee_id = a.payee_id
                    UNION SELECT c.beneficiary_id FROM payee_appointments c
                    WHERE c.payee_id = a.payee_id AND c.purpose = 'care_support' AND c.ended_on IS NULL)) AS beneficiary_ids
            FROM name_evidence e JOIN accounts a USING (account_id)
            WHERE (CAST(:after AS uuid) IS NULL OR e.evidence_id > CAST(:after AS uuid))
                AND (CAST(:account_id AS uuid) IS NULL OR e.account_id = CAST(:account_id AS uuid))
                AND (CAST(:review AS text) IS NULL OR e.review = CAST(:review AS text))
                AND (CAST(:unit_id AS text) IS NULL OR e.unit_id IN (
                     SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
            ORDER BY e.evidence_id LIMIT :limit""",  # noqa: S608 - constants only
        after=after,
        account_id=account_id,
        review=review,
        unit_id=unit_id,
        limit=limit,
    )
