"""Lists that came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from services.registry.domain.imports import ListImport, NewImport, decode_findings
from services.registry.storage import received_lists
from services.registry.storage.received_lists import LIST_ROW, ROWS_STAND, ListTable
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx

LISTS = ListTable("imports", "import_id")

_SUMMARY = f"""
SELECT l.import_id, l.unit_id, l.file_name, l.format, l.charset, l.month, l.month_source, l.state, l.findings_sealed,
       l.read_at, l.confirmed_at, l.missing_people,
       (SELECT n.import_id FROM imports n WHERE n.unit_id = l.unit_id AND n.month = l.month AND n.import_id > l.import_id
        ORDER BY n.import_id DESC LIMIT 1) AS newer_import_id,
       r.accepted, r.review, r.rejected, r.unanswered, r.confirmed
FROM imports l CROSS JOIN LATERAL (
    SELECT {ROWS_STAND},
           count(*) FILTER (WHERE outcome IS NOT NULL) AS confirmed
    FROM import_rows WHERE import_id = l.import_id) r
"""  # noqa: S608 - constants only


def _opened(row: Any, cipher: FieldCipher) -> ListImport:
    values = dict(row)
    sealed = values.pop("findings_sealed")
    return ListImport(**values, findings=decode_findings(orjson.loads(cipher.open(sealed, LIST_ROW))))


async def insert_import(tx: Tx, import_id: UUID, unit_id: str, new: NewImport, caller: Caller) -> bool:
    """Store a list without its rows; False when the same file is there for the commune."""
    return bool(
        await tx.run(
            """INSERT INTO imports (import_id, unit_id, file_name, file_sha256, size_bytes, format, charset, month, month_source,
                   findings_sealed, read_at, read_issuer, read_subject)
               VALUES (:import_id, :unit_id, :file_name, :file_sha256, :size_bytes, :format, :charset, :month, :month_source,
                   :findings_sealed, platform.business_now(), :issuer, :subject)
               ON CONFLICT (file_sha256, unit_id) DO NOTHING""",
            import_id=import_id,
            unit_id=unit_id,
            file_name=new.file_name,
            file_sha256=new.file_sha256,
            size_bytes=new.size_bytes,
            format=new.format,
            charset=new.charset,
            month=new.month,
            month_source=new.month_source,
            findings_sealed=new.findings_sealed,
            issuer=caller.issuer,
            subject=caller.subject,
        )
    )


async def get_import(tx: Tx, import_id: UUID, cipher: FieldCipher) -> ListImport | None:
    """An import and how its rows stand; None when there is none that the caller may see."""
    row = await tx.row(f"{_SUMMARY} WHERE l.import_id = :id", id=import_id)
    return _opened(row, cipher) if row else None


async def list_imports(
    tx: Tx, cipher: FieldCipher, *, unit_id: str | None, state: str | None, before: UUID | None, limit: int
) -> Sequence[ListImport]:
    """Imports, newest first, before one; of a unit and all below it."""
    rows = await received_lists.newest_first(tx, LISTS, _SUMMARY, unit_id=unit_id, state=state, before=before, limit=limit)
    return [_opened(row, cipher) for row in rows]


async def lock_commune(tx: Tx, unit_id: str) -> None:
    """Let only one list of a commune be confirmed at a time: each must see whom the other brought."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('registry.confirm:' || :unit_id, 0))", unit_id=unit_id)


async def mark_confirmed(tx: Tx, import_id: UUID, caller: Caller, missing_people: int) -> None:
    """Note the first confirmation, and how many people the list lacks as of the newest."""
    await tx.run(
        """UPDATE imports SET state = 'confirmed', confirmed_at = coalesce(confirmed_at, platform.business_now()),
               confirmed_issuer = coalesce(confirmed_issuer, :issuer), confirmed_subject = coalesce(confirmed_subject, :subject),
               missing_people = :missing
           WHERE import_id = :id AND (state = 'read' OR missing_people <> :missing)""",
        id=import_id,
        issuer=caller.issuer,
        subject=caller.subject,
        missing=missing_people,
    )
