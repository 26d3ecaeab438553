"""The registry: who is entitled, who receives for them, and where their money goes."""

from __future__ import annotations

from services.registry.api import accounts, beneficiaries, change_requests, holds, imports, notices, proposals, units
from services.registry.events import SUBSCRIBES_TO, make_handlers
from services.registry.files.reference import load_reference
from services.registry.use_cases.ask_change import ChangeKinds
from shared.platform import Platform
from shared.service import Service
from shared.web import make_app

NAME = "registry"
TITLE = "ChiTra: registry"
DESCRIPTION = (
    "Sổ đối tượng. Communes send their lists in; each row is read, checked, and answered where it needs an officer; confirmed "
    "rows become beneficiaries with decisions, payees and accounts, each change kept with who, when and why."
)

CHANGE_KINDS: ChangeKinds = {}
"""What a second officer can approve: kind -> what it rests on and does."""


def build(platform: Platform) -> Service:
    """The registry on a platform."""
    database = platform.database(NAME)
    cipher = platform.field_cipher()
    app = make_app(NAME, TITLE, DESCRIPTION, database, platform.verifier)
    app.include_router(units.make_router(database))
    app.include_router(imports.make_router(database, cipher, load_reference()))
    app.include_router(beneficiaries.make_router(database, cipher))
    app.include_router(accounts.make_router(database, cipher))
    app.include_router(holds.make_router(database))
    app.include_router(proposals.make_router(database))
    app.include_router(change_requests.make_router(database, cipher, CHANGE_KINDS))
    app.include_router(notices.make_router(database, cipher))
    return Service(name=NAME, app=app, database=database, subscribes_to=SUBSCRIBES_TO, handlers=make_handlers(cipher))
