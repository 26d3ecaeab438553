"""Hand-overs as they are kept: the act, the communes with their heirs, and who follows whom today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.disbursement.domain.handover_refusals import HANDED_OVER
from services.disbursement.domain.handovers import Handover, Heir
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


async def check_stands(tx: Tx, authority_id: str) -> None:
    """Refuse with `authority-handed-over` work of an authority that has handed over: its heirs go on with it."""
    if await tx.scalar("SELECT true FROM handovers WHERE from_authority_id = :authority_id", authority_id=authority_id):
        raise Refusal(HANDED_OVER, authority_id=authority_id)


async def insert(tx: Tx, caller: Caller, handover: Handover) -> None:
    """Keep the act, its communes, and who follows whom."""
    await tx.run(
        """INSERT INTO handovers (handover_id, from_authority_id, happened_on, paper, asked, made_issuer, made_subject, made_at)
           VALUES (:handover_id, :from_authority_id, :happened_on, :paper, :asked, :issuer, :subject, platform.business_now())""",
        handover_id=handover.handover_id,
        from_authority_id=handover.from_authority_id,
        happened_on=handover.happened_on,
        paper=handover.paper,
        asked=handover.asked,
        issuer=caller.issuer,
        subject=caller.subject,
    )
    await tx.run(
        """INSERT INTO handover_communes (handover_id, from_unit_id, to_authority_id, to_unit_id)
           SELECT :handover_id, h.* FROM unnest(CAST(:froms AS text[]), CAST(:authorities AS text[]), CAST(:tos AS text[])) h""",
        handover_id=handover.handover_id,
        froms=[heir.from_unit_id for heir in handover.heirs],
        authorities=[heir.to_authority_id for heir in handover.heirs],
        tos=[heir.to_unit_id for heir in handover.heirs],
    )
    await _name_heirs(tx, handover)


_HEIRS = """
WITH pairs AS (
    SELECT DISTINCT p.* FROM handover_communes h
    JOIN units old ON old.unit_id = :from_authority_id
    JOIN units new ON new.unit_id = h.to_authority_id
    CROSS JOIN LATERAL (VALUES (h.from_unit_id, h.to_unit_id), (CAST(:from_authority_id AS text), h.to_authority_id),
                               (old.path[1], new.path[1])) AS p (from_unit_id, to_unit_id)
    WHERE h.handover_id = :handover_id AND p.from_unit_id <> p.to_unit_id),
today AS (
    SELECT p.from_unit_id, coalesce(l.to_unit_id, p.to_unit_id) AS to_unit_id
    FROM pairs p LEFT JOIN unit_heirs l ON l.from_unit_id = p.to_unit_id),
earlier AS (
    SELECT e.from_unit_id, p.to_unit_id FROM unit_heirs e JOIN today p ON p.from_unit_id = e.to_unit_id)
INSERT INTO unit_heirs (from_unit_id, to_unit_id)
SELECT * FROM today UNION SELECT * FROM earlier ON CONFLICT DO NOTHING
"""


async def _name_heirs(tx: Tx, handover: Handover) -> None:
    which = {"handover_id": handover.handover_id, "from_authority_id": handover.from_authority_id}
    await tx.run(_HEIRS, **which)
    await tx.run("DELETE FROM unit_heirs e USING unit_heirs n WHERE e.to_unit_id = n.from_unit_id")


async def find(tx: Tx, from_authority_id: str) -> tuple[Handover, bytes, str, datetime] | None:
    """The hand-over of an authority, the digest of what was asked, who made it and when; None where it has made none."""
    row = await tx.row(
        """SELECT handover_id, from_authority_id, happened_on, paper, asked, made_subject, made_at FROM handovers
           WHERE from_authority_id = :from_authority_id""",
        from_authority_id=from_authority_id,
    )
    if row is None:
        return None
    handover = Handover(
        row["handover_id"], row["from_authority_id"], row["happened_on"], row["paper"], await heirs(tx, row["handover_id"])
    )
    return handover, row["asked"], row["made_subject"], row["made_at"]


async def heirs(tx: Tx, handover_id: UUID) -> tuple[Heir, ...]:
    """The communes of a hand-over with where they went."""
    rows = await tx.rows(
        """SELECT from_unit_id, to_authority_id, to_unit_id FROM handover_communes WHERE handover_id = :handover_id
           ORDER BY from_unit_id, to_unit_id""",
        handover_id=handover_id,
    )
    return tuple(Heir(**row) for row in rows)


async def page(tx: Tx, after: UUID, limit: int) -> list[str]:
    """Authorities that have handed over, by the act's id, from after one."""
    rows = await tx.rows(
        "SELECT from_authority_id FROM handovers WHERE handover_id > :after ORDER BY handover_id LIMIT :limit",
        after=after,
        limit=limit,
    )
    return [row["from_authority_id"] for row in rows]


async def lineage(tx: Tx, authority_id: str) -> list[str]:
    """The authority and all that handed over to it, at once or through others."""
    rows = await tx.rows(
        """WITH RECURSIVE line (authority_id) AS (
               SELECT CAST(:authority_id AS text)
               UNION
               SELECT x.from_authority_id FROM line l JOIN handover_communes h ON h.to_authority_id = l.authority_id
               JOIN handovers x ON x.handover_id = h.handover_id)
           SELECT authority_id FROM line""",
        authority_id=authority_id,
    )
    return [row["authority_id"] for row in rows]


async def forgotten(tx: Tx, from_authority_id: str, named: Sequence[str]) -> list[str]:
    """Communes that an authority answers for, by its units or by what is open in its books, and that are not among these."""
    rows = await tx.rows(
        """SELECT unit_id FROM (
               SELECT unit_id FROM units WHERE level = 'commune' AND path @> ARRAY[CAST(:authority_id AS text)]
               UNION
               SELECT coalesce(pay_unit_id, unit_id) FROM obligations
               WHERE authority_id = :authority_id AND live_payment_id IS NULL AND resting <> 'cancelled'
               UNION
               SELECT coalesce((SELECT h.to_unit_id FROM unit_heirs h WHERE h.from_unit_id = e.unit_id LIMIT 1), e.unit_id)
               FROM opening_entries e WHERE authority_id = :authority_id AND state = 'booked') open
           WHERE unit_id <> ALL(CAST(:named AS text[])) ORDER BY unit_id""",
        authority_id=from_authority_id,
        named=list(named),
    )
    return [row["unit_id"] for row in rows]
