"""The demo from beginning to end, on an open stage."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress, TaskID

from console.demo import imports
from console.demo.contracts import ProvinceMap, sign_contracts, switch
from console.demo.enrolment import Enrolment
from console.demo.imports import ImportTally, Listed
from console.demo.judge import judge, read_movements
from console.demo.keepsakes import keep_reports, keep_statements
from console.demo.life import Life
from console.demo.options import DemoOptions
from console.demo.outcome import Outcome, collect
from console.demo.pay import PayDesk
from console.demo.plan import PlannedRun
from console.demo.stage import Stage
from console.demo.uses import UseLists
from console.load_province import load_units

COMMUNES = 141


def begin_lists(options: DemoOptions, progress: Progress) -> asyncio.Task[Listed]:
    """Start making the province's people and their communes' lists."""
    task = progress.add_task("commune lists written", total=COMMUNES)

    def advance(done: int, of: int) -> None:
        progress.update(task, completed=done, total=of)

    return asyncio.create_task(imports.make_lists(options.beneficiaries, options.out / "lists", options.seed, advance))


class Play:
    """One performance. `listed` comes from `begin_lists`, which need not wait for the stage."""

    def __init__(
        self, stage: Stage, options: DemoOptions, runs: list[PlannedRun], progress: Progress, listed: asyncio.Task[Listed]
    ) -> None:
        self._stage = stage
        self._listed = listed
        self._options = options
        self._runs = runs
        self._progress = progress

    async def perform(self) -> Outcome:
        """Everything, in order."""
        began = time.monotonic()
        districts, tally = await self._set_up()
        enrolment = Enrolment(self._stage.staff, self._options.seed)
        life = Life(self._stage.staff, districts, self._options.seed)
        desk = PayDesk(self._stage, districts)
        uses = UseLists(self._stage)
        paid: list[tuple[PlannedRun, str]] = []
        with self._bar("pay runs", len(self._runs)) as advance:
            for planned in self._runs:
                await self._open(planned, districts, enrolment, life)
                paid.append((planned, await desk.pay(planned, last=planned is self._runs[-1])))
                await uses.send()
                advance(len(paid), len(self._runs))
        await life.end(self._stage.today, self._runs[-1].run_month)
        await life.recover(self._stage.today)
        movements = await read_movements(self._stage)
        keep_statements(self._options.out / "statements", movements)
        months = [month for planned in self._runs for month in planned.benefit_months]
        await keep_reports(self._stage, self._options.out / "reports", months)
        verdict = await judge(self._stage, movements)
        rows = {status: tally.rows[status] for status in ("accepted", "review", "rejected")}
        outcome = await collect(self._stage, paid, verdict, rows, life.befell, time.monotonic() - began)
        for line in verdict.unexplained[:20]:
            self._progress.console.print(f"[red]unexplained:[/] {line}")
        return outcome

    async def prepare_first_run(self) -> PayDesk:
        """Everything up to the first drawing up: what `./chitra bench month` starts its watch after."""
        districts, _ = await self._set_up()
        await self._open(self._runs[0], districts, Enrolment(self._stage.staff, self._options.seed), None)
        return PayDesk(self._stage, districts)

    async def _open(self, planned: PlannedRun, districts: ProvinceMap, enrolment: Enrolment, life: Life | None) -> None:
        """Districts switch, life goes on, accounts are collected, the day of payment comes."""
        await self._stage.set_date(planned.opens_on)
        for code in planned.switching:
            await switch(self._stage.staff, districts.districts[code], planned.run_month)
        if life is not None and planned is self._runs[0]:
            await life.begin(planned.opens_on)
        elif life is not None:
            await life.go_on(planned.opens_on)
        await enrolment.collect(d for d in districts.districts.values() if d.switched)
        await self._stage.set_date(planned.pays_on)

    async def _set_up(self) -> tuple[ProvinceMap, ImportTally]:
        stage = self._stage
        await load_units(stage.running.urls["registry"], stage.running.token("admin", ["*"], "setup"), "")
        # Contracts name units; disbursement answers 503 until it has heard of them, and the officers ask again.
        districts = await sign_contracts(stage.staff, self._runs[0].run_month)
        listed = await self._listed
        await imports.know_accounts(stage, listed.province)
        communes = {commune.code: commune for commune in districts.communes}
        with self._bar("commune lists imported", len(listed.lists)) as advance:
            tally = await imports.import_lists(stage.staff, listed.lists, communes, advance)
        return districts, tally

    @contextmanager
    def _bar(self, text: str, total: int) -> Iterator[Callable[[int, int], None]]:
        task: TaskID = self._progress.add_task(text, total=total)
        yield lambda done, of: self._progress.update(task, completed=done, total=of)
        self._progress.update(task, completed=total, total=total)
