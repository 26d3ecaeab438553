"""Officers who speak HTTP to the registry, and the units that they are of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.registry.commune_lists import Line, workbook

HUE, PHU_LOC, VINH_HUNG, VINH_MY = "474@2021-07-01", "482@2021-07-01", "20116@2021-07-01", "20113@2021-07-01"


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


@dataclass(slots=True)
class Officer:
    """Somebody with a token."""

    client: httpx.AsyncClient
    token: str | None

    async def ask(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Any request; the response as it is."""
        headers = {**(bearer(self.token) if self.token else {}), **arguments.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **arguments)

    async def get(self, path: str, **params: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = await self.ask("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None) -> Any:
        """The JSON of a POST that must succeed."""
        answer = await self.ask("POST", path, json=body)
        assert answer.status_code in (200, 201, 202), answer.text
        return answer.json()

    async def send(self, data: bytes, name: str = "danh-sach.xlsx", **form: str) -> httpx.Response:
        """Send a list in."""
        return await self.ask("POST", "/v1/imports", files={"file": (name, data)}, data=form)

    async def read(self, data: bytes, name: str = "danh-sach.xlsx") -> Any:
        """Send a list in that must be read."""
        answer = await self.send(data, name)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def enter(self, commune: str, lines: Sequence[Line], month: str = "10/2021") -> Any:
        """Send a list in and confirm it; what confirming answered, with the import's id."""
        view = await self.read(workbook(commune, lines, month))
        done = await self.post(f"/v1/imports/{view['import_id']}/confirm")
        return {**done, "import_id": view["import_id"]}

    async def find(self, search: str) -> list[dict[str, Any]]:
        """People whom a search finds."""
        found: list[dict[str, Any]] = (await self.get("/v1/beneficiaries", search=search))["items"]
        return found


Officers = Callable[..., Officer]
