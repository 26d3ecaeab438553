"""Drawing up, in the middle: from `draw_due` (see `draw_dues.py`) to people with a way for their money, a row a payment."""

from __future__ import annotations

from services.disbursement.domain.receiving import MOTHERS_OWN
from services.disbursement.domain.runs import Run
from services.disbursement.storage.seal_text import in_part_order, part_text, part_texts
from shared.database import Tx
from shared.kernel.ids import new_id
from shared.kernel.months import next_month

_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS draw_people (
    subject_id uuid, payment_id uuid, place bigint, amount_dong bigint, birth_date date, receipt text, why_held text, sex text,
    subject text, contract_id uuid, channel text, provider text, payee_id uuid, payee_version integer, account_id uuid,
    account_version integer, unit_id text, code text, payee_name text, note text, parts text
) ON COMMIT DELETE ROWS
"""

# Most of what is due is the payee's to receive; the rest is found once, so that everything below joins by columns alone.
_RECEIPTS = f"""
UPDATE draw_due d SET receipt = d.kind
WHERE d.kind = 'funeral' OR (d.kind = 'care_support' AND position('{MOTHERS_OWN}' IN d.category) = 0 AND EXISTS (
    SELECT FROM kind_payees k WHERE k.beneficiary_id = d.subject_id AND k.kind = d.kind))
"""  # noqa: S608 - constants only

# One row for each person with something due, and one more for a funeral or care support that has a payee of its own: where the
# money goes, or why it may not. Who receives is `domain/receiving.py`, the order of the cases `domain/holds.py`, that of the ways
# `domain/routing.py`, the note `domain/notes.py`. Most people have one thing due, and nothing of theirs is put together.
# Rows are put in in the order of their lines: `place` counts them, and payment ids grow with it, so that what a chunk needs lies
# together in every index and nothing is sorted a second time. `lane` stands for contract, channel and commune: a number is
# sorted sooner than three texts. OFFSET 0: each person is looked up by key, however many people others pay. `special` has the few
# who are paid otherwise than their record says, so that all others pass one join and not four. A payment's id is a
# UUIDv7 with a counter (RFC 9562, 6.2): time and 48 random bits of the drawing up, `place` between them. A million ids with
# random bits of their own would cost as much as their payments' inserts.
_ROUTE = f"""
INSERT INTO draw_people (subject_id, receipt, subject, sex, birth_date, code, unit_id, amount_dong, note, parts, payee_id,
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
    SELECT d.subject_id, d.receipt, d.amount_dong, {part_text("d")} AS parts, d.unit_id,
           d.benefit_month AS first_month, CAST(NULL AS date[]) AS months
    FROM draw_due d WHERE NOT EXISTS (SELECT FROM several s WHERE s.subject_id = d.subject_id)
    UNION ALL
    SELECT d.subject_id, d.receipt, CAST(sum(d.amount_dong) AS bigint), {part_texts("d")},
           ({in_part_order("array_agg", "d.unit_id", "d")})[count(*)], min(d.benefit_month),
           CASE WHEN min(d.benefit_month) < max(d.benefit_month) THEN array_agg(d.benefit_month) END
    FROM draw_due d JOIN several s ON s.subject_id = d.subject_id GROUP BY d.subject_id, d.receipt),
avoided AS (
    SELECT DISTINCT subject_id, avoid_account_id, avoid_account_version FROM draw_due WHERE avoid_account_id IS NOT NULL),
marked AS (
    SELECT d.subject_id, d.receipt FROM draw_due d JOIN kind_payees k ON k.beneficiary_id = d.subject_id
    UNION
    SELECT d.subject_id, d.receipt FROM draw_due d JOIN one_off_payees o ON o.beneficiary_id = d.subject_id
    UNION
    SELECT d.subject_id, d.receipt FROM draw_due d JOIN suspensions u ON u.beneficiary_id = d.subject_id AND u.ended_at IS NULL
    UNION
    SELECT d.subject_id, d.receipt FROM draw_due d JOIN avoided f ON f.subject_id = d.subject_id),
special AS MATERIALIZED (
    SELECT m.subject_id, m.receipt, k.payee_id IS NOT NULL AS by_kind, o.payee_id IS NOT NULL AS by_one_off, k.hold,
           coalesce(k.payee_id, o.payee_id) AS payee_id, coalesce(k.payee_version, o.payee_version) AS payee_version,
           coalesce(k.payee_name, o.payee_name) AS payee_name, k.account_id, k.account_version, k.account_provider,
           k.account_channel, f.subject_id IS NOT NULL AS avoids, u.suspension_id IS NOT NULL AS uncollected
    FROM marked m
    CROSS JOIN LATERAL (
        SELECT status, account_id, account_version FROM people x WHERE x.beneficiary_id = m.subject_id OFFSET 0) p
    LEFT JOIN kind_payees k ON k.beneficiary_id = m.subject_id AND k.kind = m.receipt
    LEFT JOIN one_off_payees o ON o.beneficiary_id = m.subject_id
        AND o.purpose = CASE WHEN m.receipt = 'funeral' THEN 'funeral'
                             WHEN m.receipt = 'person' AND p.status = 'dead' THEN 'unpaid_months' END
    LEFT JOIN avoided f ON f.subject_id = m.subject_id
        AND f.avoid_account_id = CASE WHEN k.payee_id IS NULL THEN p.account_id ELSE k.account_id END
        AND f.avoid_account_version = CASE WHEN k.payee_id IS NULL THEN p.account_version ELSE k.account_version END
    LEFT JOIN suspensions u ON u.beneficiary_id = m.subject_id AND u.ended_at IS NULL),
routed AS (
    SELECT d.subject_id, d.receipt, p.subject, p.sex, p.birth_date, p.code, d.unit_id, d.amount_dong, d.first_month, d.months,
           d.parts,
           coalesce(s.payee_id, p.payee_id) AS payee_id,
           coalesce(s.payee_version, p.payee_version) AS payee_version,
           coalesce(s.payee_name, p.payee_name) AS payee_name,
           CASE WHEN a.lane IS NOT NULL THEN r.account_id END AS account_id,
           CASE WHEN a.lane IS NOT NULL THEN r.account_version END AS account_version,
           coalesce(a.contract_id, h.contract_id) AS contract_id, coalesce(a.channel, h.channel) AS channel,
           coalesce(a.provider, h.provider) AS provider, coalesce(a.lane, h.lane) AS lane,
           CASE WHEN s.hold IS NOT NULL THEN CASE WHEN s.hold = p.hold THEN 'held' ELSE 'carer-held' END
                WHEN p.hold IS NOT NULL AND s.by_kind IS NOT TRUE THEN 'held'
                WHEN p.status = 'suspended' THEN 'suspended'
                WHEN d.receipt = 'funeral' AND s.by_one_off IS NOT TRUE THEN 'no-funeral-payee'
                WHEN p.status = 'dead' AND p.payee_relationship = 'self' AND s.payee_id IS NULL THEN 'payee-dead'
                WHEN s.uncollected THEN 'uncollected'
                WHEN coalesce(a.lane, h.lane) IS NULL THEN 'no-contract' END AS why_held
    FROM person d
    CROSS JOIN LATERAL (
        SELECT subject, sex, birth_date, code, status, hold, payee_id, payee_version, payee_name, payee_relationship, account_id,
               account_version, account_provider, account_channel
        FROM people x WHERE x.beneficiary_id = d.subject_id OFFSET 0) p
    LEFT JOIN special s ON s.subject_id = d.subject_id AND s.receipt = d.receipt
    CROSS JOIN LATERAL (
        SELECT CASE WHEN s.by_kind THEN s.account_id ELSE p.account_id END AS account_id,
               CASE WHEN s.by_kind THEN s.account_version ELSE p.account_version END AS account_version,
               CASE WHEN s.by_kind THEN s.account_provider ELSE p.account_provider END AS provider,
               CASE WHEN s.by_kind THEN s.account_channel ELSE p.account_channel END AS channel) r
    LEFT JOIN ways a ON d.receipt <> 'funeral' AND s.by_one_off IS NOT TRUE AND s.avoids IS NOT TRUE AND a.unit_id = d.unit_id
        AND a.channel = r.channel AND a.provider = r.provider
    LEFT JOIN ways h ON h.unit_id = d.unit_id AND h.channel IN ('cash', 'cashier'))
SELECT subject_id, receipt, subject, sex, birth_date, code, unit_id, amount_dong,
       left('TCXH ' || CASE WHEN months IS NULL AND first_month = :usual_month THEN :usual_month_text
           WHEN months IS NULL THEN to_char(first_month, 'MM.YYYY')
           ELSE (SELECT CASE WHEN count(*) <= 8 THEN string_agg(to_char(month, 'MM.YYYY'), ' ' ORDER BY month)
                        ELSE to_char(min(month), 'MM.YYYY') || '-' || to_char(max(month), 'MM.YYYY') END
                 FROM (SELECT DISTINCT unnest(months) AS month) named) END
           || ' ' || CASE WHEN code ~ '[^A-Za-z0-9.,_&-]' THEN regexp_replace(code, '[^A-Za-z0-9.,_&-]', '', 'g') ELSE code END,
           100),
       parts, payee_id, payee_version, payee_name, account_id, account_version, contract_id, channel, provider, why_held, place,
       CAST(concat(left(:draw_id, 15), left(counter, 3), '-8', right(counter, 3), right(:draw_id, 13)) AS uuid)
FROM (
    SELECT *, row_number() OVER (ORDER BY CASE WHEN why_held IS NULL THEN lane END, code COLLATE "C",
           receipt COLLATE "C" DESC) AS place
    FROM routed) p
CROSS JOIN LATERAL (SELECT right(to_hex(16777216 + place), 6) AS counter) c
"""  # noqa: S608 - constants only

OF_PERSON = "w.subject_id = d.subject_id AND w.receipt = d.receipt"
"""Which row `w` of `draw_people` pays a row `d` of `draw_due`."""


async def route(tx: Tx, run: Run, authority_id: str) -> None:
    """Fill the temporary table `draw_people`: who is paid what which way, in line order, and who is not and why."""
    await tx.run(_TABLE)
    await tx.run(_RECEIPTS)
    await tx.run(
        _ROUTE,
        authority_id=authority_id,
        run_month=run.run_month,
        next_month=next_month(run.run_month),
        usual_month=run.benefit_months[-1],
        usual_month_text=f"{run.benefit_months[-1]:%m.%Y}",
        draw_id=str(new_id()),
    )
    await tx.run("ANALYZE draw_people (subject_id, receipt, contract_id, channel, why_held)")


async def left_out(tx: Tx) -> dict[str, int]:
    """How many people have money that may not go out now, by reason."""
    rows = await tx.rows(
        """SELECT why_held, count(DISTINCT subject_id) AS people FROM draw_people WHERE why_held IS NOT NULL
           GROUP BY why_held ORDER BY why_held"""
    )
    return {row["why_held"]: row["people"] for row in rows}
