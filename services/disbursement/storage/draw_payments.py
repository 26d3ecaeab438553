"""Drawing up, second half: from `draw_due` (see `draw_dues.py`) to payrolls, payments, lines and chunks, set by set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.disbursement.domain.runs import Run
from services.disbursement.storage.seal_text import line_digest, part_texts
from shared.contracts.events import MAX_RECORDS, ObligationMove
from shared.database import Tx
from shared.kernel.months import next_month

_TABLE = """
CREATE TEMP TABLE draw_people (
    payment_id uuid DEFAULT uuidv7(), subject_id uuid, unit_id text, amount_dong bigint, note text, parts text,
    contract_id uuid, channel text, provider text, account_id uuid, account_version integer, why_held text
) ON COMMIT DROP
"""

# One row for each person with something due: where the money goes, or why it may not. The order of the cases is
# `domain/holds.py`, that of the ways `domain/routing.py`, the note `domain/notes.py`. Payment ids grow in line order: what a
# chunk needs lies together in every index.
_ROUTE = f"""
INSERT INTO draw_people (subject_id, unit_id, amount_dong, note, parts, contract_id, channel, provider, account_id,
                         account_version, why_held)
WITH options AS (
    SELECT c.contract_id, c.number, s.unit_id, s.from_month, h.channel, h.provider
    FROM contracts c
    JOIN contract_channels h ON h.contract_id = c.contract_id
    JOIN contract_communes s ON s.contract_id = c.contract_id
    WHERE c.authority_id = :authority_id AND c.valid_from < CAST(:next_month AS date)
      AND (c.valid_to IS NULL OR c.valid_to >= CAST(:run_month AS date))
      AND s.from_month <= CAST(:run_month AS date) AND (s.to_month IS NULL OR s.to_month >= CAST(:run_month AS date))),
into_account AS (
    SELECT DISTINCT ON (unit_id, channel, provider) * FROM options WHERE channel IN ('wallet', 'account')
    ORDER BY unit_id, channel, provider, from_month DESC, number COLLATE "C", contract_id),
by_hand AS (
    SELECT DISTINCT ON (unit_id) * FROM options WHERE channel IN ('cash', 'cashier')
    ORDER BY unit_id, channel = 'cashier', from_month DESC, number COLLATE "C", contract_id),
months AS (
    SELECT subject_id, CASE WHEN count(*) <= 8 THEN string_agg(to_char(benefit_month, 'MM.YYYY'), ' ' ORDER BY benefit_month)
        ELSE to_char(min(benefit_month), 'MM.YYYY') || '-' || to_char(max(benefit_month), 'MM.YYYY') END AS said
    FROM (SELECT DISTINCT subject_id, benefit_month FROM draw_due) named GROUP BY subject_id),
person AS (
    SELECT d.subject_id, CAST(sum(d.amount_dong) AS bigint) AS amount_dong, {part_texts("d")} AS parts,
           (array_agg(d.unit_id ORDER BY d.benefit_month DESC, d.revision DESC, d.kind COLLATE "C"))[1] AS unit_id,
           coalesce(bool_or((d.avoid_account_id, d.avoid_account_version) = (p.account_id, p.account_version)), false) AS avoids
    FROM draw_due d JOIN people p ON p.beneficiary_id = d.subject_id GROUP BY d.subject_id)
SELECT d.subject_id, d.unit_id, d.amount_dong,
       left('TCXH ' || m.said || ' ' || regexp_replace(p.code, '[^A-Za-z0-9.,_&-]', '', 'g'), 100), d.parts,
       coalesce(a.contract_id, h.contract_id), coalesce(a.channel, h.channel), coalesce(a.provider, h.provider),
       CASE WHEN a.contract_id IS NOT NULL THEN p.account_id END, CASE WHEN a.contract_id IS NOT NULL THEN p.account_version END,
       CASE WHEN p.hold IS NOT NULL THEN 'held'
            WHEN p.status = 'suspended' THEN 'suspended'
            WHEN p.status = 'dead' AND p.payee_relationship = 'self' THEN 'payee-dead'
            WHEN w.suspension_id IS NOT NULL THEN 'uncollected'
            WHEN coalesce(a.contract_id, h.contract_id) IS NULL THEN 'no-contract' END
FROM person d
JOIN people p ON p.beneficiary_id = d.subject_id
JOIN months m ON m.subject_id = d.subject_id
LEFT JOIN into_account a ON NOT d.avoids AND a.unit_id = d.unit_id AND a.channel = p.account_channel
    AND a.provider = p.account_provider
LEFT JOIN by_hand h ON h.unit_id = d.unit_id
LEFT JOIN suspensions w ON w.beneficiary_id = d.subject_id AND w.ended_at IS NULL
ORDER BY d.unit_id COLLATE "C", p.code COLLATE "C"
"""  # noqa: S608 - constants only

_PAYROLLS = """
INSERT INTO payrolls (payroll_id, run_id, run_month, authority_id, contract_id, provider, channel, seq, registry_position,
                      payments, amount_dong)
SELECT uuidv7(), :run_id, :run_month, :authority_id, contract_id, provider, channel, :draw_no, :position, count(*),
       sum(amount_dong)
FROM draw_people WHERE why_held IS NULL GROUP BY contract_id, provider, channel ORDER BY contract_id, channel
RETURNING payroll_id
"""

_PAYMENTS = f"""
INSERT INTO payments (run_month, payment_id, payroll_id, chunk_no, line_no, run_id, authority_id, unit_id, beneficiary_id,
                      beneficiary_code, payee_id, payee_version, payee_name, account_id, account_version, amount_dong, note,
                      line_digest)
SELECT :run_month, line.payment_id, line.payroll_id, (line.line_no - 1) / {MAX_RECORDS}, line.line_no, :run_id, :authority_id,
       line.unit_id, line.beneficiary_id, line.code, line.payee_id, line.payee_version, line.payee_name, line.account_id,
       line.account_version, line.amount_dong, line.note, {line_digest("line", "line.parts")}
FROM (
    SELECT d.*, p.beneficiary_id, p.code, p.payee_id, p.payee_version, p.payee_name, r.payroll_id,
           row_number() OVER (PARTITION BY r.payroll_id ORDER BY d.unit_id COLLATE "C", p.code COLLATE "C") AS line_no
    FROM draw_people d
    JOIN people p ON p.beneficiary_id = d.subject_id
    JOIN payrolls r ON r.payroll_id = ANY(CAST(:payroll_ids AS uuid[])) AND r.contract_id = d.contract_id
        AND r.channel = d.channel
    WHERE d.why_held IS NULL) line
ORDER BY line.payment_id
"""  # noqa: S608 - constants only

_LINES = """
INSERT INTO payment_lines (benefit_month, subject_id, kind, revision, payment_seq, run_month, payment_id, amount_dong)
SELECT d.benefit_month, d.subject_id, d.kind, d.revision, d.payment_seq + 1, :run_month, w.payment_id, d.amount_dong
FROM draw_due d JOIN draw_people w ON w.subject_id = d.subject_id AND w.why_held IS NULL
ORDER BY d.benefit_month, d.subject_id
"""

_CHUNKS = """
INSERT INTO chunks (payroll_id, chunk_no, payments, amount_dong, digest)
SELECT payroll_id, chunk_no, count(*), sum(amount_dong), sha256(string_agg(line_digest, ''::bytea ORDER BY line_no))
FROM payments WHERE run_month = :run_month AND payroll_id = ANY(CAST(:payroll_ids AS uuid[]))
GROUP BY payroll_id, chunk_no ORDER BY payroll_id, chunk_no
"""

# New obligations come with their payment already named, so that no row is written twice. A row of the same key that this
# snapshot can't see makes ON CONFLICT fail to serialise, and the drawing up starts again.
_NEW_OBLIGATIONS = """
INSERT INTO obligations (benefit_month, subject_id, kind, revision, amount_dong, total_dong, run_id, authority_id, unit_id,
                         decision_id, category, coefficient, heads, level_dong, subject, category_group, sex, age_band,
                         live_run_month, live_payment_id, payment_seq)
SELECT d.benefit_month, d.subject_id, d.kind, d.revision, d.amount_dong, d.total_dong, :run_id, :authority_id, d.unit_id,
       d.decision_id, d.category, d.coefficient, d.heads, d.level_dong, p.subject, d.category_group, p.sex,
       CASE WHEN years.old < 16 THEN 'under_16' WHEN years.old < 60 THEN '16_to_59' WHEN years.old < 80 THEN '60_to_79'
            ELSE '80_plus' END,
       CASE WHEN w.payment_id IS NOT NULL THEN CAST(:run_month AS date) END, w.payment_id,
       CASE WHEN w.payment_id IS NULL THEN 0 ELSE 1 END
FROM draw_due d
JOIN people p ON p.beneficiary_id = d.subject_id
CROSS JOIN LATERAL (SELECT extract(year FROM age(d.benefit_month, p.birth_date)) AS old) years
LEFT JOIN draw_people w ON w.subject_id = d.subject_id AND w.why_held IS NULL
WHERE d.is_new
ORDER BY d.benefit_month, d.subject_id, d.kind, d.revision
ON CONFLICT DO NOTHING
RETURNING benefit_month, subject, kind, revision, 0 AS step, unit_id, category_group, sex, age_band, amount_dong,
    NULL AS from_place, 'not_released' AS to_place
"""

_TAKE_RESTING = """
UPDATE obligations o SET live_run_month = :run_month, live_payment_id = w.payment_id, payment_seq = o.payment_seq + 1
FROM draw_due d JOIN draw_people w ON w.subject_id = d.subject_id AND w.why_held IS NULL
WHERE NOT d.is_new AND o.benefit_month = d.benefit_month AND o.subject_id = d.subject_id AND o.kind = d.kind
  AND o.revision = d.revision
RETURNING o.benefit_month, o.subject, o.kind, o.revision, o.payment_seq * 10 AS step, o.unit_id, o.category_group, o.sex,
    o.age_band, o.amount_dong, CASE o.resting WHEN 'new' THEN 'not_released' ELSE o.resting END AS from_place,
    'not_released' AS to_place
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a drawing up wrote: its payrolls, the obligations that moved, and the people left out, by reason."""

    payroll_ids: list[UUID]
    moves: list[ObligationMove]
    left_out: dict[str, int]


async def write(tx: Tx, run: Run, authority_id: str, draw_no: int, position: int) -> Drawn:
    """Turn `draw_due` into obligations, payrolls, payments, lines and chunks, one payment for each person."""
    await tx.run(_TABLE)
    month = {"run_month": run.run_month}
    await tx.run(_ROUTE, authority_id=authority_id, next_month=next_month(run.run_month), **month)
    await tx.run("ANALYZE draw_people")
    named = {"run_id": run.run_id, "authority_id": authority_id, **month}
    payrolls = [row["payroll_id"] for row in await tx.rows(_PAYROLLS, draw_no=draw_no, position=position, **named)]
    if payrolls:
        await tx.run(_PAYMENTS, payroll_ids=payrolls, **named)
        await tx.run(_LINES, **month)
        await tx.run(_CHUNKS, payroll_ids=payrolls, **month)
    moves = await _moves(tx, _NEW_OBLIGATIONS, named) + await _moves(tx, _TAKE_RESTING, month)
    return Drawn(payrolls, moves, await _left_out(tx))


async def _moves(tx: Tx, sql: str, params: Mapping[str, object]) -> list[ObligationMove]:
    return [ObligationMove(**row) for row in await tx.rows(sql, **params)]


async def _left_out(tx: Tx) -> dict[str, int]:
    rows = await tx.rows(
        "SELECT why_held, count(*) AS people FROM draw_people WHERE why_held IS NOT NULL GROUP BY why_held ORDER BY why_held"
    )
    return {row["why_held"]: row["people"] for row in rows}
