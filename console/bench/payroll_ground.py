"""The ground of `bench payroll`: a province with people, decisions, accounts and contracts, put in as rows.

As a province would be: most are old or disabled, one in twelve also has care support, one in forty raises children, one in
fifty is on hold; two communes in three pay into accounts. Nothing is drawn from chance: the same number gives the same rows.
"""

from __future__ import annotations

import asyncpg

PROVINCE_ID = "46@2021-07-01"
PEOPLE_OF_A_COMMUNE = 350

UNITS = """
INSERT INTO units (unit_id, code, valid_from, level, name, parent_id, path)
SELECT code || '@2021-07-01', code, '2021-07-01', level, name, path[cardinality(path) - 1], path
FROM (
    SELECT '46' AS code, 'province' AS level, 'Tỉnh Thừa Thiên Huế' AS name, ARRAY['46@2021-07-01'] AS path
    UNION ALL
    SELECT (100 + a)::text, 'district', 'Huyện ' || a, ARRAY['46@2021-07-01', 100 + a || '@2021-07-01']
    FROM generate_series(1, $1) a
    UNION ALL
    SELECT (10000 + c)::text, 'commune', 'Xã ' || c,
           ARRAY['46@2021-07-01', 101 + c % $1 || '@2021-07-01', 10000 + c || '@2021-07-01']
    FROM generate_series(0, $2 - 1) c) u
"""
"""A province of $1 authorities and $2 communes, in turn."""

# Two communes in three have Viettel's or VietinBank's contract, all of them the commune's cashier.
_CONTRACTS = """
WITH leads (lead, nth) AS (VALUES ('viettelpay', 0), ('vietinbank', 1), ('commune_cashier', 2)),
made AS (
    INSERT INTO contracts (contract_id, authority_id, number, lead_provider, valid_from)
    SELECT uuidv7(), u.unit_id, '01/' || l.lead, l.lead, '2021-07-01' FROM units u, leads l WHERE u.level = 'district'
    RETURNING contract_id, authority_id, lead_provider),
channels AS (
    INSERT INTO contract_channels
    SELECT m.contract_id, c.channel, c.provider
    FROM made m JOIN (VALUES ('viettelpay', 'wallet', 'viettelpay'), ('viettelpay', 'cash', 'viettelpay'),
        ('vietinbank', 'account', 'vietinbank'), ('vietinbank', 'cash', 'vnpost'),
        ('commune_cashier', 'cashier', 'commune_cashier')) AS c (lead, channel, provider) ON c.lead = m.lead_provider)
INSERT INTO contract_communes
SELECT m.contract_id, u.unit_id, '2021-07-01'
FROM made m JOIN leads l ON l.lead = m.lead_provider
JOIN units u ON u.level = 'commune' AND u.parent_id = m.authority_id AND (l.nth = 2 OR u.code::integer / $1 % 3 = l.nth)
"""

_PEOPLE = """
INSERT INTO people (beneficiary_id, version, position, code, subject, full_name, sex, birth_date, birth_precision, unit_id,
    status, status_from_month, hold, payee_id, payee_version, payee_name, payee_relationship, account_id, account_version,
    account_provider, account_channel)
SELECT id, 1, 1, 'HUE-' || lpad(n::text, 7, '0'), left(encode(sha256(n::text::bytea), 'hex'), 32), full_name,
       CASE n % 2 WHEN 0 THEN 'female' ELSE 'male' END, '1930-01-01'::date + (n * 7919::bigint % 34000)::integer, 'day',
       u.unit_id, 'active', '2021-07-01', CASE WHEN n % 50 = 0 THEN 'duplicate' END, id, 1, full_name,
       CASE WHEN n % 10 = 0 THEN 'con' ELSE 'self' END, account_id, CASE WHEN account_id IS NOT NULL THEN 1 END,
       CASE WHEN account_id IS NOT NULL THEN provider END,
       CASE WHEN account_id IS NOT NULL THEN CASE provider WHEN 'viettelpay' THEN 'wallet' ELSE 'account' END END
FROM (
    SELECT n, uuidv7() AS id,
           (ARRAY['Nguyễn Thị', 'Trần Văn', 'Lê Thị', 'Phạm Văn', 'Hoàng Thị'])[1 + n % 5] || ' '
               || (ARRAY['Lan', 'Hùng', 'Phương Thảo', 'Minh', 'Ngọc Ánh', 'Dũng', 'Hoa'])[1 + n % 7] AS full_name,
           10000 + n / $1 % $3 AS commune
    FROM generate_series(1, $2) n) person
JOIN units u ON u.code = commune::text AND u.level = 'commune'
CROSS JOIN LATERAL (
    SELECT CASE commune / $4 % 3 WHEN 0 THEN 'viettelpay' WHEN 1 THEN 'vietinbank' END AS provider) p
CROSS JOIN LATERAL (SELECT CASE WHEN p.provider IS NOT NULL AND n % 8 > 0 THEN uuidv7() END AS account_id) a
"""

_DECISIONS = """
INSERT INTO decisions (decision_id, beneficiary_id, number, decided_on, kind, category, from_month, heads)
SELECT uuidv7(), p.beneficiary_id, d.number, '2021-06-20', d.kind, d.category, '2021-07-01', d.heads
FROM (SELECT beneficiary_id, right(code, 7)::integer AS n FROM people) p
CROSS JOIN LATERAL (
    SELECT '12/QĐ-UBND' AS number, 'monthly' AS kind, 1 AS heads,
           (ARRAY['K5C-80', 'K6-N', 'K5C-80', 'K6-DBN', 'K6-N-NCT', 'K5C-80', 'K6-DBN-NCT', 'K1-TE-4-16', 'K6-N', 'K5B-75-80'])
               [1 + n % 10] AS category
    UNION ALL
    SELECT '13/QĐ-UBND', 'care_support', 1, 'CS-DBN-HGD' WHERE n % 12 = 0
    UNION ALL
    SELECT '14/QĐ-UBND', 'monthly', 1 + n % 3, 'K4-DTN' WHERE n % 40 = 0) d
"""


async def lay(admin: asyncpg.Connection, beneficiaries: int, authorities: int) -> list[str]:
    """Put the rows in, in one transaction, and let the planner know them as autovacuum would; the authorities' unit ids."""
    communes = max(authorities, beneficiaries // PEOPLE_OF_A_COMMUNE)
    async with admin.transaction():
        await admin.execute("SET LOCAL search_path = disbursement")
        await admin.execute(UNITS, authorities, communes)
        await admin.execute(_CONTRACTS, authorities)
        await admin.execute(_PEOPLE, PEOPLE_OF_A_COMMUNE, beneficiaries, communes, authorities)
        await admin.execute(_DECISIONS)
        rows = await admin.fetch("SELECT unit_id FROM units WHERE level = 'district' ORDER BY unit_id")
    await admin.execute("VACUUM (ANALYZE) disbursement.people, disbursement.decisions, disbursement.units")
    return [row["unit_id"] for row in rows]
