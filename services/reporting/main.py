"""The reporting service: read models made of events alone, coverage over REST, and the coverage page."""

from __future__ import annotations

from services.reporting.api.consistency import consistency_routes
from services.reporting.api.coverage import coverage_routes
from services.reporting.api.page import page_routes
from services.reporting.events import HANDLERS, SUBSCRIBES_TO
from shared.platform import Platform
from shared.service import Service
from shared.web import make_app

NAME = "reporting"


def build(platform: Platform) -> Service:
    """The service on a platform. It says nothing itself: its outbox stays empty."""
    database = platform.database(NAME)
    app = make_app(
        NAME,
        "ChiTra reporting",
        "Coverage of electronic payment: communes switched, people paid into accounts, and where each month's money stands. "
        "Aggregate numbers only.",
        database,
        platform.verifier,
    )
    app.include_router(coverage_routes(database))
    app.include_router(consistency_routes(database, platform.ask))
    app.include_router(page_routes(database, token_in_query=not platform.settings.distributed))
    return Service(NAME, app, database, SUBSCRIBES_TO, HANDLERS)
