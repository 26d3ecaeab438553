"""Which event leads to what."""

from __future__ import annotations

from services.reporting.storage import enrolled, failures, ledger_sums, moves, providers
from services.reporting.storage.units import copy_units
from services.reporting.use_cases.apply_moves import apply_moves
from services.reporting.use_cases.close_month import close_month
from services.reporting.use_cases.follow_enrolment import follow_answers, follow_people, follow_requests, follow_uses
from services.reporting.use_cases.follow_money import follow_failures, follow_ledger
from services.reporting.use_cases.follow_providers import follow_news, follow_stop
from services.reporting.use_cases.rebuild_read_models import Part
from shared.contracts.disbursement_events import MonthClosed, ObligationsMoved
from shared.contracts.envelope import Envelope
from shared.contracts.gateway_events import AccountsAnswered, AccountsUsed
from shared.contracts.registry_events import AccountsRequested, BeneficiariesChanged, UnitsDefined
from shared.database import Tx
from shared.inbox import EventHandler

SUBSCRIBES_TO = ("disbursement.*", "registry.*", "provider_gateway.*")
"""Whole logs, since the inbox's watermark counts positions without a gap; events without a handler are only recorded."""

LOGS = ("disbursement", "registry", "provider_gateway")
"""Whose logs the read models are made of."""


def handlers(pseudonym_secret: bytes) -> dict[str, EventHandler]:
    """The table. The secret makes of the registry's people those whom disbursement's moves name."""

    async def beneficiaries_changed(tx: Tx, envelope: Envelope) -> None:
        event = BeneficiariesChanged.model_validate(envelope.body)
        await follow_people(tx, event, envelope.occurred_at, pseudonym_secret)

    return {
        "disbursement.obligations_moved": _obligations_moved,
        "disbursement.month_closed": _month_closed,
        "disbursement.ledger_posted": follow_ledger,
        "registry.units_defined": _units_defined,
        "registry.beneficiaries_changed": beneficiaries_changed,
        "registry.accounts_requested": _accounts_requested,
        "provider_gateway.accounts_answered": _accounts_answered,
        "provider_gateway.accounts_used": _accounts_used,
        "provider_gateway.chunk_progressed": follow_news,
        "provider_gateway.names_answered": follow_news,
        "provider_gateway.provider_listed": follow_news,
        "provider_gateway.stop_changed": follow_stop,
    }


def parts(pseudonym_secret: bytes) -> tuple[Part, ...]:
    """What `rebuild` makes again, log by log. The registry's comes before the gateway's answers, but need not."""
    every = handlers(pseudonym_secret)
    return (
        Part("disbursement", _forget_disbursement, every),
        Part("registry", enrolled.forget_registry, every),
        Part("provider_gateway", _forget_gateway, every),
    )


async def _forget_disbursement(tx: Tx) -> None:
    await moves.forget(tx)
    await ledger_sums.forget(tx)
    await failures.forget(tx)


async def _forget_gateway(tx: Tx) -> None:
    await enrolled.forget_gateway(tx)
    await providers.forget(tx)


async def _obligations_moved(tx: Tx, envelope: Envelope) -> None:
    event = ObligationsMoved.model_validate(envelope.body)
    await apply_moves(tx, event, envelope.position, envelope.occurred_at)
    await follow_failures(tx, event, envelope.position)


async def _month_closed(tx: Tx, envelope: Envelope) -> None:
    await close_month(tx, MonthClosed.model_validate(envelope.body), envelope.position, envelope.occurred_at)


async def _units_defined(tx: Tx, envelope: Envelope) -> None:
    await copy_units(tx, UnitsDefined.model_validate(envelope.body).units)


async def _accounts_requested(tx: Tx, envelope: Envelope) -> None:
    await follow_requests(tx, AccountsRequested.model_validate(envelope.body), envelope.occurred_at)


async def _accounts_answered(tx: Tx, envelope: Envelope) -> None:
    await follow_answers(tx, AccountsAnswered.model_validate(envelope.body))
    await follow_news(tx, envelope)


async def _accounts_used(tx: Tx, envelope: Envelope) -> None:
    await follow_uses(tx, AccountsUsed.model_validate(envelope.body))
    await follow_news(tx, envelope)
