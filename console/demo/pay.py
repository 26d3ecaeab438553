"""One pay run, as its officers do it: draw up, prepare, approve, fund, release, wait, and pay again what failed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from console.demo.contracts import District, ProvinceMap
from console.demo.plan import PlannedRun
from console.demo.stage import Stage
from console.load_province import PROVINCE

AT_ONCE = 4
SUPPLEMENTS = 1
LAST_SUPPLEMENTS = 2
"""Rounds in which what was refused, returned or not collected is paid again by another way. What fails even then stands over
to the next run, which pays it as arrears; the last run has nothing after it."""

COLLECTION_DAYS = 9
"""After so many days cash was collected or lapsed, returns came, and late webhooks too."""


class PayDesk:
    """Runs pay runs on a stage."""

    def __init__(self, stage: Stage, districts: ProvinceMap) -> None:
        self._stage = stage
        self._districts = districts
        self._province = stage.staff.officer("province", PROVINCE)

    async def pay(self, planned: PlannedRun, *, last: bool = False) -> str:
        """Pay one planned run to its end; its id."""
        body = {
            "code": planned.code,
            "unit_id": PROVINCE,
            "benefit_months": [month.isoformat() for month in planned.benefit_months],
        }
        run = await self._province.post("disbursement", "/v1/runs", body, key=f"run-{planned.code}")
        run_id = str(run["run_id"])
        for round_no in range(1 + (LAST_SUPPLEMENTS if last else SUPPLEMENTS)):
            drawn = await self._release_all(run_id, planned, round_no)
            if not drawn:
                break
            await self._settle(run_id, planned)
        await self._refund(run_id)
        return run_id

    async def _release_all(self, run_id: str, planned: PlannedRun, round_no: int) -> int:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(district: District) -> int:
            async with gate:
                return await self._release_district(run_id, district, planned, round_no)

        if self._stage.killer is not None:
            self._stage.killer.let_loose()
        return sum(await asyncio.gather(*(one(d) for d in self._districts.districts.values())))

    async def _release_district(self, run_id: str, district: District, planned: PlannedRun, round_no: int) -> int:
        unit = district.unit.unit_id
        maker = self._stage.staff.officer("maker", unit)
        checker = self._stage.staff.officer("checker", unit)
        accountant = self._stage.staff.officer("accountant", unit)
        drawn = await maker.post("disbursement", f"/v1/runs/{run_id}/draw-up", {"authority_id": unit})
        payrolls: list[dict[str, Any]] = [p for p in drawn["payrolls"] if p["state"] == "drawn"]
        for payroll in payrolls:
            await maker.post("disbursement", f"/v1/payrolls/{payroll['payroll_id']}/prepare")
            await checker.post("disbursement", f"/v1/payrolls/{payroll['payroll_id']}/approve")
        await self._fund(run_id, district, payrolls, planned, round_no)
        for payroll in payrolls:
            await accountant.post("disbursement", f"/v1/payrolls/{payroll['payroll_id']}/release")
        return len(payrolls)

    async def _fund(
        self, run_id: str, district: District, payrolls: list[dict[str, Any]], planned: PlannedRun, round_no: int
    ) -> None:
        """The Treasury credits the first drawing up. A supplement is paid from what came back, so it needs none."""
        if round_no > 0:
            return
        accountant = self._stage.staff.officer("accountant", district.unit.unit_id)
        by_contract: dict[str, int] = defaultdict(int)
        for payroll in payrolls:
            by_contract[payroll["contract_id"]] += payroll["amount_dong"]
        for number, (contract_id, amount_dong) in enumerate(sorted(by_contract.items())):
            funding = {
                "authority_id": district.unit.unit_id,
                "contract_id": contract_id,
                "amount_dong": amount_dong,
                "withdrawal_paper": f"RDT-{planned.code}-{district.unit.code}-{number}",
                "treasury_reference": f"KB-{planned.code}-{district.unit.code}-{number}",
                "credited_on": self._stage.today.isoformat(),
            }
            key = f"funding-{planned.code}-{district.unit.code}-{number}"
            await accountant.post("disbursement", f"/v1/runs/{run_id}/fundings", funding, key=key)

    async def _settle(self, run_id: str, planned: PlannedRun) -> None:
        """Until nothing of the run is on its way: first what answers at once, then what takes days."""
        month = planned.run_month
        await wait_until_quiet(self._stage, run_id, month)
        if self._stage.killer is not None:
            await self._stage.killer.rest()
            await wait_until_quiet(self._stage, run_id, month)
        for _ in range(3):
            await self._stage.set_date(self._stage.today + timedelta(days=COLLECTION_DAYS))
            await wait_until_quiet(self._stage, run_id, month)
            if await in_flight(self._stage, run_id) == 0:
                return

    async def _refund(self, run_id: str) -> None:
        """Close the run: what no provider could pay goes back to the Treasury."""
        for district in self._districts.districts.values():
            accountant = self._stage.staff.officer("accountant", district.unit.unit_id)
            await accountant.post(
                "disbursement", f"/v1/runs/{run_id}/refunds", {"authority_id": district.unit.unit_id}, key=f"refund-{run_id}"
            )


QUIET_ROUNDS = 1
POLL_SECONDS = 0.12
LIMIT_SECONDS = 900.0
"""A net for what hangs for good: a slow machine is no failure."""


async def wait_until_quiet(stage: Stage, run_id: str, run_month: date) -> None:
    """Until two looks in a row see the same, with nothing released but not instructed, unsure, or waiting in a queue."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LIMIT_SECONDS
    same, last = 0, None
    while loop.time() < deadline:
        seen = await _look(stage, run_id, run_month)
        same = same + 1 if seen == last and seen[0] == 0 else 0
        if same >= QUIET_ROUNDS:
            return
        last = seen
        await asyncio.sleep(POLL_SECONDS)
    raise RuntimeError(f"the platform does not come to rest: {last}")


async def _look(stage: Stage, run_id: str, run_month: date) -> tuple[int, int, str]:
    """(work that should go on by itself, payments in flight, a mark of what has happened so far).

    The cheapest question first: while its answer says that things move, the others are not asked.
    """
    province = stage.staff.officer("province", PROVINCE)
    webhooks = await stage.sandbox.ask("GET", "/admin/webhooks")
    if int(webhooks["queued"]):
        return int(webhooks["queued"]), 0, ""
    summary = await province.get("provider_gateway", "/v1/summary", run_month=run_month.isoformat())
    unsure = sum(a["attempts"] for a in summary["attempts"] if a["state"] in {"sending", "unknown"})
    waiting = sum(c["chunks"] for c in summary["chunks"] if c["state"] == "waiting")
    unread = sum(w["waiting"] for w in summary["webhooks"])
    if unsure + waiting + unread:
        return unsure + waiting + unread, 0, ""
    progress = await province.get("disbursement", f"/v1/runs/{run_id}/progress")
    for wait in progress["waits"]:
        if wait["why"] == "canary-failed" and wait["stop_id"]:
            await _lift(stage, wait["stop_id"])
    return int(progress["chunks_waiting"]), int(progress["in_flight"]), f"{progress['settled']}/{progress['failed']}"


async def _lift(stage: Stage, stop_id: str) -> None:
    """A fault of the sandbox struck a payroll's first payments. The officer at the switch has looked, and lets the rest go."""
    operations = stage.staff.officer("operations", PROVINCE)
    body = {"reason": "One batch was refused in part; the list is in order"}
    await operations.post("provider_gateway", f"/v1/stops/{stop_id}/lift", body, key=f"lift-{stop_id}")


async def in_flight(stage: Stage, run_id: str) -> int:
    """Payments of a run that are on their way."""
    province = stage.staff.officer("province", PROVINCE)
    return int((await province.get("disbursement", f"/v1/runs/{run_id}/progress"))["in_flight"])


def last_day(planned: PlannedRun) -> date:
    """The day by which a run must be over: before the next one opens."""
    return planned.run_month + timedelta(days=27)
