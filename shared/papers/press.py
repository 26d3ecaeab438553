"""From what was gathered to bytes: the one door of this package."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from shared.kernel.units import Unit
from shared.papers import book, pdf
from shared.papers.layout import lay_out
from shared.papers.sheet import Filling
from shared.papers.templates import Templates, Words

Format = Literal["xlsx", "pdf"]

_AT_ONCE = 2
"""Documents drawn at the same time in one process; more wait."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document to hand out."""

    content: bytes
    mime: str


class Press:
    """Draws documents beside the event loop: spreadsheets in a thread, PDF in a process of its own."""

    def __init__(self, folder: Path | None, own: Path) -> None:
        """Templates of the province's `folder`, of the service's `own` one, and of all services."""
        self._templates = Templates(folder, own)
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def draw(
        self, kind: str, authority: Unit, made_on: date, fill: Callable[[Words], Filling], format_: Format
    ) -> Document:
        """A document of a kind of the office of a unit. Refused with `bad-document-template` where a template has a mistake."""
        async with self._slots:
            words = self._templates.words()
            filling = await asyncio.to_thread(fill, words)
            sheet = lay_out(kind, self._templates, words, authority, made_on, filling)
            if format_ == "xlsx":
                return Document(await asyncio.to_thread(book.write_book, sheet), book.MIME)
            return Document(await pdf.write_pdf(sheet, self._templates.typst(kind)), pdf.MIME)
