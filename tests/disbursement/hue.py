"""Huế with its units of 2021, of 1/1/2025 and of 1/7/2025, as `shared/data` has them, and authorities that hand over."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from shared import outbox
from shared.contracts.disbursement_events import ChunkInstructed
from shared.contracts.gateway_events import Outcome
from shared.contracts.registry_events import BeneficiaryRecord, UnitRecord, UnitsDefined
from shared.reference import units
from tests.disbursement.gateway_voice import tell
from tests.disbursement.office import Office
from tests.disbursement.records import changed

PLACES = ("not_released", "in_flight", "returned", "unclaimed", "cancelled", "paid_cash", "paid_account")
OPEN = ("not_released", "in_flight", "returned", "unclaimed")
PROVINCES = ("46@2021-07-01", "46@2025-01-01")


@cache
def successors(column: str, earlier: str) -> dict[str, str]:
    """Code of then -> code of that day, by `units_map.csv`."""
    text = files("shared.data").joinpath("units_map.csv").read_text(encoding="utf-8")
    return {row[earlier]: row[column] for row in csv.DictReader(text.splitlines())}


def next_unit(unit_id: str) -> str:
    """The commune that a commune became on the next change."""
    code, since = unit_id.split("@")
    if since == "2021-07-01":
        return f"{successors('code_2025_01', 'code_2021')[code]}@2025-01-01"
    return f"{successors('code_2025_07', 'code_2025_01')[code]}@2025-07-01"


def communes_of(authority_id: str) -> list[str]:
    """The communes of a district, or the commune itself."""
    return [unit.unit_id for unit in units() if unit.level == "commune" and authority_id in unit.path]


def authority_of(unit_id: str) -> str:
    """The district of a commune, or since 7/2025 the commune itself."""
    unit = next(unit for unit in units() if unit.unit_id == unit_id)
    return unit.path[1]


class Hue(Office):
    """The province; officers with tokens of the whole country unless a test says whose."""

    async def lay(self, *, name: str = "", contracts: bool = True) -> Hue:
        """All units that there ever were."""
        for service in ("registry", "disbursement"):
            async with self.platform.database(service).transaction() as tx:
                await outbox.ensure_partitions(tx, service)
        fields = [{column: getattr(unit, column) for column in UnitRecord.model_fields} for unit in units()]
        await self.emit(UnitsDefined(units=[UnitRecord(**one) for one in fields]))
        return self

    async def call(self, method: str, path: str, role: str, body: Any = None, **more: Any) -> Any:
        """A request, of the whole country unless units are named."""
        return await super().call(method, path, role, body, **{"units": ["*"], **more})

    async def serve(self, authority_id: str) -> None:
        """Contracts of an authority: VietinBank with Vietnam Post, and the cashier, everywhere."""
        self.authority, self.communes = authority_id, tuple(communes_of(authority_id))
        await self.contract("vietinbank", {"account": "vietinbank", "cash": "vnpost"}, self.communes)
        await self.contract("commune_cashier", {"cashier": "commune_cashier"}, self.communes)

    async def pay_run(self, code: str, province: str, *months: str) -> str:
        """Open a run."""
        body = {"code": code, "unit_id": province, "benefit_months": list(months) or [f"{code}-01"]}
        return str((await self.ok("POST", "/v1/runs", "province", body))["run_id"])

    async def draw_for(self, run_id: str, authority_id: str) -> Any:
        """Draw up for one authority."""
        return await self.ok("POST", f"/v1/runs/{run_id}/draw-up", "maker", {"authority_id": authority_id})

    async def pay(self, run_id: str, authority_id: str) -> list[ChunkInstructed]:
        """Draw up, approve, fund, release and send; the chunks that went out."""
        self.authority = authority_id
        drawn = await self.draw_for(run_id, authority_id)
        for payroll in drawn["payrolls"]:
            await self.released(payroll)
        while await self.dispatcher(most_unanswered=500).step():
            pass
        named = {payroll["payroll_id"] for payroll in drawn["payrolls"]}
        rows = await self.rows("SELECT body::text FROM outbox WHERE type = 'chunk_instructed' ORDER BY seq")
        chunks = [ChunkInstructed.model_validate_json(row[0]) for row in rows]
        return [chunk for chunk in chunks if str(chunk.payroll_id) in named]

    async def tell(self, chunk: ChunkInstructed, outcomes: dict[UUID, Outcome], step: int = 101) -> None:
        """One event of the gateway: what became of some payments of a chunk."""
        await tell(self, chunk, outcomes, step)

    async def succeed(self, people: Sequence[BeneficiaryRecord]) -> list[BeneficiaryRecord]:
        """The registry lets people go over to the communes that follow theirs."""
        moved = [changed(person, unit_id=next_unit(person.unit_id)) for person in people]
        await self.say(*moved)
        return moved

    def handover(self, authority_id: str, on: str) -> dict[str, Any]:
        """The act of an authority: each commune goes to the one that follows it."""
        heirs: dict[str, list[dict[str, str]]] = {}
        for commune in communes_of(authority_id):
            now = next_unit(commune)
            heirs.setdefault(authority_of(now), []).append({"from_unit_id": commune, "to_unit_id": now})
        to = [{"authority_id": authority, "communes": communes} for authority, communes in sorted(heirs.items())]
        return {"from_authority_id": authority_id, "on": on, "paper": "1675/NQ-UBTVQH15", "to": to}

    async def hand_over(self, authority_id: str, on: str) -> Any:
        """Hand over."""
        return await self.ok("POST", "/v1/handovers", "province", self.handover(authority_id, on))

    # --- the books --------------------------------------------------------------------------------------------------

    async def month_books(self, month: str, authority_id: str | None = None) -> dict[str, Any]:
        """The books of a month, which must balance."""
        asked = f"?authority_id={authority_id}" if authority_id else ""
        read: dict[str, Any] = await self.ok("GET", f"/v1/months/{month}/books{asked}", "checker")
        assert read["books_balance"] is True, (month, authority_id, read)
        return read

    async def run_books(self, run_id: str, authority_id: str | None = None) -> dict[str, Any]:
        """The books of a run, which must balance."""
        asked = f"?authority_id={authority_id}" if authority_id else ""
        read: dict[str, Any] = await self.ok("GET", f"/v1/runs/{run_id}/books{asked}", "accountant")
        assert read["books_balance"] is True, (run_id, authority_id, read)
        return read

    async def counted(self, months: Sequence[str], runs: Sequence[str], authorities: Sequence[str]) -> dict[str, Any]:
        """All books: of each month and run the whole, which the authorities' books must add up to."""
        counted: dict[str, Any] = {}
        for month in months:
            whole = parts(await self.month_books(month))
            added: Counter[str] = Counter()
            for authority_id in authorities:
                added.update(parts(await self.month_books(month, authority_id)))
            assert whole == {place: dong for place, dong in added.items() if dong}
            counted[month] = whole
        for run_id in runs:
            whole = flows(await self.run_books(run_id))
            summed: Counter[str] = Counter()
            for authority_id in authorities:
                summed.update(flows(await self.run_books(run_id, authority_id)))
            assert whole == {name: summed[name] for name in whole}, (whole, summed)
            counted[run_id] = whole
        return counted


def parts(read: dict[str, Any]) -> dict[str, int]:
    """Đồng in each place that has some."""
    return {place: read[place]["amount_dong"] for place in PLACES if read[place]["amount_dong"]}


def flows(read: dict[str, Any]) -> dict[str, int]:
    """A run's money. What authorities took over from each other is nothing over all of them."""
    return {name: read[f"{name}_dong"] for name in ("received", "paid", "returned", "taken_over", "closing")}
