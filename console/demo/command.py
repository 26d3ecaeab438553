"""`./chitra demo`: a province's months, from commune lists in Excel to money in accounts and a coverage report."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from console.demo.keepsakes import DASHBOARD
from console.demo.options import DemoOptions
from console.demo.outcome import Outcome, show
from console.demo.plan import MAX_MONTHS, plan_runs
from console.demo.play import Play, begin_lists
from console.demo.stage import Stage, open_stage
from shared.observability import configure_logging
from shared.runtime import run_async

LEAST_BENEFICIARIES = 141
MOST_BENEFICIARIES = 1_000_000
MOST_PATIENCE = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--beneficiaries", type=_within(LEAST_BENEFICIARIES, MOST_BENEFICIARIES), default=5000, metavar="N")
    parser.add_argument("--months", type=_within(1, MAX_MONTHS), default=5, help="benefit months from 10/2021 (default 5)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", metavar="FILE", help="write the figures as JSON (- for standard output)")
    parser.add_argument("--kill", action="store_true", help="SIGKILL the gateway's worker in the middle, several times")
    parser.add_argument("--stay", action="store_true", help="leave the platform up to look at, until Ctrl-C")
    parser.add_argument("--distributed", action="store_true", help="real RabbitMQ, each service and role its own process")
    parser.add_argument(
        "--patience", type=_patience, default=1.0, metavar="FACTOR", help="on a slow or busy machine: wait so many times longer"
    )


def _within(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"between {least} and {most}")
        return value

    return number


def _patience(text: str) -> float:
    value = float(text)
    if not 1.0 <= value <= MOST_PATIENCE:
        raise argparse.ArgumentTypeError(f"between 1 and {MOST_PATIENCE:g}")
    return value


def run(arguments: argparse.Namespace) -> int:
    """Play the demo; 0 when the books balance and nothing was doubled or lost."""
    configure_logging("error")
    options = DemoOptions(
        beneficiaries=arguments.beneficiaries,
        months=arguments.months,
        seed=arguments.seed,
        json_file=arguments.json,
        kill=arguments.kill,
        stay=arguments.stay,
        distributed=arguments.distributed,
        home=Path(os.environ.get("CHITRA_HOME", ".chitra")).absolute() / "demo",
        out=Path("demo-out").absolute(),
        patience=arguments.patience,
    )
    return run_async(play(options))


async def play(options: DemoOptions) -> int:
    """Open the stage, play, show, close."""
    _end_in_order_on_sigterm()
    console = Console(file=sys.stderr if options.json_file == "-" else sys.stdout)
    runs = plan_runs(options.months)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        listed = begin_lists(options, progress)
        task = progress.add_task("platform started", total=1)
        stage = await open_stage(options, runs[0].run_month)
        progress.update(task, completed=1)
        try:
            outcome = await Play(stage, options, runs, progress, listed).perform()
        except BaseException:
            await stage.close()
            raise
    write(options, outcome)
    show(outcome, console)
    console.print(f"dashboard, as it stood: {(options.out / 'reports' / DASHBOARD).as_uri()}", soft_wrap=True)
    if options.stay:
        await stay(stage, console)
    await stage.close()
    return 0 if outcome.sound else 1


def _end_in_order_on_sigterm() -> None:
    """As on Ctrl-C: the database, the sandbox and all processes that were started here are ended."""
    task = asyncio.current_task()
    assert task is not None
    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def write(options: DemoOptions, outcome: Outcome) -> None:
    """The JSON document, to the file asked for and into demo-out/."""
    text = json.dumps(outcome.document, ensure_ascii=False, indent=1)
    (options.out / "outcome.json").write_text(text, encoding="utf-8")
    if options.json_file == "-":
        print(json.dumps(outcome.document, ensure_ascii=False))
    elif options.json_file:
        Path(options.json_file).write_text(text, encoding="utf-8")


async def stay(stage: Stage, console: Console) -> None:
    """Leave it up until Ctrl-C."""
    token = stage.running.token("province", ["46@2021-07-01"], "visitor")
    for service, url in stage.running.urls.items():
        console.print(f"{service}: {url}/docs", soft_wrap=True)
    console.print(f"dashboard: {stage.running.urls['reporting']}/?token={token}", soft_wrap=True)
    console.print("Ctrl-C ends it.")
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return
