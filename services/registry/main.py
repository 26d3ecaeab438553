"""The registry: who is entitled, who receives for them, and where their money goes."""

from __future__ import annotations

from services.registry.api import accounts, beneficiaries, import_reports, imports, units, workbooks
from services.registry.events import SUBSCRIBES_TO, make_handlers
from services.registry.files.reference import load_reference
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
    reference = load_reference()
    app.include_router(import_reports.make_router(database, cipher))
    app.include_router(imports.make_router(database, cipher, reference))
    app.include_router(workbooks.make_router(database, cipher, reference))
    app.include_router(beneficiaries.make_router(database, cipher))
    app.include_router(accounts.make_router(database, cipher))
    return Service(name=NAME, app=app, database=database, subscribes_to=SUBSCRIBES_TO, handlers=make_handlers(cipher))
