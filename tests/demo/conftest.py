"""Whole demos, played once for all tests of this folder, each by the command that a person would give."""

from __future__ import annotations

import fcntl
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
PATIENCE = 3  # beside other tests: what answers late for want of a processor is no fault of a provider
PLAY_SECONDS = 1500  # a net for what hangs for good


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
    """`play("--kill")`: the demo with these options; the same options are played once, for all workers of a session."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    played: dict[tuple[str, ...], Played] = {}

    def one(*options: str) -> Played:
        if options not in played:
            played[options] = _played_once(shared / "-".join(["demo", *(each.strip("-") for each in options)]), options)
        return played[options]

    return one


def _played_once(folder: Path, options: tuple[str, ...]) -> Played:
    """Whoever comes first plays, and the others wait for it. It is played once, also where it fails."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CHITRA_HOME": str(folder / "home"), "COLUMNS": "180"}
    outcome, printed = folder / "outcome.json", folder / "printed.txt"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not printed.exists():
            assert not folder.exists(), "this demo failed for the test that came first: look there"
            folder.mkdir()
            printed.write_text(_play(folder, outcome, options, environment), encoding="utf-8")
    document = json.loads(outcome.read_text(encoding="utf-8"))
    return Played(document, printed.read_text(encoding="utf-8"), folder / "home" / "demo", folder / "demo-out", environment)


def _play(folder: Path, outcome: Path, options: tuple[str, ...], environment: dict[str, str]) -> str:
    """What it printed."""
    size = ["--beneficiaries", str(BENEFICIARIES), "--patience", str(PATIENCE)]
    command = [sys.executable, "-m", "console", "demo", *size, "--json", str(outcome), *options]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        printed, errors = process.communicate(timeout=PLAY_SECONDS)
    except subprocess.TimeoutExpired:
        process.terminate()  # not killed: it must end what it started
        printed, errors = process.communicate(timeout=60)
    assert outcome.exists(), f"{printed[-3000:]}\n{errors[-3000:]}"
    return printed
