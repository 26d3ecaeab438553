"""What waits at each provider, and for whom: for the people who watch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.database import Tx


@dataclass(frozen=True, slots=True)
class Waiting:
    """Chunks of a provider. `stopped`: the provider's own gate is closed."""

    stopped: bool
    to_send: int
    to_enquire: int
    for_a_person: int  # given up by the schedule, or held


async def read_waiting(tx: Tx, providers: Collection[str]) -> dict[str, Waiting]:
    """What waits at each of these providers, as far as the transaction's row scope sees."""
    rows = await tx.rows(
        """SELECT p.provider, coalesce(g.stops > 0, false) AS stopped,
                  count(*) FILTER (WHERE c.send_at IS NOT NULL AND c.lease_until IS NULL) AS to_send,
                  count(*) FILTER (WHERE c.next_enquiry_at IS NOT NULL) AS to_enquire,
                  count(*) FILTER (WHERE c.state = 'held' OR (c.given_up_at IS NOT NULL AND c.next_enquiry_at IS NULL
                                   AND c.send_at IS NULL AND c.lease_until IS NULL)) AS for_a_person
           FROM unnest(CAST(:providers AS text[])) AS p (provider)
           LEFT JOIN gates g ON g.scope = 'provider' AND g.key = p.provider
           LEFT JOIN chunks c ON c.provider = p.provider AND c.state <> 'settled'
           GROUP BY p.provider, g.stops""",
        providers=sorted(providers),
    )
    return {row.pop("provider"): Waiting(**row) for row in rows}


async def chunks_page(
    tx: Tx, *, provider: str | None, state: str | None, payroll_id: UUID | None, after: tuple[UUID, int] | None, limit: int
) -> list[dict[str, Any]]:
    """Chunks in the order of (payroll, number), after one, with what holds them back besides their provider."""
    return await tx.rows(
        """SELECT c.payroll_id, c.chunk_no, c.run_month, c.provider, c.channel, c.authority_id, c.payments, c.amount_dong,
                  c.state, c.why, c.tries, c.enquiries, c.send_at, c.next_enquiry_at, c.given_up_at,
                  c.lease_until IS NOT NULL AS being_sent,
                  EXISTS (SELECT FROM gates g WHERE g.stops > 0 AND ((g.scope = 'provider' AND g.key = c.provider)
                          OR (g.scope = 'payroll' AND g.key = CAST(c.payroll_id AS text)))) AS stopped
           FROM chunks c
           WHERE (CAST(:provider AS text) IS NULL OR c.provider = :provider)
             AND (CAST(:state AS text) IS NULL OR c.state = :state)
             AND (CAST(:payroll_id AS uuid) IS NULL OR c.payroll_id = :payroll_id)
             AND (CAST(:after_payroll AS uuid) IS NULL OR (c.payroll_id, c.chunk_no) > (:after_payroll, :after_no))
           ORDER BY c.payroll_id, c.chunk_no LIMIT :limit""",
        provider=provider,
        state=state,
        payroll_id=payroll_id,
        after_payroll=after[0] if after else None,
        after_no=after[1] if after else None,
        limit=limit,
    )
