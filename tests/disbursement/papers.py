"""Reads papers back with other libraries than those that wrote them, as an officer's machine would open them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl
import pypdf

from shared.papers.press import Format
from tests.disbursement.office import Office

FORMATS: tuple[Format, ...] = ("xlsx", "pdf")

# What would tell of HIV, in any case: the words, the codes, the clauses of the decree that name it.
TELLTALE = re.compile(r"hiv|aids|nhiễm|k3-|k8-|\bk3\b|\bk8\b|khoản 3|khoản 8|đ5 k3|đ5 k8", re.IGNORECASE)


async def paper(office: Office, path: str, role: str = "accountant", *, units: Sequence[str] = ()) -> bytes:
    """The file; it must be handed out as what its path says."""
    response = await office.call("GET", path, role, units=units)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == ("application/pdf" if ".pdf" in path else XLSX)
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    return response.content


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def cells(content: bytes) -> list[list[Any]]:
    """Rows of the only worksheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert len(book.worksheets) == 1
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def pages(content: bytes) -> list[str]:
    """The text of each page, spaces evened out."""
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def text(content: bytes) -> str:
    """All text of either format."""
    if content.startswith(b"%PDF"):
        return " ".join(pages(content))
    return " ".join(" ".join(str(cell).split()) for row in cells(content) for cell in row if cell is not None)


def hidden(content: bytes) -> str:
    """What no page shows: properties, and every part of a workbook's package."""
    if content.startswith(b"%PDF"):
        return str(pypdf.PdfReader(io.BytesIO(content)).metadata)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = " ".join(package.read(name).decode(errors="replace") for name in package.namelist())
    return re.sub(r' (r|ref)="[A-Z0-9: ]+"', "", parts)  # addresses of cells: one is called K3


def table(content: bytes, *headings: str) -> list[dict[str, Any]]:
    """The rows of the workbook's table that has these headings, down to the first row that is no numbered line."""
    rows = cells(content)
    at = next(i for i, row in enumerate(rows) if set(headings) <= set(row))
    found: list[dict[str, Any]] = []
    for row in rows[at + 1 :]:
        if not str(row[0] or "").isdigit():
            break
        found.append({str(head): cell for head, cell in zip(rows[at], row, strict=True) if head is not None})
    return found


def row_of(content: bytes, label: str) -> list[Any]:
    """The values of the row that starts with a label."""
    return next([cell for cell in row[1:] if cell is not None] for row in cells(content) if row[0] == label)


async def all_papers(office: Office, run_id: str, payrolls: Sequence[dict[str, Any]], quarter: str) -> dict[str, bytes]:
    """Every paper of a run, in both formats, by path."""
    of = f"authority_id={office.authority}"
    paths = [f"/v1/payrolls/{p['payroll_id']}/documents/payment-list" for p in payrolls]
    asked = [(path, "") for path in paths]
    asked += [(f"/v1/runs/{run_id}/documents/{kind}", of) for kind in ("changes", "summary", "unclaimed")]
    asked += [
        (f"/v1/runs/{run_id}/documents/reconciliation", f"{of}&contract_id={contract_id}")
        for contract_id in {p["contract_id"] for p in payrolls}
    ]
    asked.append((f"/v1/quarters/{quarter}/documents/settlement", of))
    found = {}
    for path, query in asked:
        for format_ in FORMATS:
            address = f"{path}.{format_}?{query}"
            found[address] = await paper(office, address)
    return found
