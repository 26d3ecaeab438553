"""Who is to get an account, and what a request to a provider says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.database import Tx


async def enrolling_people(tx: Tx, beneficiary_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Beneficiaries with their payees, the payees held until the transaction ends; those that the caller may see."""
    rows = await tx.rows(
        """SELECT b.beneficiary_id, b.status, b.hold, p.payee_id, p.unit_id AS payee_unit_id, p.full_name AS payee_name,
               p.identity_sealed, p.phone_sealed, EXISTS (
                   SELECT FROM account_refusals r WHERE r.beneficiary_id = b.beneficiary_id AND r.withdrawn_on IS NULL)
                   AS wants_none
           FROM beneficiaries b JOIN payees p USING (payee_id)
           WHERE b.beneficiary_id = ANY(CAST(:ids AS uuid[])) ORDER BY p.payee_id FOR NO KEY UPDATE OF p""",
        ids=list(beneficiary_ids),
    )
    return [{**row} for row in rows]


async def fields_of_accounts(tx: Tx, account_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What a request says of accounts."""
    rows = await tx.rows(
        """SELECT account_id, payee_id, unit_id, holder_name, number_sealed FROM accounts
           WHERE account_id = ANY(CAST(:ids AS uuid[]))""",
        ids=list(account_ids),
    )
    return [{**row} for row in rows]
