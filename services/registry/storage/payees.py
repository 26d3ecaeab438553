"""Payees."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.registry.domain.payees import Payee
from services.registry.domain.people import name_key
from services.registry.storage import bulk
from shared.database import Tx

_PAYEE = {
    "payee_id": "uuid",
    "version": "integer",
    "self_of": "uuid",
    "full_name": "text",
    "name_key": "text",
    "identity_kind": "text",
    "identity_sealed": "text",
    "identity_index": "bytea",
    "phone_sealed": "text",
    "phone_index": "bytea",
}
_COLUMNS = ", ".join(name for name in _PAYEE if name != "name_key")


async def payees_for(tx: Tx, unit_id: str, payee_ids: Sequence[UUID], identity_indexes: Sequence[bytes]) -> list[Payee]:
    """Payees of a commune that have one of the ids or of the identity numbers."""
    rows = await tx.rows(
        f"""SELECT {_COLUMNS} FROM payees WHERE unit_id = :unit_id
            AND (payee_id = ANY(CAST(:ids AS uuid[])) OR identity_index = ANY(CAST(:indexes AS bytea[])))""",  # noqa: S608
        unit_id=unit_id,
        ids=list(payee_ids),
        indexes=list(identity_indexes),
    )
    return [Payee(**row) for row in rows]


async def dead_payees(tx: Tx, unit_id: str) -> set[UUID]:
    """Payees of a commune who died."""
    rows = await tx.rows("SELECT payee_id FROM payees WHERE unit_id = :unit_id AND died_on IS NOT NULL", unit_id=unit_id)
    return {row["payee_id"] for row in rows}


async def insert_payees(tx: Tx, unit_id: str, payees: Sequence[Payee]) -> None:
    """New payees of a commune."""
    types = {**_PAYEE, "unit_id": "text"}
    await bulk.insert(tx, "payees", types, [{**_values(payee), "unit_id": unit_id} for payee in payees])


async def update_payees(tx: Tx, payees: Sequence[Payee]) -> None:
    """Payees at their next version."""
    if not payees:
        return
    assignments = ", ".join(f"{name} = v.{name}" for name in _PAYEE if name != "payee_id")
    await tx.run(
        f"UPDATE payees p SET {assignments} FROM {bulk.values_of(_PAYEE)} WHERE p.payee_id = v.payee_id",  # noqa: S608
        **bulk.arrays_of(_PAYEE, [_values(payee) for payee in payees]),
    )


def _values(payee: Payee) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(payee, name) for name in _PAYEE if name != "name_key"}
    return {**values, "name_key": name_key(payee.full_name)}
