"""docs/retention.md speaks of every table there is, and of its partition as it is."""

from __future__ import annotations

import re
from pathlib import Path

import asyncpg

from shared.settings import SERVICES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "retention.md"
ROW = re.compile(
    r"^\| `(?P<schema>[*\w]+)\.(?P<table>\w+)` "
    r"\|(?P<grown_by>[^|]*)\|(?P<growth>[^|]*)\|(?P<partition>[^|]*)\|(?P<lifetime>[^|]*)\|$"
)

TABLES = """
SELECT n.nspname || '.' || c.relname AS name, coalesce(pg_get_partkeydef(c.oid), 'no') AS partition
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = ANY ($1)
"""


def _rows() -> list[re.Match[str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    found = [match for line in lines if (match := ROW.match(line))]
    assert len(found) == len(lines), "a row of the table has another shape"
    return found


def _promised() -> dict[str, str]:
    """Partition by table, as the page says it."""
    promised: dict[str, str] = {}
    for row in _rows():
        key = row["partition"].strip().strip("`")
        for schema in SERVICES if row["schema"] == "*" else (row["schema"],):
            name = f"{schema}.{row['table']}"
            assert name not in promised, f"{name} has two rows"
            promised[name] = "no" if key == "no" else f"RANGE ({key})"
    return promised


async def test_the_page_and_the_database_name_the_same_tables_and_partitions(admin: asyncpg.Connection) -> None:
    there = {row["name"]: row["partition"] for row in await admin.fetch(TABLES, ["platform", *SERVICES])}
    assert _promised() == there


def test_every_row_says_what_grows_it_how_much_and_how_long() -> None:
    for row in _rows():
        assert all(row[column].strip() for column in ("grown_by", "growth", "lifetime")), row[0]
