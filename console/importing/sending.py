"""The work of `import send`: requests, the progress bar, and the table of what came of each list."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

TRIES = 8
AGAIN_SECONDS = 0.5
TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Errand:
    """Where lists go, as whom, and what is to be done with them."""

    url: str
    token: str
    commune: str | None
    confirm: bool
    workbooks: str | None
    at_once: int


@dataclass(slots=True)
class Sent:
    """What came of one file. `seconds` are those that requests took, by what they were for."""

    path: str
    view: dict[str, Any] = field(default_factory=dict)
    confirmed: dict[str, int] = field(default_factory=dict)
    problem: str = ""
    seconds: dict[str, float] = field(default_factory=dict)


async def send_all(files: Sequence[str], errand: Errand) -> list[Sent]:
    """Send every file, with a progress bar; prints a table, and gives back what came of each, in the files' order."""
    console = Console()
    bar = Progress(
        TextColumn("Gửi danh sách"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rows]} dòng"),
        TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True,
    )  # fmt: skip
    began = time.perf_counter()
    limits = httpx.Limits(max_connections=errand.at_once)
    headers = {"Authorization": f"Bearer {errand.token}"}
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False, limits=limits, headers=headers) as client:
        with bar:
            task = bar.add_task("", total=len(files), rows=0)
            gate = asyncio.Semaphore(errand.at_once)
            rows = 0

            async def one(path: str) -> Sent:
                nonlocal rows
                async with gate:
                    sent = await _send_one(client, errand, path)
                rows += sum(sent.view.get("rows", {}).values())
                bar.update(task, advance=1, rows=rows)
                return sent

            results = list(await asyncio.gather(*map(one, files)))
    console.print(_table(results, errand))
    console.print(_summary(results, time.perf_counter() - began))
    return results


async def _send_one(client: httpx.AsyncClient, errand: Errand, path: str) -> Sent:
    sent = Sent(path)
    try:
        data = await asyncio.to_thread(Path(path).read_bytes)
        form = {"commune_code": errand.commune} if errand.commune else {}
        files = {"file": (PurePosixPath(path).name, data)}
        sent.view = (await _ask(client, sent, "đọc", "POST", f"{errand.url}/v1/imports", files=files, data=form)).json()
        address = f"{errand.url}/v1/imports/{sent.view['import_id']}"
        if errand.confirm:
            sent.confirmed = (await _ask(client, sent, "xác nhận", "POST", f"{address}/confirm")).json()
        if errand.workbooks:
            answer = await _ask(client, sent, "bảng tính", "GET", f"{address}/workbook")
            await asyncio.to_thread(_keep, Path(errand.workbooks), f"{PurePosixPath(path).stem}-ket-qua.xlsx", answer.content)
    except OSError as error:
        sent.problem = f"không mở được tệp / the file can't be opened ({error.strerror})"
    except httpx.HTTPError as error:
        sent.problem = f"không gửi được / could not be sent ({type(error).__name__})"
    except _RefusedError as refused:
        sent.problem = str(refused)
    return sent


class _RefusedError(Exception):
    """A problem document came back."""


async def _ask(client: httpx.AsyncClient, sent: Sent, what: str, method: str, url: str, **arguments: Any) -> httpx.Response:
    """A request, again where the registry is not ready or the line breaks: each of them may be sent twice."""
    began = time.perf_counter()
    try:
        for left in range(TRIES - 1, -1, -1):
            try:
                answer = await client.request(method, url, **arguments)
            except httpx.TransportError:
                if not left:
                    raise
            else:
                if answer.status_code < 400:
                    return answer
                if answer.status_code != 503 or not left:
                    raise _RefusedError(_problem(answer))
            await asyncio.sleep(AGAIN_SECONDS)
    finally:
        sent.seconds[what] = sent.seconds.get(what, 0.0) + time.perf_counter() - began
    raise AssertionError("the last try returns or raises")


def _problem(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        said = f"{problem.get('title_vi') or problem.get('title')} / {problem.get('title')}"
        return f"{said} ({problem.get('detail', '')}) [{problem['code']}]"
    except (ValueError, KeyError, AttributeError):
        return f"HTTP {answer.status_code}"


def _keep(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def _table(results: Sequence[Sent], errand: Errand) -> Table:
    table = Table("Tệp", "Xã/phường", "Tháng", show_edge=False)
    headings = ["Chấp nhận", "Xem lại", "Từ chối", "Chờ trả lời"]
    headings += ["Mới", "Cập nhật", "Như cũ", "Còn lại", "Vắng mặt"] if errand.confirm else []
    for heading in headings:
        table.add_column(heading, justify="right")
    for sent in results:
        name = Text(PurePosixPath(sent.path).name)
        if sent.problem:
            table.add_row(name, Text("không nhận / refused", style="red"))
            continue
        view, done = sent.view, sent.confirmed
        counts = [view["rows"]["accepted"], view["rows"]["review"], view["rows"]["rejected"], view["unanswered"]]
        if errand.confirm:
            counts += [done.get(key, 0) for key in ("created", "updated", "unchanged", "left", "missing")]
        table.add_row(name, view["commune_unit_id"], view["month"][:7], *map(str, counts))
    return table


def _summary(results: Sequence[Sent], seconds: float) -> Text:
    rows = sum(sum(sent.view.get("rows", {}).values()) for sent in results)
    text = Text(f"{len(results)} tệp, {rows} dòng, {seconds:.1f} giây", style="bold")
    refused = sum(bool(sent.problem) for sent in results)
    if refused:
        text.append(f", {refused} tệp không nhận", style="red")
    spent: dict[str, float] = {}
    done: Counter[str] = Counter()
    for sent in results:
        done.update(sent.confirmed)
        for what, took in sent.seconds.items():
            spent[what] = spent.get(what, 0.0) + took
    text.append("".join(f" · {what} {took:.1f} s" for what, took in spent.items()), style="not bold dim")
    if done:
        words = {"created": "mới", "updated": "cập nhật", "unchanged": "như cũ", "left": "còn lại", "missing": "vắng mặt"}
        text.append("".join(f" · {word} {done[key]}" for key, word in words.items()), style="not bold")
    return text
