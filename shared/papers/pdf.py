"""A sheet as a PDF, typeset by Typst in a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from shared.kernel.errors import Refusal
from shared.kernel.money import format_dong
from shared.papers.refusals import BAD_TEMPLATE
from shared.papers.sheet import Cell, Row, Sheet, Table, Text

MIME = "application/pdf"
TIME_LIMIT_SECONDS = 120.0

_HERE = Path(__file__).parent
_TEMPLATE_FAULT = 3


async def write_pdf(sheet: Sheet, template: str) -> bytes:
    """The PDF. Refused with `bad-document-template` where Typst finds a mistake in the template, or never comes to an end."""
    job = {
        "template": template,
        "fonts": str(_HERE / "fonts"),
        "data": sheet_data(sheet),
        "timestamp": int(datetime.combine(sheet.made_on, time(0), UTC).timestamp()),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(_HERE / "typeset.py"),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(TIME_LIMIT_SECONDS):
            pdf, said = await process.communicate(json.dumps(job, ensure_ascii=False).encode())
    except TimeoutError:
        raise Refusal(BAD_TEMPLATE, f"typesetting took more than {TIME_LIMIT_SECONDS:.0f} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == _TEMPLATE_FAULT:
        raise Refusal(BAD_TEMPLATE, said.decode(errors="replace")[:500])
    if process.returncode != 0:
        raise RuntimeError(f"typesetting ended with {process.returncode}")
    return pdf


def sheet_data(sheet: Sheet) -> dict[str, Any]:
    """What the template draws, as JSON: strings only, so that nothing of it is read as Typst."""
    return {
        "office": {"upper": sheet.office.upper, "lower": sheet.office.lower},
        "nation": {"name": sheet.nation_name, "motto": sheet.nation_motto},
        "place_and_day": sheet.place_and_day,
        "title": sheet.title,
        "subtitle": list(sheet.subtitle),
        "landscape": sheet.landscape,
        "blocks": [
            {"text": block.text, "style": block.style} if isinstance(block, Text) else _table(block) for block in sheet.blocks
        ],
        "signatures": [{"title": each.title, "note": each.note} for each in sheet.signatures],
    }


def shown(cell: Cell) -> str:
    """A value as papers write it: `1.440.000`, `05/10/1940`."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return format_dong(cell) if isinstance(cell, int) else cell


def _table(table: Table) -> dict[str, Any]:
    return {
        "headings": [column.heading for column in table.columns],
        "widths": [column.width for column in table.columns],
        "aligns": [column.align for column in table.columns],
        "small": table.small,
        "rows": [list(_row(table, row)) for row in table.rows],
    }


def _row(table: Table, row: Row) -> Iterable[str | dict[str, Any]]:
    """Cells: texts alone in a line, with span and align in a group or total, which are bold."""
    if row.kind == "line":
        yield from (shown(row.cells.get(column.key)) for column in table.columns)
        return
    lead = table.lead(row)
    yield {"text": row.label, "span": lead, "align": "left" if row.kind == "group" else "center"}
    for column in table.columns[lead:]:
        yield {"text": shown(row.cells.get(column.key)), "span": 1, "align": column.align}
