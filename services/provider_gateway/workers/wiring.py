"""The workers and what they need, put together alike for the service and for the sender's own process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.connectors.registry import build_connectors, close_connectors
from services.provider_gateway.connectors.sms import FileOutbox, HttpSms, SmsPort
from services.provider_gateway.domain.limits import changed_limits
from services.provider_gateway.domain.schedule import Schedule, schedule_for
from services.provider_gateway.workers.accounts import AccountOpener
from services.provider_gateway.workers.collector import Collector
from services.provider_gateway.workers.describer import describer_worker
from services.provider_gateway.workers.enquiries import Enquirer
from services.provider_gateway.workers.files import FileApplier
from services.provider_gateway.workers.judge import judge_worker
from services.provider_gateway.workers.lister import Lister
from services.provider_gateway.workers.messenger import Messenger
from services.provider_gateway.workers.names import NameEnquirer
from services.provider_gateway.workers.questions import PacedConnectors, Questions
from services.provider_gateway.workers.sender import Sender
from services.provider_gateway.workers.webhooks import webhook_worker
from services.provider_gateway.workers.withdrawer import Withdrawer
from shared.crypto import FieldCipher
from shared.database import Database
from shared.service import Worker
from shared.settings import Settings

CALL_LIMIT_TIMES = 4
"""A call may be several requests (a pay list for each commune): all together get this many of a request's time-out."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to the providers."""

    connectors: dict[str, Connector]
    cipher: FieldCipher
    schedule: Schedule
    call_limit_seconds: float
    sms: SmsPort | None = None  # None: messages are off
    sms_diacritics: bool = False

    def senders(self, database: Database) -> tuple[Worker, ...]:
        """What moves money, learns what became of it, and stops where too much fails: needs the database and the providers,
        no bus."""
        return self._senders(database, self._questions(database))

    def _senders(self, database: Database, questions: Questions) -> tuple[Worker, ...]:
        asking = PacedConnectors(self.connectors, questions)
        return (
            Sender(database, self.connectors, self.cipher, self.schedule).worker(),
            Enquirer(database, asking, questions, self.schedule, self.call_limit_seconds).worker(),
            judge_worker(database),
        )

    def _questions(self, database: Database) -> Questions:
        return Questions(database, self.connectors.keys(), self.schedule)

    def workers(self, database: Database) -> tuple[Worker, ...]:
        """All background work of the gateway."""
        questions = self._questions(database)
        asking = PacedConnectors(self.connectors, questions)
        accounts = AccountOpener(database, asking, self.cipher, self.schedule, self.call_limit_seconds)
        names = NameEnquirer(database, asking, self.cipher, self.schedule, self.call_limit_seconds)
        return (
            *self._senders(database, questions),
            webhook_worker(database, self.connectors, self.cipher, self.schedule),
            Collector(database, self.connectors, self.cipher, self.schedule, self.call_limit_seconds, questions).worker(),
            FileApplier(database, self.connectors, self.cipher, self.schedule).worker(),
            accounts.worker(),
            names.worker(),
            Withdrawer(database, self.connectors, self.schedule, self.call_limit_seconds, questions).worker(),
            describer_worker(database, self.connectors),
            Lister(database, asking, self.schedule.opening_poll_seconds, self.call_limit_seconds).worker(),
            Messenger(database, self.sms, self.cipher, self.schedule, diacritics=self.sms_diacritics).worker(),
        )

    async def close(self) -> None:
        """Close the connections to the providers."""
        await close_connectors(self.connectors)
        if self.sms is not None:
            await self.sms.close()


def open_ways(settings: Settings, cipher: FieldCipher) -> Ways:
    """The ways as the settings have them: address, keys, time-outs."""
    schedule = schedule_for(settings.environment, settings.provider_processing_seconds)
    call_seconds = settings.provider_timeout_seconds * CALL_LIMIT_TIMES
    return Ways(
        connectors=build_connectors(
            settings.providers_url,
            provider_keys(settings.keys_dir),
            settings.provider_timeout_seconds,
            settings.provider_urls,
            bank_folder=settings.bank_folder,
            spreadsheet_providers=settings.spreadsheet_providers,
        ),
        cipher=cipher,
        schedule=replace(schedule, limits=changed_limits(schedule.limits, {"call_seconds": call_seconds})),
        call_limit_seconds=call_seconds,
        sms=open_sms(settings),
        sms_diacritics=settings.sms_diacritics,
    )


def open_sms(settings: Settings) -> SmsPort | None:
    """The way to send messages that the settings name; None where they are off."""
    if settings.sms == "off":
        return None
    if settings.sms == "file":
        return FileOutbox(settings.sms_folder or settings.home / "sms-outbox")
    assert settings.sms_url is not None  # check_settings
    return HttpSms(settings.sms_url, settings.keys_dir / "sms.key", settings.provider_timeout_seconds)


def provider_keys(keys_dir: Path) -> Path:
    """The folder of the providers' keys."""
    return keys_dir / "providers"
