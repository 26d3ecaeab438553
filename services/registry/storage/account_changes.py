"""Where somebody's money goes, and sending it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.registry.storage.carers import lock_carer
from shared.database import Tx

_ACCOUNTS = """
WITH b AS (
    SELECT beneficiary_id, payee_id, account_id FROM beneficiaries WHERE beneficiary_id = :beneficiary_id AND NOT :of_carer
    UNION ALL
    (SELECT beneficiary_id, payee_id, account_id FROM payee_appointments
     WHERE beneficiary_id = :beneficiary_id AND purpose = 'care_support' AND :of_carer ORDER BY appointment_id DESC LIMIT 1))
SELECT a.account_id, a.version, a.provider, a.state, a.holder_name, a.number_sealed, a.name_verdict, a.told_number_sealed,
    a.told_number_index
FROM b JOIN accounts a ON a.account_id IN (b.account_id, CAST(:target_id AS uuid))
WHERE a.account_id = b.account_id OR a.payee_id = b.payee_id
ORDER BY a.account_id FOR NO KEY UPDATE OF a
"""


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody is paid: the payee, the account in use (None: in cash), and another account of the same payee."""

    code: str
    unit_id: str
    merged_into: UUID | None
    payee_id: UUID
    cash_chosen: bool
    current: dict[str, Any] | None
    target: dict[str, Any] | None


async def way_of(tx: Tx, beneficiary_id: UUID, target_id: UUID | None, *, of_carer: bool = False) -> Way | None:
    """Somebody's way, person and accounts held until the transaction ends; None for somebody whom the caller may not see.

    `of_carer`: the way of the care support that a carer receives; None also where there is no carer.

    `target_id` names an account; one of another payee is none. Accounts are taken before the person, as where providers'
    answers come in: two that want both don't wait for each other.
    """
    by_id = await _accounts(tx, beneficiary_id, target_id, of_carer)
    person = await tx.row(
        """SELECT code, unit_id, merged_into, payee_id, account_id, cash_chosen FROM beneficiaries
           WHERE beneficiary_id = :beneficiary_id
           FOR NO KEY UPDATE""",
        beneficiary_id=beneficiary_id,
    )
    if person is None:
        return None
    if of_carer:
        carer = await lock_carer(tx, beneficiary_id)
        if carer is None:
            return None
        person |= {name: carer[name] for name in ("payee_id", "account_id", "cash_chosen")}
    if person["account_id"] is not None and person["account_id"] not in by_id:  # another came between the two looks
        by_id = await _accounts(tx, beneficiary_id, target_id, of_carer)
    target = by_id.get(target_id) if target_id else None
    current = by_id.get(person.pop("account_id"))
    return Way(**person, current=current, target=target)


async def _accounts(tx: Tx, beneficiary_id: UUID, target_id: UUID | None, of_carer: bool) -> dict[UUID, dict[str, Any]]:
    rows = await tx.rows(_ACCOUNTS, beneficiary_id=beneficiary_id, target_id=target_id, of_carer=of_carer)
    return {row["account_id"]: row for row in rows}


async def pay_into(tx: Tx, beneficiary_id: UUID, account_id: UUID | None) -> None:
    """Send somebody's money into an account from now on; None: in cash, whatever account there is. The next version."""
    await tx.run(
        """UPDATE beneficiaries SET version = version + 1, account_id = CAST(:account_id AS uuid),
               cash_chosen = CAST(:account_id AS uuid) IS NULL WHERE beneficiary_id = :beneficiary_id""",
        account_id=account_id,
        beneficiary_id=beneficiary_id,
    )
