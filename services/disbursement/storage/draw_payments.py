"""Drawing up, the end: from `draw_due` and `draw_people` to payrolls, payments, lines, chunks and obligations, set by set."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.disbursement.domain.canary import LEAST_TIMES_CANARY
from services.disbursement.domain.ledger import MovedSum
from services.disbursement.domain.runs import Run
from services.disbursement.storage.draw_people import OF_PERSON, left_out, route
from services.disbursement.storage.moves import GATHER, say_gathered
from services.disbursement.storage.seal_text import line_digest
from shared.contracts.base import MAX_RECORDS
from shared.database import Tx

_PAYROLLS = f"""
WITH found AS (
    SELECT contract_id, provider, channel, count(*) AS payments, sum(amount_dong) AS amount_dong, min(place) AS first
    FROM draw_people WHERE why_held IS NULL GROUP BY contract_id, provider, channel),
named AS MATERIALIZED (SELECT uuidv7() AS payroll_id, f.* FROM (SELECT * FROM found ORDER BY first) f),
written AS (
    INSERT INTO payrolls (payroll_id, run_id, run_month, authority_id, contract_id, provider, channel, seq, registry_position,
                          payments, amount_dong)
    SELECT payroll_id, :run_id, :run_month, :authority_id, contract_id, provider, channel, :draw_no, :position, payments,
           amount_dong
    FROM named)
SELECT n.payroll_id, n.contract_id, n.channel, n.first,
       CASE WHEN n.payments > h.canary_payments * {LEAST_TIMES_CANARY} THEN h.canary_payments ELSE 0 END AS canary
FROM named n JOIN contract_channels h USING (contract_id, channel) ORDER BY n.first
"""  # noqa: S608 - constants only

# Of a large payroll the first payments make a chunk of their own, which goes alone (domain/canary.py).
_CHUNK_NO = f"""CASE WHEN r.canary = 0 THEN (w.place - r.first) / {MAX_RECORDS} WHEN w.place - r.first < r.canary THEN 0
       ELSE 1 + (w.place - r.first - r.canary) / {MAX_RECORDS} END"""

# Born on that day or earlier: 16, 60, 80 years old on the month's first day, which every year has.
AGE_LIMITS = """
SELECT month AS benefit_month, CAST(month - interval '16 years' AS date) AS of_16,
       CAST(month - interval '60 years' AS date) AS of_60, CAST(month - interval '80 years' AS date) AS of_80
FROM unnest(CAST(:months AS date[])) AS m (month)
"""
AGE_BAND = """CASE WHEN w.birth_date > of_16 THEN 'under_16' WHEN w.birth_date > of_60 THEN '16_to_59'
    WHEN w.birth_date > of_80 THEN '60_to_79' ELSE '80_plus' END"""

# The lines of a payroll are neighbours in `draw_people`.
_PAYMENTS = f"""
INSERT INTO payments (run_month, payment_id, payroll_id, chunk_no, line_no, run_id, authority_id, unit_id, beneficiary_id,
                      beneficiary_code, payee_id, payee_version, payee_name, account_id, account_version, amount_dong, note,
                      line_digest)
SELECT :run_month, w.payment_id, r.payroll_id, {_CHUNK_NO}, w.place - r.first + 1, :run_id, :authority_id,
       w.unit_id, w.subject_id, w.code, w.payee_id, w.payee_version, w.payee_name, w.account_id,
       w.account_version, w.amount_dong, w.note, {line_digest("w", "w.parts", beneficiary="w.subject_id")}
FROM draw_people w
JOIN unnest(CAST(:payroll_ids AS uuid[]), CAST(:contract_ids AS uuid[]), CAST(:channels AS text[]), CAST(:firsts AS bigint[]),
            CAST(:canaries AS integer[])) AS r (payroll_id, contract_id, channel, first, canary)
    ON r.contract_id = w.contract_id AND r.channel = w.channel
WHERE w.why_held IS NULL
"""  # noqa: S608 - constants only

_CHUNKS = """
INSERT INTO chunks (payroll_id, chunk_no, payments, amount_dong, digest)
SELECT payroll_id, chunk_no, count(*), sum(amount_dong), sha256(string_agg(line_digest, ''::bytea ORDER BY line_no))
FROM payments WHERE run_month = :run_month AND payroll_id = ANY(CAST(:payroll_ids AS uuid[]))
GROUP BY payroll_id, chunk_no ORDER BY payroll_id, chunk_no
"""

# All that is due, joined and sorted once, becomes lines, obligations and what is said of them in one statement. New obligations
# come with their payment already named, so that no row is written twice. Where another transaction made one of the same key that
# this snapshot can't see, the key refuses it, and whoever owns the transaction starts it again: asking with ON CONFLICT, row by
# row, would take half as long again.
_WRITE_DUE = f"""
WITH due AS MATERIALIZED (
    SELECT d.benefit_month, d.subject_id, d.kind, d.revision, d.amount_dong, d.total_dong, d.unit_id, d.decision_id, d.category,
           d.coefficient, d.heads, d.level_dong, d.category_group, d.payment_seq, d.is_new, d.topups, w.subject, w.sex,
           {AGE_BAND} AS age_band, CASE WHEN w.why_held IS NULL THEN w.payment_id END AS payment_id
    FROM draw_due d
    JOIN draw_people w ON {OF_PERSON}
    LEFT JOIN ({AGE_LIMITS}) ages USING (benefit_month)
    ORDER BY d.subject_id, d.benefit_month, d.kind, d.revision),
lines AS (
    INSERT INTO payment_lines (benefit_month, subject_id, kind, revision, payment_seq, run_month, payment_id, amount_dong)
    SELECT benefit_month, subject_id, kind, revision, payment_seq + 1, CAST(:run_month AS date), payment_id, amount_dong
    FROM due WHERE payment_id IS NOT NULL),
owed AS (
    INSERT INTO obligations (benefit_month, subject_id, kind, revision, amount_dong, total_dong, run_id, authority_id, unit_id,
                             decision_id, category, coefficient, heads, level_dong, subject, category_group, sex, age_band,
                             live_run_month, live_payment_id, payment_seq, topups)
    SELECT benefit_month, subject_id, kind, revision, amount_dong, total_dong, :run_id, :payer_id, unit_id, decision_id,
           category, coefficient, heads, level_dong, subject, category_group, sex, age_band,
           CASE WHEN payment_id IS NOT NULL THEN CAST(:run_month AS date) END, payment_id,
           CASE WHEN payment_id IS NOT NULL THEN 1 ELSE 0 END, topups
    FROM due WHERE is_new)
"""  # noqa: S608 - constants only
_NEW_MOVES = """
SELECT benefit_month, subject, kind, revision, 0 AS step, unit_id, category_group, sex, age_band, amount_dong,
       NULL AS from_place, 'not_released' AS to_place
FROM due WHERE is_new
"""

_NEW_SUMS = """
SELECT benefit_month, NULL AS from_place, 'not_released' AS to_place, count(*) AS obligations,
       CAST(sum(amount_dong) AS bigint) AS amount_dong
FROM draw_due WHERE is_new GROUP BY benefit_month
"""

_TAKE_RESTING = f"""
WITH taken AS (
UPDATE obligations o SET live_run_month = :run_month, live_payment_id = w.payment_id, payment_seq = o.payment_seq + 1
FROM draw_due d JOIN draw_people w ON {OF_PERSON} AND w.why_held IS NULL
WHERE NOT d.is_new AND o.benefit_month = d.benefit_month AND o.subject_id = d.subject_id AND o.kind = d.kind
  AND o.revision = d.revision
RETURNING o.benefit_month, o.subject, o.kind, o.revision, o.payment_seq * 10, o.unit_id, o.category_group, o.sex,
    o.age_band, o.amount_dong, CASE o.resting WHEN 'new' THEN 'not_released' ELSE o.resting END, 'not_released')
{GATHER} SELECT * FROM taken
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a drawing up wrote: its payrolls, what is newly owed by month, and the people left out, by reason."""

    payroll_ids: list[UUID]
    owed: list[MovedSum]
    left_out: dict[str, int]


async def make_room(tx: Tx) -> None:
    """Let this transaction sort and join in memory, and sample less where it looks at its temporary tables.

    One drawing up of an authority goes on at a time; what is not needed is not taken: a million people take it, a province 30 MB.
    """
    await tx.run("SET LOCAL work_mem = '768MB'")
    await tx.run("SET LOCAL default_statistics_target = 10")
    await tx.run("SET LOCAL enable_memoize = off")  # nobody is looked up twice


async def write(tx: Tx, run: Run, authority_id: str, draw_no: int, position: int) -> Drawn:
    """Turn `draw_due` into obligations, payrolls, payments, lines and chunks, one payment for each payee of a person, and say
    what moved: what was gathered (see `moves.py`), with what rested here, and what is new."""
    await route(tx, run, authority_id)
    month = {"run_month": run.run_month}
    named = {"run_id": run.run_id, "authority_id": authority_id, **month}
    payrolls = await tx.rows(_PAYROLLS, draw_no=draw_no, position=position, **named)
    payroll_ids = [row["payroll_id"] for row in payrolls]
    if payrolls:
        names = {"contract_ids": "contract_id", "channels": "channel", "firsts": "first", "canaries": "canary"}
        lists = {name: [row[column] for row in payrolls] for name, column in names.items()}
        await tx.run(_PAYMENTS, payroll_ids=payroll_ids, **lists, **named)
        await tx.run(_CHUNKS, payroll_ids=payroll_ids, **month)
    await tx.run(_TAKE_RESTING, **month)
    owed = [MovedSum(**row) for row in await tx.rows(_NEW_SUMS)]
    months = [each.benefit_month for each in owed]
    await say_gathered(
        tx, run, authority_id, _NEW_MOVES, _WRITE_DUE, months=months, payer_id=authority_id, run_id=run.run_id, **month
    )
    return Drawn(payroll_ids, owed, await left_out(tx))
