"""Carers of care support: the appointment that stands, the account it pays into, and what holds it.

A person's newest appointment for care support stands, also once it has ended: a hold keeps the money back until another begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.registry.domain.name_evidence import HOLDS_OF_ACCOUNTS
from services.registry.domain.payee_watch import PAYEE_HOLDS
from shared.database import Tx

STANDING = """
SELECT DISTINCT ON (a.beneficiary_id) a.* FROM payee_appointments a
WHERE a.purpose = 'care_support' AND a.beneficiary_id = ANY(CAST(:ids AS uuid[]))
ORDER BY a.beneficiary_id, a.appointment_id DESC
"""
"""The appointments that stand, of the people `ids`."""

_NEWEST = """NOT EXISTS (SELECT FROM payee_appointments n WHERE n.beneficiary_id = c.beneficiary_id AND n.purpose = 'care_support'
                         AND n.appointment_id > c.appointment_id)"""


async def care_categories(tx: Tx, beneficiary_id: UUID) -> list[str]:
    """Categories of a person's decisions on care support, in force or ended."""
    rows = await tx.rows(
        """SELECT DISTINCT category FROM decisions
           WHERE beneficiary_id = :id AND kind = 'care_support' AND annulled_at IS NULL ORDER BY category""",
        id=beneficiary_id,
    )
    return [row["category"] for row in rows]


async def lock_carer(tx: Tx, beneficiary_id: UUID) -> dict[str, Any] | None:
    """The appointment that stands, held until the transaction ends: `appointment_id`, `payee_id`, `account_id`, `cash_chosen`."""
    return await tx.row(
        f"""SELECT appointment_id, payee_id, account_id, cash_chosen FROM payee_appointments c
            WHERE c.beneficiary_id = :id AND c.purpose = 'care_support' AND {_NEWEST} FOR NO KEY UPDATE""",  # noqa: S608
        id=beneficiary_id,
    )


async def point_carers(tx: Tx, beneficiary_ids: Sequence[UUID]) -> None:
    """Let carers be paid into an active account of theirs: the one they had, else the newest whose holder's name holds.

    None: in cash, as where two officers chose it. The caller raises the versions.
    """
    await tx.run(
        f"""UPDATE payee_appointments t SET account_id = chosen.account_id
            FROM (SELECT c.appointment_id, (
                      SELECT a.account_id FROM accounts a WHERE a.payee_id = c.payee_id AND a.state = 'active'
                          AND NOT c.cash_chosen AND (a.account_id = c.account_id OR a.name_verdict IS NULL
                               OR a.name_verdict NOT IN ('near', 'different'))
                      ORDER BY a.account_id IS NOT DISTINCT FROM c.account_id DESC, a.answered_at DESC LIMIT 1) AS account_id
                  FROM ({STANDING}) c) chosen
            WHERE t.appointment_id = chosen.appointment_id AND t.account_id IS DISTINCT FROM chosen.account_id""",  # noqa: S608
        ids=list(beneficiary_ids),
    )


async def carers_to_pay_into(tx: Tx, account_ids: Sequence[UUID]) -> list[UUID]:
    """For whom carers are paid into accounts that became active, and were in cash until now; the caller raises the versions."""
    rows = await tx.rows(
        f"""UPDATE payee_appointments c SET account_id = a.account_id
            FROM accounts a WHERE a.account_id = ANY(CAST(:ids AS uuid[])) AND c.payee_id = a.payee_id
                AND c.purpose = 'care_support' AND c.account_id IS NULL AND NOT c.cash_chosen AND {_NEWEST}
            RETURNING c.beneficiary_id""",  # noqa: S608 - constants only
        ids=list(account_ids),
    )
    return [row["beneficiary_id"] for row in rows]


async def carers_paid_into(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """People whose care support goes to accounts, by account."""
    rows = await tx.rows(
        f"""SELECT c.account_id, c.beneficiary_id FROM payee_appointments c
            WHERE c.account_id = ANY(CAST(:ids AS uuid[])) AND {_NEWEST} ORDER BY c.beneficiary_id""",  # noqa: S608
        ids=list(account_ids),
    )
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row["account_id"], []).append(row["beneficiary_id"])
    return found


async def pay_carer_into(tx: Tx, beneficiary_id: UUID, account_id: UUID | None) -> None:
    """Send a person's care support into an account of the carer from now on; None: in cash, whatever there is."""
    await tx.run(
        f"""UPDATE payee_appointments c SET account_id = CAST(:account_id AS uuid),
                cash_chosen = CAST(:account_id AS uuid) IS NULL
            WHERE c.beneficiary_id = :id AND c.purpose = 'care_support' AND {_NEWEST}""",  # noqa: S608 - constants only
        account_id=account_id,
        id=beneficiary_id,
    )


async def show_carers_holds(tx: Tx, beneficiary_ids: Sequence[UUID]) -> list[UUID]:
    """Let what stands of care support show its oldest open hold; whose changed. The caller raises the versions.

    What is wrong with the person's payee, or with that payee's account, is no matter of the carer's.
    """
    rows = await tx.rows(
        f"""UPDATE payee_appointments t SET hold = shown.reason
            FROM (SELECT c.appointment_id, (
                      SELECT h.reason FROM holds h WHERE h.beneficiary_id = c.beneficiary_id AND h.lifted_at IS NULL
                          AND (h.kind = c.purpose OR h.kind IS NULL AND h.reason <> ALL(CAST(:of_payees AS text[])))
                      ORDER BY h.placed_at, h.hold_id LIMIT 1) AS reason
                  FROM ({STANDING}) c) shown
            WHERE t.appointment_id = shown.appointment_id AND t.hold IS DISTINCT FROM shown.reason
            RETURNING t.beneficiary_id""",  # noqa: S608 - constants only
        ids=list(beneficiary_ids),
        of_payees=[*PAYEE_HOLDS, *HOLDS_OF_ACCOUNTS],
    )
    return [row["beneficiary_id"] for row in rows]


async def enrolling_carers(tx: Tx, beneficiary_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Beneficiaries with their carers of now, the carers held until the transaction ends; those that the caller may see."""
    rows = await tx.rows(
        """SELECT b.beneficiary_id, b.status, c.hold, p.payee_id, p.unit_id AS payee_unit_id, p.full_name AS payee_name,
               p.identity_sealed, p.phone_sealed, false AS wants_none
           FROM beneficiaries b JOIN payee_appointments c ON c.beneficiary_id = b.beneficiary_id
               AND c.purpose = 'care_support' AND c.ended_on IS NULL
           JOIN payees p ON p.payee_id = c.payee_id
           WHERE b.beneficiary_id = ANY(CAST(:ids AS uuid[])) ORDER BY p.payee_id FOR NO KEY UPDATE OF p""",
        ids=list(beneficiary_ids),
    )
    return [{**row} for row in rows]
