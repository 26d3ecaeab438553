"""A hundred thousand people straight into the registry's tables: for what must be quick among many."""

from __future__ import annotations

import asyncpg

FAMILIES = "Nguyễn Nguyễn Nguyễn Trần Lê Phạm Hoàng Phan Võ Đặng Bùi Đỗ Hồ Ngô Dương"
MIDDLES = "Thị Thị Thị Văn Văn Hữu Ngọc Minh Thu Đức"
GIVENS = (
    "Thủy Thúy Hoa Hòa Lan Mai Hương Hồng Hạnh Liên Tâm Bình Dũng Hùng Cường Sơn Long Khánh Nam Phúc Quang Tài Thành Tuấn "
    "Vinh Xuân Yến Nga Ngân Nhung Oanh Phượng Quế Sen Thảo Trang Trâm Tuyết Vân Xuyến"
)

CROWD = """
WITH list AS (
    INSERT INTO registry.imports (import_id, unit_id, file_name, file_sha256, size_bytes, format, month, month_source,
        findings_sealed, read_at, read_issuer, read_subject)
    VALUES (uuidv7(), ($1::text[])[1], 'crowd.csv', '\\x00', 1, 'csv', '2021-10-01', 'option', '', now(), 'test', 'test')
    RETURNING import_id, unit_id),
line AS (
    INSERT INTO registry.import_rows (row_id, import_id, unit_id, row_no, sheet, row, status, finding_codes, content_sealed)
    SELECT uuidv7(), import_id, unit_id, 1, 'DS', 1, 'accepted', '{}', '' FROM list RETURNING row_id),
person AS MATERIALIZED (
    SELECT n, uuidv7() AS id, uuidv7() AS payee_id, ($1::text[])[1 + n % cardinality($1::text[])] AS unit_id,
        ($2::text[])[1 + (hashint8extended(n, 1) & 65535)::integer % cardinality($2::text[])] || ' '
            || ($3::text[])[1 + (hashint8extended(n, 2) & 65535)::integer % cardinality($3::text[])] || ' '
            || ($4::text[])[1 + (hashint8extended(n, 3) & 65535)::integer % cardinality($4::text[])] AS name,
        date '1930-01-01' + (hashint8extended(n, 4) & 65535)::integer % 30000 AS born
    FROM generate_series(1, $5::integer) n),
payee AS (
    INSERT INTO registry.payees (payee_id, version, unit_id, self_of, full_name, name_key)
    SELECT payee_id, 1, unit_id, id, name, registry.folded(name) FROM person RETURNING payee_id)
INSERT INTO registry.beneficiaries (beneficiary_id, code, version, unit_id, full_name, name_key, sex, birth_date,
    birth_precision, village, wished_channel, status_from_month, payee_id, relationship, row_id, listed_month, listed_index)
SELECT id, 'HUE-' || to_char(n, 'FM0000000'), 1, unit_id, name, registry.folded(name), 'female', born, 'day',
    'Thôn ' || n % 9, 'cash', '2021-10-01', payee_id, 'self', (SELECT row_id FROM line), '2021-10-01', '\\x00'
FROM person
"""


async def insert_crowd(admin: asyncpg.Connection, unit_ids: list[str], people: int) -> None:
    """That many people, spread evenly over communes, each their own payee. Statistics are taken as autovacuum would."""
    async with admin.transaction():
        await admin.execute("SET LOCAL session_replication_role = replica")  # payees and people name each other: no FK checks
        await admin.execute("ALTER TABLE registry.beneficiaries ENABLE ALWAYS TRIGGER beneficiaries_search_words")
        await admin.execute(CROWD, unit_ids, FAMILIES.split(), MIDDLES.split(), GIVENS.split(), people)
        await admin.execute("ALTER TABLE registry.beneficiaries ENABLE TRIGGER beneficiaries_search_words")
    await admin.execute("ANALYZE registry.beneficiaries")
