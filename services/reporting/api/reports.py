"""GET the monthly report as .pdf and .xlsx."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.reporting import documents
from services.reporting.api.visitors import visitor_of
from services.reporting.documents.monthly import fill_monthly_report
from services.reporting.domain.monthly_report import MonthlyReport
from services.reporting.use_cases.read_dashboard import explain_dashboard
from services.reporting.use_cases.read_monthly_report import read_monthly_report
from shared.auth import Caller
from shared.database import Database
from shared.kernel.months import parse_month
from shared.papers import book, pdf
from shared.papers.press import Format, Press

_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {mime: {"schema": {"type": "string", "format": "binary"}} for mime in (book.MIME, pdf.MIME)}}
}
_OWN = Path(documents.__file__).parent / "templates"


def report_routes(database: Database, templates_dir: Path | None) -> APIRouter:
    """`GET /v1/reports/{month}.pdf` and `.xlsx`. `templates_dir` holds a province's own templates."""
    router = APIRouter(prefix="/v1/reports", tags=["reports"])
    press = Press(templates_dir, _OWN)

    @router.get("/{month}.{format}", summary="Print the monthly report", response_class=Response, responses=_FILE)
    async def get_report(
        month: str,
        format: Format,
        caller: Annotated[Caller, Depends(visitor_of(token_in_query=False))],
        unit_id: Annotated[str | None, Query(description="Whose report; without it of the token's unit.", max_length=20)] = None,
    ) -> Response:
        """“Báo cáo kết quả chi trả”: both targets, places, money as now and as closed, providers, and what holds back the
        communes that lag. Aggregates only, and nothing by category.

        Refused: `wrong-month`, `unknown-unit`, `not-your-unit`, `which-unit`, `nothing-to-report`, `bad-document-template`.
        """
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            authority, unexplained = await read_monthly_report(tx, caller, parse_month(month), unit_id)
        async with database.transaction() as tx:
            shown = await explain_dashboard(tx, unexplained)
        fill = partial(fill_monthly_report, MonthlyReport(authority, shown))
        document = await press.draw("monthly-report", authority, shown.on, fill, format)
        name = f"bao-cao-{shown.month:%Y-%m}-{authority.code}.{format}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
        return Response(document.content, media_type=document.mime, headers=headers)

    return router
