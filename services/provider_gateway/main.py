"""The provider gateway: where money leaves, and where it is learnt what became of it."""

from __future__ import annotations

from services.provider_gateway import events
from services.provider_gateway.api import (
    account_uses,
    accounts,
    attempts,
    capabilities,
    cash,
    chunks,
    decisions,
    enquiries,
    messages,
    provider_files,
    providers,
    statements,
    stops,
    summary,
    webhooks,
)
from services.provider_gateway.workers.wiring import open_ways
from shared.platform import Platform
from shared.service import Service
from shared.web import join, make_app

NAME = "provider_gateway"

DESCRIPTION = """
Sends payments to the providers and learns what became of them: by answer, by enquiry and by webhook. Intents are committed
before a provider is called; what is not known is enquired by the same reference, never sent as a new payment.
"""


def build(platform: Platform) -> Service:
    """The service on a platform. Its workers: `sender`, `enquiries`, `judge`, `webhooks`, `collector`, `files`, `accounts`,
    `names`, `withdrawals`, `lister`, `messages`, `describer`."""
    database = platform.database(NAME)
    ways = open_ways(platform.settings, platform.field_cipher())
    app = make_app(NAME, "ChiTra provider gateway", DESCRIPTION, database, platform.verifier)
    join(app, attempts.router(database))
    join(app, cash.router(database, ways.cipher))
    join(app, enquiries.router(database))
    join(app, decisions.router(database, ways.connectors, ways.schedule))
    join(app, webhooks.router(database, ways.connectors, ways.cipher))
    join(app, provider_files.router(database, ways.connectors, ways.cipher))
    join(app, statements.router(database))
    join(app, stops.router(database, ways.connectors))
    join(app, providers.router(database, ways.connectors, ways.schedule))
    join(app, chunks.router(database, ways.connectors, ways.schedule))
    join(app, summary.router(database, ways.connectors, ways.schedule))
    join(app, messages.router(database))
    join(app, accounts.router(database))
    join(app, account_uses.router(database, ways.connectors, ways.cipher))
    join(app, capabilities.router(ways.connectors))
    app.state.ways = ways
    return Service(
        name=NAME,
        app=app,
        database=database,
        subscribes_to=events.SUBSCRIPTIONS,
        handlers=events.handlers(
            ways.connectors.keys(), [each.name for each in ways.connectors.values() if each.withdrawals is not None]
        ),
        workers=ways.workers(database),
    )
