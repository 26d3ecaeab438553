"""Who gets cash at home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from shared.database import Row, Tx

_COLUMNS = "beneficiary_id, unit_id, from_on, to_on, reason, made_subject AS made_by, made_at"


async def unit_of(tx: Tx, beneficiary_id: UUID) -> str | None:
    """The commune of a person whom the transaction's scope shows."""
    found: str | None = await tx.scalar("SELECT unit_id FROM people WHERE beneficiary_id = :id", id=beneficiary_id)
    return found


async def insert(tx: Tx, beneficiary_id: UUID, unit_id: str, from_on: date, reason: str, issuer: str, subject: str) -> None:
    """From a day on. One that lasts already stays as it is."""
    await tx.run(
        """INSERT INTO home_deliveries (beneficiary_id, unit_id, from_on, reason, made_issuer, made_subject, made_at)
           SELECT :id, :unit_id, :from_on, :reason, :issuer, :subject, platform.business_now()
           WHERE NOT EXISTS (SELECT FROM home_deliveries WHERE beneficiary_id = :id AND (to_on IS NULL OR to_on >= :from_on))""",
        id=beneficiary_id,
        unit_id=unit_id,
        from_on=from_on,
        reason=reason,
        issuer=issuer,
        subject=subject,
    )


async def end(tx: Tx, beneficiary_id: UUID, to_on: date) -> None:
    """Its last day, not before its first."""
    await tx.run(
        """UPDATE home_deliveries SET to_on = greatest(:to_on, from_on)
           WHERE beneficiary_id = :id AND to_on IS NULL""",
        id=beneficiary_id,
        to_on=to_on,
    )


async def newest(tx: Tx, beneficiary_id: UUID) -> Row | None:
    """The newest of a person."""
    return await tx.row(
        f"SELECT {_COLUMNS} FROM home_deliveries WHERE beneficiary_id = :id ORDER BY from_on DESC LIMIT 1",  # noqa: S608
        id=beneficiary_id,
    )


async def among(tx: Tx, beneficiary_ids: Sequence[UUID], on: date) -> set[UUID]:
    """Those of these people who get cash at home on a day."""
    rows = await tx.rows(
        """SELECT beneficiary_id FROM home_deliveries
           WHERE beneficiary_id = ANY(CAST(:ids AS uuid[])) AND from_on <= :day AND (to_on IS NULL OR to_on >= :day)""",
        ids=list(beneficiary_ids),
        day=on,
    )
    return {row["beneficiary_id"] for row in rows}
