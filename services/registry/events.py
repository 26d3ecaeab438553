"""What the registry does with events: it hears providers' answers to account requests and to questions for names."""

from __future__ import annotations

from services.registry.use_cases.apply_account_answers import apply_account_answers
from services.registry.use_cases.apply_name_answers import apply_name_answers
from shared.contracts.envelope import Envelope
from shared.contracts.gateway_events import AccountsAnswered, NamesAnswered
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.inbox import EventHandler

SUBSCRIBES_TO = ("provider_gateway.accounts_answered", "provider_gateway.names_answered")


def make_handlers(cipher: FieldCipher) -> dict[str, EventHandler]:
    """Event type -> use case."""

    async def accounts_answered(tx: Tx, envelope: Envelope) -> None:
        await apply_account_answers(tx, cipher, AccountsAnswered.model_validate(envelope.body))

    async def names_answered(tx: Tx, envelope: Envelope) -> None:
        await apply_name_answers(tx, NamesAnswered.model_validate(envelope.body))

    return {
        "provider_gateway.accounts_answered": accounts_answered,
        "provider_gateway.names_answered": names_answered,
    }
