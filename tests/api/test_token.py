"""`./chitra token`, given beside a running `./chitra up`, is taken by its services."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]


def test_a_token_of_the_command_opens_the_platform_that_is_up(up: Any) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CHITRA_KEYS_DIR"}
    environment |= {"PYTHONPATH": str(ROOT), "CHITRA_HOME": str(up.home)}
    command = [sys.executable, "-m", "console", "token", "--role", "commune_officer", "--unit", "19870"]
    token = subprocess.run(command, cwd=up.home, env=environment, capture_output=True, text=True, check=True).stdout.strip()
    with httpx.Client(base_url=up.url, headers={"Authorization": f"Bearer {token}"}, timeout=120) as client:
        assert client.get("/registry/v1/beneficiaries", params={"limit": 1}).status_code == 200
    assert not (up.home / "keys").exists(), "no second set of keys beside those in use"
