"""Ways to send a message: one port, two adapters: files for whoever sends them on, and a gateway over HTTP.

Each message has an id of its own, the same for each try. Phone numbers are in clear here and nowhere else.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import httpx
import orjson

CALLS_AT_ONCE = 16
MOST_PATIENCE_SECONDS = 10.0
"""For one message: a batch of a hundred is over in about a minute, however slow the gateway."""

MISCONFIGURED = frozenset((401, 403, 404))
"""Answers that say nothing of the message: somebody has to mend key or address, and it is tried again."""

TRANSIENT = frozenset((408, 425, 429))


@dataclass(frozen=True, slots=True)
class Sms:
    """A message to send."""

    message_id: str
    phone: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SmsSaid:
    """What became of a message. `later`: try again; `why` is a word without personal data."""

    message_id: str
    outcome: Literal["sent", "later", "refused"]
    why: str | None = None


class SmsPort(Protocol):
    """A way to send messages."""

    async def send(self, messages: Sequence[Sms]) -> Sequence[SmsSaid]:
        """Send a batch; what became of each. Never raises for what a message or the way does."""
        ...

    async def close(self) -> None:
        """End connections."""
        ...


class FileOutbox:
    """Writes each batch into a folder as one file of JSON lines, for whoever sends messages with means of their own.

    A message that was tried twice (a crash between writing and noting it) stands in two files with one `message_id`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, messages: Sequence[Sms]) -> Sequence[SmsSaid]:
        """All or none: a file appears whole under its name."""
        try:
            await asyncio.to_thread(self._write, messages)
        except OSError as error:
            return [SmsSaid(message.message_id, "later", type(error).__name__) for message in messages]
        return [SmsSaid(message.message_id, "sent") for message in messages]

    async def close(self) -> None:
        """Nothing is open."""

    def _write(self, messages: Sequence[Sms]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{messages[0].message_id}.jsonl"
        unfinished = path.with_suffix(".unfinished")
        lines = [orjson.dumps({"message_id": m.message_id, "to": m.phone, "text": m.text}) for m in messages]
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(b"\n".join(lines) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)


class HttpSms:
    """Posts each message to an SMS gateway: JSON `{message_id, to, text}`, a bearer key, `Idempotency-Key` the message's id.

    2xx and 409 (it has this id) mean taken. A time-out may have been taken too: it is tried again under the same id.
    """

    def __init__(self, url: str, key_file: Path, timeout_seconds: float) -> None:
        self._url, self._key_file = url, key_file
        self._client = httpx.AsyncClient(
            timeout=min(timeout_seconds, MOST_PATIENCE_SECONDS), trust_env=False, follow_redirects=False
        )
        self._places = asyncio.Semaphore(CALLS_AT_ONCE)

    async def send(self, messages: Sequence[Sms]) -> Sequence[SmsSaid]:
        """Some at once."""
        try:
            key = (await asyncio.to_thread(self._key_file.read_text, encoding="ascii")).strip()
        except (OSError, UnicodeDecodeError):
            return [SmsSaid(message.message_id, "later", "no_key") for message in messages]
        return await asyncio.gather(*(self._post(message, key) for message in messages))

    async def close(self) -> None:
        """End the connections."""
        await self._client.aclose()

    async def _post(self, message: Sms, key: str) -> SmsSaid:
        body = orjson.dumps({"message_id": message.message_id, "to": message.phone, "text": message.text})
        headers = {
            "authorization": f"Bearer {key}",
            "content-type": "application/json",
            "idempotency-key": message.message_id,
        }
        async with self._places:
            try:
                answer = await self._client.post(self._url, content=body, headers=headers)
            except httpx.HTTPError as error:
                return SmsSaid(message.message_id, "later", type(error).__name__)
        return _said(message.message_id, answer.status_code)


def _said(message_id: str, status: int) -> SmsSaid:
    if 200 <= status < 300 or status == 409:
        return SmsSaid(message_id, "sent")
    refused = 400 <= status < 500 and status not in MISCONFIGURED | TRANSIENT
    return SmsSaid(message_id, "refused" if refused else "later", f"http_{status}")
