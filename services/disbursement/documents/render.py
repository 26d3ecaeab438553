"""From what was gathered to bytes: the one door of this room."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from services.disbursement.documents import book, pdf
from services.disbursement.documents.layout import lay_out
from services.disbursement.documents.lists import fill_changes, fill_payment_list, fill_unclaimed
from services.disbursement.documents.minutes import fill_minutes
from services.disbursement.documents.sheet import Filling
from services.disbursement.documents.sums import fill_settlement, fill_summary
from services.disbursement.documents.templates import Templates, Words
from services.disbursement.domain.documents import Changes, Minutes, PaymentList, Settlement, Summary, Unclaimed

Format = Literal["xlsx", "pdf"]
Paper = PaymentList | Changes | Summary | Minutes | Unclaimed | Settlement

_AT_ONCE = 2
"""Documents drawn at the same time in one process; more wait."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document to hand out."""

    content: bytes
    mime: str


class Renderer:
    """Draws documents beside the event loop: spreadsheets in a thread, PDF in a process of its own."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def render(self, paper: Paper, format_: Format) -> Document:
        """The document. Refused with `bad-document-template` where a province's template has a mistake."""
        async with self._slots:
            kind = kind_of(paper)
            words = self._templates.words()
            filling = await asyncio.to_thread(_fill, paper, words)
            sheet = lay_out(kind, self._templates, words, paper.heading, filling)
            if format_ == "xlsx":
                return Document(await asyncio.to_thread(book.write_book, sheet), book.MIME)
            return Document(await pdf.write_pdf(sheet, self._templates.typst(kind)), pdf.MIME)


def kind_of(paper: Paper) -> str:
    """The name of a paper's template."""
    match paper:
        case PaymentList():
            return "payment-list"
        case Changes():
            return "changes"
        case Summary():
            return "summary"
        case Minutes():
            return "reconciliation"
        case Unclaimed():
            return "unclaimed"
        case Settlement():
            return "settlement"


def _fill(paper: Paper, words: Words) -> Filling:
    match paper:
        case PaymentList():
            return fill_payment_list(paper, words)
        case Changes():
            return fill_changes(paper, words)
        case Summary():
            return fill_summary(paper, words)
        case Minutes():
            return fill_minutes(paper, words)
        case Unclaimed():
            return fill_unclaimed(paper, words)
        case Settlement():
            return fill_settlement(paper, words)
