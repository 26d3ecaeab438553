"""What holds released payrolls back: one expression for the dispatcher, which obeys it, and for the page that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import orjson

from services.disbursement.domain.calendar import PayDays, SendOn
from services.disbursement.domain.waits import MOST_UNANSWERED, PayrollWait
from services.disbursement.storage.canaries import FIRST_CHUNK
from shared.database import Tx

# The stop that holds a payroll `p`, and its canary. A stop of the payroll comes before one of its provider.
HOLDS = f"""
LEFT JOIN LATERAL (
    SELECT s.stop_id, s.cause, s.scope FROM stops s
    WHERE s.lifted_at IS NULL
      AND ((s.scope = 'payroll' AND s.key = CAST(p.payroll_id AS text)) OR (s.scope = 'provider' AND s.key = p.provider))
    ORDER BY s.scope, s.stop_id LIMIT 1) stop ON true
LEFT JOIN canaries k ON k.payroll_id = p.payroll_id
LEFT JOIN contract_channels h ON h.contract_id = p.contract_id AND h.channel = p.channel
CROSS JOIN LATERAL (
    SELECT coalesce(h.canary_payments, 1) > 0 AND k.payroll_id IS NULL
       AND EXISTS (SELECT FROM chunks f WHERE f.payroll_id = p.payroll_id AND f.chunk_no = {FIRST_CHUNK} AND f.state <> 'sealed')
        AS waits) canary
"""  # noqa: S608 - constants only

# NULL: nothing holds it. `:held_ids` and `:held_whys` are what the calendar holds back today.
WHY = """
CASE WHEN p.seal_broken_at IS NOT NULL THEN 'seal-broken'
     WHEN stop.cause = 'canary' OR k.state = 'failed' THEN 'canary-failed'
     WHEN stop.cause = 'error-rate' THEN 'error-rate'
     WHEN stop.scope = 'payroll' THEN 'stopped'
     WHEN stop.scope = 'provider' THEN 'provider-stopped'
     WHEN array_position(CAST(:held_ids AS uuid[]), p.payroll_id) IS NOT NULL
         THEN (CAST(:held_whys AS text[]))[array_position(CAST(:held_ids AS uuid[]), p.payroll_id)]
     WHEN canary.waits THEN 'canary' END
"""

_WAITING = f"""
SELECT p.payroll_id, p.provider, p.channel, w.chunks AS chunks_waiting, stop.stop_id,
       coalesce({WHY}, CASE WHEN p.provider = ANY(CAST(:bound AS text[])) THEN 'provider-bound' ELSE 'turn' END) AS why
FROM payrolls p
CROSS JOIN LATERAL (SELECT count(*) AS chunks FROM chunks c WHERE c.payroll_id = p.payroll_id AND c.state = 'sealed') w
{HOLDS}
WHERE p.run_id = :run_id AND p.state = 'released' AND w.chunks > 0 ORDER BY p.payroll_id
"""  # noqa: S608 - constants only

_CALENDAR = """
SELECT p.payroll_id, p.run_month, h.send_on,
       (SELECT json_agg(json_build_object('unit_id', d.unit_id, 'from_month', d.from_month, 'first_day', d.first_day,
                                          'last_day', d.last_day))
        FROM pay_days d WHERE d.contract_id = p.contract_id) AS pay_days, p.contract_id
FROM payrolls p
JOIN contract_channels h ON h.contract_id = p.contract_id AND h.channel = p.channel AND h.send_on <> 'any_day'
WHERE p.state = 'released'
  AND EXISTS (SELECT FROM chunks w WHERE w.payroll_id = p.payroll_id AND w.state <> 'answered' AND w.state = 'sealed')
"""


@dataclass(frozen=True, slots=True)
class DatedPayroll:
    """A waiting payroll of a contract's channel that is not instructed on just any day."""

    payroll_id: UUID
    run_month: date
    send_on: SendOn
    pay_days: list[PayDays]


async def dated_payrolls(tx: Tx) -> list[DatedPayroll]:
    """Payrolls for which the calendar has to be asked."""
    return [
        DatedPayroll(row["payroll_id"], row["run_month"], row["send_on"], _pay_days(row["contract_id"], row["pay_days"]))
        for row in await tx.rows(_CALENDAR)
    ]


def _pay_days(contract_id: UUID, found: str | list[dict[str, str]] | None) -> list[PayDays]:
    rows = orjson.loads(found) if isinstance(found, str) else found or []
    return [
        PayDays(contract_id, row["unit_id"], date.fromisoformat(row["from_month"]), int(row["first_day"]), int(row["last_day"]))
        for row in rows
    ]


async def providers_at_bound(tx: Tx) -> list[str]:
    """Providers that have as many chunks under way as they may. The transaction must see all rows."""
    rows = await tx.rows(
        """SELECT p.provider FROM chunks c JOIN payrolls p ON p.payroll_id = c.payroll_id
           WHERE c.state <> 'answered' AND c.state = 'instructed'
           GROUP BY p.provider HAVING count(*) >= :most ORDER BY p.provider""",
        most=MOST_UNANSWERED,
    )
    return [row["provider"] for row in rows]


async def waits_of_run(tx: Tx, run_id: UUID, held: dict[UUID, str], bound: Sequence[str]) -> list[PayrollWait]:
    """Released payrolls of a run, as far as the transaction's scope shows them, that are not wholly instructed, and why."""
    rows = await tx.rows(_WAITING, run_id=run_id, held_ids=list(held), held_whys=list(held.values()), bound=list(bound))
    return [PayrollWait(**row) for row in rows]
