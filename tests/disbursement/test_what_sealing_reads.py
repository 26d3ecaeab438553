"""Sealing a payroll reads each of its lines once.

Counted in rows, by PostgreSQL itself: a month that was written a moment ago has statistics of yesterday or none, and a plan that
goes by them can read every line once for every line.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

import asyncpg

from services.disbursement.domain.payrolls import Payroll
from services.disbursement.storage import findings as doubts
from services.disbursement.storage import gates, payrolls, seals
from shared.database import Tx
from tests.disbursement.office import Office

_READ = """
SELECT CAST(coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) AS bigint)
FROM pg_stat_xact_user_tables WHERE schemaname = 'disbursement' AND relname LIKE :tables
"""
MONTH = date(2023, 4, 1)


async def supplement(office: Office, admin: asyncpg.Connection, before: int, after: int) -> Payroll:
    """A payroll of so many lines, drawn up in a month that has so many others, and statistics of those alone."""
    await office.say(*[office.person(["K6-DBN", "CS-DBN-HGD"], commune=2) for _ in range(before)])
    run_id = await office.run(f"{MONTH:%Y-%m}")
    await office.draw(run_id)
    await admin.execute("ANALYZE disbursement.payments, disbursement.payment_lines, disbursement.chunks")
    await office.say(*[office.person(["K6-DBN", "CS-DBN-HGD"], commune=2) for _ in range(after)])
    (drawn,) = (await office.draw(run_id))["payrolls"]
    async with office.database.transaction() as tx:
        return await payrolls.find(tx, UUID(drawn["payroll_id"]))


async def read(tx: Tx, tables: str) -> int:
    """Rows that this transaction has read so far."""
    return int(await tx.scalar(_READ, tables=tables))


async def test_each_line_is_read_once_for_its_digest(office: Office, admin: asyncpg.Connection) -> None:
    payroll = await supplement(office, admin, before=400, after=90)
    async with office.database.transaction() as tx:
        await seals.chunk_sums(tx, payroll, from_plaintext=True)
        assert 2 * 90 <= await read(tx, "payment_lines_%") < 3 * 90


async def test_whom_else_it_pays_is_sought_among_its_own_payees(office: Office, admin: asyncpg.Connection) -> None:
    """Each line is read to see where the payroll lies, once to look at it, and once as its payee's; those of others are not."""
    payroll = await supplement(office, admin, before=400, after=90)
    async with office.database.transaction() as tx:
        in_force = await gates.of_authority(tx, payroll.authority_id, await tx.today())
        before = await read(tx, "payments_%")
        assert await doubts.find(tx, payroll, in_force) is not None
        assert 2 * 90 <= await read(tx, "payments_%") - before <= 3 * 90
