"""What disbursement does with events: type -> use case."""

from __future__ import annotations

from services.disbursement.outcome_events import handlers as outcome_handlers
from services.disbursement.storage.provider_days import keep_provider_lines
from services.disbursement.storage.providers import keep_providers
from services.disbursement.use_cases.book_openings import book_openings, counter_opening
from services.disbursement.use_cases.copy_beneficiaries import copy_beneficiaries
from services.disbursement.use_cases.copy_units import copy_units
from services.disbursement.use_cases.heed_stop import heed_stop
from services.disbursement.use_cases.recall_payment import hear_recall
from shared.contracts.envelope import Envelope
from shared.contracts.gateway_events import ProviderListed, ProvidersDescribed, RecallAnswered, StopChanged
from shared.contracts.registry_events import BeneficiariesChanged, OpeningBalancesAgreed, OpeningEntryCountered, UnitsDefined
from shared.database import Tx
from shared.inbox import EventHandler

SUBSCRIBES_TO = (
    "registry.*",
    "provider_gateway.chunk_progressed",
    "provider_gateway.stop_changed",
    "provider_gateway.recall_answered",
    "provider_gateway.provider_listed",
    "provider_gateway.providers_described",
)
"""All of the registry's: the watermark of its log must not have gaps."""


def handlers(pseudonym_secret: bytes) -> dict[str, EventHandler]:
    """The table. The secret makes the pseudonyms that reporting sees."""

    async def beneficiaries_changed(tx: Tx, envelope: Envelope) -> None:
        event = BeneficiariesChanged.model_validate(envelope.body)
        await copy_beneficiaries(tx, event, envelope.position, pseudonym_secret)

    async def units_defined(tx: Tx, envelope: Envelope) -> None:
        await copy_units(tx, UnitsDefined.model_validate(envelope.body))

    async def opening_balances_agreed(tx: Tx, envelope: Envelope) -> None:
        await book_openings(tx, OpeningBalancesAgreed.model_validate(envelope.body))

    async def opening_entry_countered(tx: Tx, envelope: Envelope) -> None:
        await counter_opening(tx, OpeningEntryCountered.model_validate(envelope.body))

    async def stop_changed(tx: Tx, envelope: Envelope) -> None:
        await heed_stop(tx, StopChanged.model_validate(envelope.body))

    async def provider_listed(tx: Tx, envelope: Envelope) -> None:
        await keep_provider_lines(tx, ProviderListed.model_validate(envelope.body))

    return {
        "provider_gateway.provider_listed": provider_listed,
        "provider_gateway.providers_described": _providers_described,
        "registry.opening_balances_agreed": opening_balances_agreed,
        "registry.opening_entry_countered": opening_entry_countered,
        "registry.beneficiaries_changed": beneficiaries_changed,
        "registry.units_defined": units_defined,
        "provider_gateway.stop_changed": stop_changed,
        "provider_gateway.recall_answered": _recall_answered,
        **outcome_handlers,
    }


async def _recall_answered(tx: Tx, envelope: Envelope) -> None:
    await hear_recall(tx, RecallAnswered.model_validate(envelope.body))


async def _providers_described(tx: Tx, envelope: Envelope) -> None:
    await keep_providers(tx, ProvidersDescribed.model_validate(envelope.body))
