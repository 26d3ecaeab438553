"""What a demo leaves in `demo-out/` beside the lists: the providers' statements, and the reports as they stood at the end."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from console.demo.judge import Movement
from console.demo.stage import Stage
from console.load_province import PROVINCE

DASHBOARD = "coverage.html"
_SCRIPT = re.compile(r'<script src="([\w./-]+)" defer>')


def keep_statements(folder: Path, movements: Sequence[Movement]) -> None:
    """`statements/<provider>.csv`: every movement of a provider's own book, in its order."""
    columns = ("booked_on", "reference", "sign", "amount_dong", "note")
    for provider in sorted({m.provider for m in movements}):
        rows = [{name: asdict(m)[name] for name in columns} for m in movements if m.provider == provider]
        _write_csv(folder / f"{provider}.csv", columns, rows)


async def keep_reports(stage: Stage, folder: Path, months: Sequence[date]) -> None:
    """`reports/`: the dashboard with what draws its charts, the newest month's report, and each month's communes as CSV."""
    officer = stage.staff.officer("province", PROVINCE)
    for month in months:
        page = await officer.get("reporting", "/v1/coverage/communes", month=month.isoformat())
        rows: list[dict[str, Any]] = page["items"]
        _write_csv(folder / f"communes-{month:%Y-%m}.csv", tuple(rows[0]), rows)
    token = stage.running.token("province", [PROVINCE], "reports")
    answer = await stage.client.get(f"{stage.running.urls['reporting']}/", headers={"Authorization": f"Bearer {token}"})
    answer.raise_for_status()
    _write(folder / DASHBOARD, answer.text)
    script = _SCRIPT.search(answer.text)
    if script is not None:  # beside the page, so that its charts are drawn from a folder too
        asset = await stage.client.get(f"{stage.running.urls['reporting']}/{script[1]}")
        asset.raise_for_status()
        _write(folder / script[1], asset.text)
    for kind in ("pdf", "xlsx"):
        report = await stage.client.get(
            f"{stage.running.urls['reporting']}/v1/reports/{months[-1]:%Y-%m}.{kind}",
            headers={"Authorization": f"Bearer {token}"},
        )
        report.raise_for_status()
        (folder / f"report-{months[-1]:%Y-%m}.{kind}").write_bytes(report.content)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8-sig") as file:  # with a BOM: Excel then reads the letters right
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
