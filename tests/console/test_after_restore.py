"""`./chitra after-restore` stops every provider once, and says so to the others."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from console.main import main
from services.provider_gateway.connectors.registry import CONNECTORS


async def _stopped(admin: asyncpg.Connection) -> list[tuple[str, str]]:
    rows = await admin.fetch("SELECT key, cause FROM provider_gateway.stops WHERE lifted_at IS NULL ORDER BY key")
    return [(row["key"], row["cause"]) for row in rows]


async def test_every_provider_is_stopped_once(
    admin: asyncpg.Connection, admin_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHITRA_ADMIN_DATABASE_URL", admin_url)
    assert await asyncio.to_thread(main, ["after-restore"]) == 0
    assert await _stopped(admin) == [(provider, "restore") for provider in sorted(CONNECTORS)]
    assert "vnpost: stopped" in capsys.readouterr().out
    assert await asyncio.to_thread(main, ["after-restore"]) == 0
    assert len(await _stopped(admin)) == len(CONNECTORS)
    assert "vnpost: was stopped before" in capsys.readouterr().out
    gates = await admin.fetch("SELECT key, stops FROM provider_gateway.gates WHERE scope = 'provider'")
    assert {row["key"]: row["stops"] for row in gates} == dict.fromkeys(CONNECTORS, 1)
    said = await admin.fetchval("SELECT count(*) FROM provider_gateway.outbox WHERE type = 'stop_changed'")
    assert said == len(CONNECTORS)


async def test_without_a_database_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    for name in ("CHITRA_ADMIN_DATABASE_URL", "CHITRA_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHITRA_HOME", str(tmp_path))
    assert await asyncio.to_thread(main, ["after-restore"]) == 2
    assert "bad-setting" in capsys.readouterr().err
