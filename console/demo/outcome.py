"""What the demo found: the JSON document, and the same as tables for people."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from console.demo.api import Officer
from console.demo.judge import Verdict
from console.demo.plan import PlannedRun
from console.demo.stage import Stage
from console.load_province import PROVINCE
from shared.kernel.money import format_dong

PARTS = ("paid_account", "paid_cash", "in_flight", "returned", "unclaimed", "cancelled", "not_released")
MILLION = 1_000_000
REPORTING_SECONDS = 300.0
"""How long reporting may be behind at the end, before what it says counts as it is."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The document of `--json`."""

    document: dict[str, Any]

    @property
    def sound(self) -> bool:
        """Whether every month's books balance, reporting says the same, and nothing was doubled or lost."""
        document = self.document
        balanced = all(month["books_balance"] for month in document["months"])
        agree = document["reporting"]["differences"] == 0
        return balanced and agree and document["double_payments"] == 0 and document["lost_payments"] == 0


async def collect(
    stage: Stage,
    runs: Sequence[tuple[PlannedRun, str]],
    verdict: Verdict,
    rows: dict[str, int],
    befell: Mapping[str, int],
    seconds: float,
) -> Outcome:
    """Ask the services for their figures."""
    officer = stage.staff.officer("province", PROVINCE)
    months = [await _month(stage, month) for planned, _ in runs for month in planned.benefit_months]
    run_rows = []
    for _, run_id in runs:
        books = await officer.get("disbursement", f"/v1/runs/{run_id}/books")
        names = ("run", "opening_dong", "received_dong", "paid_dong", "returned_dong", "closing_dong")
        run_rows.append({name: books[name] for name in names})
    faults = dict(await stage.sandbox.ask("GET", "/admin/faults"))
    if stage.killer is not None:
        faults["gateway_killed"] = stage.killer.kills
    document = {
        "months": months,
        "runs": run_rows,
        "providers": verdict.providers,
        "reporting": await _reporting(officer),
        "faults": faults,
        "rows": rows,
        "life": {kind: count for kind, count in befell.items() if kind != "papers"},
        "double_payments": verdict.double_payments,
        "lost_payments": verdict.lost_payments,
        "elapsed_seconds": round(seconds, 1),
    }
    return Outcome(document)


async def _reporting(officer: Officer) -> dict[str, Any]:
    """What reporting made of events alone, against the books; once it has applied all that was said."""
    give_up_at = monotonic() + REPORTING_SECONDS
    while True:
        found = await officer.get("reporting", "/v1/consistency")
        if not any(month["events_behind"] for month in found["months"]) or monotonic() > give_up_at:
            differing = [month for month in found["months"] if month["differences"]]
            return {"differences": found["differences"], "months_differing": differing}
        await asyncio.sleep(0.2)


async def _month(stage: Stage, month: date) -> dict[str, Any]:
    officer = stage.staff.officer("province", PROVINCE)
    books = await officer.get("disbursement", f"/v1/months/{month}/books")
    coverage = await officer.get("reporting", "/v1/coverage", month=month.isoformat())
    shown: dict[str, Any] = {"month": month.isoformat(), "owed": books["owed"]}
    shown.update({part: books[part] for part in PARTS})
    shown.update(
        communes_switched=coverage["communes_switched"],
        communes_total=coverage["communes_total"],
        share_by_account=coverage["share_by_account"],
        books_balance=books["books_balance"],
    )
    return shown


def show(outcome: Outcome, console: Console) -> None:
    """The tables."""
    console.print(_months_table(outcome.document))
    console.print(_providers_table(outcome.document))
    console.print(_counts_table("Việc phát sinh · what life brought", outcome.document["life"], console.width))
    console.print(_counts_table("Sự cố đã vượt qua · faults survived", outcome.document["faults"], console.width))
    doubled, lost = outcome.document["double_payments"], outcome.document["lost_payments"]
    differences = outcome.document["reporting"]["differences"]
    colour = "green" if differences == 0 else "red"
    console.print(f"[{colour}]reporting against the books: {differences} differences[/]")
    colour = "green" if doubled == lost == 0 else "red"
    console.print(f"[{colour}]double payments: {doubled} · lost payments: {lost}[/] (counted from the providers' own books)")


def _months_table(document: dict[str, Any]) -> Table:
    """Fits a terminal of 80 columns: people above, million đồng below."""
    title = "Chi trả theo tháng hưởng · payments by benefit month (people; million đồng)"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("tháng\nmonth")
    for name in ("phải chi\nowed", "tài khoản\naccount", "tiền mặt\ncash", "chưa chi\nunpaid", "số xã\nswitched", "tỷ lệ\nshare"):
        table.add_column(name, justify="right")
    table.add_column("sổ\nbooks")
    for month in document["months"]:
        table.add_row(
            month["month"][:7],
            *(_cell([month[part]]) for part in ("owed", "paid_account", "paid_cash")),
            _cell([month[part] for part in PARTS if not part.startswith("paid_")]),
            f"{month['communes_switched']}/{month['communes_total']}",
            f"{month['share_by_account']:.1%}",
            "[green]balance[/]" if month["books_balance"] else "[red]OFF[/]",
        )
    return table


def _cell(parts: Sequence[dict[str, int]]) -> str:
    people, amount = sum(part["people"] for part in parts), sum(part["amount_dong"] for part in parts)
    return f"{people:,}\n{amount / MILLION:,.1f}" if any(part["obligations"] for part in parts) else "–"


def _providers_table(document: dict[str, Any]) -> Table:
    title = "Đối chiếu với nhà cung cấp · the providers' totals against ours"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("provider")
    for name in ("ours:\npayments", "\nđồng", "theirs:\npayments", "\nđồng"):
        table.add_column(name, justify="right")
    table.add_column("")
    for provider, sides in document["providers"].items():
        ours, theirs = sides["ours"], sides["theirs"]
        table.add_row(
            provider,
            f"{ours['payments']:,}",
            format_dong(ours["amount_dong"]),
            f"{theirs['payments']:,}",
            format_dong(theirs["amount_dong"]),
            "[green]agree[/]" if ours == theirs else "[red]differ[/]",
        )
    return table


def _counts_table(title: str, counts: Mapping[str, int], columns: int) -> Table:
    """Kinds with their counts, several beside each other."""
    table = Table(title=title, title_justify="left", show_header=False, pad_edge=False, box=SIMPLE_HEAD)
    in_order = sorted(counts.items())
    width = max(1, min(4, columns // 36))
    for _ in range(width):
        table.add_column()
        table.add_column(justify="right")
    for start in range(0, len(in_order), width):
        cells = [text for kind, count in in_order[start : start + width] for text in (kind, str(count))]
        table.add_row(*cells, *[""] * (2 * width - len(cells)))
    return table
