"""After a demo no identity, phone or account number stands in clear: not in a table, an event, a queue, a log or a dead letter.

The lists themselves (demo-out/) and the providers' own books are where they belong.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg

_DIGITS = re.compile(rb"(?<![0-9A-Za-z_-])\+?(\d{9,15})(?![0-9A-Za-z_-])")
NOT_OURS = {"sandbox", "sms-outbox"}
"""Folders of the demo's home that are the providers' own, and the messages on their way to payees' phones."""


def secrets_of(out: Path) -> set[bytes]:
    """Every identity, phone and account number of the lists, in the forms in which it could leak."""
    found: set[str] = set()
    for truth in (out / "lists").glob("*.truth.json"):
        for row in json.loads(truth.read_text(encoding="utf-8"))["rows"]:
            payee = row.get("payee") or {}
            for number in (row.get("national_id"), row.get("account_number"), row.get("phone"), payee.get("national_id")):
                if number:
                    bare = number.removeprefix("+")
                    found |= {bare, f"0{bare.removeprefix('84')}"} if number.startswith("+") else {bare}
    return {number.encode() for number in found}


def leaks(data: bytes, secrets: set[bytes]) -> set[bytes]:
    """Which of the secrets stand in the data as numbers of their own."""
    return {match.group(1) for match in _DIGITS.finditer(data)} & secrets


async def tables(connection: asyncpg.Connection) -> Any:
    """Every table and partition of our schemas, as its name and its whole content."""
    found = await connection.fetch(
        """SELECT n.nspname AS schemaname, c.relname AS tablename FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind = 'r' AND n.nspname IN ('registry', 'disbursement', 'provider_gateway', 'reporting', 'platform')"""
    )
    for row in found:
        out = io.BytesIO()
        await connection.copy_from_table(row["tablename"], schema_name=row["schemaname"], output=out)
        yield f"{row['schemaname']}.{row['tablename']}", out.getvalue()


def files(home: Path) -> Iterator[Path]:
    """Logs of all processes and of the database, and the broker's own files."""
    for path in home.rglob("*"):
        inside = path.relative_to(home).parts
        if path.is_file() and inside[0] not in NOT_OURS and "data" not in inside[:2]:
            yield path
