"""Lists of opening balances, their agreements and totals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from services.registry.domain.openings.agreement import Stated
from services.registry.domain.openings.findings import decode_opening_findings, findings_text
from services.registry.domain.openings.records import Agreement, NewOpenings, OpeningList, Total
from services.registry.storage import received_lists
from services.registry.storage.received_lists import LIST_ROW, ROWS_STAND, ListTable
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx

LISTS = ListTable("opening_lists", "list_id")

_LIST = f"""
SELECT l.list_id, l.unit_id, l.file_name, l.state, l.findings_sealed, l.read_at, l.read_issuer, l.read_subject,
       l.confirmed_at, l.confirmed_issuer, l.confirmed_subject, l.sealed_sha256, r.accepted, r.review, r.rejected, r.unanswered
FROM opening_lists l CROSS JOIN LATERAL (
    SELECT {ROWS_STAND}
    FROM opening_rows WHERE list_id = l.list_id) r
"""  # noqa: S608 - constants only

COUNTS = "((r.status = 'accepted' AND r.answer IS NULL) OR r.answer = 'correct')"
"""What of a list counts: accepted as read, or corrected by an officer."""


def _opened(row: Any, cipher: FieldCipher) -> OpeningList:
    values = dict(row)
    sealed = values.pop("findings_sealed")
    return OpeningList(**values, findings=decode_opening_findings(orjson.loads(cipher.open(sealed, LIST_ROW))))


async def insert_list(tx: Tx, list_id: UUID, unit_id: str, new: NewOpenings, caller: Caller, cipher: FieldCipher) -> bool:
    """Store a list without its rows; False when the same file is there for the commune."""
    return bool(
        await tx.run(
            """INSERT INTO opening_lists (list_id, unit_id, file_name, file_sha256, size_bytes, format, charset,
                   findings_sealed, read_at, read_issuer, read_subject)
               VALUES (:list_id, :unit_id, :file_name, :file_sha256, :size_bytes, :format, :charset,
                   :findings_sealed, platform.business_now(), :issuer, :subject)
               ON CONFLICT (file_sha256, unit_id) DO NOTHING""",
            list_id=list_id,
            unit_id=unit_id,
            file_name=new.file_name,
            file_sha256=new.file_sha256,
            size_bytes=new.size_bytes,
            format=new.format,
            charset=new.charset,
            findings_sealed=cipher.seal(findings_text(new.reading.findings), LIST_ROW),
            issuer=caller.issuer,
            subject=caller.subject,
        )
    )


async def get_list(tx: Tx, list_id: UUID, cipher: FieldCipher) -> OpeningList | None:
    """A list and how its entries stand; None when there is none that the caller may see."""
    row = await tx.row(f"{_LIST} WHERE l.list_id = :id", id=list_id)
    return _opened(row, cipher) if row else None


async def page_of_lists(
    tx: Tx, cipher: FieldCipher, *, unit_id: str | None, state: str | None, before: UUID | None, limit: int
) -> list[OpeningList]:
    """Lists, newest first, before one; of a unit and all below it."""
    rows = await received_lists.newest_first(tx, LISTS, _LIST, unit_id=unit_id, state=state, before=before, limit=limit)
    return [_opened(row, cipher) for row in rows]


async def totals_of_list(tx: Tx, list_id: UUID) -> list[Total]:
    """What counts of a list, by provider and kind."""
    rows = await tx.rows(
        f"""SELECT r.unit_id, r.provider, r.kind, count(*) AS entries, CAST(sum(r.amount_dong) AS bigint) AS amount_dong
            FROM opening_rows r WHERE r.list_id = :list_id AND {COUNTS}
            GROUP BY r.unit_id, r.provider, r.kind ORDER BY r.unit_id, r.provider, r.kind""",  # noqa: S608 - constants only
        list_id=list_id,
    )
    return [Total(**row) for row in rows]


async def confirmed_totals(tx: Tx, unit_id: str | None) -> list[Total]:
    """Confirmed entries that no counter entry took back, by commune, provider and kind; of a unit and all below it."""
    rows = await tx.rows(
        """SELECT e.unit_id, e.provider, e.kind, count(*) AS entries, CAST(sum(e.amount_dong) AS bigint) AS amount_dong
           FROM opening_entries e WHERE e.countered_at IS NULL AND (CAST(:unit_id AS text) IS NULL OR e.unit_id IN (
                SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
           GROUP BY e.unit_id, e.provider, e.kind ORDER BY e.unit_id, e.provider, e.kind""",
        unit_id=unit_id,
    )
    return [Total(**row) for row in rows]


async def makers_of(tx: Tx, list_id: UUID) -> frozenset[tuple[str, str]]:
    """Who sent a list in, and who answered its rows."""
    rows = await tx.rows(
        """SELECT read_issuer AS issuer, read_subject AS subject FROM opening_lists WHERE list_id = :id
           UNION SELECT answered_issuer, answered_subject FROM opening_rows WHERE list_id = :id AND answer IS NOT NULL""",
        id=list_id,
    )
    return frozenset((row["issuer"], row["subject"]) for row in rows)


async def put_agreement(tx: Tx, opening: OpeningList, stated: Stated, caller: Caller) -> None:
    """Keep a provider's agreement, in the place of an earlier one of the same provider."""
    whose = {"list_id": opening.list_id, "provider": stated.provider}
    await tx.run("DELETE FROM opening_agreements WHERE list_id = :list_id AND provider = :provider", **whose)
    await tx.run(
        """INSERT INTO opening_agreements (list_id, unit_id, provider, stated_unpaid_dong, stated_unclaimed_dong,
               stated_receivable_dong, minutes_number, minutes_on, made_issuer, made_subject, agreed_at, agreed_issuer,
               agreed_subject)
           VALUES (:list_id, :unit_id, :provider, :unpaid, :unclaimed, :receivable, :minutes_number, :minutes_on, :made_issuer,
               :made_subject, platform.business_now(), :issuer, :subject)""",
        **whose,
        unit_id=opening.unit_id,
        unpaid=stated.totals_dong.get("unpaid", 0),
        unclaimed=stated.totals_dong.get("unclaimed", 0),
        receivable=stated.totals_dong.get("receivable", 0),
        minutes_number=stated.minutes_number,
        minutes_on=stated.minutes_on,
        made_issuer=opening.read_issuer,
        made_subject=opening.read_subject,
        issuer=caller.issuer,
        subject=caller.subject,
    )


async def agreements_of(tx: Tx, list_id: UUID) -> list[Agreement]:
    """Who has agreed to a list."""
    rows = await tx.rows("SELECT * FROM opening_agreements WHERE list_id = :id ORDER BY provider", id=list_id)
    return [
        Agreement(
            provider=row["provider"],
            stated_dong={kind: row[f"stated_{kind}_dong"] for kind in ("unpaid", "unclaimed", "receivable")},
            minutes_number=row["minutes_number"],
            minutes_on=row["minutes_on"],
            agreed_at=row["agreed_at"],
            agreed_issuer=row["agreed_issuer"],
            agreed_subject=row["agreed_subject"],
        )
        for row in rows
    ]


async def undo_agreements(tx: Tx, list_id: UUID) -> int:
    """Take the agreements of a list away: what they agreed to changed; how many there were."""
    return await tx.run("DELETE FROM opening_agreements WHERE list_id = :id", id=list_id)


async def mark_list_confirmed(tx: Tx, list_id: UUID, sealed_sha256: bytes, caller: Caller) -> None:
    """Close a list. From here on the database refuses any change of it."""
    await tx.run(
        """UPDATE opening_lists SET state = 'confirmed', confirmed_at = platform.business_now(), confirmed_issuer = :issuer,
               confirmed_subject = :subject, sealed_sha256 = :sealed WHERE list_id = :id""",
        id=list_id,
        issuer=caller.issuer,
        subject=caller.subject,
        sealed=sealed_sha256,
    )


async def providers_waiting(tx: Tx, list_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """For each list, the providers that something lies with and that have not agreed."""
    rows = await tx.rows(
        f"""SELECT DISTINCT r.list_id, r.provider FROM opening_rows r
            LEFT JOIN opening_agreements a ON a.list_id = r.list_id AND a.provider = r.provider
            WHERE r.list_id = ANY(CAST(:ids AS uuid[])) AND {COUNTS} AND a.provider IS NULL
            ORDER BY r.list_id, r.provider""",  # noqa: S608 - constants only
        ids=list(list_ids),
    )
    waiting: dict[UUID, list[str]] = {list_id: [] for list_id in list_ids}
    for row in rows:
        waiting[row["list_id"]].append(row["provider"])
    return waiting
