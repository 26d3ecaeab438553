"""`./chitra bench import` prints its figures as one line of JSON."""

from __future__ import annotations

import orjson
import pytest

from console.main import main


def test_the_figures_are_one_line_of_json(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "import", "--beneficiaries", "300", "--files", "5", "--json", "-"]) == 0
    (line,) = [line for line in capfd.readouterr().out.splitlines() if line.startswith("{")]
    figures = orjson.loads(line)
    assert {"rows", "rows_per_second", "peak_rss_mb"} <= set(figures)
    assert figures["files"] == 5
    assert figures["rows"] > 0
    assert figures["rows_per_second"] > 0
    assert 0 < figures["floor_seconds"] < figures["seconds"]
    assert figures["peak_rss_mb"] < 200
