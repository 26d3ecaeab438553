"""The audit chain: decisions, approvals and readings of personal data, append-only, each row hashed over the one before."""

from __future__ import annotations

from typing import Any

import orjson

from shared.auth import Caller
from shared.database import Tx


async def append(tx: Tx, caller: Caller, action: str, audited_object: str, **detail: Any) -> None:
    """Record what a caller did, in the transaction that does it. Never put an identity or account number in `detail`."""
    await tx.run(
        "SELECT audit_append(:issuer, :subject, :action, :object, CAST(:detail AS json))",
        issuer=caller.issuer,
        subject=caller.subject,
        action=action,
        object=audited_object,
        detail=orjson.dumps(detail, default=str).decode(),
    )


async def first_break(tx: Tx) -> int | None:
    """The number of the first row whose hash does not follow from what stands before it; None when the chain holds."""
    broken: int | None = await tx.scalar("SELECT audit_first_break()")
    return broken
