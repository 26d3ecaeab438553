"""People of the opening lists, and how the tests ask about them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import orjson

from tests.registry.commune_lists import Line
from tests.registry.officers import Officer

HOA = Line("Nguyễn Thị Hòa", "22/08/1938", "Nữ", "046138235639")
LAM = Line("Trần Văn Lâm", "1930", "Nam", "191234567", village="Thôn 2")
MAN = Line("Lê Thị Mận", "03/04/1939", "Nữ", "191234568", village="Thôn 3")
MAN_TOO = Line("Lê Thị Mận", "05/06/1937", "Nữ", "191234569", village="Thôn 4")
FAR = Line("Hồ Văn Xa", "1935", "Nam", "191234570")
POST, COMMUNE = "Bưu điện huyện", "Thủ quỹ xã"


async def send(officer: Officer, data: bytes, name: str = "so-du.xlsx", **form: str) -> httpx.Response:
    return await officer.ask("POST", "/v1/openings", files={"file": (name, data)}, data=form)


async def read(officer: Officer, data: bytes, name: str = "so-du.xlsx") -> Any:
    answer = await send(officer, data, name)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def rows_of(officer: Officer, view: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await officer.get(f"/v1/openings/{view['list_id']}/rows"))["items"]
    return rows


async def events(admin: asyncpg.Connection, kind: str) -> list[Any]:
    rows = await admin.fetch("SELECT body::text AS body FROM registry.outbox WHERE type = $1 ORDER BY seq", kind)
    return [orjson.loads(row["body"]) for row in rows]


async def fingerprint(admin: asyncpg.Connection) -> list[str]:
    tables = "opening_lists opening_rows opening_agreements opening_entries opening_counters outbox audit_log"
    return [
        await admin.fetchval(f"SELECT md5(coalesce(string_agg(t::text, '~' ORDER BY t::text), '')) FROM registry.{table} t")
        for table in tables.split()
    ]


async def refused(admin: asyncpg.Connection, code: str, asked: Callable[[], Awaitable[httpx.Response]]) -> Any:
    """The problem of a request that must be refused with a code, and must change nothing."""
    before = await fingerprint(admin)
    answer = await asked()
    problem = answer.json()
    assert problem["code"] == code, answer.text
    assert problem["title_vi"]
    assert await fingerprint(admin) == before
    return problem


def brief(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["row"], row["kind"], row["provider"], row["month"], row["amount_dong"], row["status"]


def codes_of(row: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in row["findings"] if finding["severity"] != "info"}
