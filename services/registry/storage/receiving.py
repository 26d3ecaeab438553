"""The person for whom somebody receives, and the payees that may: looked up one at a time, held while it is changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.payees import Payee
from services.registry.storage.payees import insert_payees
from shared.database import Tx

_PAYEE = """payee_id, version, unit_id, self_of, full_name, identity_kind, identity_sealed, identity_index, phone_sealed,
    phone_index, birth_year, died_on"""


async def lock_person(tx: Tx, beneficiary_id: UUID) -> dict[str, Any] | None:
    """A person, held until the transaction ends, with the keyed indexes of their own numbers."""
    row = await tx.row(
        """SELECT beneficiary_id, code, unit_id, full_name, birth_date, status, merged_into, payee_id, relationship, account_id,
               phone_sealed, phone_index
           FROM beneficiaries WHERE beneficiary_id = :id FOR NO KEY UPDATE""",
        id=beneficiary_id,
    )
    if row is None:
        return None
    documents = await tx.rows(
        """SELECT kind AS identity_kind, number_sealed AS identity_sealed, number_index AS identity_index
           FROM identity_documents WHERE beneficiary_id = :id AND known_to IS NULL ORDER BY kind""",
        id=beneficiary_id,
    )
    return {**row, "documents": documents}


async def unit_of_person(tx: Tx, beneficiary_id: UUID) -> str | None:
    """The commune of a person whom the caller may see."""
    unit_id: str | None = await tx.scalar("SELECT unit_id FROM beneficiaries WHERE beneficiary_id = :id", id=beneficiary_id)
    return unit_id


async def other_payees(tx: Tx, beneficiary_id: UUID) -> dict[str, UUID]:
    """Who receives once, or care support alone, by purpose."""
    rows = await tx.rows(
        """SELECT purpose, payee_id FROM payee_appointments
           WHERE beneficiary_id = :id AND ended_on IS NULL AND purpose <> 'monthly'""",
        id=beneficiary_id,
    )
    return {row["purpose"]: row["payee_id"] for row in rows}


async def payee_by_id(tx: Tx, payee_id: UUID) -> dict[str, Any] | None:
    """One payee, held until the transaction ends."""
    return await tx.row(f"SELECT {_PAYEE} FROM payees WHERE payee_id = :id FOR NO KEY UPDATE", id=payee_id)  # noqa: S608


async def payee_by_number(tx: Tx, unit_id: str, identity_index: bytes) -> dict[str, Any] | None:
    """The payee of a commune who has that identity number."""
    return await tx.row(
        f"SELECT {_PAYEE} FROM payees WHERE unit_id = :unit_id AND identity_index = :index FOR NO KEY UPDATE",  # noqa: S608
        unit_id=unit_id,
        index=identity_index,
    )


async def own_payee(tx: Tx, beneficiary_id: UUID) -> dict[str, Any] | None:
    """The payee that a person is for themselves."""
    return await tx.row(f"SELECT {_PAYEE} FROM payees WHERE self_of = :id FOR NO KEY UPDATE", id=beneficiary_id)  # noqa: S608


async def insert_payee(tx: Tx, unit_id: str, payee: Payee, birth_year: int | None) -> None:
    """A payee that an officer named."""
    await insert_payees(tx, unit_id, [payee])
    if birth_year is not None:
        await tx.run("UPDATE payees SET birth_year = :year WHERE payee_id = :id", id=payee.payee_id, year=birth_year)


async def set_payee(tx: Tx, beneficiary_id: UUID, payee_id: UUID, relationship: str) -> None:
    """Let somebody receive for a person from now on, at the person's next version."""
    await tx.run(
        """UPDATE beneficiaries SET version = version + 1, payee_id = :payee_id, relationship = :relationship
           WHERE beneficiary_id = :id""",
        id=beneficiary_id,
        payee_id=payee_id,
        relationship=relationship,
    )


async def next_version(tx: Tx, beneficiary_id: UUID) -> None:
    """The next version of a person, of whom something beside the record changed."""
    await tx.run("UPDATE beneficiaries SET version = version + 1 WHERE beneficiary_id = :id", id=beneficiary_id)


async def note_death(tx: Tx, payee_id: UUID, died_on: date, paper: str) -> None:
    """Note that a payee died."""
    await tx.run(
        "UPDATE payees SET died_on = :died_on, death_paper = :paper WHERE payee_id = :id",
        id=payee_id,
        died_on=died_on,
        paper=paper,
    )


async def forget_death(tx: Tx, payee_id: UUID, paper: str) -> bool:
    """A payee did not die, as that paper said; False where another one says it, or none."""
    return bool(
        await tx.run(
            "UPDATE payees SET died_on = NULL, death_paper = NULL WHERE payee_id = :id AND death_paper = :paper",
            id=payee_id,
            paper=paper,
        )
    )


async def holds_about(tx: Tx, about: UUID, reason: str) -> list[dict[str, Any]]:
    """Open holds that hang on something: `hold_id`, `beneficiary_id`."""
    return await tx.rows(
        "SELECT hold_id, beneficiary_id FROM holds WHERE about = :about AND reason = :reason AND lifted_at IS NULL",
        about=about,
        reason=reason,
    )


async def lines_of_payee(tx: Tx, payee_id: UUID) -> list[dict[str, Any]]:
    """Living people for whom a payee receives monthly: `beneficiary_id`, and whether that is the payee's own line."""
    return await tx.rows(
        """SELECT b.beneficiary_id, p.self_of IS NOT DISTINCT FROM b.beneficiary_id AS own
           FROM beneficiaries b JOIN payees p USING (payee_id)
           WHERE b.payee_id = :id AND b.status IN ('active', 'suspended') ORDER BY b.code""",
        id=payee_id,
    )


async def open_holds_of(tx: Tx, beneficiary_id: UUID, reasons: Sequence[str], kind: str | None) -> list[UUID]:
    """A person's open holds for any of the reasons, of one kind of obligation where it is named, else the person's."""
    rows = await tx.rows(
        """SELECT hold_id FROM holds WHERE beneficiary_id = :id AND lifted_at IS NULL
           AND reason = ANY(CAST(:reasons AS text[])) AND kind IS NOT DISTINCT FROM CAST(:kind AS text)""",
        id=beneficiary_id,
        kind=kind,
        reasons=list(reasons),
    )
    return [row["hold_id"] for row in rows]


async def categories_in_force(tx: Tx, beneficiary_id: UUID) -> list[str]:
    """Categories of a person's decisions without an end."""
    rows = await tx.rows(
        "SELECT category FROM decisions WHERE beneficiary_id = :id AND to_month IS NULL ORDER BY category", id=beneficiary_id
    )
    return [row["category"] for row in rows]
