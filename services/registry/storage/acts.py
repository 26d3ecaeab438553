"""Acts: what was decided about people, with the papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from services.registry.domain.lives import Life, life_as_json
from services.registry.storage.lives import Person
from shared.auth import Caller
from shared.database import Tx

_SHOWN = """act_id, beneficiary_id, unit_id, kind, paper_number, signed_on, from_month, note, proposal_id, life_before,
    life_after, entered_at, issuer, subject, annulled_at, annulled_subject, annulled_note"""


@dataclass(frozen=True, slots=True)
class NewAct:
    """An act to keep: its paper, and the first month for which it counts."""

    act_id: UUID
    kind: str
    paper_number: str
    signed_on: date
    from_month: date
    note: str | None
    proposal_id: UUID | None = None


async def insert_act(tx: Tx, caller: Caller, person: Person, act: NewAct, after: Life) -> None:
    """Keep an act with how the person stood before and stands after."""
    await tx.run(
        """INSERT INTO acts (act_id, beneficiary_id, unit_id, kind, paper_number, signed_on, from_month, note, proposal_id,
               life_before, life_after, entered_at, issuer, subject)
           VALUES (:act_id, :beneficiary_id, :unit_id, :kind, :paper_number, :signed_on, :from_month, :note, :proposal_id,
               CAST(:life_before AS json), CAST(:life_after AS json), platform.business_now(), :issuer, :subject)""",
        **{name: getattr(act, name) for name in act.__slots__},
        beneficiary_id=person.beneficiary_id,
        unit_id=person.unit_id,
        life_before=orjson.dumps(life_as_json(person.life)).decode(),
        life_after=orjson.dumps(life_as_json(after)).decode(),
        issuer=caller.issuer,
        subject=caller.subject,
    )


async def act_by_id(tx: Tx, beneficiary_id: UUID, act_id: UUID) -> dict[str, Any] | None:
    """One act of a person, held until the transaction ends."""
    return await tx.row(
        f"SELECT {_SHOWN} FROM acts WHERE act_id = :act_id AND beneficiary_id = :beneficiary_id FOR NO KEY UPDATE",  # noqa: S608
        act_id=act_id,
        beneficiary_id=beneficiary_id,
    )


async def newest_act(tx: Tx, beneficiary_id: UUID) -> UUID | None:
    """The newest act of a person that counts."""
    found: UUID | None = await tx.scalar(
        "SELECT act_id FROM acts WHERE beneficiary_id = :id AND annulled_at IS NULL ORDER BY act_id DESC LIMIT 1",
        id=beneficiary_id,
    )
    return found


async def mark_annulled(tx: Tx, caller: Caller, act_id: UUID, note: str) -> None:
    """Note that an act was entered by mistake."""
    await tx.run(
        """UPDATE acts SET annulled_at = platform.business_now(), annulled_issuer = :issuer, annulled_subject = :subject,
               annulled_note = :note WHERE act_id = :act_id""",
        act_id=act_id,
        issuer=caller.issuer,
        subject=caller.subject,
        note=note,
    )


async def page_of_acts(tx: Tx, beneficiary_id: UUID, *, before: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Acts of a person, newest first, before one."""
    return await tx.rows(
        f"""SELECT {_SHOWN} FROM acts WHERE beneficiary_id = :beneficiary_id
            AND (CAST(:before AS uuid) IS NULL OR act_id < CAST(:before AS uuid)) ORDER BY act_id DESC LIMIT :limit""",  # noqa: S608
        beneficiary_id=beneficiary_id,
        before=before,
        limit=limit,
    )
