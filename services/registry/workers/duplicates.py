"""Duplicates are looked for behind the scenes: among whoever changed, and in the searches that somebody asked for.

Several copies of the service may run it: each piece of work is claimed by a row lock.
"""

from __future__ import annotations

import time

from services.registry.domain.name_likeness import Rarity
from services.registry.storage import duplicate_searches as searches
from services.registry.storage.duplicates import load_rarity
from services.registry.use_cases.find_duplicates import find_duplicates
from shared.database import Database, Tx
from shared.service import Worker

IDLE_SECONDS = 1.0
RARITY_SECONDS = 600.0
"""How long the count of names is good for: it changes slowly, and takes one look at every name."""

PIECE = 200

EVENTS_AT_ONCE = 8
"""Most events name one person or a commune's few: what came meanwhile is compared together."""


class DuplicateFinder:
    """Does one piece of work at a time, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rarity: Rarity | None = None
        self._counted_at = 0.0

    def worker(self) -> Worker:
        """As background work."""
        return Worker("duplicates", self.step, IDLE_SECONDS)

    async def step(self) -> int:
        """Compare who changed by the next events; else the next piece of a search. How many people."""
        async with self._database.transaction() as tx:
            return await self._changes(tx) or await self._search(tx)

    async def _changes(self, tx: Tx) -> int:
        position = await searches.claim_position(tx)
        change = await searches.changes_after(tx, position, EVENTS_AT_ONCE, PIECE) if position is not None else None
        if change is None:
            return 0
        at, people = change
        await find_duplicates(tx, await self._names(tx), people, only_changed=True)
        await searches.note_position(tx, at)
        return max(len(people), 1)

    async def _search(self, tx: Tx) -> int:
        search = await searches.claim_search(tx)
        if search is None:
            return 0
        people = await searches.next_people(tx, search["unit_id"], search["last_id"], PIECE)
        if not people:
            await searches.note_progress(tx, search["search_id"], None, 0, 0, 0)
            return 1
        done = await find_duplicates(tx, await self._names(tx), people)
        await searches.note_progress(tx, search["search_id"], people[-1], done.people, done.pairs, done.opened)
        return len(people)

    async def _names(self, tx: Tx) -> Rarity:
        now = time.monotonic()
        if self._rarity is None or now - self._counted_at > RARITY_SECONDS:
            self._rarity, self._counted_at = await load_rarity(tx), now
        return self._rarity
