"""Enrolment: provider staff and communes collect requests for accounts, month by month, in the districts that switched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from random import Random
from typing import Any

from console.demo.api import Staff
from console.demo.contracts import District

BATCH = 500
AT_ONCE_SHARE = 0.92
LATER_SHARE = 0.97
"""So many of a switched commune's people ask for an account in the first month, so many by the next; the rest stay with cash."""

WAIT_SECONDS = 900.0
"""A net for what hangs for good: a slow machine is no failure."""
POLL_SECONDS = 0.1


class Enrolment:
    """Who asks for an account, when. Drawn once for each person by the seed."""

    def __init__(self, staff: Staff, seed: int) -> None:
        self._staff = staff
        self._seed = seed
        self._people: dict[str, list[dict[str, Any]]] = {}
        self._months: dict[str, int] = {}

    async def collect(self, districts: Iterable[District]) -> int:
        """One month's requests in these districts, until every one of them has been answered; how many were sent."""
        sent = 0
        for district in districts:
            sent += await self._collect_district(district)
        await self._wait_for_answers()
        return sent

    async def _collect_district(self, district: District) -> int:
        month = self._months.get(district.unit.code, 0)
        self._months[district.unit.code] = month + 1
        if month > 1:
            return 0  # everybody who wants an account has asked
        officer = self._staff.officer("provider_staff", district.unit.unit_id)
        if district.unit.code not in self._people:
            pages = officer.pages("registry", "/v1/beneficiaries", unit_id=district.unit.unit_id)
            self._people[district.unit.code] = [person async for person in pages]
        wanted = [p["beneficiary_id"] for p in self._people[district.unit.code] if self._asks(p, month)]
        for start in range(0, len(wanted), BATCH):
            body = {"provider": district.provider, "beneficiary_ids": wanted[start : start + BATCH]}
            await officer.post("registry", "/v1/accounts/requests", body)
        return len(wanted)

    def _asks(self, person: dict[str, Any], month: int) -> bool:
        drawn = Random(f"{self._seed}:{person['code']}").random()
        return drawn < AT_ONCE_SHARE if month == 0 else drawn < LATER_SHARE

    async def _wait_for_answers(self) -> None:
        province = self._staff.officer("province", "46@2021-07-01")
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            page = await province.get("registry", "/v1/accounts", state="requested", limit=1)
            if not page["items"]:
                return
            await asyncio.sleep(POLL_SECONDS)
        raise RuntimeError("requests for accounts stay without an answer")
