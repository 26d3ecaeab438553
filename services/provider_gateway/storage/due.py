"""Looks whether there is work, cheap enough to be taken ten times a second."""

from __future__ import annotations

from typing import Literal

from shared.database import Database

Kind = Literal["send", "enquire", "apply", "open", "name", "judge"]

_LOOK: dict[Kind, str] = {
    "send": "SELECT work_is_due('send')",
    "enquire": "SELECT work_is_due('enquire')",
    "apply": "SELECT work_is_due('apply')",
    "open": "SELECT work_is_due('open')",
    "name": "SELECT work_is_due('name')",
    "judge": "SELECT work_is_due('judge')",
}


async def work_is_due(database: Database, kind: Kind) -> bool:
    """Whether anything of a kind is due: chunks to send, to enquire about, webhooks to apply, accounts to ask for,
    holders' names to ask for, chunks that the error-rate stop has not judged."""
    return bool(await database.peek(_LOOK[kind]))
