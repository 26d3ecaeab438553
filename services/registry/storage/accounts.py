"""Accounts and wallets of payees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.domain.accounts import HeldAccount
from services.registry.storage import bulk
from shared.database import Tx

_HELD = "account_id, payee_id, provider, state, version, number_index, answered_at"
_NEW = {
    "account_id": "uuid",
    "payee_id": "uuid",
    "unit_id": "text",
    "provider": "text",
    "channel": "text",
    "holder_name": "text",
    "number_sealed": "text",
    "number_index": "bytea",
}


def _held(row: Any) -> HeldAccount:
    return HeldAccount(**row)


async def live_accounts(tx: Tx, payee_ids: Sequence[UUID]) -> list[HeldAccount]:
    """Accounts of payees that are declared, requested or active."""
    rows = await tx.rows(
        f"""SELECT {_HELD} FROM accounts WHERE payee_id = ANY(CAST(:ids AS uuid[]))
            AND state IN ('declared', 'requested', 'active')""",  # noqa: S608 - constants only
        ids=list(payee_ids),
    )
    return [_held(row) for row in rows]


async def insert_accounts(tx: Tx, state: str, accounts: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """New accounts, `declared` or `requested`; the ids of those that went in. A payee's second at one provider does not."""
    if not accounts:
        return set()
    names = ", ".join(_NEW)
    values = ", ".join(f"v.{name}" for name in _NEW)
    rows = await tx.rows(
        f"""INSERT INTO accounts ({names}, state, version, {state}_at)
            SELECT {values}, :state, 1, platform.business_now() FROM {bulk.values_of(_NEW)}
            ON CONFLICT (payee_id, provider) WHERE state IN ('declared', 'requested', 'active') DO NOTHING
            RETURNING account_id""",  # noqa: S608
        state=state,
        **bulk.arrays_of(_NEW, accounts),
    )
    return {row["account_id"] for row in rows}


async def redeclare_accounts(tx: Tx, accounts: Sequence[Mapping[str, Any]]) -> None:
    """Another number of accounts that were declared and not asked for yet."""
    if not accounts:
        return
    types = {"account_id": "uuid", "holder_name": "text", "number_sealed": "text", "number_index": "bytea"}
    await tx.run(
        f"""UPDATE accounts a SET version = a.version + 1, number_sealed = v.number_sealed, number_index = v.number_index,
                holder_name = v.holder_name, declared_at = platform.business_now()
            FROM {bulk.values_of(types)} WHERE a.account_id = v.account_id AND a.state = 'declared'""",  # noqa: S608
        **bulk.arrays_of(types, accounts),
    )


async def request_declared(tx: Tx, account_ids: Sequence[UUID]) -> set[UUID]:
    """Declared accounts that the provider is asked to check now; the ids of those that were still declared."""
    rows = await tx.rows(
        """UPDATE accounts SET state = 'requested', requested_at = platform.business_now()
           WHERE account_id = ANY(CAST(:ids AS uuid[])) AND state = 'declared' RETURNING account_id""",
        ids=list(account_ids),
    )
    return {row["account_id"] for row in rows}


async def lock_accounts(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, HeldAccount]:
    """Accounts by id, held until the transaction ends."""
    rows = await tx.rows(
        f"SELECT {_HELD} FROM accounts WHERE account_id = ANY(CAST(:ids AS uuid[])) ORDER BY account_id FOR NO KEY UPDATE",  # noqa: S608
        ids=list(account_ids),
    )
    return {row["account_id"]: _held(row) for row in rows}


async def payees_behind_numbers(tx: Tx, provider: str, indexes: Sequence[bytes], states: Sequence[str]) -> dict[bytes, UUID]:
    """Payees whose account in one of the states has one of the numbers, by the number's index."""
    rows = await tx.rows(
        """SELECT number_index, payee_id FROM accounts WHERE provider = :provider
           AND number_index = ANY(CAST(:indexes AS bytea[])) AND state = ANY(CAST(:states AS text[]))""",
        provider=provider,
        indexes=list(indexes),
        states=list(states),
    )
    return {row["number_index"]: row["payee_id"] for row in rows}


async def settle_accounts(tx: Tx, settled: Sequence[Mapping[str, Any]]) -> None:
    """What providers' answers made of accounts asked for. Number and holder stay as they are where none came."""
    if not settled:
        return
    types = {
        "account_id": "uuid",
        "state": "text",
        "reason": "text",
        "number_sealed": "text",
        "number_index": "bytea",
        "holder_name": "text",
        "answered_at": "timestamptz",
        "name_verdict": "text",
        "name_due_on": "date",
    }
    await tx.run(
        f"""UPDATE accounts a SET state = v.state, reason = v.reason, answered_at = v.answered_at,
                version = a.version + CASE WHEN a.number_index <> v.number_index THEN 1 ELSE 0 END,
                name_verdict = v.name_verdict, name_due_on = v.name_due_on,
                number_sealed = CASE WHEN v.number_index IS NULL OR v.number_index = a.number_index
                                     THEN a.number_sealed ELSE v.number_sealed END,
                number_index = coalesce(v.number_index, a.number_index),
                holder_name = coalesce(v.holder_name, a.holder_name)
            FROM {bulk.values_of(types)} WHERE a.account_id = v.account_id""",  # noqa: S608
        **bulk.arrays_of(types, settled),
    )


async def keep_told_numbers(tx: Tx, told: Sequence[Mapping[str, Any]]) -> None:
    """Other numbers that providers named for accounts in use: kept beside, for two officers to decide."""
    if not told:
        return
    types = {"account_id": "uuid", "number_sealed": "text", "number_index": "bytea", "answered_at": "timestamptz"}
    await tx.run(
        f"""UPDATE accounts a SET told_number_sealed = v.number_sealed, told_number_index = v.number_index,
                told_at = platform.business_now(), answered_at = v.answered_at
            FROM {bulk.values_of(types)} WHERE a.account_id = v.account_id""",  # noqa: S608
        **bulk.arrays_of(types, told),
    )


async def take_told_number(tx: Tx, account_id: UUID) -> bool:
    """Let the account have the number that its provider named: its next version. False where it named none by now."""
    return bool(
        await tx.run(
            """UPDATE accounts SET version = version + 1, number_sealed = told_number_sealed, number_index = told_number_index,
                   told_number_sealed = NULL, told_number_index = NULL, told_at = NULL, name_due_on = platform.business_today()
               WHERE account_id = :account_id AND state = 'active' AND told_number_index IS NOT NULL""",
            account_id=account_id,
        )
    )


async def point_at_active_accounts(tx: Tx, beneficiary_ids: Sequence[UUID]) -> None:
    """Let people be paid into the active account of their payee: the one they had, else the newest whose holder's name holds.

    None: in cash, as where two officers chose it.
    """
    await tx.run(
        """UPDATE beneficiaries b SET account_id = chosen.account_id
           FROM (SELECT p.beneficiary_id, (
                     SELECT a.account_id FROM accounts a WHERE a.payee_id = p.payee_id AND a.state = 'active'
                         AND NOT p.cash_chosen AND (a.account_id = p.account_id OR a.name_verdict IS NULL
                              OR a.name_verdict NOT IN ('near', 'different'))
                     ORDER BY a.account_id IS NOT DISTINCT FROM p.account_id DESC, a.answered_at DESC LIMIT 1) AS account_id
                 FROM beneficiaries p WHERE p.beneficiary_id = ANY(CAST(:ids AS uuid[]))) chosen
           WHERE b.beneficiary_id = chosen.beneficiary_id AND b.account_id IS DISTINCT FROM chosen.account_id""",
        ids=list(beneficiary_ids),
    )


async def people_to_pay_into(tx: Tx, account_ids: Sequence[UUID]) -> list[UUID]:
    """Whom accounts that became active concern, at their next version.

    Those whose payee holds it, who have no account, and for whom nobody chose cash: changing where money goes is an act of
    its own.
    """
    rows = await tx.rows(
        """UPDATE beneficiaries b SET version = b.version + 1, account_id = a.account_id
           FROM accounts a WHERE a.account_id = ANY(CAST(:ids AS uuid[])) AND b.payee_id = a.payee_id
               AND b.account_id IS NULL AND NOT b.cash_chosen
           RETURNING b.beneficiary_id""",
        ids=list(account_ids),
    )
    return [row["beneficiary_id"] for row in rows]


async def people_paid_into(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """People whose money goes to accounts, by account."""
    rows = await tx.rows(
        """SELECT b.account_id, b.beneficiary_id FROM accounts a JOIN beneficiaries b USING (payee_id, account_id)
           WHERE a.account_id = ANY(CAST(:ids AS uuid[])) ORDER BY b.code""",
        ids=list(account_ids),
    )
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row["account_id"], []).append(row["beneficiary_id"])
    return found


async def raise_people(tx: Tx, beneficiary_ids: Sequence[UUID]) -> None:
    """The next version of people whose account changed."""
    await tx.run(
        "UPDATE beneficiaries SET version = version + 1 WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))",
        ids=list(beneficiary_ids),
    )


async def payee_names(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Of accounts: the payee's name as it is now, and the commune."""
    rows = await tx.rows(
        """SELECT a.account_id, p.full_name, a.unit_id FROM accounts a JOIN payees p USING (payee_id)
           WHERE a.account_id = ANY(CAST(:ids AS uuid[]))""",
        ids=list(account_ids),
    )
    return {row["account_id"]: (row["full_name"], row["unit_id"]) for row in rows}


async def page_of_accounts(
    tx: Tx, *, state: str | None, provider: str | None, unit_id: str | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Accounts in the order of their ids, after one; of a unit and all below it."""
    rows = await tx.rows(
        """SELECT a.account_id, a.payee_id, a.unit_id, a.provider, a.channel, a.state, a.version, a.number_sealed,
               a.holder_name, a.name_verdict, a.told_at IS NOT NULL AS other_number_told, a.reason,
               a.declared_at, a.requested_at, a.answered_at,
               (SELECT coalesce(array_agg(b.beneficiary_id ORDER BY b.code), CAST(ARRAY[] AS uuid[])) FROM beneficiaries b
                WHERE b.beneficiary_id IN (
                    SELECT m.beneficiary_id FROM beneficiaries m WHERE m.payee_id = a.payee_id
                    UNION SELECT c.beneficiary_id FROM payee_appointments c
                    WHERE c.payee_id = a.payee_id AND c.purpose = 'care_support' AND c.ended_on IS NULL)) AS beneficiary_ids
           FROM accounts a WHERE (CAST(:after AS uuid) IS NULL OR a.account_id > CAST(:after AS uuid))
               AND (CAST(:state AS text) IS NULL OR a.state = CAST(:state AS text))
               AND (CAST(:provider AS text) IS NULL OR a.provider = CAST(:provider AS text))
               AND (CAST(:unit_id AS text) IS NULL OR a.unit_id IN (
                    SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
           ORDER BY a.account_id LIMIT :limit""",
        state=state,
        provider=provider,
        unit_id=unit_id,
        after=after,
        limit=limit,
    )
    return [{**row} for row in rows]
