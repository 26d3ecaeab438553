"""Kill points: every commit and every call of a provider gets a name by itself, from the code that makes it.

The names come from the call stack, so a commit that somebody adds tomorrow is a point tomorrow, without a line here. A process
in which `watch` was called notes its passings. Who is the first of all processes to pass a point dies there, by SIGKILL.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import httpx
import pytest

from shared.database import Database, Tx

PROVIDERS = ("viettelpay", "vietinbank", "vnpost", "commune_cashier")
_ROOT = Path(__file__).resolve().parents[2]
_CONNECTORS = "services/provider_gateway/connectors/"
_PLUMBING = ("shared/database.py", _CONNECTORS + "transport.py")


@dataclass(slots=True)
class KillPoints:
    """What was passed so far, and where to die."""

    passed: set[str] = field(default_factory=set)
    is_fatal: Callable[[str], bool] = lambda name: False
    last_words: Callable[[str], None] = lambda name: None

    def passing(self, name: str) -> None:
        """The process is at this point. It does not return from a fatal one: nothing is cleaned up, nothing said to anybody."""
        if name not in self.passed:
            self.passed.add(name)
            if self.is_fatal(name):
                self.last_words(name)
                os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Graves:
    """Where somebody died already: a file for each point, by which processes side by side agree without a word who dies there.

    So no point can be passed that nobody dies at, however seldom it is passed.
    """

    folder: Path

    def dig(self, name: str) -> bool:
        """Whether this process is the first there, and must die."""
        try:
            os.close(os.open(self.folder / sha256(name.encode()).hexdigest(), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            return False
        return True


def shortened(name: str) -> set[str]:
    """A point's name, and it without the service, and also without what it was about."""
    place = name.partition(": ")[2]
    about, side = place.partition("[")[0], name.rpartition("/")[2]
    return {name, place, f"{about}/{side}" if about != place else place}


def watch() -> KillPoints:
    """Wrap all commits and all provider calls of this process."""
    points = KillPoints()
    _watch_commits(points)
    _watch_calls(points)
    return points


def _watch_commits(points: KillPoints) -> None:
    original: Any = Database.transaction

    @asynccontextmanager
    async def transaction(self: Database, *scope: Any, **more: Any) -> AsyncIterator[Tx]:
        async with original(self, *scope, **more) as tx:
            yield tx
            name = _name_of_commit(self.service, sys._getframe())
            points.passing(f"{name}/before_commit")
        points.passing(f"{name}/after_commit")

    pytest.MonkeyPatch().setattr(Database, "transaction", transaction)  # for as long as this process lives


def _watch_calls(points: KillPoints) -> None:
    original = httpx.AsyncClient.send

    async def send(self: httpx.AsyncClient, request: httpx.Request, **more: Any) -> httpx.Response:
        name = _name_of_call(request, sys._getframe())
        if name is None:
            return await original(self, request, **more)
        points.passing(f"{name}/before_call")
        try:
            answer = await original(self, request, **more)
        except httpx.HTTPError:
            points.passing(f"{name}/{'after_failed_call' if _is_paying(name) else 'after_call'}")
            raise
        points.passing(f"{name}/after_call")
        return answer

    pytest.MonkeyPatch().setattr(httpx.AsyncClient, "send", send)


def _name_of_commit(service: str, inner: FrameType) -> str:
    """`provider_gateway: workers.sender.Sender._take+3[viettelpay]`: whose, where, and of which provider or event."""
    frame = next((f for f in _frames(inner) if _place(f.f_code) is not None), None)
    if frame is None:
        return f"{service}: outside"
    offset = frame.f_lineno - frame.f_code.co_firstlineno
    about = "" if frame.f_code.co_name == "_park" else _about(frame)  # which event comes early is chance
    return f"{service}: {_module(frame.f_code)}.{frame.f_code.co_qualname}+{offset}{about}"


def _name_of_call(request: httpx.Request, inner: FrameType) -> str | None:
    """`vnpost: connectors.cash_lists.payments.CashPayments.pay`, the outermost place in the connectors; None for what is no call
    of a provider."""
    inside = [f.f_code for f in _frames(inner) if (_place(f.f_code) or "").startswith(_CONNECTORS)]
    if not inside:
        return None
    provider = request.url.path.strip("/").partition("/")[0]
    return f"{provider}: {_module(inside[-1])}.{inside[-1].co_qualname}"


def _is_paying(name: str) -> bool:
    """Whether money may move by this call. What a failed question leaves behind is the same as an answered one: nothing yet."""
    return ".payments." in name


def _frames(inner: FrameType) -> list[FrameType]:
    frames: list[FrameType] = []
    frame = inner.f_back
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return frames


def _place(code: CodeType) -> str | None:
    """The file of the product that the code stands in; None for all else."""
    path = Path(code.co_filename)
    if not path.is_relative_to(_ROOT):
        return None
    place = path.relative_to(_ROOT).as_posix()
    return place if place.startswith(("services/", "shared/")) and place not in _PLUMBING else None


def _module(code: CodeType) -> str:
    parts = Path(code.co_filename).relative_to(_ROOT).with_suffix("").parts
    return ".".join(parts[2:] if parts[0] == "services" else parts)


def _about(frame: FrameType) -> str:
    """What the commit is about: the event that is applied, or the provider whose chunk it is."""
    held = frame.f_locals
    envelope = held.get("envelope")
    kind = getattr(envelope, "routing_key", "")
    body = getattr(envelope, "body", None)
    provider = body.get("provider") if isinstance(body, dict) else held.get("provider")
    for name in ("claim", "question", "chunk", "claimed"):
        chunk = getattr(held.get(name), "chunk", held.get(name))
        provider = provider or getattr(chunk, "provider", None)
    words = [word for word in (kind, provider if provider in PROVIDERS else "") if word]
    return f"[{' '.join(words)}]" if words else ""
