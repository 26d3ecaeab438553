"""The reporting service: read models made of events alone, coverage over REST, and the dashboard."""

from __future__ import annotations

from services.reporting.api.assets import asset_routes
from services.reporting.api.consistency import consistency_routes
from services.reporting.api.coverage import coverage_routes
from services.reporting.api.enrolment import enrolment_routes
from services.reporting.api.money import money_routes
from services.reporting.api.page import page_routes
from services.reporting.api.public import public_routes
from services.reporting.api.query import query_routes
from services.reporting.api.reports import report_routes
from services.reporting.events import SUBSCRIBES_TO, handlers
from shared.keys import load_pseudonym_secret
from shared.platform import Platform
from shared.service import Service
from shared.web import join, make_app

NAME = "reporting"

EVENTS_AT_ONCE = 2
"""One changes the read models at a time (`moves.lock`); the next is read meanwhile."""


def build(platform: Platform) -> Service:
    """The service on a platform. It says nothing itself: its outbox stays empty. Its pseudonym secret is a key of the
    folder."""
    database = platform.database(NAME)
    app = make_app(
        NAME,
        "ChiTra reporting",
        "Coverage of electronic payment: communes switched, people paid into accounts, and where each month's money stands. "
        "Aggregate numbers only.",
        database,
        platform.verifier,
    )
    join(app, coverage_routes(database))
    join(app, consistency_routes(database, platform.ask))
    join(app, enrolment_routes(database))
    join(app, money_routes(database))
    join(app, report_routes(database, platform.settings.document_templates_dir))
    join(app, asset_routes())
    join(app, query_routes(database))
    join(app, public_routes(database, is_public=platform.settings.public_figures))
    join(app, page_routes(database, token_in_query=not platform.settings.distributed))
    every = handlers(load_pseudonym_secret(platform.settings.keys_dir))
    return Service(NAME, app, database, SUBSCRIBES_TO, every, events_at_once=EVENTS_AT_ONCE)
