"""Lists of registrations handed to providers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.registry.storage import bulk
from shared.auth import Caller
from shared.database import Tx


async def insert_list(tx: Tx, caller: Caller, list_id: UUID, unit_id: str, provider: str, rows: int) -> None:
    """A new list with the next number."""
    await tx.run(
        """INSERT INTO registration_lists (list_id, list_number, unit_id, provider, rows, made_at, made_issuer, made_subject)
           VALUES (:list_id, nextval('registration_list_numbers'), :unit_id, :provider, :rows, platform.business_now(), :issuer,
                   :subject)""",
        list_id=list_id,
        unit_id=unit_id,
        provider=provider,
        rows=rows,
        issuer=caller.issuer,
        subject=caller.subject,
    )


async def put_on_list(tx: Tx, list_id: UUID, account_ids: Sequence[UUID]) -> None:
    """Give accounts their places on a list, in this order."""
    types = {"account_id": "uuid", "list_row": "integer"}
    rows = [{"account_id": account_id, "list_row": at} for at, account_id in enumerate(account_ids, start=1)]
    await tx.run(
        f"""UPDATE accounts a SET list_id = :list_id, list_row = v.list_row
            FROM {bulk.values_of(types)} WHERE a.account_id = v.account_id""",  # noqa: S608 - constants only
        list_id=list_id,
        **bulk.arrays_of(types, rows),
    )


async def list_by_id(tx: Tx, list_id: UUID) -> dict[str, Any] | None:
    """One list with its commune's name, held until the transaction ends."""
    return await tx.row(
        """SELECT l.*, u.name AS commune_name FROM registration_lists l JOIN units u USING (unit_id)
           WHERE list_id = :list_id FOR NO KEY UPDATE OF l""",
        list_id=list_id,
    )


async def page_of_lists(
    tx: Tx, *, unit_id: str | None, provider: str | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Lists in the order of their ids, after one, each with how its registrations stand."""
    return await tx.rows(
        """SELECT l.list_id, l.list_number, l.unit_id, l.provider, l.rows, l.made_at, l.made_subject, n.waiting,
               n.opened, n.refused
           FROM registration_lists l LEFT JOIN LATERAL (
               SELECT count(*) FILTER (WHERE a.state = 'requested') AS waiting,
                   count(*) FILTER (WHERE a.state IN ('active', 'closed')) AS opened,
                   count(*) FILTER (WHERE a.state = 'refused') AS refused
               FROM accounts a WHERE a.list_id = l.list_id) n ON true
           WHERE (CAST(:after AS uuid) IS NULL OR l.list_id > CAST(:after AS uuid))
               AND (CAST(:provider AS text) IS NULL OR l.provider = CAST(:provider AS text))
               AND (CAST(:unit_id AS text) IS NULL OR l.unit_id IN (
                    SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
           ORDER BY l.list_id LIMIT :limit""",
        after=after,
        unit_id=unit_id,
        provider=provider,
        limit=limit,
    )


async def lines_of_list(tx: Tx, list_id: UUID) -> list[dict[str, Any]]:
    """Registrations of a list in their order: the payee, numbers sealed, and whom the payee receives for."""
    return await tx.rows(
        """SELECT a.account_id, a.list_row, a.state, a.number_sealed, a.number_index, a.name_verdict,
               p.full_name AS payee_name,
               p.identity_sealed, p.phone_sealed, f.people
           FROM accounts a JOIN payees p USING (payee_id)
           LEFT JOIN LATERAL (
               SELECT json_agg(json_build_object('code', b.code, 'full_name', b.full_name, 'relationship', b.relationship,
                   'birth_date', b.birth_date, 'birth_precision', b.birth_precision, 'village', b.village) ORDER BY b.code)
                   AS people
               FROM beneficiaries b WHERE b.payee_id = a.payee_id) f ON true
           WHERE a.list_id = :list_id ORDER BY a.list_row""",
        list_id=list_id,
    )
