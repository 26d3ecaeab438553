"""How the workbook that goes back looks: colours, fonts, borders."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from services.registry.domain.imports import ACCEPTED, REJECTED, REVIEW
from services.registry.domain.lists.findings import Severity
from services.registry.domain.lists.legacy import Encoding

RED, AMBER, BLUE, GREEN, GREY, LINE = "#F8C9C4", "#FFE8A3", "#DCEBFA", "#DDF0DC", "#E8ECF1", "#C3CAD3"
INK, FAINT = "#1B2733", "#5B6775"
FILL_OF_SEVERITY = {Severity.REJECT: RED, Severity.REVIEW: AMBER, Severity.INFO: BLUE}
FILL_OF_STATUS = {REJECTED: RED, REVIEW: AMBER, ACCEPTED: GREEN}
FONT = "Times New Roman"
FONT_OF_ENCODING = {Encoding.TCVN3: ".VnTime", Encoding.VNI: "VNI-Times"}
"""Text of an old encoding stays as it was typed, so it needs the font that it was typed for."""


class Styles:
    """Formats of one workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def get(self, **properties: Any) -> Format:
        """A format in the house's font, with these properties of xlsxwriter beside it."""
        wanted = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "vcenter", **properties}
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(wanted)
        return self._made[key]

    def header(self, **properties: Any) -> Format:
        """A cell of a table's header."""
        return self.get(bold=True, text_wrap=True, align="center", border=1, border_color=LINE, bg_color=GREY, **properties)

    def cell(self, **properties: Any) -> Format:
        """A cell of a table."""
        return self.get(border=1, border_color=LINE, **properties)
