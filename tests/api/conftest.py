"""`./chitra up`, started as a person would, for all tests of this folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import jwt
import pytest

from shared.auth import LOCAL_ISSUER, ROLES
from shared.embedded_postgres import free_port
from shared.kernel.clock import wall_now
from shared.keys import ISSUER, load_signing_key

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Up:
    """A platform that is up."""

    url: str
    home: Path

    def token_for_everything(self) -> str:
        """A token with every scope there is: for fuzzing routes past the door."""
        scopes = sorted({scope for role in ROLES.values() for scope in role})
        claims = {
            "iss": LOCAL_ISSUER, "sub": "fuzz", "aud": "chitra", "exp": wall_now() + timedelta(hours=1), "kind": "person",
            "scope": " ".join(scopes), "unit_ids": ["*"],
        }  # fmt: skip
        return jwt.encode(claims, load_signing_key(self.home / "up" / "keys", ISSUER), algorithm="EdDSA")


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """The embedded platform, running in a process of its own."""
    home, port = tmp_path_factory.mktemp("up"), free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CHITRA_HOME": str(home)}
    command = [sys.executable, "-m", "console", "up", "--port", str(port)]
    with (home / "up.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if "dashboard" in (home / "up.log").read_text() and httpx.get(f"{url}/health/live").status_code == 200:
                break
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    else:
        raise AssertionError((home / "up.log").read_text()[-3000:])
    yield Up(url, home)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0, (home / "up.log").read_text()[-3000:]
