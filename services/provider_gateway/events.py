"""What the gateway does with the others' events."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from services.provider_gateway.storage import accounts, messages, name_enquiries, units
from services.provider_gateway.use_cases.recall_payment import recall_payment
from services.provider_gateway.use_cases.receive_chunk import receive_chunk
from services.provider_gateway.use_cases.stop_sending import stop_for_canary
from shared.contracts.disbursement_events import AuthorityHandedOver, CanaryFailed, PaymentRecalled
from shared.contracts.envelope import Envelope
from shared.contracts.registry_events import (
    AccountsRequested,
    BeneficiariesChanged,
    NameEnquiriesRequested,
    NoticesQueued,
    UnitsDefined,
)
from shared.database import Tx
from shared.inbox import EventHandler

SUBSCRIPTIONS = (
    "registry.units_defined",
    "registry.beneficiaries_changed",
    "registry.accounts_requested",
    "registry.name_enquiries_requested",
    "registry.notices_queued",
    "disbursement.chunk_instructed",
    "disbursement.canary_failed",
    "disbursement.payment_recalled",
    "disbursement.authority_handed_over",
)


def handlers(providers: Collection[str], withdrawing: Collection[str] = ()) -> Mapping[str, EventHandler]:
    """The table: event -> what happens. `providers` are those with a connector, `withdrawing` those that withdraw orders."""

    async def chunk_instructed(tx: Tx, envelope: Envelope) -> None:
        await receive_chunk(tx, envelope.body, providers)

    async def payment_recalled(tx: Tx, envelope: Envelope) -> None:
        await recall_payment(tx, PaymentRecalled.model_validate(envelope.body), withdrawing)

    return {
        "registry.units_defined": _units_defined,
        "registry.beneficiaries_changed": _beneficiaries_changed,
        "registry.accounts_requested": _accounts_requested,
        "registry.name_enquiries_requested": _name_enquiries_requested,
        "registry.notices_queued": _notices_queued,
        "disbursement.chunk_instructed": chunk_instructed,
        "disbursement.canary_failed": _canary_failed,
        "disbursement.payment_recalled": payment_recalled,
        "disbursement.authority_handed_over": _authority_handed_over,
    }


async def _canary_failed(tx: Tx, envelope: Envelope) -> None:
    await stop_for_canary(tx, CanaryFailed.model_validate(envelope.body))


async def _authority_handed_over(tx: Tx, envelope: Envelope) -> None:
    event = AuthorityHandedOver.model_validate(envelope.body)
    await units.follow_heirs(tx, event.from_authority_id, event.communes)


async def _units_defined(tx: Tx, envelope: Envelope) -> None:
    await units.upsert_units(tx, UnitsDefined.model_validate(envelope.body).units)


async def _beneficiaries_changed(tx: Tx, envelope: Envelope) -> None:
    await accounts.copy_records(tx, BeneficiariesChanged.model_validate(envelope.body).records, envelope.position)


async def _accounts_requested(tx: Tx, envelope: Envelope) -> None:
    event = AccountsRequested.model_validate(envelope.body)
    await accounts.insert_requests(tx, event.provider, event.requests)


async def _name_enquiries_requested(tx: Tx, envelope: Envelope) -> None:
    event = NameEnquiriesRequested.model_validate(envelope.body)
    await name_enquiries.insert_enquiries(tx, event.provider, event.enquiries)


async def _notices_queued(tx: Tx, envelope: Envelope) -> None:
    await messages.queue_notices(tx, NoticesQueued.model_validate(envelope.body).notices)
