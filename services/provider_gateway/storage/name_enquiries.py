"""Holders' names that providers are asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.registry_events import NameEnquiry
from shared.database import Tx

KEPT_DAYS = 30
"""An answered enquiry has told the registry all it had to say; it is dropped after so many business days."""


@dataclass(frozen=True, slots=True)
class HeldEnquiry:
    """An enquiry, its number still sealed."""

    enquiry_id: UUID
    account_id: UUID
    account_version: int
    holder_name: str
    number_sealed: str
    tries: int


_FIELDS = ("enquiry_id", "account_id", "account_version", "holder_name", "number_sealed", "tries")
_CHOSEN = ", ".join(f"e.{name}" for name in _FIELDS)


async def insert_enquiries(tx: Tx, provider: str, enquiries: Sequence[NameEnquiry]) -> None:
    """Keep enquiries, and drop those answered long ago."""
    await tx.run(
        """DELETE FROM name_enquiries
           WHERE answered_at < platform.business_now() - make_interval(days => CAST(:days AS integer))""",
        days=KEPT_DAYS,
    )
    await tx.run(
        """INSERT INTO name_enquiries (enquiry_id, account_id, account_version, unit_id, holder_name, number_sealed, provider,
                next_try_at, requested_at)
           SELECT v.*, :provider, clock_timestamp(), platform.business_now()
           FROM unnest(CAST(:ids AS uuid[]), CAST(:accounts AS uuid[]), CAST(:versions AS int[]), CAST(:units AS text[]),
                       CAST(:holders AS text[]), CAST(:numbers AS text[])) v
           ON CONFLICT (enquiry_id) DO NOTHING""",
        provider=provider,
        ids=[each.enquiry_id for each in enquiries],
        accounts=[each.account_id for each in enquiries],
        versions=[each.account_version for each in enquiries],
        units=[each.unit_id for each in enquiries],
        holders=[each.holder_name for each in enquiries],
        numbers=[each.number_sealed for each in enquiries],
    )


async def claim_enquiries(tx: Tx, limit: int, lease_seconds: float) -> tuple[str, list[HeldEnquiry]] | None:
    """Enquiries of one provider that are due, kept from other workers for so long: (provider, enquiries)."""
    rows = await tx.rows(
        f"""WITH first AS (SELECT provider FROM name_enquiries WHERE next_try_at <= clock_timestamp()
                          ORDER BY next_try_at LIMIT 1),
                due AS (SELECT enquiry_id FROM name_enquiries e JOIN first USING (provider)
                        WHERE e.next_try_at <= clock_timestamp()
                        ORDER BY e.next_try_at, e.enquiry_id LIMIT :limit FOR UPDATE OF e SKIP LOCKED)
           UPDATE name_enquiries e SET next_try_at = clock_timestamp() + make_interval(secs => :lease), tries = tries + 1
           FROM due WHERE e.enquiry_id = due.enquiry_id
           RETURNING e.provider, {_CHOSEN}""",  # noqa: S608 - constants only
        limit=limit,
        lease=lease_seconds,
    )
    if not rows:
        return None
    return rows[0]["provider"], [HeldEnquiry(**{name: row[name] for name in _FIELDS}) for row in rows]


async def set_outcomes(tx: Tx, outcomes: dict[UUID, str]) -> set[UUID]:
    """Write what was said of enquiries; which of them had no answer before."""
    rows = await tx.rows(
        """UPDATE name_enquiries e SET outcome = v.outcome, next_try_at = NULL, answered_at = platform.business_now()
           FROM unnest(CAST(:ids AS uuid[]), CAST(:outcomes AS text[])) AS v (enquiry_id, outcome)
           WHERE e.enquiry_id = v.enquiry_id AND e.outcome IS NULL RETURNING e.enquiry_id""",
        ids=list(outcomes),
        outcomes=list(outcomes.values()),
    )
    return {row["enquiry_id"] for row in rows}


async def try_later(tx: Tx, enquiry_ids: Collection[UUID], seconds: float) -> None:
    """Enquiries of which nothing was learnt."""
    await tx.run(
        """UPDATE name_enquiries SET next_try_at = clock_timestamp() + make_interval(secs => CAST(:seconds AS double precision))
           WHERE enquiry_id = ANY(CAST(:ids AS uuid[])) AND outcome IS NULL""",
        ids=list(enquiry_ids),
        seconds=seconds,
    )
