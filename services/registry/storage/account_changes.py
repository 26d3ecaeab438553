"""Where somebody's money goes, and sending it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.database import Tx

_ACCOUNT = """SELECT account_id, version, provider, state, holder_name, number_sealed, name_verdict, told_number_sealed,
    told_number_index FROM accounts WHERE account_id = :account_id AND payee_id = :payee_id FOR NO KEY UPDATE"""


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody is paid: the payee, the account in use (None: in cash), and another account of the same payee."""

    code: str
    payee_id: UUID
    cash_chosen: bool
    current: dict[str, Any] | None
    target: dict[str, Any] | None


async def way_of(tx: Tx, beneficiary_id: UUID, target_id: UUID | None) -> Way | None:
    """Somebody's way, person and accounts held until the transaction ends; None for somebody whom the caller may not see.

    `target_id` names an account; one of another payee is none.
    """
    person = await tx.row(
        """SELECT code, payee_id, account_id, cash_chosen FROM beneficiaries WHERE beneficiary_id = :beneficiary_id
           FOR NO KEY UPDATE""",
        beneficiary_id=beneficiary_id,
    )
    if person is None:
        return None
    payee_id = person["payee_id"]
    current = await tx.row(_ACCOUNT, account_id=person["account_id"], payee_id=payee_id)
    target = await tx.row(_ACCOUNT, account_id=target_id, payee_id=payee_id) if target_id else None
    return Way(person["code"], payee_id, person["cash_chosen"], current, target)


async def pay_into(tx: Tx, beneficiary_id: UUID, account_id: UUID | None) -> None:
    """Send somebody's money into an account from now on; None: in cash, whatever account there is. The next version."""
    await tx.run(
        """UPDATE beneficiaries SET version = version + 1, account_id = CAST(:account_id AS uuid),
               cash_chosen = CAST(:account_id AS uuid) IS NULL WHERE beneficiary_id = :beneficiary_id""",
        account_id=account_id,
        beneficiary_id=beneficiary_id,
    )
