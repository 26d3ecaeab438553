"""Reconciliations: what was asked, the lists as they came, and what a comparison found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.disbursement.domain.reconciliation import UNKNOWN_RECONCILIATION, LineState
from shared.database import Row, Tx
from shared.kernel.errors import Refusal

_COLUMNS = """reconciliation_id, unit_id, provider, contract_id, source, run_id, from_on, to_on, from_gateway, scope, state,
    lines, result::text AS result, made_issuer, made_subject, made_at, compared_at"""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A reconciliation as kept. `result` is by kind: payments and đồng on both sides."""

    reconciliation_id: UUID
    unit_id: str
    provider: str
    contract_id: UUID | None
    source: str
    run_id: UUID | None
    from_on: date | None
    to_on: date
    from_gateway: bool
    scope: str
    state: str
    lines: int
    result: dict[str, Any] | None
    made_issuer: str
    made_subject: str
    made_at: datetime
    compared_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of a provider's list."""

    reference: str
    amount_dong: int
    state: LineState
    said_at: datetime
    seq: int | None


def _reconciliation(row: Row) -> Reconciliation:
    return Reconciliation(**{**row, "result": orjson.loads(row["result"]) if row["result"] else None})


async def insert(tx: Tx, kept: Reconciliation) -> None:
    """Keep one that is to receive its lines."""
    await tx.run(
        """INSERT INTO reconciliations (reconciliation_id, unit_id, provider, contract_id, source, run_id, from_on, to_on,
               from_gateway, scope, state, made_issuer, made_subject, made_at)
           VALUES (:reconciliation_id, :unit_id, :provider, :contract_id, :source, :run_id, :from_on, :to_on, :from_gateway,
               :scope, 'receiving', :made_issuer, :made_subject, :made_at)""",
        reconciliation_id=kept.reconciliation_id,
        unit_id=kept.unit_id,
        provider=kept.provider,
        contract_id=kept.contract_id,
        source=kept.source,
        run_id=kept.run_id,
        from_on=kept.from_on,
        to_on=kept.to_on,
        from_gateway=kept.from_gateway,
        scope=kept.scope,
        made_issuer=kept.made_issuer,
        made_subject=kept.made_subject,
        made_at=kept.made_at,
    )


async def find(tx: Tx, reconciliation_id: UUID, *, lock: bool = False) -> Reconciliation:
    """The reconciliation, locked if asked; refused with `unknown-reconciliation`."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM reconciliations WHERE reconciliation_id = :id {'FOR UPDATE' if lock else ''}",  # noqa: S608
        id=reconciliation_id,
    )
    if row is None:
        raise Refusal(UNKNOWN_RECONCILIATION, reconciliation_id=reconciliation_id)
    return _reconciliation(row)


async def page(tx: Tx, after: UUID, limit: int) -> list[Reconciliation]:
    """Reconciliations after one, oldest first."""
    rows = await tx.rows(
        f"""SELECT {_COLUMNS} FROM reconciliations WHERE reconciliation_id > :after
            ORDER BY reconciliation_id LIMIT :limit""",  # noqa: S608 - constants only
        after=after,
        limit=limit,
    )
    return [_reconciliation(row) for row in rows]


async def part_digest(tx: Tx, reconciliation_id: UUID, part_no: int) -> bytes | None:
    """The digest of a part that came before; None where it did not."""
    digest: bytes | None = await tx.scalar(
        "SELECT digest FROM reconciliation_parts WHERE reconciliation_id = :id AND part_no = :part_no",
        id=reconciliation_id,
        part_no=part_no,
    )
    return digest


async def add_part(tx: Tx, reconciliation_id: UUID, part_no: int, digest: bytes, lines: Sequence[ListLine]) -> None:
    """Keep a part: one row that says it came, its lines by COPY."""
    await tx.run(
        """INSERT INTO reconciliation_parts (reconciliation_id, part_no, digest, lines, received_at)
           VALUES (:id, :part_no, :digest, :lines, platform.business_now())""",
        id=reconciliation_id,
        part_no=part_no,
        digest=digest,
        lines=len(lines),
    )
    columns = ("reconciliation_id", "part_no", "line_no", "reference", "amount_dong", "state", "said_at", "seq")
    records = (
        (reconciliation_id, part_no, line_no, line.reference, line.amount_dong, line.state, line.said_at, line.seq)
        for line_no, line in enumerate(lines, 1)
    )
    await tx.copy("reconciliation_lines", columns, records)


async def first_handed_over(tx: Tx, run_id: UUID, provider: str, authority_ids: Sequence[str]) -> date | None:
    """The first day on which a payment of a run was handed over to a provider; None where none was."""
    day: date | None = await tx.scalar(
        """SELECT (min(c.instructed_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date FROM payrolls r JOIN chunks c USING (payroll_id)
           WHERE r.run_id = :run_id AND r.provider = :provider AND r.authority_id = ANY(CAST(:ids AS text[]))""",
        run_id=run_id,
        provider=provider,
        ids=list(authority_ids),
    )
    return day


async def newest_day(tx: Tx, provider: str, source: str) -> date | None:
    """The newest day that the gateway handed over whole."""
    day: date | None = await tx.scalar(
        """SELECT max(listed_on) FROM provider_days WHERE provider = :provider AND source = :source AND parts_come = parts""",
        provider=provider,
        source=source,
    )
    return day


async def days_missing(tx: Tx, provider: str, source: str, first: date, last: date) -> list[date]:
    """Days between two that the gateway has not handed over whole. It lists a provider from the first sending to it on."""
    rows = await tx.rows(
        """SELECT d::date AS day FROM generate_series(
               greatest(CAST(:first AS date), (SELECT min(listed_on) FROM provider_days
                                               WHERE provider = :provider AND source = :source)),
               CAST(:last AS date), interval '1 day') d
           WHERE NOT EXISTS (SELECT FROM provider_days p WHERE p.provider = :provider AND p.source = :source
                             AND p.listed_on = d::date AND p.parts_come = p.parts) ORDER BY 1""",
        provider=provider,
        source=source,
        first=first,
        last=last,
    )
    return [row["day"] for row in rows]


_TOTALS = """
SELECT kind, count(*) AS references, count(payment_id) AS our_payments, sum(our_dong)::bigint AS our_dong,
       count(their_state) AS their_payments, sum(their_dong)::bigint AS their_dong
FROM compared WHERE kind IS NOT NULL GROUP BY kind
UNION ALL SELECT 'sequence_gap', count(*), 0, 0, 0, 0 FROM gaps HAVING count(*) > 0
"""


async def totals(tx: Tx) -> dict[str, dict[str, int]]:
    """What the comparison of this transaction found: kind -> payments and đồng on both sides."""
    rows = await tx.rows(_TOTALS)
    return {row.pop("kind"): dict(row) for row in rows}


async def set_compared(tx: Tx, reconciliation_id: UUID, lines: int, result: dict[str, Any]) -> None:
    """Keep what was found."""
    await tx.run(
        """UPDATE reconciliations SET state = 'compared', lines = :lines, result = CAST(:result AS json),
               compared_at = platform.business_now() WHERE reconciliation_id = :id""",
        id=reconciliation_id,
        lines=lines,
        result=orjson.dumps(result).decode(),
    )
