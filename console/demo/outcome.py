"""What the demo found: the JSON document, and the same as tables for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from console.demo.judge import Verdict
from console.demo.plan import PlannedRun
from console.demo.stage import Stage
from console.load_province import PROVINCE
from shared.kernel.money import format_dong

PARTS = ("paid_account", "paid_cash", "in_flight", "returned", "unclaimed", "cancelled", "not_released")
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """The document of `--json`."""

    document: dict[str, Any]

    @property
    def sound(self) -> bool:
        """Whether every month's books balance and nothing was doubled or lost."""
        document = self.document
        balanced = all(month["books_balance"] for month in document["months"])
        return balanced and document["double_payments"] == 0 and document["lost_payments"] == 0


async def collect(
    stage: Stage,
    runs: Sequence[tuple[PlannedRun, str]],
    verdict: Verdict,
    rows: dict[str, int],
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
        "faults": faults,
        "rows": rows,
        "double_payments": verdict.double_payments,
        "lost_payments": verdict.lost_payments,
        "elapsed_seconds": round(seconds, 1),
    }
    return Outcome(document)


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
    console.print(_faults_table(outcome.document))
    doubled, lost = outcome.document["double_payments"], outcome.document["lost_payments"]
    colour = "green" if doubled == lost == 0 else "red"
    console.print(f"[{colour}]double payments: {doubled} · lost payments: {lost}[/] (counted from the providers' own books)")


def _months_table(document: dict[str, Any]) -> Table:
    table = Table(title="Chi trả theo tháng hưởng · payments by benefit month (people; million đồng)", title_justify="left")
    table.add_column("month")
    for name in ("owed", "by account", "in cash", "in flight", "returned", "unclaimed", "not released", "communes switched"):
        table.add_column(name, justify="right")
    table.add_column("by account", justify="right")
    table.add_column("books")
    for month in document["months"]:
        cells = [
            _cell(month[part])
            for part in ("owed", "paid_account", "paid_cash", "in_flight", "returned", "unclaimed", "not_released")
        ]
        table.add_row(
            month["month"][:7],
            *cells,
            f"{month['communes_switched']} / {month['communes_total']}",
            f"{month['share_by_account']:.1%}",
            "[green]balance[/]" if month["books_balance"] else "[red]OFF[/]",
        )
    return table


def _cell(part: dict[str, int]) -> str:
    return f"{part['people']:,} · {part['amount_dong'] / MILLION:,.1f}" if part["obligations"] else "–"


def _providers_table(document: dict[str, Any]) -> Table:
    table = Table(title="Đối chiếu với nhà cung cấp · the providers' totals against ours", title_justify="left")
    for name in ("provider", "ours: payments", "đồng", "theirs: payments", "đồng", ""):
        table.add_column(name, justify="right" if name not in {"provider", ""} else "left")
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


def _faults_table(document: dict[str, Any]) -> Table:
    table = Table(title="Sự cố đã vượt qua · faults survived", title_justify="left", show_header=False, pad_edge=False)
    faults = sorted(document["faults"].items())
    width = 4
    for _ in range(width):
        table.add_column()
        table.add_column(justify="right")
    for start in range(0, len(faults), width):
        cells = [text for kind, count in faults[start : start + width] for text in (kind, str(count))]
        table.add_row(*cells, *[""] * (2 * width - len(cells)))
    return table
