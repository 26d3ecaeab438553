"""The dashboard: aggregate numbers as a page that needs no internet, works without scripts, and follows what is being paid."""

from __future__ import annotations

import asyncio
import base64
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.reporting.api.assets import PLOTLY_PATH, STYLE_HASHES
from services.reporting.api.etags import PRIVATE, known_tags
from services.reporting.api.figures import as_json
from services.reporting.api.figures_health import MOST_BARS, dashboard_figures
from services.reporting.api.visitors import keep_token, visitor_of
from services.reporting.api.words import Language, Words
from services.reporting.domain.coverage import PLACES, parts_of
from services.reporting.domain.dashboard import TARGET_PERCENT, Dashboard
from services.reporting.use_cases.read_dashboard import explain_dashboard, read_dashboard, read_moment
from shared.auth import Caller
from shared.database import Database
from shared.kernel.months import parse_month

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE, _SCRIPT = ((_TEMPLATES / name).read_text(encoding="utf-8").strip() for name in ("page.css", "page.js"))
_MOST_ROWS = 400
"""Rows of a table of units."""
_KEPT_PAGES = 32


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


SECURITY = {
    "Content-Security-Policy": f"default-src 'none'; script-src 'self' {_hashed(_SCRIPT)}; "
    f"style-src-elem {_hashed(_STYLE)} {' '.join(STYLE_HASHES)}; style-src-attr 'unsafe-hashes' {STYLE_HASHES[0]}; "
    "img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_OWN = sha256(b"".join(path.read_bytes() for path in sorted(_TEMPLATES.iterdir()))).hexdigest()
"""Another edition of the page is another page, whatever the numbers."""


class _Kept:
    """The pages drawn last: whoever asks for the same moment of the same units gets the same page, drawn once."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, bytes] = OrderedDict()

    def get(self, version: str) -> bytes | None:
        if version in self._pages:
            self._pages.move_to_end(version)
        return self._pages.get(version)

    def put(self, version: str, page: bytes) -> None:
        self._pages[version] = page
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)


def page_routes(database: Database, *, token_in_query: bool) -> APIRouter:
    """`GET /`. `token_in_query` lets `?token=` open the page once: for the embedded platform, on the user's own machine."""
    router = APIRouter(tags=["coverage"], include_in_schema=False)
    kept = _Kept()

    @router.get("/", summary="Dashboard")
    async def page(
        request: Request,
        month: Annotated[str | None, Query(max_length=10)] = None,
        unit: Annotated[str | None, Query(max_length=20)] = None,
        lang: Language = "vi",
        caller: Caller = Depends(visitor_of(token_in_query=token_in_query)),
    ) -> Response:
        """The two targets with their pace, the months, a tile for each commune, and what lies behind them, of the token's units.

        The tag is of the events applied, not of the page: asking again costs one look-up while nothing has happened.
        """
        if token_in_query and "token" in request.query_params:
            return keep_token(request, SECURITY)
        wanted = parse_month(month) if month else None
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            moment = await read_moment(tx)
            version = sha256(repr((_OWN, caller.row_scope, wanted, unit, lang, moment)).encode()).hexdigest()[:32]
            headers = {**SECURITY, "ETag": f'"{version}"', "Cache-Control": PRIVATE, "Vary": "Authorization, Cookie"}
            if f'"{version}"' in known_tags(request):
                return Response(status_code=304, headers=headers)
            drawn = kept.get(version)
            unexplained = None if drawn else await read_dashboard(tx, caller, wanted, unit or None)
        if unexplained is not None:
            async with database.transaction() as tx:
                shown = await explain_dashboard(tx, unexplained)
            drawn = await asyncio.to_thread(_render, shown, Words(lang), version, len(caller.unit_ids) != 1)
            kept.put(version, drawn)
        return Response(drawn, media_type="text/html; charset=utf-8", headers=headers)

    return router


def _render(shown: Dashboard, words: Words, version: str, several: bool) -> bytes:
    figures = dashboard_figures(shown, words)
    coverage, people = shown.coverage, shown.coverage.people
    said = words(
        "updated",
        time="{time}",
        share=words.percent(people.by_account, people.entitled),
        communes=f"{words.number(coverage.communes_switched)}/{words.number(coverage.communes_total)}",
    )

    def link(**changes: str) -> str:
        parts = {"month": f"{shown.month:%Y-%m}", "lang": words.language, "unit": shown.unit.unit_id if shown.unit else ""}
        return "?" + urlencode({key: value for key, value in {**parts, **changes}.items() if value})

    page = _ENVIRONMENT.get_template("dashboard.html").render(
        t=words,
        shown=shown,
        version=version,
        several=several,
        link=link,
        said=said,
        shape=" ".join([f"{shown.month:%Y-%m}", *figures, *(key for key in ("late",) if shown.late)]),
        style=_STYLE,
        script=_SCRIPT,
        plotly=PLOTLY_PATH,
        figures=as_json(figures.items()),
        places=PLACES,
        target_percent=TARGET_PERCENT,
        districts=parts_of(coverage),
        list_communes=bool(coverage.communes),
        most_rows=_MOST_ROWS,
        most_bars=MOST_BARS,
        behind=shown.behind,
        failures=[(each.provider, failure) for each in shown.health for failure in each.failures],
        beside=_beside(shown),
    )
    return page.encode()


def _beside(shown: Dashboard) -> list[tuple[str, int]]:
    """Money beside the payments: the words' keys and đồng; nothing where there was none."""
    if shown.money is None:
        return []
    receivables, fees = shown.money.receivables, shown.money.fees
    amounts = [
        ("receivable_agreed", receivables.agreed_dong),
        ("receivable_repaid", receivables.repaid_dong),
        ("receivable_written_off", receivables.written_off_dong),
        ("receivable_open", receivables.open_dong),
        ("fee_accrued", fees.accrued_dong),
        ("fee_settled", fees.settled_dong),
        ("fee_owed", fees.owed_dong),
    ]
    return amounts if any(amount for _, amount in amounts) else []
