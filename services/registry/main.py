"""The registry: who is entitled, who receives for them, and where their money goes."""

from __future__ import annotations

from datetime import date

from services.registry.api import (
    account_changes,
    account_steps,
    accounts,
    acts,
    as_of,
    beneficiaries,
    change_requests,
    dependants,
    duplicates,
    enrolment,
    holds,
    import_reports,
    imports,
    match_lists,
    name_reviews,
    notices,
    openings,
    payees,
    proposals,
    registering,
    registration_lists,
    successions,
    transfers,
    units,
    workbooks,
)
from services.registry.domain.account_changes import CHANGE_KIND as ACCOUNT
from services.registry.events import SUBSCRIBES_TO, make_handlers
from services.registry.files.reference import load_reference
from services.registry.use_cases.appoint_payee import PAYEE, PAYEE_CHANGE
from services.registry.use_cases.ask_change import ChangeKinds
from services.registry.use_cases.ask_names import ask_names
from services.registry.use_cases.change_account import ACCOUNT_CHANGE
from services.registry.use_cases.propose_adjustments import propose_birthdays, propose_dependants
from services.registry.use_cases.watch_payees import watch_lines, watch_papers, watch_wards
from services.registry.workers.daily import DailyTask, daily_worker
from services.registry.workers.duplicates import DuplicateFinder
from shared.database import Tx
from shared.platform import Platform
from shared.service import Service
from shared.web import join, make_app

NAME = "registry"
TITLE = "ChiTra: registry"
DESCRIPTION = (
    "Sổ đối tượng. Communes send their lists in; each row is read, checked, and answered where it needs an officer; confirmed "
    "rows become beneficiaries with decisions, payees and accounts, each change kept with who, when and why."
)

CHANGE_KINDS: ChangeKinds = {PAYEE: PAYEE_CHANGE, ACCOUNT: ACCOUNT_CHANGE}
"""What a second officer can approve: kind -> what it rests on and does."""

DAILY_TASKS: dict[str, DailyTask] = {
    "payee_papers": watch_papers,
    "payee_wards": watch_wards,
    "payee_lines": watch_lines,
    "holders_names": ask_names,
}
"""What is looked at once each business day."""


def build(platform: Platform) -> Service:
    """The registry on a platform."""
    database = platform.database(NAME)
    cipher = platform.field_cipher()
    reference = load_reference()
    app = make_app(NAME, TITLE, DESCRIPTION, database, platform.verifier)
    join(app, units.make_router(database))
    join(app, successions.make_router(database))
    join(app, import_reports.make_router(database, cipher))
    join(app, imports.make_router(database, cipher, reference))
    join(app, workbooks.make_router(database, cipher, reference))
    join(app, openings.make_router(database, cipher, reference))
    join(app, as_of.make_router(database))
    join(app, registering.make_router(database, cipher, reference.categories))
    join(app, beneficiaries.make_router(database, cipher))
    join(app, accounts.make_router(database, cipher))
    join(app, account_steps.make_router(database))
    join(app, account_changes.make_router(database, cipher))
    join(app, enrolment.make_router(database))
    join(app, registration_lists.make_router(database, cipher))
    join(app, name_reviews.make_router(database, cipher))
    join(app, holds.make_router(database))
    join(app, proposals.make_router(database))
    join(app, payees.make_router(database, cipher))
    join(app, change_requests.make_router(database, cipher, CHANGE_KINDS))
    join(app, notices.make_router(database, cipher))
    join(app, duplicates.make_router(database))
    join(app, match_lists.make_router(database, cipher))
    join(app, acts.make_router(database, cipher, reference.categories))
    join(app, dependants.make_router(database, cipher))
    join(app, transfers.make_router(database, reference.categories))

    async def birthdays(tx: Tx, today: date) -> int:
        return await propose_birthdays(tx, reference.categories, today)

    daily = daily_worker(database, {**DAILY_TASKS, "birthdays": birthdays, "dependants": propose_dependants})
    return Service(
        name=NAME,
        app=app,
        database=database,
        subscribes_to=SUBSCRIBES_TO,
        handlers=make_handlers(cipher),
        workers=(daily, DuplicateFinder(database).worker()),
    )
