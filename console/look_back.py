"""Looks into the last demo: through its services if it still runs (`--stay`), else by starting its database once more.

Then only the APIs are there, in this process: no workers, so looking changes nothing.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from console.front_door import PATHS, front_door
from console.services import build_services
from shared.kernel.errors import ErrorCode, Kind, Refusal
from shared.platform import embedded_settings, open_platform
from shared.settings import read_settings

NO_DEMO = ErrorCode("no-demo", Kind.MISSING, "There is no demo to look into", "Chưa chạy demo nào")
RUNNING = "running.json"


@dataclass(slots=True)
class LookBack:
    """The services of a demo, and the folder of the sandbox's books."""

    client: httpx.AsyncClient
    urls: dict[str, str]
    token: str
    books: Path

    async def get(self, service: str, path: str, **params: Any) -> Any:
        """The JSON of a GET; None where there is nothing."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = await self.client.get(f"{self.urls[service]}{path}", params=params, headers=headers)
        if answer.status_code == 404:
            return None
        answer.raise_for_status()
        return answer.json()

    def movements(self, reference: str) -> list[dict[str, Any]]:
        """What the provider's own book says of a reference. Read-only: a judge's book is not to be touched."""
        database = next(self.books.glob("*.db"), None) or next(self.books.glob("*.sqlite*"))
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            query = "SELECT provider, kind, amount_dong, booked_on FROM movements WHERE reference = ? ORDER BY movement_id"
            return [dict(row) for row in connection.execute(query, (reference,))]
        finally:
            connection.close()


@asynccontextmanager
async def open_last_demo() -> AsyncIterator[LookBack]:
    """The last demo's services. Raises `no-demo` before the first one."""
    home = _demo_home()
    running = _running(home)
    if running is not None:
        async with httpx.AsyncClient(timeout=60) as client:
            yield LookBack(client, running["urls"], running["token"], home / "sandbox")
        return
    settings = embedded_settings(read_settings({"CHITRA_ENV": "test"}), home, 1, "http://127.0.0.1:9")
    platform = await open_platform(settings)
    try:
        app = front_door(build_services(platform))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://demo", timeout=60) as client:
            urls = {name: f"http://demo/{path}" for name, path in PATHS.items()}
            yield LookBack(client, urls, platform.token("operations", ["*"], "trace"), home / "sandbox")
    finally:
        await platform.close()


def _demo_home() -> Path:
    home = Path(os.environ.get("CHITRA_HOME", ".chitra")).absolute() / "demo"
    if not (home / "postgres" / "data" / "PG_VERSION").exists():
        raise Refusal(NO_DEMO, "run ./chitra demo first")
    return home


def _running(home: Path) -> dict[str, Any] | None:
    """What a demo that still runs wrote about itself."""
    try:
        noted: dict[str, Any] = json.loads((home / RUNNING).read_text(encoding="utf-8"))
        os.kill(int(noted["pid"]), 0)
        return noted
    except (OSError, ValueError, KeyError):
        return None
