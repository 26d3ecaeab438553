"""The one shape of request and answer between the gateway and any provider.

What a provider can do follows from what its `Connector` carries: without `accounts` it opens none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol, runtime_checkable

from services.provider_gateway.connectors.samples import WebhookSamples
from services.provider_gateway.domain.attempt import Outcome, Said
from services.provider_gateway.domain.cash import WithdrawalSaid
from services.provider_gateway.domain.statement import StatementSaid

INVALID_ACCOUNT = "invalid_account"
NAME_MISMATCH = "name_mismatch"
LOCKED = "locked"
LIMIT = "limit"
INVALID_REQUEST = "invalid_request"
IDENTITY_MISSING = "identity_missing"
NOTHING_TO_ASK = "nothing_to_ask"


class NotTaken(Exception):
    """The request surely was not taken: the same may be sent again after a pause. `why` is one word, with no data."""

    def __init__(self, why: str, pause_seconds: float = 0.0) -> None:
        super().__init__(why)
        self.why = why
        self.pause_seconds = pause_seconds


class Unsure(Exception):
    """Nobody knows whether the request was taken: time-out, dropped connection, 5xx, an answer that can't be trusted."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NothingToAsk(Unsure):
    """This way has nobody to ask: what became of a batch is told by files that come, or by nobody. Nothing is learnt, and
    nothing is sent again for it."""

    def __init__(self) -> None:
        super().__init__(NOTHING_TO_ASK)


class Refused(Exception):
    """The provider refused the request for its form (4xx): not taken, and sent again it would be refused again."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class ForgedWebhook(Exception):
    """A webhook whose signature, or time, does not hold."""


class UnreadableWebhook(Exception):
    """A rightly signed webhook of a shape that the connector does not know."""


@dataclass(frozen=True, slots=True)
class Order:
    """One payment to make. Numbers are in clear here and nowhere else: in memory, from the opening to the call."""

    reference: str
    amount_dong: int
    payee_name: str = field(repr=False)
    note: str
    unit_code: str  # commune
    account_number: str | None = field(default=None, repr=False)  # phone number of a wallet
    identity_number: str | None = field(default=None, repr=False)  # of who collects cash
    home_delivery: bool = False  # of cash: carried to the payee's home


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders that go together. A batch sent again has the same reference and day; its orders are those of the first
    sending of which the provider knows none."""

    reference: str
    channel: str
    pay_on: date
    orders: Sequence[Order]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a provider answered to a batch. Orders in neither are unknown."""

    said: Sequence[Said]
    not_taken: frozenset[str] = frozenset()
    pause_seconds: float = 0.0  # before what was not taken may be sent again


@dataclass(frozen=True, slots=True)
class Found:
    """What a provider answered to an enquiry. Orders in neither remain as they are."""

    said: Sequence[Said]
    not_found: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AccountWanted:
    """An account to open, or (with `number`) one to check."""

    request_id: str
    holder_name: str = field(repr=False)
    identity_number: str | None = field(default=None, repr=False)
    phone_number: str | None = field(default=None, repr=False)
    number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AccountSaid:
    """What a provider said of an account. `received` is not an answer yet. Numbers as the registry writes them."""

    request_id: str
    outcome: Literal["received", "opened", "refused"]
    reason: str | None = None
    number: str | None = field(default=None, repr=False)
    holder_name: str | None = field(default=None, repr=False)


ListSource = Literal["provider_list", "statement"]


@dataclass(frozen=True, slots=True)
class DayLine:
    """One payment on a provider's list or statement of a day. `seq`: the list's own running number, where it has one."""

    reference: str
    amount_dong: int
    state: Literal["paid", "returned", "rejected", "unclaimed"]
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class DayPage:
    """A page of a day. `final`: the day is over there, so nothing is added; `next_after` None: the last page."""

    lines: Sequence[DayLine]
    next_after: int | None
    final: bool


@dataclass(frozen=True, slots=True)
class OfAll:
    """What was said of a batch as a whole: it goes for each of its payments that is not spoken of by itself."""

    outcome: Outcome
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a webhook or a file says, or a part of it. `batch_reference` is ours, None where it names none.

    `statement` ends the part of a file that it stands over: the entries before it are its own, as `lines`.
    """

    batch_reference: str | None
    said: Sequence[Said] = ()
    accounts: Sequence[AccountSaid] = ()
    of_all: OfAll | None = None
    lines: Sequence[DayLine] = ()
    statement: StatementSaid | None = None


class Payments(Protocol):
    """Sends payments."""

    refuses_duplicates: bool
    """Whether a reference is refused the second time. Where not, what was not found is never sent again by itself."""

    longest_processing_seconds: float
    """How long after a sending an enquiry may still say "not found" of what was taken."""

    async def pay(self, batch: Batch) -> Sent:
        """Send a batch, whole. Raises NotTaken, Refused or Unsure where all of it shares that fate."""


class Enquiry(Protocol):
    """Asks what became of payments."""

    async def enquire(self, batch: Batch) -> Found:
        """Where the batch's orders stand. Raises NotTaken, Refused or Unsure when nothing was learnt."""


class Accounts(Protocol):
    """Opens and checks accounts. Asking again for the same request ids asks for nothing new."""

    async def request(self, batch_reference: str, wanted: Sequence[AccountWanted]) -> Sequence[AccountSaid]:
        """Ask; those not answered with are still unknown. Raises NotTaken, Refused or Unsure."""

    async def enquire(self, request_ids: Sequence[str]) -> Sequence[AccountSaid]:
        """Where requests stand; those the provider does not know are left out."""


class Webhooks(Protocol):
    """Reads what the provider posts."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The delivery's id, the same each time it comes. Header names in lower case. Raises ForgedWebhook."""

    def read(self, body: bytes) -> Notice:
        """What a verified body says. Raises UnreadableWebhook."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that came from a provider: a bank's report, a signed result list. `name` is what the provider calls it."""

    name: str
    body: bytes = field(repr=False)


class Files(Protocol):
    """Fetches the files that a provider lays down for us, and reads them. A file is kept, then acknowledged, then applied once
    like a webhook."""

    async def arrivals(self) -> Sequence[Arrival]:
        """Files not acknowledged yet, oldest first, a bounded number. Raises NotTaken, Refused or Unsure."""

    async def acknowledge(self, name: str) -> None:
        """The file is kept on our side: it need not come again. May be called twice."""

    def verify(self, name: str, body: bytes) -> str:
        """The file's id, the same each time it comes. Raises ForgedWebhook where its signature or seal does not hold."""

    def read(self, body: bytes) -> Notice:
        """What a verified file says. Raises UnreadableWebhook."""


@runtime_checkable
class FilesInParts(Files, Protocol):
    """Files too large to be read at once: the connector reads them part by part."""

    def parts(self, body: bytes) -> Iterator[Notice]:
        """What a verified file says, in its order, each part of a bounded size. Raises UnreadableWebhook, also half-way."""


class Withdrawals(Protocol):
    """Asks cash orders back that were sent and not collected. A withdrawal's reference is ours; asking again by it asks for
    nothing new, and orders may be added."""

    async def request(self, withdrawal_reference: str, references: Sequence[str]) -> Sequence[WithdrawalSaid]:
        """Ask; those not answered with are still open. Raises NotTaken, Refused or Unsure."""

    async def enquire(self, withdrawal_reference: str) -> Sequence[WithdrawalSaid]:
        """Where a withdrawal stands, order by order. Raises NotTaken, Refused or Unsure."""


@dataclass(frozen=True, slots=True)
class LaidFile:
    """A file that was laid down for a provider."""

    name: str
    batch_reference: str
    laid_at: datetime
    size_bytes: int
    orders: int
    amount_dong: int


class HandedIn(Protocol):
    """Takes files that an officer hands in for the provider, where nobody could lay them into its folder. Read as `Files` are."""

    def handed_in(self, name: str, content: bytes, signature: bytes) -> bytes:
        """A file and its signature as one body, to be verified and read like one that was fetched."""

    def explain(self, why: str) -> tuple[str, str]:
        """Why a file is refused, in English and in Vietnamese, from the word of ForgedWebhook or UnreadableWebhook."""


class Outgoing(Protocol):
    """Shows the files that were laid down for the provider, so that an officer can hand them over."""

    async def laid(self) -> Sequence[LaidFile]:
        """Newest first, a bounded number."""

    async def content(self, name: str) -> bytes | None:
        """The file; None where there is none of that name."""


class Days(Protocol):
    """What the provider says of its days: the other side of a reconciliation."""

    source: ListSource

    async def day(self, day: date, after: int) -> DayPage:
        """A page of a day, after a key of its own (0: the first). Raises NotTaken, Refused or Unsure."""


async def _nothing() -> None:
    return None


def packed_number(number: str) -> str:
    """A number in the one form in which two are compared: letters and digits alone, capitals."""
    return "".join(letter for letter in number if letter.isalnum()).upper()


@dataclass(frozen=True, slots=True)
class Connector:
    """One provider."""

    name: str
    payments: Payments
    enquiry: Enquiry
    webhooks: Webhooks
    channels: tuple[str, ...] = ()  # of those that contracts have: wallet, account, cash, cashier
    accounts: Accounts | None = None
    days: Days | None = None
    files: Files | None = None
    withdrawals: Withdrawals | None = None
    outgoing: Outgoing | None = None
    handed_in: HandedIn | None = None
    number_form: Callable[[str], str] = packed_number  # the one form in which numbers of its accounts are compared
    samples: WebhookSamples | None = None  # of its webhooks, for docs and tests
    close: Callable[[], Awaitable[None]] = _nothing
