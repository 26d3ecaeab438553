"""The disbursement service: what the law owes, who is paid which way, approvals, funding, and books that balance."""

from __future__ import annotations

from services.disbursement.api import (
    books,
    breaks,
    budgets,
    calendar,
    campaigns,
    cash_advances,
    closings,
    comparisons,
    complaints,
    contracts,
    delegations,
    documents,
    fees,
    findings,
    fundings,
    gates,
    give_backs,
    handovers,
    home_deliveries,
    ledger,
    openings,
    overpayments,
    payments,
    payrolls,
    person_months,
    progress,
    recalls,
    receivables,
    reconciliations,
    refunds,
    run_books,
    runs,
    settlements,
    unclaimed,
)
from services.disbursement.api.registry_cut import RegistryCut
from services.disbursement.documents.render import Renderer
from services.disbursement.events import SUBSCRIBES_TO, handlers
from services.disbursement.storage.law_data import load_law
from services.disbursement.workers.dispatcher import CanaryWatch, Dispatcher
from services.disbursement.workers.reconciler import Reconciler
from shared.keys import SEAL, load_pseudonym_secret, load_signing_key
from shared.platform import Platform
from shared.service import Service
from shared.web import join, make_app

NAME = "disbursement"


def build(platform: Platform) -> Service:
    """The service on a platform. The key that seals payrolls and the pseudonym secret are read from the keys folder."""
    database = platform.database(NAME)
    seal_key = load_signing_key(platform.settings.keys_dir, SEAL)
    cut = RegistryCut(database, platform.registry_position)
    app = make_app(
        NAME,
        "ChiTra disbursement",
        "Contracts, pay runs, payrolls with two officers' approval, funding, payments and the books. Money is in đồng.",
        database,
        platform.verifier,
    )
    for router in (
        contracts.make_router(database),
        campaigns.make_router(database, load_law()),
        runs.make_router(database, load_law(), cut, seal_key),
        payrolls.make_router(database, seal_key, cut),
        findings.make_router(database),
        comparisons.make_router(database),
        gates.make_router(database),
        budgets.make_router(database),
        delegations.make_router(database),
        fundings.make_router(database),
        refunds.make_router(database),
        cash_advances.make_router(database),
        home_deliveries.make_router(database),
        books.make_router(database),
        run_books.make_router(database),
        ledger.make_router(database),
        fees.make_router(database),
        reconciliations.make_router(database),
        breaks.make_router(database),
        openings.make_router(database),
        payments.make_router(database),
        recalls.make_router(database, load_law(), cut, seal_key),
        person_months.make_router(database),
        overpayments.make_router(database, load_law()),
        receivables.make_router(database, load_law()),
        give_backs.make_router(database, load_law()),
        complaints.make_router(database),
        progress.make_router(database),
        calendar.make_router(database),
        documents.make_router(database, Renderer(platform.settings.document_templates_dir)),
        handovers.make_router(database, seal_key),
        settlements.make_router(database),
        unclaimed.make_router(database),
        closings.make_router(database),
    ):
        join(app, router)
    dispatcher = Dispatcher(database, seal_key.public_key())
    return Service(
        name=NAME,
        app=app,
        database=database,
        subscribes_to=SUBSCRIBES_TO,
        handlers=handlers(load_pseudonym_secret(platform.settings.keys_dir)),
        workers=(dispatcher.worker(), CanaryWatch(database).worker(), Reconciler(database).worker()),
    )
