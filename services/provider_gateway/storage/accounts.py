"""Copies of accounts and payees, and requests for accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.provider_gateway.domain.account_answer import AccountHeld
from shared.contracts.registry_events import AccountRequest, BeneficiaryRecord
from shared.database import Tx


async def copy_records(tx: Tx, records: Sequence[BeneficiaryRecord], position: int) -> None:
    """Keep the accounts and payees of these records. A version never changes, so what is there stays, but for a payee's
    phone and the commune of who is paid into an account: of these the event with the highest position counts, in whatever
    order events come."""
    paid_into = [(record.account, record.unit_id) for record in records]
    paid_into += [(each.account, record.unit_id) for record in records for each in record.kind_payees]
    used = {(account.account_id, account.version): (account, unit_id) for account, unit_id in paid_into if account is not None}
    accounts = [account for _, (account, _) in sorted(used.items())]
    await tx.run(
        """INSERT INTO accounts AS held (account_id, version, provider, channel, holder_name, number_sealed, unit_id, position)
           SELECT n.*, CAST(:position AS bigint)
           FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS int[]), CAST(:providers AS text[]),
                                CAST(:channels AS text[]), CAST(:holders AS text[]), CAST(:numbers AS text[]),
                                CAST(:units AS text[])) AS n
           ON CONFLICT (account_id, version) DO UPDATE SET unit_id = excluded.unit_id, position = excluded.position
               WHERE held.position < excluded.position""",
        position=position,
        ids=[account.account_id for account in accounts],
        versions=[account.version for account in accounts],
        providers=[account.provider for account in accounts],
        channels=[account.channel for account in accounts],
        holders=[account.holder_name for account in accounts],
        numbers=[account.number_sealed for account in accounts],
        units=[unit_id for _, (_, unit_id) in sorted(used.items())],
    )
    everybody = [record.payee for record in records]
    everybody += [one.payee for record in records for one in record.one_off_payees]
    everybody += [each.payee for record in records for each in record.kind_payees]
    payees = list({(payee.payee_id, payee.version): payee for payee in everybody}.values())
    await tx.run(
        """INSERT INTO payees AS held (payee_id, version, full_name, identity_sealed, phone_sealed, position)
           SELECT n.*, CAST(:position AS bigint)
           FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS int[]), CAST(:names AS text[]),
                                CAST(:identities AS text[]), CAST(:phones AS text[])) AS n
           ON CONFLICT (payee_id, version) DO UPDATE
               SET phone_sealed = excluded.phone_sealed, position = excluded.position WHERE held.position < excluded.position""",
        position=position,
        ids=[payee.payee_id for payee in payees],
        versions=[payee.version for payee in payees],
        names=[payee.full_name for payee in payees],
        identities=[payee.identity_sealed for payee in payees],
        phones=[payee.phone_sealed for payee in payees],
    )


async def account_numbers(tx: Tx, provider: str, keys: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], str]:
    """Sealed numbers of a provider's accounts at exactly these versions; those not here yet are left out."""
    rows = await tx.tuples(
        """SELECT account_id, version, number_sealed FROM accounts
           JOIN unnest(CAST(:ids AS uuid[]), CAST(:versions AS int[])) AS wanted(account_id, version) USING (account_id, version)
           WHERE provider = :provider""",
        ids=[account_id for account_id, _ in keys],
        versions=[version for _, version in keys],
        provider=provider,
    )
    return {(account_id, version): number_sealed for account_id, version, number_sealed in rows}


async def payee_identities(tx: Tx, keys: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], str | None]:
    """Sealed identity numbers of payees at exactly these versions; those not here yet are left out."""
    rows = await tx.rows(
        """SELECT payee_id, version, identity_sealed FROM payees
           JOIN unnest(CAST(:ids AS uuid[]), CAST(:versions AS int[])) AS wanted(payee_id, version) USING (payee_id, version)""",
        ids=[payee_id for payee_id, _ in keys],
        versions=[version for _, version in keys],
    )
    return {(row["payee_id"], row["version"]): row["identity_sealed"] for row in rows}


@dataclass(frozen=True, slots=True)
class HeldRequest:
    """A request for an account, numbers still sealed."""

    account_id: UUID
    asking: int
    holder_name: str
    identity_sealed: str | None
    phone_sealed: str | None
    number_sealed: str | None
    tries: int


async def insert_requests(tx: Tx, provider: str, requests: Sequence[AccountRequest]) -> None:
    """Keep requests; one that is there stays as it is, unless it was refused: then it is asked again, under another name.

    Of an account that is named twice the first counts: the second finds it waiting.
    """
    each_once = {request.account_id: request for request in reversed(requests)}.values()
    names = ("account_id", "payee_id", "unit_id", "holder_name", "identity_sealed", "phone_sealed", "number_sealed")
    await tx.run(
        """INSERT INTO account_requests AS held (account_id, payee_id, unit_id, holder_name, identity_sealed, phone_sealed,
                                                 number_sealed, provider, next_try_at, requested_at)
           SELECT asked.*, :provider, clock_timestamp(), platform.business_now()
           FROM unnest(CAST(:account_id AS uuid[]), CAST(:payee_id AS uuid[]), CAST(:unit_id AS text[]),
                       CAST(:holder_name AS text[]), CAST(:identity_sealed AS text[]), CAST(:phone_sealed AS text[]),
                       CAST(:number_sealed AS text[])) AS asked
           ON CONFLICT (account_id) DO UPDATE SET state = 'waiting', next_try_at = clock_timestamp(), tries = 0,
               asking = LEAST(held.asking + 1, 999),
               holder_name = excluded.holder_name, identity_sealed = excluded.identity_sealed,
               phone_sealed = excluded.phone_sealed, number_sealed = excluded.number_sealed, reason = NULL, answered_at = NULL
           WHERE held.state = 'refused'""",
        provider=provider,
        **{name: [getattr(request, name) for request in each_once] for name in names},
    )


async def claim_requests(tx: Tx, state: str, limit: int, lease_seconds: float) -> tuple[str, list[HeldRequest]] | None:
    """Requests of one provider that are due in a state, kept from other workers for so long: (provider, requests)."""
    rows = await tx.rows(
        """WITH first AS (SELECT provider FROM account_requests WHERE next_try_at <= clock_timestamp() AND state = :state
                          ORDER BY next_try_at LIMIT 1),
                due AS (SELECT account_id FROM account_requests r JOIN first USING (provider)
                        WHERE r.next_try_at <= clock_timestamp() AND r.state = :state
                        ORDER BY r.next_try_at, r.account_id LIMIT :limit FOR UPDATE OF r SKIP LOCKED)
           UPDATE account_requests r SET next_try_at = clock_timestamp() + make_interval(secs => :lease), tries = tries + 1
           FROM due WHERE r.account_id = due.account_id
           RETURNING r.provider, r.account_id, r.asking, r.holder_name, r.identity_sealed, r.phone_sealed, r.number_sealed,
                     r.tries""",
        state=state,
        limit=limit,
        lease=lease_seconds,
    )
    if not rows:
        return None
    fields = ("account_id", "asking", "holder_name", "identity_sealed", "phone_sealed", "number_sealed", "tries")
    return rows[0]["provider"], [HeldRequest(**{name: row[name] for name in fields}) for row in rows]


async def lock_requests(tx: Tx, provider: str, account_ids: Collection[UUID]) -> dict[UUID, AccountHeld]:
    """Requests to a provider as held, answered or not, locked."""
    rows = await tx.rows(
        """SELECT account_id, state, asking, unit_id, holder_name, number_index FROM account_requests
           WHERE account_id = ANY(CAST(:ids AS uuid[])) AND provider = :provider ORDER BY account_id FOR UPDATE""",
        ids=list(account_ids),
        provider=provider,
    )
    return {row["account_id"]: AccountHeld(**row) for row in rows}


async def set_state(tx: Tx, account_ids: Collection[UUID], state: str, next_seconds: float | None) -> None:
    """Move unanswered requests on: when to look at them again, None once answered."""
    await tx.run(
        """UPDATE account_requests SET state = :state,
               next_try_at = clock_timestamp() + make_interval(secs => CAST(:seconds AS double precision))
           WHERE account_id = ANY(CAST(:ids AS uuid[])) AND state IN ('waiting', 'asked')""",
        ids=list(account_ids),
        state=state,
        seconds=next_seconds,
    )


async def set_answers(tx: Tx, answers: Sequence[dict[str, Any]]) -> None:
    """Write answers: account_id, state (opened, refused), reason, number_index. Of one account the last holds."""
    newest = {each["account_id"]: each for each in answers}.values()
    await tx.run(
        """UPDATE account_requests r SET state = said.state, reason = said.reason, number_index = said.number_index,
               next_try_at = NULL, answered_at = platform.business_now()
           FROM unnest(CAST(:account_id AS uuid[]), CAST(:state AS text[]), CAST(:reason AS text[]),
                       CAST(:number_index AS bytea[])) AS said (account_id, state, reason, number_index)
           WHERE r.account_id = said.account_id""",
        **{name: [each[name] for each in newest] for name in ("account_id", "state", "reason", "number_index")},
    )
