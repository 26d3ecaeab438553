"""A commune's people go over to the commune that succeeds it, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.registry.storage.accounts import point_at_active_accounts
from services.registry.storage.carers import point_carers
from services.registry.storage.moves import FOLLOW_THE_PAYEE, FOLLOW_THE_PERSON, carry_payees, follow_accounts
from shared.database import Tx

_GOING = """
SELECT b.beneficiary_id, t.transfer_id IS NOT NULL AS moving, coalesce(e.name_key <> p.name_key, false) AS contradicted,
       CAST(:villages AS text[]) IS NOT NULL AND EXISTS (
           SELECT FROM (SELECT b.payee_id UNION SELECT c.payee_id FROM payee_appointments c
                        WHERE c.beneficiary_id = b.beneficiary_id AND c.purpose = 'care_support' AND c.ended_on IS NULL) mine
           CROSS JOIN LATERAL (
               SELECT o.beneficiary_id FROM beneficiaries o WHERE o.payee_id = mine.payee_id
               UNION ALL SELECT c.beneficiary_id FROM payee_appointments c
               WHERE c.payee_id = mine.payee_id AND c.purpose = 'care_support' AND c.ended_on IS NULL) of_same
           JOIN beneficiaries s ON s.beneficiary_id = of_same.beneficiary_id
           WHERE s.unit_id = b.unit_id AND (s.village IS NULL OR NOT s.village = ANY(CAST(:villages AS text[])))) AS shared
FROM beneficiaries b JOIN payees p USING (payee_id)
LEFT JOIN payees e ON e.unit_id = :to_unit_id AND e.identity_index = p.identity_index
LEFT JOIN transfers t ON t.beneficiary_id = b.beneficiary_id AND t.state = 'open'
WHERE b.unit_id = :from_unit_id AND (CAST(:villages AS text[]) IS NULL OR b.village = ANY(CAST(:villages AS text[])))
ORDER BY b.beneficiary_id FOR NO KEY UPDATE OF b
"""

# Payees that the successor has already, from another of its predecessors: the same number and name is the same payee.
_MET = """
CREATE TEMP TABLE met_payees ON COMMIT DROP AS
SELECT DISTINCT p.payee_id, e.payee_id AS there, p.self_of
FROM payees p JOIN payees e ON e.unit_id = :to_unit_id AND e.identity_index = p.identity_index AND e.name_key = p.name_key
WHERE p.payee_id IN (SELECT payee_id FROM going_payees)
"""

# Who receives for them, and who received before or receives once, where that is for nobody who stays.
_PAYEES = """
CREATE TEMP TABLE going_payees ON COMMIT DROP AS
SELECT payee_id FROM beneficiaries WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))
UNION
SELECT a.payee_id FROM payee_appointments a JOIN payees p USING (payee_id)
WHERE a.beneficiary_id = ANY(CAST(:ids AS uuid[])) AND p.unit_id = :from_unit_id
    AND NOT EXISTS (SELECT FROM beneficiaries s WHERE s.payee_id = a.payee_id AND s.beneficiary_id <> ALL(CAST(:ids AS uuid[])))
    AND NOT EXISTS (SELECT FROM payees e WHERE e.unit_id = :to_unit_id AND e.identity_index = p.identity_index
                    AND e.name_key <> p.name_key)
"""

_TAKE_ACCOUNTS = """
UPDATE accounts a SET payee_id = m.there, unit_id = :to_unit_id FROM met_payees m
WHERE a.payee_id = m.payee_id AND (a.state IN ('refused', 'closed') OR NOT EXISTS (
    SELECT FROM accounts o WHERE o.payee_id = m.there AND o.provider = a.provider
    AND o.state IN ('declared', 'requested', 'active')))
"""


async def people_going(
    tx: Tx, from_unit_id: str, to_unit_id: str, villages: Sequence[str] | None
) -> tuple[list[UUID], dict[UUID, str]]:
    """Who goes over, locked; and who can't yet, with why: an open transfer, a payee whose number is another name's there, or
    a payee, or a carer, who also receives for somebody of a village that stays."""
    rows = await tx.rows(_GOING, from_unit_id=from_unit_id, to_unit_id=to_unit_id, villages=list(villages) if villages else None)
    reasons = {"moving": "transfer-open", "contradicted": "payee-number-taken", "shared": "payee-shared"}
    left = {row["beneficiary_id"]: code for row in rows for name, code in reversed(reasons.items()) if row[name]}
    return [row["beneficiary_id"] for row in rows if row["beneficiary_id"] not in left], left


async def take_over(tx: Tx, ids: Sequence[UUID], from_unit_id: str, to_unit_id: str) -> None:
    """Let people's rows be the successor's, at their next version. What the old commune still owes is the successor's to pay."""
    where = {"ids": list(ids), "to_unit_id": to_unit_id}
    await tx.run(_PAYEES, from_unit_id=from_unit_id, **where)
    await tx.run(_MET, to_unit_id=to_unit_id)
    await tx.run("UPDATE payees p SET self_of = NULL FROM met_payees m WHERE p.payee_id = m.payee_id AND m.self_of IS NOT NULL")
    await tx.run(
        """UPDATE payees p SET self_of = m.self_of FROM met_payees m
           WHERE p.payee_id = m.there AND p.self_of IS NULL AND m.self_of IS NOT NULL"""
    )
    await tx.run(_TAKE_ACCOUNTS, to_unit_id=to_unit_id)
    of_payees = "payee_id IN (SELECT payee_id FROM going_payees) AND payee_id NOT IN (SELECT payee_id FROM met_payees)"
    for table in ("payees", *FOLLOW_THE_PAYEE):
        await tx.run(f"UPDATE {table} SET unit_id = :to_unit_id WHERE {of_payees}", to_unit_id=to_unit_id)  # noqa: S608 - constants
    await tx.run(
        """UPDATE beneficiaries b SET version = b.version + 1, unit_id = :to_unit_id,
               payee_id = coalesce((SELECT m.there FROM met_payees m WHERE m.payee_id = b.payee_id), b.payee_id)
           WHERE b.beneficiary_id = ANY(CAST(:ids AS uuid[]))""",
        **where,
    )
    await tx.run(
        """UPDATE decisions SET unit_id = :to_unit_id, paid_by = nullif(paid_by, :from_unit_id)
           WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))""",
        from_unit_id=from_unit_id,
        **where,
    )
    for table in FOLLOW_THE_PERSON:
        await tx.run(
            f"UPDATE {table} SET unit_id = :to_unit_id WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))",  # noqa: S608
            **where,
        )
    met = {row["payee_id"]: row["there"] for row in await tx.rows("SELECT payee_id, there FROM met_payees")}
    if met:
        await carry_payees(tx, ids, met)
    going = [row["payee_id"] for row in await tx.rows("SELECT payee_id FROM going_payees")]
    await follow_accounts(tx, [*going, *met.values()])
    await point_at_active_accounts(tx, ids)
    await point_carers(tx, ids)
    await tx.run("DROP TABLE met_payees")
    await tx.run("DROP TABLE going_payees")


async def take_over_debts(tx: Tx, from_unit_id: str, to_unit_id: str) -> list[UUID]:
    """Decisions of the old commune for people who moved away before: the successor pays them. Whose, at their next version."""
    rows = await tx.rows(
        """WITH owed AS (UPDATE decisions SET paid_by = :to_unit_id WHERE paid_by = :from_unit_id RETURNING beneficiary_id)
           UPDATE beneficiaries b SET version = b.version + 1 FROM (SELECT DISTINCT beneficiary_id FROM owed) o
           WHERE b.beneficiary_id = o.beneficiary_id RETURNING b.beneficiary_id""",
        from_unit_id=from_unit_id,
        to_unit_id=to_unit_id,
    )
    return [row["beneficiary_id"] for row in rows]
