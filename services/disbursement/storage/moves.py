"""Obligations that moved from one place to another: read from the rows, said to other services in events of up to 500.

Few pass through here as objects. A chunk's are made into events and sums by the statement that reads them. Those of a drawing up
may be a million: they are gathered in a temporary table of the transaction, and said and summed from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol
from uuid import UUID

import orjson

from services.disbursement.domain.ledger import MovedSum, Place
from shared.contracts.base import MAX_RECORDS, Channel
from shared.contracts.disbursement_events import ObligationMove, ObligationsMoved
from shared.database import Tx
from shared.outbox import emit, emit_bodies, emit_body

Stage = Literal[0, 1, 2, 3]
"""How far a payment of an obligation has come: 0 drawn or claimed, 1 in flight, 2 paid, 3 let go."""

LET_GO: Stage = 3


class RunNamed(Protocol):
    """What an event says of a run."""

    @property
    def run_id(self) -> UUID: ...
    @property
    def code(self) -> str: ...


# A payment that a person settled as paid, after it had been let go, moves its obligations' steps on by three: so they grow
# still. What it paid twice settles no obligation and moves nothing.
# Lines are sought by all ids of the chunk at once: those lie side by side in each month's index, where a look-up for each payment
# would go through every month. Ids grow in the order of the lines of a payroll. OFFSET 0 keeps the inner select apart, so that
# each line looks its obligation up by its key: a partition that was filled a moment ago has no statistics yet, and the planner
# would rather read all of it.
_MOVES = """
SELECT l.benefit_month, o.subject, l.kind, l.revision,
       o.payment_seq * 10 + o.settlements * 3 + CAST(:stage AS integer) AS step, o.unit_id, o.category_group, o.sex, o.age_band,
       l.amount_dong, l.payment_id, {reason} AS reason
FROM payment_lines l
CROSS JOIN LATERAL (
    SELECT x.subject, x.payment_seq, x.settlements, x.unit_id, x.category_group, x.sex, x.age_band FROM obligations x
    WHERE x.benefit_month = l.benefit_month AND x.subject_id = l.subject_id AND x.kind = l.kind
        AND x.revision = l.revision OFFSET 0) o
LEFT JOIN overpaid_lines v ON v.payment_id = l.payment_id AND v.benefit_month = l.benefit_month
    AND v.subject_id = l.subject_id AND v.kind = l.kind AND v.revision = l.revision
WHERE v.payment_id IS NULL AND l.payment_id = ANY(ARRAY(
    SELECT p.payment_id FROM payments p
    WHERE p.run_month = (SELECT r.run_month FROM payrolls r WHERE r.payroll_id = :payroll_id)
      AND p.payroll_id = :payroll_id AND p.chunk_no = :chunk_no AND {which}))
"""

_OF_OPEN = "p.state = 'open'"
# `IS TRUE` keeps the set apart, so that it is hashed once: a list of 500 as an array would be gone through for each row.
_OF_THESE = "(p.payment_id IN (SELECT unnest(CAST(:payment_ids AS uuid[])))) IS TRUE"

# Why a payment failed; of what did not fail nobody looks.
_WHY = "(SELECT f.reason FROM payments f WHERE f.run_month = l.run_month AND f.payment_id = l.payment_id)"

# Texts are the service's own words, ids and pseudonyms; only an obligation's kind may hold an officer's (a campaign's name).
_AS_JSON = """concat('{{"benefit_month":"', benefit_month, '","subject":"', subject, '","kind":', to_json(kind), ',"revision":',
    revision, ',"step":', step, ',"unit_id":"', unit_id, '","category_group":"', category_group, '","sex":"', sex,
    '","age_band":"', age_band, '","amount_dong":', amount_dong, ',"from_place":',
    coalesce('"' || from_place || '"', 'null'), ',"to_place":"', to_place, '"'{more}, '}}')"""

_AS_SAID = _AS_JSON.format(more="")
_WITH_REASON = _AS_JSON.format(more=""", ',"reason":' || to_json(reason)""")

# Bodies of events in the order of the lines, and sums: a chunk's rows stay in the database.
_SAY_CHUNK = """
WITH moved AS MATERIALIZED (
    SELECT m.*, CAST(:from_place AS text) AS from_place, CAST(:to_place AS text) AS to_place,
           row_number() OVER (ORDER BY m.payment_id, m.benefit_month, m.kind, m.revision) AS n
    FROM ({moves}) m),
parts AS (SELECT (n - 1) / {most} AS part, string_agg({as_json}, ',' ORDER BY n) AS said FROM moved GROUP BY part)
SELECT ARRAY(SELECT concat(CAST(:head AS text), said, ']}}') FROM parts ORDER BY part) AS bodies,
       (SELECT CAST(json_agg(s) AS text) FROM (
            SELECT benefit_month, count(*) AS obligations, sum(amount_dong) AS amount_dong
            FROM moved GROUP BY benefit_month ORDER BY benefit_month) s) AS sums
"""


def _say_chunk(which: str, reason: str = "CAST(NULL AS text)") -> str:
    moves = _MOVES.format(which=which, reason=reason)
    return _SAY_CHUNK.format(moves=moves, as_json=_WITH_REASON, most=MAX_RECORDS)


_SAY_OPEN, _SAY_THESE, _SAY_FAILED = _say_chunk(_OF_OPEN), _say_chunk(_OF_THESE), _say_chunk(_OF_THESE, _WHY)


@dataclass(frozen=True, slots=True)
class WayOfMoves:
    """Whose obligations move, and with which provider's and channel's payments: what an event says of all its moves."""

    run: RunNamed
    authority_id: str
    provider: str | None
    channel: Channel | None
    released_at: datetime | None = None  # of the payroll

    def event(self, moves: Sequence[ObligationMove]) -> ObligationsMoved:
        """An event of these moves."""
        return ObligationsMoved(
            run_id=self.run.run_id,
            run_code=self.run.code,
            authority_id=self.authority_id,
            provider=self.provider,
            channel=self.channel,
            released_at=self.released_at,
            moves=list(moves),
        )


async def say_moves_of_chunk(
    tx: Tx,
    way: WayOfMoves,
    payroll_id: UUID,
    chunk_no: int,
    *,
    from_place: Place,
    to_place: Place,
    stage: Stage,
    payment_ids: Sequence[UUID] | None = None,
) -> list[MovedSum]:
    """Say what the payments of a chunk settle as moved from one place to another: of its open payments, or of those named. The
    sums of each benefit month, for the ledger."""
    which: dict[str, Any] = {} if payment_ids is None else {"payment_ids": list(payment_ids)}
    row = await tx.row(
        _SAY_OPEN if payment_ids is None else _SAY_FAILED if stage == LET_GO else _SAY_THESE,
        payroll_id=payroll_id,
        chunk_no=chunk_no,
        stage=stage,
        from_place=from_place,
        to_place=to_place,
        head=way.event([]).model_dump_json().removesuffix("]}"),
        **which,
    )
    assert row is not None
    for body in row["bodies"]:
        await emit_body(tx, ObligationsMoved, body, unit_id=way.authority_id)
    return [
        MovedSum(date.fromisoformat(each["benefit_month"]), from_place, to_place, each["obligations"], each["amount_dong"])
        for each in orjson.loads(row["sums"] or "[]")
    ]


async def say_moves(
    tx: Tx,
    run: RunNamed,
    authority_id: str,
    provider: str | None,
    channel: Channel | None,
    moves: Sequence[ObligationMove],
) -> None:
    """Emit `obligations_moved` for moves, in events of up to 500. No moves: nothing is said."""
    way = WayOfMoves(run, authority_id, provider, channel)
    for start in range(0, len(moves), MAX_RECORDS):
        await emit(tx, way.event(moves[start : start + MAX_RECORDS]), unit_id=authority_id)


_COLUMNS = {
    "benefit_month": "date",
    "subject": "text",
    "kind": "text",
    "revision": "integer",
    "step": "integer",
    "unit_id": "text",
    "category_group": "text",
    "sex": "text",
    "age_band": "text",
    "amount_dong": "bigint",
    "from_place": "text",
    "to_place": "text",
}
_NAMES = ", ".join(_COLUMNS)

_TABLE = f"""
CREATE TEMP TABLE IF NOT EXISTS draw_moves ({", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())})
ON COMMIT DELETE ROWS
"""

GATHER = f"INSERT INTO draw_moves ({_NAMES})"
"""What a statement of a drawing up begins with that puts moves in: the fields of `ObligationMove`, in order."""

_GATHER_THESE = f"""
{GATHER} SELECT {_NAMES} FROM jsonb_to_recordset(CAST(:moves AS jsonb)) AS m ({", ".join(map(" ".join, _COLUMNS.items()))})
"""  # noqa: S608 - constants only

_SUMS = """
SELECT benefit_month, from_place, to_place, count(*) AS obligations, CAST(sum(amount_dong) AS bigint) AS amount_dong
FROM draw_moves WHERE from_place IS DISTINCT FROM to_place GROUP BY benefit_month, from_place, to_place
"""

# Of what was gathered in the order of keys. Units are ranked first: a number is sorted sooner than a text.
_GATHERED = f"""
SELECT {_NAMES}, row_number() OVER (
    ORDER BY benefit_month, unit_rank, subject COLLATE "C", kind COLLATE "C", revision) AS n
FROM draw_moves
LEFT JOIN (SELECT unit_id, rank() OVER (ORDER BY unit_id COLLATE "C") AS unit_rank FROM units) ranks USING (unit_id)
WHERE from_place IS DISTINCT FROM to_place
"""  # noqa: S608 - constants only

# Of others, which may be a million, as they come: readers bring them into an order of their own.
_OTHERS = "SELECT *, row_number() OVER () AS n FROM ({others}) others"

_BODIES = f"""
SELECT concat(CAST(:head AS text), said, ']}}}}') AS body FROM (
    SELECT (n - 1) / {MAX_RECORDS} AS part, string_agg({_AS_SAID.replace("{", "{{").replace("}", "}}")}, ',' ORDER BY n) AS said
    FROM ({{numbered}}) numbered GROUP BY part) parts
ORDER BY part
"""  # noqa: S608 - constants only


async def gather(tx: Tx, moves: Sequence[ObligationMove]) -> None:
    """Begin to gather this transaction's moves, with these. Statements that begin with `GATHER` add theirs."""
    await tx.run(_TABLE)
    if moves:
        await tx.run(_GATHER_THESE, moves=orjson.dumps([move.model_dump(mode="json") for move in moves]).decode())


async def sums_gathered(tx: Tx) -> list[MovedSum]:
    """What was gathered, for each benefit month and pair of places. What stayed where it was is left out."""
    return [MovedSum(**row) for row in await tx.rows(_SUMS)]


async def say_gathered(tx: Tx, run: RunNamed, authority_id: str, also: str, first: str = "", **params: Any) -> None:
    """Emit `obligations_moved` for what was gathered and for the moves that a query `also` gives, in events of up to 500.

    What stayed where it was is not said. `first`: a WITH clause that `also` reads from; it may write what moves.
    """
    head = WayOfMoves(run, authority_id, None, None).event([]).model_dump_json().removesuffix("]}")
    said: dict[str, Any] = {"unit_id": authority_id, "head": head}
    await emit_bodies(tx, ObligationsMoved, _BODIES.format(numbered=_GATHERED), **said)
    others = _BODIES.format(numbered=_OTHERS.format(others=also))
    await emit_bodies(tx, ObligationsMoved, others, first=first, **said, **params)
