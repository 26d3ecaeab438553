"""Transfers between communes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from services.registry.domain.lives import Held
from services.registry.storage.lives import Person
from shared.auth import Caller
from shared.database import Tx


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """A transfer to open: to which commune, from which month that pays, by which act."""

    transfer_id: UUID
    to_unit_id: str
    from_month: date
    out_act_id: UUID


async def insert_transfer(tx: Tx, person: Person, new: NewTransfer, carried: Sequence[Held]) -> None:
    """Open a transfer of a person with the decisions that go on, each from when to when."""
    goes_on = [
        {
            "decision_id": str(held.decision_id),
            "kind": held.kind,
            "category": held.category,
            "heads": held.heads,
            "from_month": max(held.from_month, new.from_month).isoformat(),
            "to_month": held.to_month.isoformat() if held.to_month else None,
        }
        for held in carried
    ]
    await tx.run(
        """INSERT INTO transfers (transfer_id, beneficiary_id, code, full_name, birth_date, birth_precision, from_unit_id,
               to_unit_id, from_month, carried, out_act_id, opened_at)
           VALUES (:transfer_id, :beneficiary_id, :code, :full_name, :birth_date, :birth_precision, :from_unit_id,
               :to_unit_id, :from_month, CAST(:carried AS json), :out_act_id, platform.business_now())""",
        transfer_id=new.transfer_id,
        to_unit_id=new.to_unit_id,
        from_month=new.from_month,
        out_act_id=new.out_act_id,
        beneficiary_id=person.beneficiary_id,
        code=person.code,
        full_name=person.full_name,
        birth_date=person.birth_date,
        birth_precision=person.birth_precision,
        from_unit_id=person.unit_id,
        carried=orjson.dumps(goes_on).decode(),
    )


async def transfer_by_id(tx: Tx, transfer_id: UUID, *, lock: bool = False) -> dict[str, Any] | None:
    """A transfer that the caller may see from either side; with `lock` held until the transaction ends."""
    tail = "FOR NO KEY UPDATE" if lock else ""
    return await tx.row(f"SELECT * FROM transfers WHERE transfer_id = :id {tail}", id=transfer_id)  # noqa: S608 - constants


async def settle_transfer(
    tx: Tx, caller: Caller, transfer_id: UUID, state: str, note: str | None, in_act_id: UUID | None = None
) -> None:
    """A transfer is received or cancelled."""
    await tx.run(
        """UPDATE transfers SET state = :state, in_act_id = :in_act_id, settled_at = platform.business_now(),
               settled_issuer = :issuer, settled_subject = :subject, settled_note = :note
           WHERE transfer_id = :id""",
        id=transfer_id,
        state=state,
        in_act_id=in_act_id,
        issuer=caller.issuer,
        subject=caller.subject,
        note=note,
    )


async def page_of_transfers(
    tx: Tx, *, state: str | None, unit_id: str | None, beneficiary_id: UUID | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Transfers from or to a unit and all below it, in the order of their ids, after one."""
    return await tx.rows(
        """SELECT * FROM transfers t
           WHERE (CAST(:after AS uuid) IS NULL OR t.transfer_id > CAST(:after AS uuid))
               AND (CAST(:state AS text) IS NULL OR t.state = CAST(:state AS text))
               AND (CAST(:beneficiary_id AS uuid) IS NULL OR t.beneficiary_id = CAST(:beneficiary_id AS uuid))
               AND (CAST(:unit_id AS text) IS NULL OR EXISTS (
                    SELECT FROM units u WHERE u.unit_id IN (t.from_unit_id, t.to_unit_id)
                    AND u.path @> ARRAY[CAST(:unit_id AS text)]))
           ORDER BY t.transfer_id LIMIT :limit""",
        state=state,
        unit_id=unit_id,
        beneficiary_id=beneficiary_id,
        after=after,
        limit=limit,
    )
