"""Files that came from a provider, as they stand, and whose lists may be seen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from shared.database import Tx

MOST = 200


async def came(tx: Tx, provider: str) -> list[dict[str, Any]]:
    """The newest, without their content."""
    rows = await tx.rows(
        f"""SELECT webhook_id AS file_id, file_name AS name, delivery_id AS content_id, deliveries, received_at, state,
                   applied_at, result
            FROM webhooks WHERE provider = :provider ORDER BY webhook_id DESC LIMIT {MOST}""",  # noqa: S608 - a constant
        provider=provider,
    )
    return [dict(row) for row in rows]


async def visible_batches(tx: Tx, provider: str, batch_references: Collection[str]) -> set[str]:
    """Those of these batches that the transaction's scope shows."""
    rows = await tx.rows(
        """SELECT batch_reference FROM chunks
           WHERE provider = :provider AND batch_reference = ANY(CAST(:references AS text[]))""",
        provider=provider,
        references=list(batch_references),
    )
    return {row["batch_reference"] for row in rows}
