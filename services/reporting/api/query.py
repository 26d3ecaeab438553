"""The route of the query for figures."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.reporting.api.etags import tagged, tagged_body
from services.reporting.api.query_views import FiguresView, figures_view
from services.reporting.domain.figures import parse_query
from services.reporting.domain.folding import Figures
from services.reporting.domain.measures import DIMS, MEASURES
from services.reporting.files.columns import columns_of, rows_of
from services.reporting.files.csv_file import as_csv
from services.reporting.files.xlsx_file import as_xlsx
from services.reporting.use_cases.protect_month import ProtectedMonths
from services.reporting.use_cases.read_figures import read_figures
from shared.auth import Caller, require
from shared.database import EVERYTHING, Database

Reader = Annotated[Caller, Depends(require("reporting:read"))]
Format = Literal["json", "csv", "xlsx"]

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EXAMPLE = "month,people,suppressed,in_parts\r\n2021-10-01,48210,false,false\r\n"
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The figures, as JSON, CSV or an Excel workbook",
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": _EXAMPLE},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

Measures = Annotated[
    str, Query(description=f"One or more of {', '.join(MEASURES)}.", examples=["people,share_by_account"], max_length=400)
]
First = Annotated[str, Query(alias="from", description="First benefit month.", examples=["2021-10"], max_length=10)]
Last = Annotated[
    str, Query(alias="to", description="Last benefit month; as `from` if missing.", examples=["2022-01"], max_length=10)
]
By = Annotated[str, Query(description=f"Any of {', '.join(DIMS)}.", examples=["month,district"], max_length=200)]
Filters = Annotated[
    list[str] | None,
    Query(alias="filter", description="`dimension:value,value`; may be repeated.", examples=[["channel:wallet"]], max_length=20),
]
UnitsAsOf = Annotated[
    str,
    Query(
        description="`then`: units of each month's time; `now`: today's; or those of a date.", examples=["then"], max_length=10
    ),
]
View = Annotated[
    str,
    Query(
        alias="as",
        description="`now`, `closed` (as each month was closed) or `late` (what came after).",
        examples=["now"],
        max_length=10,
    ),
]
Wanted = Annotated[Format | None, Query(alias="format", description="Else what `Accept` names first; else JSON.")]


def query_routes(database: Database) -> APIRouter:
    """`/v1/figures`."""
    router = APIRouter(prefix="/v1", tags=["figures"])
    protected = ProtectedMonths()

    @router.get("/figures", response_model=FiguresView, responses=_FILES, summary="Any figure, by anything")
    async def figures(
        request: Request,
        caller: Reader,
        measure: Measures,
        first: First,
        last: Last = "",
        by: By = "",
        filters: Filters = None,
        units: UnitsAsOf = "then",
        view: View = "now",
        format_: Wanted = None,
    ) -> Response:
        """Counts of the read models, of all units of the token.

        A count of people or money that goes by category group, sex or age band is left out (`suppressed`) where it is of 1 to 4
        people, or would let such a count be worked out. Rows in which there is nothing are left out. Shares are rounded down.
        `unknown-measure`, `unknown-dimension`, `wrong-filter`, `wrong-month`, `wrong-month-range`, `wrong-units`, `wrong-view`,
        `not-together`, `unknown-unit`, `not-your-unit`, `no-districts`, `units-gone-by`, `too-many-rows`, `too-fine-to-protect`.
        """
        query = parse_query(measure, by, filters or [], first, last, units, view)
        scope = EVERYTHING if query.needs_everything else caller.row_scope
        async with protected.turns if query.is_sensitive else nullcontext(), database.transaction(scope) as tx:
            found = await read_figures(tx, caller, query, protected)
        return _answer(request, found, format_ or _preferred(request.headers.get("accept", "")))

    return router


def _answer(request: Request, found: Figures, wanted: Format) -> Response:
    name = f"chitra-{found.query.first:%Y-%m}-{found.query.last:%Y-%m}"
    if wanted == "csv":
        names = [column.name for column in columns_of(found)]
        body = as_csv(names, ([row[name] for name in names] for row in rows_of(found)))
        return tagged_body(request, body, CSV, {"Content-Disposition": f'attachment; filename="{name}.csv"'})
    if wanted == "xlsx":
        return tagged_body(request, as_xlsx(found), XLSX, {"Content-Disposition": f'attachment; filename="{name}.xlsx"'})
    return tagged(request, figures_view(found))


def _preferred(accept: str) -> Format:
    """What an Accept header names first, of what there is."""
    known: dict[str, Format] = {"text/csv": "csv", XLSX: "xlsx", "application/json": "json"}
    named = [known[media] for part in accept.split(",") if (media := part.partition(";")[0].strip().lower()) in known]
    return named[0] if named else "json"
