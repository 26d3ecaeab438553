"""Accounts that came into use: each month the providers' staff list those that money was first taken out of."""

from __future__ import annotations

from datetime import date

import orjson

from console.demo.stage import Stage
from console.load_province import PROVINCE

PROVIDERS = ("viettelpay", "vietinbank")
"""Those that open accounts."""


class UseLists:
    """Sends what is new since the last list."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._since = date.min

    async def send(self) -> int:
        """A list of each provider; how many accounts they name. Only days before today: a list is of days that are over."""
        officer = self._stage.staff.officer("provider_staff", PROVINCE)
        since, self._since = self._since, self._stage.today
        listed = 0
        for provider in PROVIDERS:
            after: str | None = ""
            while after is not None:
                asked = {"provider": provider, "since": since.isoformat(), "after": after}
                page = await self._stage.sandbox.ask("GET", "/admin/uses", params=asked)
                lines = [orjson.dumps(use) for use in page["uses"] if use["first_used_on"] < self._since.isoformat()]
                if lines:
                    await officer.post("provider_gateway", f"/v1/providers/{provider}/account-uses", content=b"\n".join(lines))
                listed += len(lines)
                after = page["next_after"]
        return listed
