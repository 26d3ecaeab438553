"""Opening entries, and the obligations that they are booked as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import orjson

from services.disbursement.domain.openings import Opening
from services.disbursement.storage.runs import SCHEMA
from shared.contracts.disbursement_events import ObligationMove
from shared.contracts.registry_events import OpeningEntry
from shared.database import Tx

_RECORD = """
INSERT INTO opening_entries (entry_id, list_id, unit_id, authority_id, beneficiary_id, person_name, kind, benefit_month,
                             amount_dong, provider, minutes_number, agreed_on, state, recorded_at)
SELECT e.entry_id, :list_id, :unit_id, :authority_id, e.beneficiary_id, e.person_name, e.kind, e.benefit_month, e.amount_dong,
       e.provider, e.minutes_number, e.agreed_on, CASE e.kind WHEN 'receivable' THEN 'booked' ELSE 'owed_already' END,
       platform.business_now()
FROM jsonb_to_recordset(CAST(:entries AS jsonb)) AS e (entry_id uuid, beneficiary_id uuid, person_name text, kind text,
    benefit_month date, amount_dong bigint, provider text, minutes_number text, agreed_on date)
ORDER BY e.entry_id
ON CONFLICT (entry_id) DO NOTHING
RETURNING entry_id
"""

# Only months of which nothing is owed here yet. The decision is the person's that covers the month, else the earliest: lists
# taken in at go-live date decisions from then on. The amount stands as agreed, as a flat amount.
_BOOK = """
WITH booked AS (
    INSERT INTO obligations (benefit_month, subject_id, kind, revision, amount_dong, total_dong, run_id, authority_id, unit_id,
                             decision_id, category, coefficient, heads, level_dong, subject, category_group, sex, age_band,
                             resting)
    SELECT e.benefit_month, e.beneficiary_id, 'monthly', held.revision + 1, e.amount_dong, e.amount_dong, :run_id,
           e.authority_id, e.unit_id, d.decision_id, d.category, NULL, 1, e.amount_dong, p.subject,
           coalesce(CAST(:groups AS jsonb) ->> d.category, 'other'), p.sex,
           CASE WHEN years.old < 16 THEN 'under_16' WHEN years.old < 60 THEN '16_to_59' WHEN years.old < 80 THEN '60_to_79'
                ELSE '80_plus' END,
           CASE e.kind WHEN 'unpaid' THEN 'new' ELSE 'unclaimed' END
    FROM opening_entries e
    JOIN people p USING (beneficiary_id)
    CROSS JOIN LATERAL (SELECT extract(year FROM age(e.benefit_month, p.birth_date)) AS old) years
    CROSS JOIN LATERAL (
        SELECT decision_id, category FROM decisions d WHERE d.beneficiary_id = e.beneficiary_id
        ORDER BY d.kind <> 'monthly', e.benefit_month NOT BETWEEN d.from_month AND coalesce(d.to_month, 'infinity'),
                 d.from_month, d.decision_id LIMIT 1) d
    CROSS JOIN LATERAL (
        SELECT coalesce(max(o.revision), -1) AS revision,
               coalesce(bool_or(o.live_payment_id IS NOT NULL OR o.resting <> 'cancelled'), false) AS owed
        FROM obligations o
        WHERE o.benefit_month = e.benefit_month AND o.subject_id = e.beneficiary_id AND o.kind = 'monthly') held
    WHERE e.entry_id = ANY(CAST(:ids AS uuid[])) AND e.kind <> 'receivable' AND NOT held.owed
    ORDER BY e.benefit_month, e.beneficiary_id
    ON CONFLICT DO NOTHING
    RETURNING *),
noted AS (
    UPDATE opening_entries e SET state = 'booked', revision = b.revision FROM booked b
    WHERE e.entry_id = ANY(CAST(:ids AS uuid[])) AND e.kind <> 'receivable' AND e.beneficiary_id = b.subject_id
      AND e.benefit_month = b.benefit_month)
SELECT benefit_month, subject, kind, revision, 0 AS step, unit_id, category_group, sex, age_band, amount_dong,
       NULL AS from_place, CASE resting WHEN 'new' THEN 'not_released' ELSE resting END AS to_place
FROM booked
"""

_CANCEL = """
UPDATE obligations o SET resting = 'cancelled' FROM opening_entries e
WHERE e.entry_id = :entry_id AND e.state = 'booked' AND o.benefit_month = e.benefit_month AND o.subject_id = e.beneficiary_id
  AND o.kind = 'monthly' AND o.revision = e.revision AND o.live_payment_id IS NULL AND o.resting <> 'cancelled'
RETURNING o.benefit_month, o.subject, o.kind, o.revision, o.payment_seq * 10 + o.settlements * 3 + 4 AS step, o.unit_id,
    o.category_group, o.sex, o.age_band, o.amount_dong,
    CASE old.resting WHEN 'new' THEN 'not_released' ELSE old.resting END AS from_place,
    'cancelled' AS to_place
"""


async def authority_of(tx: Tx, unit_id: str) -> str | None:
    """Who pays a commune: the authority that took it over, else the one whose contract serves it, else its district, else
    (since 7/2025) the commune itself. None while the commune is not known here."""
    found: str | None = await tx.scalar(
        """SELECT coalesce(
               (SELECT h.to_authority_id FROM unit_heirs e JOIN handover_communes h ON h.to_unit_id = e.to_unit_id
                WHERE e.from_unit_id = u.unit_id ORDER BY h.to_unit_id LIMIT 1),
               (SELECT c.authority_id FROM contract_communes s JOIN contracts c USING (contract_id)
                WHERE s.unit_id = u.unit_id ORDER BY s.from_month DESC, c.number LIMIT 1),
               (SELECT d.unit_id FROM units d WHERE d.unit_id = ANY(u.path) AND d.level = 'district' LIMIT 1), u.unit_id)
           FROM units u WHERE u.unit_id = :unit_id""",
        unit_id=unit_id,
    )
    return found


async def province_of(tx: Tx, unit_id: str) -> str:
    """The province that a unit lies in."""
    return str(await tx.scalar("SELECT path[1] FROM units WHERE unit_id = :unit_id", unit_id=unit_id))


async def people_missing(tx: Tx, ids: Sequence[UUID]) -> int:
    """How many of these people, or their decisions, the registry's events have not brought here yet."""
    return int(
        await tx.scalar(
            """SELECT count(*) FROM unnest(CAST(:ids AS uuid[])) AS asked (id)
               WHERE NOT EXISTS (
                   SELECT FROM people p JOIN decisions d USING (beneficiary_id) WHERE p.beneficiary_id = asked.id)""",
            ids=list(ids),
        )
    )


async def record(tx: Tx, list_id: UUID, unit_id: str, authority_id: str, entries: Sequence[OpeningEntry]) -> list[UUID]:
    """Keep entries; the ids of those that are new here."""
    rows = await tx.rows(
        _RECORD,
        list_id=list_id,
        unit_id=unit_id,
        authority_id=authority_id,
        entries=orjson.dumps([entry.model_dump(mode="json") for entry in entries]).decode(),
    )
    return [row["entry_id"] for row in rows]


async def categories_of(tx: Tx, ids: Sequence[UUID]) -> list[str]:
    """The categories that these people hold decisions of."""
    rows = await tx.rows(
        "SELECT DISTINCT category FROM decisions WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))", ids=list(ids)
    )
    return [row["category"] for row in rows]


async def book(tx: Tx, run_id: UUID, entry_ids: Sequence[UUID], groups: Mapping[str, str]) -> list[ObligationMove]:
    """Owe what new entries say, where nothing is owed of the month yet; as moves. `groups`: category -> its coarse group."""
    rows = await tx.rows(_BOOK, run_id=run_id, ids=list(entry_ids), groups=orjson.dumps(dict(groups)).decode())
    return [ObligationMove(**row) for row in rows]


async def open_receivables(tx: Tx, run_id: UUID, entry_ids: Sequence[UUID]) -> int:
    """Keep new entries of what was paid wrongly as receivables, decided by what was agreed; their sum in đồng."""
    return int(
        await tx.scalar(
            """WITH kept AS (
                   INSERT INTO receivables (receivable_id, authority_id, unit_id, run_id, origin, opening_entry_id,
                       beneficiary_id, debtor_name, debtor_relationship, decision_number, decided_on, amount_dong, state,
                       made_issuer, made_subject, made_at)
                   SELECT uuidv7(), e.authority_id, e.unit_id, :run_id, 'opening', e.entry_id, e.beneficiary_id,
                       coalesce(e.person_name, p.full_name), CASE WHEN e.person_name IS NULL THEN 'self' ELSE 'unknown' END,
                       coalesce(e.minutes_number, 'go-live'), e.agreed_on, e.amount_dong, 'decided', 'chitra', 'opening-balances',
                       platform.business_now()
                   FROM opening_entries e LEFT JOIN people p USING (beneficiary_id)
                   WHERE e.entry_id = ANY(CAST(:ids AS uuid[])) AND e.kind = 'receivable' ORDER BY e.entry_id
                   RETURNING amount_dong)
               SELECT coalesce(sum(amount_dong), 0) FROM kept""",
            run_id=run_id,
            ids=list(entry_ids),
        )
    )


async def find_opening(tx: Tx, entry_id: UUID) -> Opening | None:
    """One entry, held until the transaction ends."""
    row = await tx.row(f"{_OPENING} WHERE e.entry_id = :entry_id FOR NO KEY UPDATE OF e", entry_id=entry_id)
    return Opening(**row) if row else None


async def cancel(tx: Tx, entry_id: UUID) -> list[ObligationMove]:
    """Cancel the obligation of a booked entry that no payment has taken; as a move, none where it is too late."""
    return [ObligationMove(**row) for row in await tx.rows(_CANCEL, entry_id=entry_id)]


async def mark_countered(tx: Tx, entry_id: UUID, state: str, minutes_number: str) -> None:
    """Note a counter entry and what it came to."""
    await tx.run(
        """UPDATE opening_entries SET state = :state, countered_at = platform.business_now(), counter_minutes = :minutes
           WHERE entry_id = :entry_id""",
        entry_id=entry_id,
        state=state,
        minutes=minutes_number,
    )


_OPENING = """
SELECT e.entry_id, e.list_id, e.unit_id, e.authority_id, e.beneficiary_id, e.person_name, p.code AS beneficiary_code,
       e.kind, e.benefit_month, e.amount_dong, e.provider, e.minutes_number, e.agreed_on, e.state, e.revision, e.recorded_at,
       e.countered_at
FROM opening_entries e LEFT JOIN people p USING (beneficiary_id)
"""


async def page_of_openings(
    tx: Tx, *, unit_id: str | None, kind: str | None, state: str | None, beneficiary_id: UUID | None, after: UUID, limit: int
) -> list[Opening]:
    """Entries in the order of their ids, after one; of a unit and all below it."""
    rows = await tx.rows(
        f"""{_OPENING} WHERE e.entry_id > :after
            AND (CAST(:kind AS text) IS NULL OR e.kind = CAST(:kind AS text))
            AND (CAST(:state AS text) IS NULL OR e.state = CAST(:state AS text))
            AND (CAST(:beneficiary_id AS uuid) IS NULL OR e.beneficiary_id = CAST(:beneficiary_id AS uuid))
            AND (CAST(:unit_id AS text) IS NULL OR e.unit_id IN (
                 SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
            ORDER BY e.entry_id LIMIT :limit""",  # noqa: S608 - constants only
        after=after,
        kind=kind,
        state=state,
        beneficiary_id=beneficiary_id,
        unit_id=unit_id,
        limit=limit,
    )
    return [Opening(**row) for row in rows]


async def ensure_opening_run(tx: Tx, run_id: UUID, province_id: str, code: str, months: Sequence[date]) -> None:
    """Make the province's run of opening balances, with `run_id`, unless there is one; and first partitions for its months."""
    for month in months:
        await tx.ensure_month(SCHEMA, "obligations", month)
        await tx.ensure_month(SCHEMA, "payment_lines", month)
    await tx.run(
        """INSERT INTO runs (run_id, unit_id, code, run_month, benefit_months, opened_at)
           SELECT :run_id, :unit_id, :code, month, ARRAY[month], platform.business_now()
           FROM (SELECT CAST(date_trunc('month', platform.business_today()) AS date) AS month) now
           ON CONFLICT (unit_id, code) DO NOTHING""",
        run_id=run_id,
        unit_id=province_id,
        code=code,
    )
