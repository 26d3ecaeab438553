"""`./chitra import send`: lists to a running registry over real HTTP, twice with the same result."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import uvicorn

from console.importing import sending
from console.importing.sending import Errand, send_all
from console.main import main
from services.registry.domain.lists.annotations import SUMMARY_SHEET
from shared.embedded_postgres import free_port
from shared.service import Service
from tests.registry.commune_lists import Line, workbook
from tests.registry.officers import PHU_LOC

LISTS = {
    "20116-hung.xlsx": ("Xã Vinh Hưng", [Line("Nguyễn Thị Hòa", "1938", "Nữ", "046138235639"), Line("Lê Thị Mận", "1939")]),
    "20113-my.xlsx": ("Xã Vinh Mỹ", [Line("Trần Văn Lâm", "1930", "Nam", "191234567")]),
}


class _Server(uvicorn.Server):
    """Tells when it answers."""

    def __init__(self, service: Service) -> None:
        config = uvicorn.Config(service.app, host="127.0.0.1", port=free_port(), log_level="error", lifespan="off")
        super().__init__(config)
        self.answers = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()


@pytest.fixture
async def url(service: Service) -> AsyncIterator[str]:
    """The registry behind a real port."""
    server = _Server(service)
    serving = asyncio.create_task(server.serve())
    await server.answers.wait()
    yield f"http://127.0.0.1:{server.config.port}"
    server.should_exit = True
    await serving


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """The lists on the disk, and one that is none."""
    for name, (commune, lines) in LISTS.items():
        (tmp_path / name).write_bytes(workbook(commune, lines))
    (tmp_path / "anh.png").write_bytes(b"\x89PNG")
    return [*(str(tmp_path / name) for name in LISTS), str(tmp_path / "anh.png"), str(tmp_path / "nothing.xlsx")]


async def test_lists_are_sent_confirmed_and_told_and_sending_again_changes_nothing(
    url: str,
    files: list[str],
    tokens: Callable[..., str],
    counts: Any,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    folder = tmp_path / "back"
    errand = Errand(url, tokens("commune_officer", PHU_LOC), None, confirm=True, workbooks=str(folder), at_once=2)
    first = await send_all(files, errand)
    out = capfd.readouterr().out
    assert [bool(one.problem) for one in first] == [False, False, True, True]
    assert [one.confirmed["created"] for one in first[:2]] == [1, 1]
    assert "not-a-spreadsheet" in first[2].problem
    assert "can't be opened" in first[3].problem
    assert "20116@2021-07-01" in out
    assert "4 tệp, 3 dòng" in out
    assert "2 tệp không nhận" in out
    assert openpyxl.load_workbook(folder / "20116-hung-ket-qua.xlsx").sheetnames == [SUMMARY_SHEET, "DS"]
    before = await counts()
    again = await send_all(files, errand)
    assert [one.view.get("import_id") for one in again] == [one.view.get("import_id") for one in first]
    assert [one.confirmed["created"] for one in again[:2]] == [0, 0]
    assert await counts() == before


async def test_a_registry_that_says_no_or_is_not_there_is_told(
    url: str, files: list[str], tokens: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tokens("provider_staff", PHU_LOC)
    (foreign,) = await send_all(files[:1], Errand(url, token, None, confirm=False, workbooks=None, at_once=1))
    assert foreign.problem.endswith("[not-allowed]")
    monkeypatch.setattr(sending, "AGAIN_SECONDS", 0.0)
    nowhere = f"http://127.0.0.1:{free_port()}"
    (lost,) = await send_all(files[:1], Errand(nowhere, token, None, confirm=False, workbooks=None, at_once=1))
    assert "could not be sent (ConnectError)" in lost.problem


def test_without_a_token_nothing_is_sent(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHITRA_TOKEN", raising=False)
    assert main(["import", "send", "a.xlsx"]) == 2
    assert "[no-token-given]" in capfd.readouterr().err
