"""Whole demos, played once for all tests of this folder, each by the command that a person would give."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENEFICIARIES = 600


@dataclass(frozen=True, slots=True)
class Played:
    """A demo that is over: its document, its output, its folders."""

    document: dict[str, Any]
    printed: str
    home: Path
    out: Path
    environment: dict[str, str]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command of `./chitra` that looks at this demo."""
        command = [sys.executable, "-m", "console", *arguments]
        return subprocess.run(
            command, cwd=self.out.parent, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )


Play = Callable[..., Played]


@pytest.fixture(scope="session")
def play(tmp_path_factory: pytest.TempPathFactory) -> Play:
    """`play("--kill")`: the demo with these options; the same options are played once."""
    played: dict[tuple[str, ...], Played] = {}

    def one(*options: str) -> Played:
        if options not in played:
            played[options] = _play(tmp_path_factory.mktemp("demo"), options)
        return played[options]

    return one


def _play(folder: Path, options: tuple[str, ...]) -> Played:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CHITRA_HOME": str(folder / "home"), "COLUMNS": "180"}
    file = folder / "outcome.json"
    size = () if "--beneficiaries" in options else ("--beneficiaries", str(BENEFICIARIES))
    command = [sys.executable, "-m", "console", "demo", *size, "--json", str(file), *options]
    result = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=280, check=False
    )
    assert file.exists(), f"{result.stdout[-3000:]}\n{result.stderr[-3000:]}"
    document = json.loads(file.read_text(encoding="utf-8"))
    return Played(document, result.stdout, folder / "home" / "demo", folder / "demo-out", environment)
