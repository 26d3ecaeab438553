"""Contracts of the demo: each district's commune cashier, and its electronic contract, joined by the communes that switch."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from console.demo.api import Officer, Refused, Staff
from console.demo.plan import LEAD
from console.load_province import PROVINCE
from shared.kernel.units import UNKNOWN_UNIT, Unit
from shared.reference import units_on

CHANNELS = {
    "viettelpay": [{"channel": "wallet", "provider": "viettelpay"}, {"channel": "cash", "provider": "viettelpay"}],
    "vietinbank": [{"channel": "account", "provider": "vietinbank"}, {"channel": "cash", "provider": "vnpost"}],
    "commune_cashier": [{"channel": "cashier", "provider": "commune_cashier"}],
}
NUMBERS = {"viettelpay": "VTP-2021", "vietinbank": "VTB-2021", "commune_cashier": "XA-2021"}


@dataclass(slots=True)
class District:
    """A paying authority with its communes and contracts."""

    unit: Unit
    communes: list[Unit]
    electronic_contract: str
    switched: bool = False

    @property
    def provider(self) -> str:
        """Lead provider of its electronic contract."""
        return LEAD[self.unit.code]


@dataclass(slots=True)
class ProvinceMap:
    """The districts by code."""

    districts: dict[str, District] = field(default_factory=dict)

    @property
    def communes(self) -> list[Unit]:
        """All communes."""
        return [commune for district in self.districts.values() for commune in district.communes]


async def sign_contracts(staff: Staff, first_month: date) -> ProvinceMap:
    """Make both contracts of every district; the cashier's serves all communes from the first month."""
    province = staff.officer("province", PROVINCE)
    found = ProvinceMap()
    units = units_on(first_month)
    for unit in (u for u in units if u.level == "district"):
        communes = [u for u in units if u.parent_id == unit.unit_id]
        contracts = {}
        for provider in ("commune_cashier", LEAD[unit.code]):
            contract = {
                "authority_id": unit.unit_id,
                "number": f"{NUMBERS[provider]}/{unit.code}",
                "lead_provider": provider,
                "channels": CHANNELS[provider],
                "valid_from": first_month.isoformat(),
            }
            answer = await _once_known(province, "/v1/contracts", contract, key=f"contract-{provider}-{unit.code}")
            contracts[provider] = answer["contract_id"]
        served = {"unit_ids": [c.unit_id for c in communes], "from_month": first_month.isoformat()}
        await _once_known(province, f"/v1/contracts/{contracts['commune_cashier']}/communes", served)
        found.districts[unit.code] = District(unit, communes, contracts[LEAD[unit.code]])
    return found


async def switch(staff: Staff, district: District, run_month: date) -> None:
    """From this run on the district's communes are paid through its electronic contract."""
    province = staff.officer("province", PROVINCE)
    served = {"unit_ids": [c.unit_id for c in district.communes], "from_month": run_month.isoformat()}
    await province.post("disbursement", f"/v1/contracts/{district.electronic_contract}/communes", served)
    district.switched = True


KNOWN_SECONDS = 300.0
"""A net for what hangs for good: a slow machine is no failure."""


async def _once_known(province: Officer, path: str, body: dict[str, Any], *, key: str | None = None) -> Any:
    """POST to disbursement what names units, once it has heard of them: the registry's events reach it a moment later."""
    deadline = asyncio.get_running_loop().time() + KNOWN_SECONDS
    while True:
        try:
            return await province.post("disbursement", path, body, key=key)
        except Refused as refused:
            if refused.code != UNKNOWN_UNIT.code or asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.1)
