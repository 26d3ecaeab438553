"""The ground of `bench reporting`: a nation's read models of some months, put in as rows.

63 provinces, 705 districts and 10,599 communes; people lie in the order of their communes, as a drawing up says them. The newest
month is drawn up and not paid yet, the months before it are paid. Nothing is drawn from chance: the same number gives the same
rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date

import asyncpg

from services.reporting.storage.moves import FULL_PERCENT
from shared.kernel.months import next_month

PROVINCES, DISTRICTS, COMMUNES = 63, 705, 10_599
FIRST_PROVINCE, FIRST_DISTRICT, FIRST_COMMUNE = 10, 100, 10_000
AMOUNT_DONG = 540_000
SINCE = date(2020, 1, 1)

_UNITS = """
INSERT INTO units (unit_id, code, valid_from, level, name, parent_id, path)
WITH districts AS (SELECT d, d * $1 / $2 AS p FROM generate_series(0, $2 - 1) d),
communes AS (SELECT c, c * $2 / $3 AS d FROM generate_series(0, $3 - 1) c),
paths (level, name, path) AS (
    SELECT 'province', 'Tỉnh ' || p, ARRAY[10 + p] FROM generate_series(0, $1 - 1) p
    UNION ALL SELECT 'district', 'Huyện ' || d, ARRAY[10 + p, 100 + d] FROM districts
    UNION ALL SELECT 'commune', 'Xã ' || c, ARRAY[10 + p, 100 + d, 10000 + c] FROM communes JOIN districts USING (d)),
named AS (SELECT level, name, ARRAY(SELECT code || '@2020-01-01' FROM unnest(path) code) AS path FROM paths)
SELECT path[cardinality(path)], split_part(path[cardinality(path)], '@', 1), '2020-01-01', level, name,
    path[cardinality(path) - 1], path
FROM named
"""

# Three in ten are disabled, six old, one a child; five in seven are paid into an account, one in cash, one not at all.
_PEOPLE = """
CREATE UNLOGGED TABLE bench_people AS
SELECT left(encode(sha256(CAST(n::text AS bytea)), 'hex'), 32) AS subject,
    10000 + n * {communes}::bigint / {people} || '@2020-01-01' AS unit_id,
    CASE n % 10 WHEN 0 THEN 'children' WHEN 1 THEN 'disabled' WHEN 2 THEN 'disabled' WHEN 3 THEN 'disabled' ELSE 'elderly' END
        AS category_group,
    CASE n / 10 % 2 WHEN 0 THEN 'female' ELSE 'male' END AS sex,
    CASE n % 10 WHEN 0 THEN 'under_16' WHEN 1 THEN '16_59' WHEN 2 THEN '60_79' ELSE '80_and_over' END AS age_band,
    (ARRAY['wallet/viettelpay', 'wallet/viettelpay', 'wallet/viettelpay', 'account/vietinbank', 'account/vietinbank',
        'cash/vnpost', ''])[1 + n / 20 % 7] AS way
FROM generate_series(0, {people} - 1) n;
INSERT INTO person_communes (unit_id, subject) SELECT unit_id, subject FROM bench_people
"""

_PERSON_MONTHS = """
INSERT INTO {table} (benefit_month, subject, unit_id, category_group, sex, age_band, home_revision, home_kind, owed, ways, way)
SELECT CAST('{month}' AS date), subject, unit_id, category_group, sex, age_band, 0, 'monthly', 1,
    CASE WHEN {paid} AND way <> '' THEN jsonb_build_object(way, 1) ELSE '{{}}' END, CASE WHEN {paid} THEN way ELSE '' END
FROM bench_people
"""

_CELLS = """
CREATE TEMP TABLE leveled AS
WITH counted AS (
    SELECT unit_id, way, category_group, sex, age_band, count(*) AS people FROM {table} GROUP BY 1, 2, 3, 4, 5)
SELECT step AS unit_id, CASE WHEN step = '*' THEN 'country' WHEN step = u.unit_id THEN 'commune'
        WHEN n = 1 THEN 'province' ELSE 'district' END AS level,
    way, category_group, sex, age_band, CAST(sum(people) AS bigint) AS people
FROM counted c JOIN units u USING (unit_id) CROSS JOIN LATERAL unnest(u.path || CAST('*' AS text)) WITH ORDINALITY AS t (step, n)
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1;
INSERT INTO people_cells
SELECT CAST('{month}' AS date), unit_id, paid_by(way), split_part(way, '/', 2), split_part(way, '/', 1), category_group, sex,
    age_band, people FROM leveled;
INSERT INTO money_cells
SELECT CAST('{month}' AS date), unit_id, split_part(way, '/', 2), split_part(way, '/', 1),
    CASE paid_by(way) WHEN 'account' THEN 'paid_account' WHEN 'cash' THEN 'paid_cash' ELSE 'not_released' END, category_group,
    sex, age_band, people, people * {amount} FROM leveled;
INSERT INTO unit_months (benefit_month, unit_id, level, entitled, by_account, by_cash, not_released_obligations,
    not_released_dong, paid_cash_obligations, paid_cash_dong, paid_account_obligations, paid_account_dong, communes_switched)
SELECT CAST('{month}' AS date), unit_id, level, e, a, c, e - a - c, (e - a - c) * {amount}, c, c * {amount}, a, a * {amount},
    CASE WHEN NOT {paid} THEN 0 WHEN level = 'commune' THEN 1 ELSE (
        SELECT count(*) FROM units x WHERE x.level = 'commune' AND (s.unit_id = '*' OR s.unit_id = ANY(x.path))) END
FROM (SELECT unit_id, level, sum(people) AS e, coalesce(sum(people) FILTER (WHERE paid_by(way) = 'account'), 0) AS a,
             coalesce(sum(people) FILTER (WHERE paid_by(way) = 'cash'), 0) AS c FROM leveled GROUP BY unit_id, level) s;
DROP TABLE leveled;
"""

_DELAYS = """
INSERT INTO delay_cells (benefit_month, unit_id, provider, channel, minutes, obligations)
SELECT benefit_month, unit_id, provider, channel, m, greatest(1, obligations / 20)
FROM (SELECT benefit_month, unit_id, provider, channel, sum(obligations)::bigint AS obligations FROM money_cells
      WHERE place IN ('paid_account', 'paid_cash') AND benefit_month = $1 GROUP BY 1, 2, 3, 4) paid,
    unnest(ARRAY[2, 3, 5, 8, 13, 21, 34, 55, 89, 150, 240, 390, 630, 1100, 1700]) m
"""

_FAILURES = """
INSERT INTO failure_cells (benefit_month, unit_id, provider, channel, place, reason, obligations, amount_dong)
SELECT benefit_month, unit_id, provider, channel, 'returned', reason, greatest(1, obligations / 100), obligations / 100 * $2
FROM (SELECT benefit_month, unit_id, provider, channel, sum(obligations)::bigint AS obligations FROM money_cells
      WHERE place IN ('paid_account', 'paid_cash') AND benefit_month = $1 GROUP BY 1, 2, 3, 4) paid,
    unnest(ARRAY['invalid_account', 'name_mismatch', 'locked']) reason
"""


async def lay(database_url: str, months: Sequence[date], people: int, progress: Callable[[], None]) -> None:
    """The units and every month's rows. `database_url` is the owner's; `progress` is told of each month.

    A month's people are loaded before their key is built, and their partition attached at the end: the rows and the indexes are
    those that the service would have made. Two months are laid at a time.
    """
    lock = asyncio.Lock()
    waiting = list(months)

    async def lay_some() -> None:
        async with _owner(database_url) as driver:
            while waiting:
                month = waiting.pop()
                await _lay_month(driver, month, people, lock, paid=month != months[-1])
                progress()

    async with _owner(database_url) as driver:
        await driver.execute(_UNITS, PROVINCES, DISTRICTS, COMMUNES)
        index = await driver.fetchval("SELECT pg_get_indexdef('person_communes_subject'::regclass)")
        await driver.execute("DROP INDEX person_communes_subject")
        await driver.execute(_PEOPLE.format(communes=COMMUNES, people=people))
        await driver.execute(index)
        await asyncio.gather(lay_some(), lay_some())
        await driver.execute("DROP TABLE bench_people")
        await driver.execute("VACUUM (ANALYZE)")


async def checkpoint(database_url: str) -> None:
    """Write out what was changed so far. `database_url` is the owner's."""
    async with _owner(database_url) as driver:
        await driver.execute("CHECKPOINT")


@asynccontextmanager
async def _owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    driver = await asyncpg.connect(database_url)
    try:
        await driver.execute("SET search_path TO reporting, platform, public; SET synchronous_commit TO off")
        await driver.execute("SET maintenance_work_mem TO '512MB'; SET work_mem TO '256MB'")
        yield driver
    finally:
        await driver.close()


async def _lay_month(driver: asyncpg.Connection, month: date, people: int, lock: asyncio.Lock, *, paid: bool) -> None:
    """`lock`: a partition is attached by one at a time."""
    table = f"person_months_{month:%Y_%m}"
    values = {"table": table, "month": month, "amount": AMOUNT_DONG, "paid": paid}
    await driver.execute(
        f"CREATE TABLE {table} (LIKE person_months INCLUDING ALL) WITH (fillfactor = {FULL_PERCENT['person_months']})"
    )
    await driver.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey")
    await driver.execute(_PERSON_MONTHS.format_map(values))
    await driver.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (benefit_month, unit_id, subject)")
    async with lock:
        to = next_month(month)
        await driver.execute(f"ALTER TABLE person_months ATTACH PARTITION {table} FOR VALUES FROM ('{month}') TO ('{to}')")
        for name in ("people_cells", "money_cells"):
            await driver.execute(
                "SELECT platform.ensure_month_partition('reporting', $1, $2, $3)", name, month, FULL_PERCENT[name]
            )
    await driver.execute(_CELLS.format_map(values))
    if paid:
        await driver.execute(_DELAYS, month)
        await driver.execute(_FAILURES, month, AMOUNT_DONG)
