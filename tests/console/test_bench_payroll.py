"""`./chitra bench payroll` draws up, prepares and approves for real, and prints its figures as one line of JSON."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from console.bench import payroll
from console.main import main


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the database's own user may enter; pytest's is not."""
    folder = Path(tempfile.mkdtemp(prefix="chitra-bench-"))
    yield folder
    shutil.rmtree(folder)


def test_the_figures_are_one_line_of_json(home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payroll, "_HOME", home)
    assert main(["bench", "payroll", "--beneficiaries", "1200", "--authorities", "2", "--json", "-"]) == 0
    (line,) = [line for line in capfd.readouterr().out.splitlines() if line.startswith("{")]
    figures = orjson.loads(line)
    assert {"payments", "seconds", "floor_seconds", "ratio"} <= set(figures)
    assert figures["payments"] == 1200 - 1200 // 50  # one in fifty is on hold
    assert figures["draw_up_seconds"] + figures["prepare_seconds"] + figures["approve_seconds"] > 0
    assert figures["floor_seconds"] > 0
    assert list(home.iterdir()) == []
