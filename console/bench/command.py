"""`./chitra bench NAME`: each benchmark measures a job and, in the same run, a floor under it; what counts is the ratio.

Machines differ and are noisy; the ratio of a job to the least that the same rows cost in the same minute is less so.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from shared.observability import configure_logging
from shared.runtime import run_async

BENCHMARKS = {
    "import": ("console.bench.import_lists", "commune lists read and standardised on one core"),
    "month": ("console.bench.month", "a month without faults, from draw-up to books"),
    "payroll": ("console.bench.payroll", "payrolls drawn up from stored decisions, to approval"),
    "gateway": ("console.bench.gateway", "payrolls released, over RabbitMQ and the sandbox, to both services' settled books"),
    "reporting": (
        "console.bench.reporting",
        "a nation's read models: dashboard, events, settlement to page",
    ),
    "duplicates": ("console.bench.duplicates", "a province's people compared for duplicates, on one core"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command, and of each benchmark."""
    names = parser.add_subparsers(dest="benchmark", required=True, metavar="NAME")
    for name, (module, text) in BENCHMARKS.items():
        benchmark = names.add_parser(name, help=text)
        benchmark.add_argument("--json", metavar="FILE", help="write the figures as one line of JSON (- for standard output)")
        importlib.import_module(module).add_arguments(benchmark)


def run(arguments: argparse.Namespace) -> int:
    """Run one benchmark, print its figures."""
    configure_logging("error")
    module = importlib.import_module(BENCHMARKS[arguments.benchmark][0])
    figures: dict[str, Any] = run_async(module.measure(arguments))
    line = json.dumps(figures)
    if arguments.json == "-":
        print(line)
    elif arguments.json:
        Path(arguments.json).write_text(line + "\n", encoding="utf-8")
    table = Table("figure", "value", title=f"bench {arguments.benchmark}: {BENCHMARKS[arguments.benchmark][1]}")
    for name, value in figures.items():
        table.add_row(name, f"{value:,}")
    Console(file=sys.stderr if arguments.json == "-" else sys.stdout).print(table)
    return 0
