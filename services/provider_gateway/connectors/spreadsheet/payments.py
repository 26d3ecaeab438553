"""Pay lists out: laid down once, never twice. And orders asked back, by a list of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from services.provider_gateway.connectors.protocol import Batch, Found, LaidFile, NotTaken, Sent, Unsure
from services.provider_gateway.connectors.spreadsheet.definitions import Definition
from services.provider_gateway.connectors.spreadsheet.drop_folder import DropFolder
from services.provider_gateway.connectors.spreadsheet.pay_list import list_name, write_pay_list, write_withdrawal_list
from services.provider_gateway.domain.attempt import Said
from services.provider_gateway.domain.cash import WithdrawalSaid

PAUSE_SECONDS = 30.0
"""Before a folder that is away is tried again: somebody has to mount it first."""


class SheetPayments:
    """A batch is a list, and its reference the list's name."""

    refuses_duplicates = True
    longest_processing_seconds = 60.0

    def __init__(self, definition: Definition, folder: DropFolder) -> None:
        self._definition = definition
        self._folder = folder

    async def pay(self, batch: Batch) -> Sent:
        """Lay the list down. `accepted` says that it lies there; only a signed list says more."""
        return await asyncio.to_thread(self._pay, batch)

    def _pay(self, batch: Batch) -> Sent:
        orders = {order.reference: order.amount_dong for order in batch.orders}
        try:
            held = self._folder.note(list_name(batch.reference))
            if held is None:
                content = write_pay_list(self._definition.template, self._definition.title, batch)
                held = self._folder.lay(list_name(batch.reference), content, batch.reference, batch.pay_on, orders)
            else:
                held = self._folder.lay(held.name, b"", held.list_reference, held.pay_on, held.orders)
        except OSError as error:
            raise _failure(error) from None
        return Sent([Said(each, "accepted") for each in orders if each in held.orders])


class SheetEnquiry:
    """Nobody can be asked but the folder: it knows whether a list was laid down."""

    def __init__(self, folder: DropFolder) -> None:
        self._folder = folder

    async def enquire(self, batch: Batch) -> Found:
        """Whether the batch's list was laid down. What became of its orders only signed lists say."""
        asked = frozenset(order.reference for order in batch.orders)
        try:
            held = await asyncio.to_thread(self._folder.was_laid, list_name(batch.reference))
        except (OSError, ValueError) as error:
            raise Unsure(type(error).__name__) from None
        laid = asked & held.orders.keys() if held else frozenset()
        return Found([Said(each, "accepted") for each in laid], asked - laid)


class SheetWithdrawals:
    """A list of orders to stop. Its confirmation is the word "withdrawn" on a signed result list."""

    def __init__(self, definition: Definition, folder: DropFolder) -> None:
        self._definition = definition
        self._folder = folder

    async def request(self, withdrawal_reference: str, references: Sequence[str]) -> Sequence[WithdrawalSaid]:
        """Lay the list down. It counts as requested; the order may still be collected."""
        return await asyncio.to_thread(self._request, withdrawal_reference, references)

    def _request(self, withdrawal_reference: str, references: Sequence[str]) -> Sequence[WithdrawalSaid]:
        try:
            found = self._folder.find_orders(frozenset(references))
            if found:
                amounts = {reference: order.amount_dong for reference, order in found.items()}
                pay_on = min(order.pay_on for order in found.values())
                made_on = datetime.now(UTC).date()
                template, title = self._definition.template, self._definition.title
                content = write_withdrawal_list(template, title, withdrawal_reference, amounts, made_on)
                self._folder.lay(list_name(withdrawal_reference), content, withdrawal_reference, pay_on, amounts)
        except OSError as error:
            raise _failure(error) from None
        return [WithdrawalSaid(each, "requested" if each in found else "unknown") for each in references]

    async def enquire(self, withdrawal_reference: str) -> Sequence[WithdrawalSaid]:
        """Nothing is learnt by asking: the payment's own result says it."""
        held = await asyncio.to_thread(self._folder.was_laid, list_name(withdrawal_reference))
        return [WithdrawalSaid(each, "requested") for each in held.orders] if held else []


class SheetOutgoing:
    """The lists that were laid down."""

    def __init__(self, folder: DropFolder) -> None:
        self._folder = folder

    async def laid(self) -> Sequence[LaidFile]:
        """Newest first."""
        return await asyncio.to_thread(self._folder.laid_files)

    async def content(self, name: str) -> bytes | None:
        """A list's bytes."""
        return await asyncio.to_thread(self._folder.content, name)


def _failure(error: OSError) -> Any:
    """What was not claimed was not laid; what was claimed is moved by the next try. Either way the next try settles it."""
    return NotTaken(type(error).__name__, PAUSE_SECONDS)
