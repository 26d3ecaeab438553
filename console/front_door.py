"""The front door: one address for the four services, with a start page that links their docs."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from shared.problems import NO_ROUTE, problem
from shared.service import Service

PATHS = {
    "registry": "registry",
    "disbursement": "disbursement",
    "provider_gateway": "gateway",
    "reporting": "reporting",
}
"""Path of each service behind the front door; `deploy/` routes the same."""

WHAT = {
    "registry": ("Sổ đối tượng", "beneficiaries, decisions, payees, accounts, imports"),
    "disbursement": ("Chi trả", "law, runs, payrolls, approval, funding, books"),
    "provider_gateway": ("Cổng nhà cung cấp", "attempts, webhooks, stops, providers"),
    "reporting": ("Báo cáo", "coverage by commune and month"),
}

PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>ChiTra</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1b1f24; }}
h1 {{ font-size: 1.8rem; margin: 0; }} p {{ margin: .3rem 0 1.4rem; color: #57606a; }}
a.card {{ display: block; padding: .9rem 1.1rem; margin: .6rem 0; border: 1px solid #d0d7de; border-radius: 8px;
  color: inherit; text-decoration: none; }} a.card:hover, a.card:focus {{ border-color: #0550ae; }}
a.card b {{ color: #0550ae; }} a.card span {{ display: block; color: #57606a; font-size: .92rem; }}
</style></head><body>
<h1>ChiTra</h1><p>Chi trả trợ giúp xã hội hàng tháng qua tài khoản · Electronic payment of monthly social assistance</p>
<a class="card" href="/reporting/"><b>Độ phủ · Coverage</b><span>communes switched, share paid into an account</span></a>
{cards}
</body></html>"""


def start_page(names: Iterable[str]) -> str:
    """The start page for these services, as HTML. `deploy/start.html` is the one for all four."""
    return PAGE.format(
        cards="\n".join(
            f'<a class="card" href="/{PATHS[name]}/docs"><b>{WHAT[name][0]} · {name}</b><span>OpenAPI: {WHAT[name][1]}</span></a>'
            for name in names
        )
    )


def front_door(services: dict[str, Service]) -> Starlette:
    """An app that mounts each service under its path."""
    page = start_page(services)

    async def show_start_page(_request: Request) -> HTMLResponse:
        return HTMLResponse(page)

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    routes: list[BaseRoute] = [Route("/", show_start_page), Route("/health/live", live)]
    routes += [Mount(f"/{PATHS[name]}", service.app) for name, service in services.items()]
    return Starlette(routes=routes, exception_handlers={404: _nothing_here})


async def _nothing_here(_request: Request, _error: Exception) -> Response:
    return problem(NO_ROUTE)
