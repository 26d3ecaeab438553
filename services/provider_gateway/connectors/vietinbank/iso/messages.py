"""Which reader a message needs."""

from __future__ import annotations

from collections.abc import Iterator

from services.provider_gateway.connectors.protocol import Notice, UnreadableWebhook
from services.provider_gateway.connectors.vietinbank.iso import entries, status_reports
from services.provider_gateway.connectors.vietinbank.iso.reading import message_of


def read_parts(body: bytes, account: str = "") -> Iterator[Notice]:
    """What a message says, part by part. `account`: see read_statements. Raises UnreadableWebhook for one that we don't read."""
    message = message_of(body)
    if message == status_reports.MESSAGE:
        return status_reports.read_parts(body)
    if message == entries.NOTIFICATION:
        return entries.read_notification(body)
    if message == entries.STATEMENT:
        return entries.read_statements(body, account)
    if message.startswith(entries.RETURN):
        return entries.read_returns(body, message)
    raise UnreadableWebhook(message.replace(".", "_"))


def read_whole(body: bytes, account: str = "") -> Notice:
    """A message of a bounded size as one notice."""
    parts = list(read_parts(body, account))
    batches = {part.batch_reference for part in parts if part.said or part.of_all} or {parts[-1].batch_reference}
    return Notice(
        next(iter(batches)) if len(batches) == 1 else None,
        [said for part in parts for said in part.said],
        of_all=parts[-1].of_all,
        lines=[line for part in parts for line in part.lines],
        statement=next((part.statement for part in reversed(parts) if part.statement), None),
    )
