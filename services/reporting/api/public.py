"""What anybody may see, without a token: the two targets, and the open data. Made at most once a minute, whoever asks."""

from __future__ import annotations

import asyncio
import time
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.reporting.api.etags import tagged_body
from services.reporting.domain.figure_refusals import NOT_PUBLIC
from services.reporting.domain.folding import share
from services.reporting.domain.open_data import COLUMNS, Published, dictionary, open_rows, targets
from services.reporting.files.csv_file import as_csv
from services.reporting.use_cases.publish_figures import publish_figures
from shared.database import Database
from shared.kernel.errors import Refusal
from shared.kernel.months import parse_month

KEPT_SECONDS = 60

_CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {"text/csv": {"schema": {"type": "string"}, "example": ",".join(each.name for each in COLUMNS) + "\r\n"}},
    }
}


class TargetView(BaseModel):
    """One of the plan's targets."""

    name: str = Field(examples=["people_by_account"])
    wanted_share: float = Field(examples=[0.8])
    part: int = Field(examples=[39004])
    whole: int = Field(examples=[48210])
    share: float | None = Field(description="part of whole, rounded down; null of nothing.", examples=[0.809043])
    reached: bool


class PublicCommuneView(BaseModel):
    """A commune in the month."""

    unit_id: str = Field(examples=["19960@2021-07-01"])
    name: str = Field(examples=["Phường Phú Bài"])
    district: str = Field(examples=["Thị xã Hương Thủy"])
    switched: bool
    settled: bool = Field(description="The books of its month are closed.")
    people: int
    by_account: int
    share_by_account: float | None


class PublicCoverageView(BaseModel):
    """How far the plan has come in a month; `month` is null while nothing is known at all."""

    month: str | None = Field(examples=["2021-10-01"])
    months: list[str] = Field(description="All that can be asked for.", examples=[["2021-09-01", "2021-10-01"]])
    targets: list[TargetView]
    communes: list[PublicCommuneView]


class PublicFigures:
    """The public figures, kept for a while: a crowd of readers costs the database no more than one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._one_at_a_time = asyncio.Lock()
        self._until = 0.0
        self._bodies: dict[str, bytes] = {}

    async def body(self, name: str) -> bytes | None:
        """A body by its name: `open-data.csv`, `newest`, or a month. None for a month of which nothing is known."""
        async with self._one_at_a_time:
            if time.monotonic() >= self._until:
                async with self._database.transaction() as tx:
                    published = await publish_figures(tx)
                self._bodies = await asyncio.to_thread(_bodies, published)
                self._until = time.monotonic() + KEPT_SECONDS
        return self._bodies.get(name)


def public_routes(database: Database, *, is_public: bool) -> APIRouter:
    """`/v1/public/coverage`, `/v1/public/open-data.csv` and `/v1/public/open-data.json`."""
    router = APIRouter(prefix="/v1/public", tags=["public"])
    kept = PublicFigures(database)

    async def answer(request: Request, name: str, media_type: str, **headers: str) -> Response:
        if not is_public:
            raise Refusal(NOT_PUBLIC)
        body = await kept.body(name)
        if body is None:
            raise Refusal(NOT_PUBLIC, f"nothing is known of {name}")
        return _open(tagged_body(request, body, media_type, headers))

    @router.get("/coverage", response_model=PublicCoverageView, summary="How far the plan has come, for everybody")
    async def coverage(
        request: Request,
        month: Annotated[str, Query(description="A benefit month; else the newest.", examples=["2021-10"], max_length=10)] = "",
    ) -> Response:
        """The plan's two targets and each commune's share. No token; at most a minute old. `not-public`, `wrong-month`."""
        return await answer(request, str(parse_month(month)) if month else "newest", "application/json")

    @router.get("/open-data.csv", responses=_CSV, response_class=Response, summary="Open data: every commune and month")
    async def open_data(request: Request) -> Response:
        """RFC 4180, UTF-8 with a byte order mark, explained by `open-data.json`. No token; at most a minute old. `not-public`."""
        disposition = {"Content-Disposition": 'attachment; filename="chitra-coverage.csv"'}
        return await answer(request, "open-data.csv", "text/csv; charset=utf-8", **disposition)

    @router.get("/open-data.json", summary="Open data: what its columns mean")
    async def open_data_dictionary(request: Request) -> dict[str, Any]:
        """A Frictionless data package: name, type, unit and description of each column, in Vietnamese and English, the licence,
        and why nothing is left out. `not-public`."""
        if not is_public:
            raise Refusal(NOT_PUBLIC)
        return dictionary("open-data.csv")

    return router


def _open(response: Response) -> Response:
    """Anybody may keep it for as long as it is kept here, and pages of other sites may read it."""
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    del response.headers["Vary"]
    return response


def _bodies(published: Published) -> dict[str, bytes]:
    """Every answer there is."""
    found = {"open-data.csv": as_csv([each.name for each in COLUMNS], open_rows(published))}
    for month in published.months:
        found[str(month)] = orjson.dumps(_view(published, month).model_dump())
    newest = max(published.months, default=None)
    return {**found, "newest": found[str(newest)] if newest else orjson.dumps(_view(published, None).model_dump())}


def _view(published: Published, month: date | None) -> PublicCoverageView:
    communes = published.months[month] if month else ()
    return PublicCoverageView(
        month=str(month) if month else None,
        months=[str(when) for when in published.months],
        targets=[
            TargetView(name=t.name, wanted_share=t.wanted, part=t.part, whole=t.whole, share=t.share, reached=t.is_reached)
            for t in targets(communes)
        ],
        communes=[
            PublicCommuneView(
                unit_id=commune.unit_id,
                name=commune.name,
                district=commune.district_name,
                switched=commune.switched,
                settled=(month, commune.unit_id) in published.settled,
                people=commune.people.entitled,
                by_account=commune.people.by_account,
                share_by_account=share(commune.people.by_account, commune.people.entitled),
            )
            for commune in communes
        ],
    )
