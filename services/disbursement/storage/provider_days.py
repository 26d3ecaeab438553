"""Days of what providers say they paid, as the gateway hands them over."""

from __future__ import annotations

from shared.contracts.gateway_events import ProviderListed
from shared.database import Tx


async def keep_provider_lines(tx: Tx, event: ProviderListed) -> None:
    """Keep one part of a day. The inbox lets each part in once, in whatever order they come."""
    key = {"provider": event.provider, "source": event.list_source, "listed_on": event.listed_on}
    await tx.run(
        """INSERT INTO provider_days AS d (provider, source, listed_on, lines, parts, parts_come)
           VALUES (:provider, :source, :listed_on, :lines, :parts, 1)
           ON CONFLICT (provider, source, listed_on) DO UPDATE SET parts_come = d.parts_come + 1""",
        **key,
        lines=event.lines_of_day,
        parts=event.parts,
    )
    columns = ("provider", "source", "listed_on", "line_no", "reference", "amount_dong", "state", "seq")
    records = (
        (event.provider, event.list_source, event.listed_on, line_no, line.reference, line.amount_dong, line.state, line.seq)
        for line_no, line in enumerate(event.lines, event.first_line_no)
    )
    await tx.copy("provider_lines", columns, records)
