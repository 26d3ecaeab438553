"""Making read models again out of a service's event log, read over its REST contract."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import httpx

from services.reporting.use_cases.rebuild_read_models import Part, Rebuilt, rebuild
from shared.contracts.envelope import Envelope
from shared.database import Database
from shared.web import EventPage

PAGE_EVENTS = 50  # an event holds up to 500 moves
TIMEOUT_SECONDS = 60


async def rebuild_from(database: Database, part: Part, client: httpx.AsyncClient, url: str, token: str) -> Rebuilt:
    """Forget a part of the read models and make it again, in one transaction.

    `url` is the address under which `/v1` of the part's service lies; `token` needs events:read for the whole country.
    Raises httpx's errors where the log can't be read, and `event-log-gap`; the old numbers then stay.
    """
    async with database.transaction() as tx:
        return await rebuild(tx, part, event_log(client, url, token))


async def event_log(client: httpx.AsyncClient, url: str, token: str) -> AsyncIterator[Sequence[Envelope]]:
    """A service's event log from its first event on, page by page."""
    after = 0
    while True:
        answer = await client.get(
            f"{url}/v1/events",
            params={"after": after, "limit": PAGE_EVENTS},
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        page = EventPage.model_validate_json(answer.content)
        if not page.events:
            return
        yield page.events
        after = page.next_after
