"""The ground of `bench gateway`: people with decisions, each with a wallet or an account, known to whom they must be known.

Disbursement has the people, the gateway their sealed numbers, the sandbox the accounts. All are put in as rows: how they come
there is no part of what is measured. Nothing is drawn from chance: the same number gives the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import asyncpg

from console.bench.payroll_ground import PEOPLE_OF_A_COMMUNE, UNITS
from console.sandbox_process import SandboxProcess
from shared.crypto import ACCOUNT, FieldCipher

ACCOUNTS_AT_ONCE = 5_000

# Every second commune of an authority is Viettel's, the others are VietinBank's.
_CONTRACTS = """
WITH leads (lead, channel, nth) AS (VALUES ('viettelpay', 'wallet', 0), ('vietinbank', 'account', 1)),
made AS (
    INSERT INTO contracts (contract_id, authority_id, number, lead_provider, valid_from)
    SELECT uuidv7(), u.unit_id, '01/' || l.lead, l.lead, '2021-07-01' FROM units u, leads l WHERE u.level = 'district'
    RETURNING contract_id, authority_id, lead_provider),
channels AS (
    INSERT INTO contract_channels (contract_id, channel, provider)
    SELECT m.contract_id, l.channel, l.lead FROM made m JOIN leads l ON l.lead = m.lead_provider)
INSERT INTO contract_communes (contract_id, unit_id, from_month)
SELECT m.contract_id, u.unit_id, '2021-07-01'
FROM made m JOIN leads l ON l.lead = m.lead_provider
JOIN units u ON u.level = 'commune' AND u.parent_id = m.authority_id AND (u.code::integer - 10000) / $1 % 2 = l.nth
"""

# Position 0: the registry has said nothing since the cut, which is where it is on an empty log.
_PEOPLE = """
INSERT INTO people (beneficiary_id, version, position, code, subject, full_name, sex, birth_date, birth_precision, unit_id,
    status, status_from_month, payee_id, payee_version, payee_name, payee_relationship, account_id, account_version,
    account_provider, account_channel)
SELECT id, 1, 0, 'HUE-' || lpad(n::text, 7, '0'), left(encode(sha256(n::text::bytea), 'hex'), 32), full_name,
       CASE n % 2 WHEN 0 THEN 'female' ELSE 'male' END, '1930-01-01'::date + (n * 7919::bigint % 34000)::integer, 'day',
       u.unit_id, 'active', '2021-07-01', id, 1, full_name, 'self', uuidv7(), 1, p.provider,
       CASE p.provider WHEN 'viettelpay' THEN 'wallet' ELSE 'account' END
FROM (
    SELECT n, uuidv7() AS id,
           (ARRAY['Nguyễn Thị', 'Trần Văn', 'Lê Thị', 'Phạm Văn', 'Hoàng Thị'])[1 + n % 5] || ' '
               || (ARRAY['Lan', 'Hùng', 'Phương Thảo', 'Minh', 'Ngọc Ánh', 'Dũng', 'Hoa'])[1 + n % 7] AS full_name,
           (n / $1 % $3)::integer AS commune
    FROM generate_series(1, $2) n) person
JOIN units u ON u.code = (10000 + commune)::text AND u.level = 'commune'
CROSS JOIN LATERAL (SELECT CASE commune / $4 % 2 WHEN 0 THEN 'viettelpay' ELSE 'vietinbank' END AS provider) p
"""

# One in twelve also has care support, one in forty raises children: such a payment settles two obligations.
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

_ACCOUNTS = """
SELECT account_id, account_provider AS provider, account_channel AS channel, payee_name AS holder_name,
       right(code, 7)::integer AS n
FROM disbursement.people ORDER BY beneficiary_id
"""


@dataclass(frozen=True, slots=True)
class Account:
    """A wallet or an account, with its number as the registry writes it."""

    account_id: Any
    provider: str
    channel: str
    holder_name: str
    number: str

    @property
    def number_there(self) -> str:
        """As its provider writes it."""
        return f"84{self.number[1:]}" if self.provider == "viettelpay" else self.number


async def lay(admin: asyncpg.Connection, payments: int, authorities: int) -> list[str]:
    """Put the people in, one for each payment, and let the planner know them as autovacuum would; the authorities' unit ids."""
    communes = max(2 * authorities, payments // PEOPLE_OF_A_COMMUNE)
    people_of_a_commune = min(PEOPLE_OF_A_COMMUNE, max(1, payments // communes))
    async with admin.transaction():
        await admin.execute("SET LOCAL search_path = disbursement")
        await admin.execute(UNITS, authorities, communes)
        await admin.execute(_CONTRACTS, authorities)
        await admin.execute(_PEOPLE, people_of_a_commune, payments, communes, authorities)
        await admin.execute(_DECISIONS)
        rows = await admin.fetch("SELECT unit_id FROM units WHERE level = 'district' ORDER BY unit_id")
    await admin.execute("VACUUM (ANALYZE) disbursement.people, disbursement.decisions, disbursement.units")
    return [row["unit_id"] for row in rows]


async def know_accounts(admin: asyncpg.Connection, sandbox: SandboxProcess, cipher: FieldCipher) -> None:
    """Let the gateway and the providers know the accounts: there sealed, here in clear."""
    accounts = [_account(row) for row in await admin.fetch(_ACCOUNTS)]
    await admin.copy_records_to_table(
        "accounts",
        schema_name="provider_gateway",
        columns=["account_id", "version", "provider", "channel", "holder_name", "number_sealed"],
        records=[(a.account_id, 1, a.provider, a.channel, a.holder_name, cipher.seal(a.number, ACCOUNT)) for a in accounts],
    )
    await admin.execute("VACUUM (ANALYZE) provider_gateway.accounts")
    for start in range(0, len(accounts), ACCOUNTS_AT_ONCE):
        known = [
            {"provider": each.provider, "account_number": each.number_there, "holder_name": each.holder_name}
            for each in accounts[start : start + ACCOUNTS_AT_ONCE]
        ]
        await sandbox.ask("POST", "/admin/accounts", json={"accounts": known})


def _account(row: Any) -> Account:
    number = f"0{row['n']:09d}" if row["provider"] == "viettelpay" else f"101{row['n']:09d}"
    return Account(row["account_id"], row["provider"], row["channel"], row["holder_name"], number)
