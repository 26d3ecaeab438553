"""What was told last of the providers."""

from __future__ import annotations

from typing import Any

import orjson

from shared.database import Tx


async def replace_description(tx: Tx, described: list[dict[str, Any]]) -> bool:
    """Keep what is told now. False where it is what was told last. Of several processes that start together one changes it."""
    changed = await tx.rows(
        """INSERT INTO described_providers AS d (described, described_at)
           VALUES (CAST(:described AS jsonb), platform.business_now())
           ON CONFLICT (only_row) DO UPDATE SET described = excluded.described, described_at = excluded.described_at
               WHERE d.described <> excluded.described
           RETURNING 1""",
        described=orjson.dumps(described).decode(),
    )
    return bool(changed)
