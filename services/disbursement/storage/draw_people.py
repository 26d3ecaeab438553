"""Drawing up, in the middle: from `draw_due` (see `draw_dues.py`) to people with a way for their money, a row a payment."""

from __future__ import annotations

from services.disbursement.domain.runs import Run
from services.disbursement.storage.seal_text import in_part_order, part_text, part_texts
from shared.database import Tx
from shared.kernel.ids import new_id
from shared.kernel.months import next_month

_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS draw_people (
    subject_id uuid, funeral boolean, subject text, sex text, birth_date date, code text, unit_id text, amount_dong bigint,
    note text, parts text, payee_id uuid, payee_version integer, payee_name text, account_id uuid, account_version integer,
    contract_id uuid, channel text, provider text, why_held text, place bigint, payment_id uuid
) ON COMMIT DELETE ROWS
"""

# One row for each person with something due, and one more for a funeral, which has a payee of its own: where the money goes, or
# why it may not. Who receives is `domain/receiving.py`, the order of the cases `domain/holds.py`, that of the ways
# `domain/routing.py`, the note `domain/notes.py`. Most people have one thing due, and nothing of theirs is put together.
# Rows are put in in the order of their lines: `place` counts them, and payment ids grow with it, so that what a chunk needs lies
# together in every index and nothing is sorted a second time. `lane` stands for contract, channel and commune: a number is
# sorted sooner than three texts. OFFSET 0: each person is looked up by key, however many people others pay. A payment's id is a
# UUIDv7 with a counter (RFC 9562, 6.2): time and 48 random bits of the drawing up, `place` between them. A million ids with
# random bits of their own would cost as much as their payments' inserts.
_ROUTE = f"""
INSERT INTO draw_people (subject_id, funeral, subject, sex, birth_date, code, unit_id, amount_dong, note, parts, payee_id,
                         payee_version, payee_name, account_id, account_version, contract_id, channel, provider, why_held, place,
                         payment_id)
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
ways AS (
    SELECT *, row_number() OVER (ORDER BY contract_id, channel, unit_id COLLATE "C") AS lane
    FROM (SELECT * FROM into_account UNION ALL SELECT * FROM by_hand) found),
several AS MATERIALIZED (SELECT subject_id FROM draw_due GROUP BY subject_id HAVING count(*) > 1),
person AS (
    SELECT d.subject_id, d.kind = 'funeral' AS funeral, d.amount_dong, {part_text("d")} AS parts, d.unit_id,
           d.benefit_month AS first_month, CAST(NULL AS date[]) AS months
    FROM draw_due d WHERE NOT EXISTS (SELECT FROM several s WHERE s.subject_id = d.subject_id)
    UNION ALL
    SELECT d.subject_id, d.kind = 'funeral', CAST(sum(d.amount_dong) AS bigint), {part_texts("d")},
           ({in_part_order("array_agg", "d.unit_id", "d")})[count(*)], min(d.benefit_month),
           CASE WHEN min(d.benefit_month) < max(d.benefit_month) THEN array_agg(d.benefit_month) END
    FROM draw_due d JOIN several s ON s.subject_id = d.subject_id GROUP BY d.subject_id, d.kind = 'funeral'),
avoided AS (
    SELECT DISTINCT subject_id, avoid_account_id, avoid_account_version FROM draw_due WHERE avoid_account_id IS NOT NULL),
routed AS (
    SELECT d.subject_id, d.funeral, p.subject, p.sex, p.birth_date, p.code, d.unit_id, d.amount_dong, d.first_month, d.months,
           d.parts,
           coalesce(o.payee_id, p.payee_id) AS payee_id, coalesce(o.payee_version, p.payee_version) AS payee_version,
           coalesce(o.payee_name, p.payee_name) AS payee_name,
           CASE WHEN a.lane IS NOT NULL THEN p.account_id END AS account_id,
           CASE WHEN a.lane IS NOT NULL THEN p.account_version END AS account_version,
           coalesce(a.contract_id, h.contract_id) AS contract_id, coalesce(a.channel, h.channel) AS channel,
           coalesce(a.provider, h.provider) AS provider, coalesce(a.lane, h.lane) AS lane,
           CASE WHEN p.hold IS NOT NULL THEN 'held'
                WHEN p.status = 'suspended' THEN 'suspended'
                WHEN d.funeral AND o.payee_id IS NULL THEN 'no-funeral-payee'
                WHEN p.status = 'dead' AND p.payee_relationship = 'self' AND o.payee_id IS NULL THEN 'payee-dead'
                WHEN u.suspension_id IS NOT NULL THEN 'uncollected'
                WHEN coalesce(a.lane, h.lane) IS NULL THEN 'no-contract' END AS why_held
    FROM person d
    CROSS JOIN LATERAL (
        SELECT subject, sex, birth_date, code, status, hold, payee_id, payee_version, payee_name, payee_relationship, account_id,
               account_version, account_provider, account_channel
        FROM people x WHERE x.beneficiary_id = d.subject_id OFFSET 0) p
    LEFT JOIN one_off_payees o ON o.beneficiary_id = d.subject_id
        AND o.purpose = CASE WHEN d.funeral THEN 'funeral' WHEN p.status = 'dead' THEN 'unpaid_months' END
    LEFT JOIN avoided f ON f.subject_id = d.subject_id AND f.avoid_account_id = p.account_id
        AND f.avoid_account_version = p.account_version
    LEFT JOIN ways a ON NOT d.funeral AND o.payee_id IS NULL AND f.subject_id IS NULL AND a.unit_id = d.unit_id
        AND a.channel = p.account_channel AND a.provider = p.account_provider
    LEFT JOIN ways h ON h.unit_id = d.unit_id AND h.channel IN ('cash', 'cashier')
    LEFT JOIN suspensions u ON u.beneficiary_id = d.subject_id AND u.ended_at IS NULL)
SELECT subject_id, funeral, subject, sex, birth_date, code, unit_id, amount_dong,
       left('TCXH ' || CASE WHEN months IS NULL THEN to_char(first_month, 'MM.YYYY')
           ELSE (SELECT CASE WHEN count(*) <= 8 THEN string_agg(to_char(month, 'MM.YYYY'), ' ' ORDER BY month)
                        ELSE to_char(min(month), 'MM.YYYY') || '-' || to_char(max(month), 'MM.YYYY') END
                 FROM (SELECT DISTINCT unnest(months) AS month) named) END
           || ' ' || CASE WHEN code ~ '[^A-Za-z0-9.,_&-]' THEN regexp_replace(code, '[^A-Za-z0-9.,_&-]', '', 'g') ELSE code END,
           100),
       parts, payee_id, payee_version, payee_name, account_id, account_version, contract_id, channel, provider, why_held, place,
       CAST(concat(left(:draw_id, 15), left(counter, 3), '-8', right(counter, 3), right(:draw_id, 13)) AS uuid)
FROM (
    SELECT *, row_number() OVER (ORDER BY CASE WHEN why_held IS NULL THEN lane END, code COLLATE "C", funeral) AS place
    FROM routed) p
CROSS JOIN LATERAL (SELECT right(to_hex(16777216 + place), 6) AS counter) c
"""  # noqa: S608 - constants only

OF_PERSON = "w.subject_id = d.subject_id AND w.funeral = (d.kind = 'funeral')"
"""Which row `w` of `draw_people` pays a row `d` of `draw_due`."""


async def route(tx: Tx, run: Run, authority_id: str) -> None:
    """Fill the temporary table `draw_people`: who is paid what which way, in line order, and who is not and why."""
    await tx.run(_TABLE)
    await tx.run(
        _ROUTE,
        authority_id=authority_id,
        run_month=run.run_month,
        next_month=next_month(run.run_month),
        draw_id=str(new_id()),
    )
    await tx.run("ANALYZE draw_people (subject_id, funeral, contract_id, channel, why_held)")


async def left_out(tx: Tx) -> dict[str, int]:
    """How many people have money that may not go out now, by reason."""
    rows = await tx.rows(
        """SELECT why_held, count(DISTINCT subject_id) AS people FROM draw_people WHERE why_held IS NOT NULL
           GROUP BY why_held ORDER BY why_held"""
    )
    return {row["why_held"]: row["people"] for row in rows}
