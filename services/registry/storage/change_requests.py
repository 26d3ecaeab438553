"""Change requests: kept as asked, settled once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from services.registry.domain.change_requests import CONTENT, ChangeRequest, NewChange
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.ids import new_id

_COLUMNS = """c.request_id, c.kind, c.beneficiary_id, c.unit_id, c.content_sealed, c.content_index, c.ground_index, c.state,
    c.asked_at, c.asked_issuer, c.asked_subject, c.asked_note, c.settled_at, c.settled_issuer, c.settled_subject,
    c.settled_note"""


async def insert_change(
    tx: Tx, caller: Caller, cipher: FieldCipher, change: NewChange, *, content_index: bytes, ground_index: bytes
) -> UUID | None:
    """Keep a request about a person whom the caller may see; its id. None where another of its kind waits."""
    row = await tx.row(
        """INSERT INTO change_requests (request_id, kind, beneficiary_id, unit_id, content_sealed, content_index, ground_index,
               asked_at, asked_issuer, asked_subject, asked_note)
           SELECT :request_id, :kind, b.beneficiary_id, b.unit_id, :content_sealed, :content_index, :ground_index,
               platform.business_now(), :issuer, :subject, :note
           FROM beneficiaries b WHERE b.beneficiary_id = :beneficiary_id
           ON CONFLICT (beneficiary_id, kind) WHERE state = 'waiting' DO NOTHING RETURNING request_id""",
        request_id=new_id(),
        kind=change.kind,
        beneficiary_id=change.beneficiary_id,
        content_sealed=cipher.seal(orjson.dumps(dict(change.content), default=str).decode(), CONTENT),
        content_index=content_index,
        ground_index=ground_index,
        issuer=caller.issuer,
        subject=caller.subject,
        note=change.note,
    )
    return row["request_id"] if row else None


async def lock_change(tx: Tx, cipher: FieldCipher, request_id: UUID) -> ChangeRequest | None:
    """One request, held until the transaction ends."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM change_requests c WHERE request_id = :request_id FOR NO KEY UPDATE",  # noqa: S608
        request_id=request_id,
    )
    return _opened(cipher, row) if row else None


async def settle_change(tx: Tx, caller: Caller, request_id: UUID, state: str, note: str | None) -> None:
    """Settle a request that waits."""
    await tx.run(
        """UPDATE change_requests SET state = :state, settled_at = platform.business_now(), settled_issuer = :issuer,
               settled_subject = :subject, settled_note = :note
           WHERE request_id = :request_id AND state = 'waiting'""",
        state=state,
        issuer=caller.issuer,
        subject=caller.subject,
        note=note,
        request_id=request_id,
    )


async def page_of_changes(
    tx: Tx, cipher: FieldCipher, *, request_id: UUID | None = None, beneficiary_id: UUID | None = None,
    unit_id: str | None = None, kind: str | None = None, state: str | None = None, after: UUID | None = None, limit: int = 1,
) -> list[tuple[ChangeRequest, dict[str, Any]]]:  # fmt: skip
    """Requests in the order of their ids, after one, each with the person's `code` and `full_name`."""
    rows = await tx.rows(
        f"""SELECT {_COLUMNS}, b.code, b.full_name FROM change_requests c JOIN beneficiaries b USING (beneficiary_id)
            WHERE (CAST(:after AS uuid) IS NULL OR c.request_id > CAST(:after AS uuid))
                AND (CAST(:request_id AS uuid) IS NULL OR c.request_id = CAST(:request_id AS uuid))
                AND (CAST(:beneficiary_id AS uuid) IS NULL OR c.beneficiary_id = CAST(:beneficiary_id AS uuid))
                AND (CAST(:kind AS text) IS NULL OR c.kind = CAST(:kind AS text))
                AND (CAST(:state AS text) IS NULL OR c.state = CAST(:state AS text))
                AND (CAST(:unit_id AS text) IS NULL OR c.unit_id IN (
                     SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
            ORDER BY c.request_id LIMIT :limit""",  # noqa: S608 - constants only
        after=after,
        request_id=request_id,
        beneficiary_id=beneficiary_id,
        kind=kind,
        state=state,
        unit_id=unit_id,
        limit=limit,
    )
    found = []
    for row in rows:
        person = {name: row.pop(name) for name in ("code", "full_name")}
        found.append((_opened(cipher, row), person))
    return found


def _opened(cipher: FieldCipher, row: dict[str, Any]) -> ChangeRequest:
    content = orjson.loads(cipher.open(row.pop("content_sealed"), CONTENT))
    return ChangeRequest(content=content, **row)
