"""The registry: who is entitled, who receives for them, and where their money goes."""

from __future__ import annotations

from datetime import date

from services.registry.api import (
    accounts,
    acts,
    as_of,
    beneficiaries,
    dependants,
    holds,
    imports,
    proposals,
    registering,
    successions,
    transfers,
    units,
)
from services.registry.events import SUBSCRIBES_TO, make_handlers
from services.registry.files.reference import load_reference
from services.registry.use_cases.propose_adjustments import propose_birthdays, propose_dependants
from services.registry.workers.daily import daily_worker
from shared.database import Tx
from shared.platform import Platform
from shared.service import Service
from shared.web import make_app

NAME = "registry"
TITLE = "ChiTra: registry"
DESCRIPTION = (
    "Sổ đối tượng. Communes send their lists in; each row is read, checked, and answered where it needs an officer; confirmed "
    "rows become beneficiaries with decisions, payees and accounts, each change kept with who, when and why."
)


def build(platform: Platform) -> Service:
    """The registry on a platform."""
    database = platform.database(NAME)
    cipher = platform.field_cipher()
    app = make_app(NAME, TITLE, DESCRIPTION, database, platform.verifier)
    app.include_router(units.make_router(database))
    app.include_router(successions.make_router(database))
    reference = load_reference()
    app.include_router(imports.make_router(database, cipher, reference))
    app.include_router(as_of.make_router(database))
    app.include_router(registering.make_router(database, cipher, reference.categories))
    app.include_router(beneficiaries.make_router(database, cipher))
    app.include_router(accounts.make_router(database, cipher))
    app.include_router(holds.make_router(database))
    app.include_router(proposals.make_router(database))
    app.include_router(acts.make_router(database, cipher, reference.categories))
    app.include_router(dependants.make_router(database, cipher))
    app.include_router(transfers.make_router(database, reference.categories))

    async def birthdays(tx: Tx, today: date) -> int:
        return await propose_birthdays(tx, reference.categories, today)

    daily = daily_worker(database, {"birthdays": birthdays, "dependants": propose_dependants})
    return Service(
        name=NAME,
        app=app,
        database=database,
        subscribes_to=SUBSCRIBES_TO,
        handlers=make_handlers(cipher),
        workers=(daily,),
    )
