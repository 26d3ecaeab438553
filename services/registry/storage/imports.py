"""Lists that came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from services.registry.domain.imports import ListImport, NewImport, decode_findings
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx

LIST_ROW = "list-row"
"""Purpose under which rows and findings of lists are sealed."""

_SUMMARY = """
SELECT i.import_id, i.unit_id, i.file_name, i.format, i.charset, i.month, i.month_source, i.state, i.findings_sealed,
       i.read_at, i.confirmed_at, i.missing_people,
       (SELECT n.import_id FROM imports n WHERE n.unit_id = i.unit_id AND n.month = i.month AND n.import_id > i.import_id
        ORDER BY n.import_id DESC LIMIT 1) AS newer_import_id,
       r.accepted, r.review, r.rejected, r.unanswered, r.confirmed
FROM imports i CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE status = 'accepted') AS accepted,
           count(*) FILTER (WHERE status = 'review') AS review,
           count(*) FILTER (WHERE status = 'rejected') AS rejected,
           count(*) FILTER (WHERE status <> 'accepted' AND answer IS NULL) AS unanswered,
           count(*) FILTER (WHERE outcome IS NOT NULL) AS confirmed
    FROM import_rows WHERE import_id = i.import_id) r
"""


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


async def import_of_file(tx: Tx, file_sha256: bytes, commune_code: str | None) -> UUID | None:
    """The import that a file already is, for the commune where one is named. None also where the caller may not see it."""
    found: UUID | None = await tx.scalar(
        """SELECT i.import_id FROM imports i JOIN units u USING (unit_id)
           WHERE i.file_sha256 = :sha AND (CAST(:code AS text) IS NULL OR u.code = CAST(:code AS text))
           ORDER BY i.import_id LIMIT 1""",
        sha=file_sha256,
        code=commune_code,
    )
    return found


async def get_import(tx: Tx, import_id: UUID, cipher: FieldCipher) -> ListImport | None:
    """An import and how its rows stand; None when there is none that the caller may see."""
    row = await tx.row(f"{_SUMMARY} WHERE i.import_id = :id", id=import_id)
    return _opened(row, cipher) if row else None


async def list_imports(
    tx: Tx, cipher: FieldCipher, *, unit_id: str | None, state: str | None, before: UUID | None, limit: int
) -> Sequence[ListImport]:
    """Imports, newest first, before one; of a unit and all below it."""
    rows = await tx.rows(
        f"""{_SUMMARY} WHERE (CAST(:before AS uuid) IS NULL OR i.import_id < CAST(:before AS uuid))
            AND (CAST(:state AS text) IS NULL OR i.state = CAST(:state AS text))
            AND (CAST(:unit_id AS text) IS NULL OR i.unit_id IN (
                 SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
            ORDER BY i.import_id DESC LIMIT :limit""",  # noqa: S608 - constants only
        before=before,
        state=state,
        unit_id=unit_id,
        limit=limit,
    )
    return [_opened(row, cipher) for row in rows]


async def lock_import(tx: Tx, import_id: UUID) -> bool:
    """Hold an import until the transaction ends, so that answers and confirmations of it come one after the other."""
    return await tx.scalar("SELECT true FROM imports WHERE import_id = :id FOR UPDATE", id=import_id) is not None


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
