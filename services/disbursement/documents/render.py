"""From what was gathered to bytes: the one door of this room."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from services.disbursement.documents.lists import fill_changes, fill_payment_list, fill_unclaimed
from services.disbursement.documents.minutes import fill_minutes
from services.disbursement.documents.sums import fill_settlement, fill_summary
from services.disbursement.domain.documents import Changes, Minutes, PaymentList, Settlement, Summary, Unclaimed
from shared.papers.press import Document, Format, Press
from shared.papers.sheet import Filling
from shared.papers.templates import Words

Paper = PaymentList | Changes | Summary | Minutes | Unclaimed | Settlement

_OWN = Path(__file__).parent / "templates"


class Renderer:
    """Draws this service's papers."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` holds a province's own templates; None: ChiTra's are used."""
        self._press = Press(folder, _OWN)

    async def render(self, paper: Paper, format_: Format) -> Document:
        """The document. Refused with `bad-document-template` where a province's template has a mistake."""
        heading = paper.heading
        return await self._press.draw(kind_of(paper), heading.authority, heading.made_on, partial(_fill, paper), format_)


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
