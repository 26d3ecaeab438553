"""Who may sign in whose place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from services.disbursement.domain.approval_refusals import UNKNOWN_DELEGATION
from services.disbursement.domain.delegations import Delegation
from shared.database import Tx
from shared.kernel.errors import Refusal

_COLUMNS = """delegation_id, authority_id, step, from_issuer, from_subject, to_issuer, to_subject, from_on, to_on, paper_number,
    made_at, ended_at"""


async def insert(tx: Tx, made: Delegation) -> None:
    """Keep a delegation."""
    await tx.run(
        f"""INSERT INTO delegations ({_COLUMNS})
            VALUES (:delegation_id, :authority_id, :step, :from_issuer, :from_subject, :to_issuer, :to_subject, :from_on, :to_on,
                    :paper_number, :made_at, :ended_at)""",  # noqa: S608 - constants only
        **asdict(made),
    )


async def find(tx: Tx, delegation_id: UUID) -> Delegation:
    """The delegation, locked; refused with `unknown-delegation`."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM delegations WHERE delegation_id = :id FOR UPDATE",  # noqa: S608
        id=delegation_id,
    )
    if row is None:
        raise Refusal(UNKNOWN_DELEGATION, delegation_id=delegation_id)
    return Delegation(**row)


async def end(tx: Tx, delegation_id: UUID) -> None:
    """Take a delegation back from now on."""
    await tx.run(
        "UPDATE delegations SET ended_at = platform.business_now() WHERE delegation_id = :id AND ended_at IS NULL",
        id=delegation_id,
    )


async def of_authority(tx: Tx, authority_id: str) -> list[Delegation]:
    """Everything that an authority's officers delegated and did not take back, the newest first. Locked, so that none is
    taken back while somebody signs by it."""
    rows = await tx.rows(
        f"""SELECT {_COLUMNS} FROM delegations WHERE authority_id = :authority_id AND ended_at IS NULL
            ORDER BY delegation_id DESC FOR SHARE""",  # noqa: S608
        authority_id=authority_id,
    )
    return [Delegation(**row) for row in rows]


async def page(tx: Tx, after: UUID, limit: int) -> Sequence[Delegation]:
    """Delegations that the transaction's scope shows, oldest first, from after one."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM delegations WHERE delegation_id > :after ORDER BY delegation_id LIMIT :limit",  # noqa: S608
        after=after,
        limit=limit,
    )
    return [Delegation(**row) for row in rows]
