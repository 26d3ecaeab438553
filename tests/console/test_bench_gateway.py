"""`./chitra bench gateway` settles real payrolls over RabbitMQ and the sandbox, and prints its figures as one line of JSON."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from console.bench import gateway
from console.main import main


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the database's own user may enter; pytest's is not."""
    folder = Path(tempfile.mkdtemp(prefix="chitra-bench-"))
    yield folder
    shutil.rmtree(folder)


def test_the_figures_are_one_line_of_json(home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "_HOME", home)
    assert main(["bench", "gateway", "--payments", "700", "--authorities", "2", "--json", "-"]) == 0
    (line,) = [line for line in capfd.readouterr().out.splitlines() if line.startswith("{")]
    figures = orjson.loads(line)
    assert (figures["payments"], figures["double_payments"], figures["lost_payments"]) == (700, 0, 0)
    assert 0 < figures["settled_per_second"] < figures["floor_per_second"]
    assert list(home.iterdir()) == []
