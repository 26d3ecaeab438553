"""Credit transfers: a batch as a pain.001 file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from services.provider_gateway.connectors.protocol import (
    INVALID_ACCOUNT,
    INVALID_REQUEST,
    Batch,
    NotTaken,
    Order,
    Refused,
    Sent,
    UnreadableWebhook,
    Unsure,
)
from services.provider_gateway.connectors.vietinbank.iso.messages import read_whole
from services.provider_gateway.connectors.vietinbank.iso.pain001 import (
    Debtor,
    Transfer,
    as_bytes,
    message_ids,
    party_name,
    transfer_text,
)
from services.provider_gateway.connectors.vietinbank.ways import BankWay
from services.provider_gateway.connectors.vietinbank.wire import ACCOUNT
from services.provider_gateway.domain.attempt import Said

_WRITE_ASIDE = 1000
"""From so many transfers on the file is written in a thread of its own."""


class VietinPayments:
    """One file a batch; several above 20,000 payments."""

    refuses_duplicates = True  # a MsgId that came before is refused, and a folder takes a name once
    longest_processing_seconds = 3600.0

    def __init__(self, way: BankWay, debtor: Callable[[], Debtor]) -> None:
        self._way = way
        self._debtor = debtor

    async def pay(self, batch: Batch) -> Sent:
        """Hand over. What can't stand in a file is refused here, so that it doesn't take the others down."""
        said, transfers = _transfers(batch)
        if not transfers:
            return Sent(said)
        try:
            debtor = self._debtor()
        except (OSError, ValueError) as error:
            raise NotTaken(type(error).__name__, 5.0) from None
        files = list(message_ids(batch.reference, transfers))
        if len(files) == 1:
            return Sent([*said, *await self._lay(batch, debtor, *files[0])])
        not_taken: set[str] = set()
        for message_id, some in files:
            references = [each.reference for each in some]
            try:
                said += await self._lay(batch, debtor, message_id, some)
            except NotTaken:
                not_taken.update(references)
            except Refused:
                said += [Said(reference, "rejected", INVALID_REQUEST) for reference in references]
            except Unsure:
                continue  # of this file nothing is known; the others stand for themselves
        return Sent(said, frozenset(not_taken))

    async def _lay(self, batch: Batch, debtor: Debtor, message_id: str, transfers: Sequence[Transfer]) -> list[Said]:
        if len(transfers) < _WRITE_ASIDE:
            content = as_bytes(message_id, batch.pay_on, debtor, transfers)
        else:
            content = await asyncio.to_thread(as_bytes, message_id, batch.pay_on, debtor, transfers)
        answer = await self._way.lay(message_id, content)
        if answer is None:
            return []
        return said_of_file(answer, batch.reference, [each.reference for each in transfers])


def said_of_file(report: bytes, batch_reference: str, references: Sequence[str]) -> list[Said]:
    """What a pain.002 says of these payments of one file. Raises Unsure for one that can't be read, or is of another batch."""
    try:
        notice = read_whole(report)
    except UnreadableWebhook as error:
        raise Unsure(f"answer_{error}") from None
    if notice.batch_reference != batch_reference:
        raise Unsure("answer_message")  # a proxy's mix-up: "all taken" of another file would settle this one
    of_file = frozenset(references)
    said = [each for each in notice.said if each.reference in of_file]
    if notice.of_all is not None:
        silent = of_file - {each.reference for each in said}
        said += [Said(each, notice.of_all.outcome, notice.of_all.reason) for each in references if each in silent]
    return said


def _transfers(batch: Batch) -> tuple[list[Said], list[Transfer]]:
    refused, transfers = [], []
    for order in batch.orders:
        name = party_name(order.payee_name)
        if not order.account_number or not ACCOUNT.match(order.account_number):
            refused.append(Said(order.reference, "rejected", INVALID_ACCOUNT))
        elif not name:
            refused.append(Said(order.reference, "rejected", INVALID_REQUEST))
        else:
            transfers.append(_transfer(order, order.account_number, name))
    return refused, transfers


def _transfer(order: Order, account_number: str, name: str) -> Transfer:
    return Transfer(order.reference, order.amount_dong, name, account_number, transfer_text(order.note))
