"""Closed runs: what is open of a run, who closed it, and in which run late entries are posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.closing import RUN_CLOSED, Closing, StillOpen
from services.disbursement.storage.handover_money import HELD
from services.disbursement.storage.handovers import lineage
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import NotYet, Refusal
from shared.kernel.ids import new_id


async def check_open(tx: Tx, run_id: UUID, authority_id: str) -> None:
    """Refuse with `run-closed` new work in a run that an authority has closed."""
    if await find(tx, run_id, authority_id) is not None:
        raise Refusal(RUN_CLOSED, run_id=run_id, authority_id=authority_id)


async def find(tx: Tx, run_id: UUID, authority_id: str) -> Closing | None:
    """Who closed a run for an authority, and when."""
    row = await tx.row(
        """SELECT run_id, authority_id, closed_issuer, closed_subject, closed_at FROM run_closings
           WHERE run_id = :run_id AND authority_id = :authority_id""",
        run_id=run_id,
        authority_id=authority_id,
    )
    return Closing(**row) if row else None


async def insert(tx: Tx, caller: Caller, run_id: UUID, authority_id: str) -> None:
    """Close the run for the authority."""
    await tx.run(
        """INSERT INTO run_closings (run_id, authority_id, closed_issuer, closed_subject, closed_at)
           VALUES (:run_id, :authority_id, :issuer, :subject, platform.business_now())""",
        run_id=run_id,
        authority_id=authority_id,
        issuer=caller.issuer,
        subject=caller.subject,
    )


async def has_part(tx: Tx, run_id: UUID, authority_id: str) -> bool:
    """Whether an authority drew the run up, or took over some of it."""
    return bool(
        await tx.scalar(
            """SELECT EXISTS (SELECT FROM run_authorities WHERE run_id = :run_id AND authority_id = :authority_id)
                   OR EXISTS (SELECT FROM ledger_entries WHERE run_id = :run_id AND authority_id = :authority_id)""",
            run_id=run_id,
            authority_id=authority_id,
        )
    )


async def whole_run(tx: Tx, run_id: UUID) -> bool:
    """Whether every authority that drew the run up or took over some of it has closed it; one that handed over has ended."""
    return not await tx.scalar(
        """SELECT EXISTS (
               SELECT a.authority_id FROM run_authorities a WHERE a.run_id = :run_id
               UNION SELECT e.authority_id FROM ledger_entries e WHERE e.run_id = :run_id
               EXCEPT SELECT c.authority_id FROM run_closings c WHERE c.run_id = :run_id
               EXCEPT SELECT h.from_authority_id FROM handovers h)""",
        run_id=run_id,
    )


_STILL_OPEN = """
SELECT (SELECT count(*) FROM payrolls r WHERE r.run_id = :run_id AND r.authority_id = :authority_id
            AND r.state IN ('drawn', 'prepared', 'approved') AND EXISTS (
                SELECT FROM payments p WHERE p.run_month = r.run_month AND p.payroll_id = r.payroll_id AND p.state = 'open'))
           AS unreleased_payrolls,
       (SELECT count(*) FROM payments p JOIN chunks c ON c.payroll_id = p.payroll_id AND c.chunk_no = p.chunk_no
            JOIN payrolls r ON r.payroll_id = p.payroll_id
        WHERE p.run_month = :run_month AND p.run_id = :run_id AND p.authority_id = :authority_id AND p.state = 'open'
            AND c.state = 'sealed' AND r.state = 'released') AS waiting,
       (SELECT count(*) FROM payments p JOIN chunks c ON c.payroll_id = p.payroll_id AND c.chunk_no = p.chunk_no
        WHERE p.run_month = :run_month AND p.run_id = :run_id AND p.authority_id = :authority_id AND p.state = 'open'
            AND c.state <> 'sealed') AS in_flight,
       (SELECT count(*) FROM contradictions c
            JOIN payments p ON p.run_month = c.run_month AND p.payment_id = c.payment_id
        WHERE p.run_id = :run_id AND c.authority_id = :authority_id AND c.settled_at IS NULL) AS contradictions
"""

_HELD = f"""
WITH until AS (
    SELECT r.run_id FROM runs r, runs own
    WHERE own.run_id = :run_id AND (r.run_month, r.opened_at, r.run_id) <= (own.run_month, own.opened_at, own.run_id))
SELECT CAST(coalesce(sum(held), 0) AS bigint) FROM ({HELD}) m WHERE run_id IN (SELECT run_id FROM until)
"""  # noqa: S608 - constants only


async def still_open(tx: Tx, run_id: UUID, run_month: date, authority_id: str) -> StillOpen:
    """What of a run is open for an authority; the money is that of the run and the ones before it."""
    counted = await tx.row(_STILL_OPEN, run_id=run_id, run_month=run_month, authority_id=authority_id)
    assert counted is not None
    of = {"authority_id": authority_id, "lineage": await lineage(tx, authority_id)}
    return StillOpen(**counted, held_dong=await tx.scalar(_HELD, run_id=run_id, **of))


async def open_run_for(tx: Tx, run_id: UUID, *authority_ids: str) -> UUID:
    """The run whose books carry what happens to a run's payments now: itself, or where one of the authorities has closed it
    the next one that is open to all of them. Raises NotYet while there is none."""
    found: UUID | None = await tx.scalar(
        """SELECT r.run_id FROM runs r JOIN runs own ON own.run_id = :run_id
           WHERE (r.run_month, r.opened_at, r.run_id) >= (own.run_month, own.opened_at, own.run_id)
             AND (r.unit_id = own.unit_id
                  OR EXISTS (SELECT FROM unit_heirs h WHERE h.from_unit_id = own.unit_id AND h.to_unit_id = r.unit_id))
             AND NOT EXISTS (SELECT FROM run_closings c WHERE c.run_id = r.run_id
                             AND c.authority_id = ANY(CAST(:authority_ids AS text[])))
           ORDER BY r.run_month, r.opened_at, r.run_id LIMIT 1""",
        run_id=run_id,
        authority_ids=list(authority_ids),
    )
    if found is None:
        raise NotYet(f"an open run after {run_id}")
    return found


@dataclass(frozen=True, slots=True)
class LateEntry:
    """Money of a closed run's payment that moved in an open one. Above zero it reached the payee, below it came back."""

    payment_id: UUID
    amount_dong: int


async def record_late(
    tx: Tx, of_run_id: UUID, in_run_id: UUID, authority_id: str, contract_id: UUID, entries: Sequence[LateEntry]
) -> None:
    """Keep late entries, which the books of both runs read."""
    await tx.run(
        """INSERT INTO late_entries (entry_id, of_run_id, in_run_id, authority_id, contract_id, payment_id, amount_dong,
                                     posted_at)
           SELECT n.id, :of_run_id, :in_run_id, :authority_id, :contract_id, n.payment_id, n.amount_dong, platform.business_now()
           FROM unnest(CAST(:ids AS uuid[]), CAST(:payments AS uuid[]), CAST(:amounts AS bigint[]))
                AS n (id, payment_id, amount_dong)""",
        of_run_id=of_run_id,
        in_run_id=in_run_id,
        authority_id=authority_id,
        contract_id=contract_id,
        ids=[new_id() for _ in entries],
        payments=[entry.payment_id for entry in entries],
        amounts=[entry.amount_dong for entry in entries],
    )
