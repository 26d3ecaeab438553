"""What a payee is told of their money, in one short message.

It is read over shoulders and on shared phones: amount, months, where, and whom to ask; no name, no number of an account, no
category, and no reason of a failure. Without diacritics a message has 160 characters, with them 70 for each part.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from uuid import UUID

MessageKind = Literal["paid", "rejected", "returned", "unclaimed"]

ChangeKind = Literal["account_ended", "account_begun", "payee_ended", "payee_begun"]
AnyKind = Literal[MessageKind, ChangeKind]

CHANGES: frozenset[str] = frozenset(("account_ended", "account_begun", "payee_ended", "payee_begun"))
"""The registry's notices that have words here: where money goes, or who receives it, has changed."""

TOLD: frozenset[str] = frozenset(("paid", "rejected", "returned", "unclaimed"))
"""The outcomes of which a payee is told: the final ones."""

PLAIN_CHARACTERS = 160
MOST_MONTHS_NAMED = 2
"""Of more months than these the first and the last are named."""

TOLD_WITHIN = timedelta(days=3)
"""Of wall time. What could not be sent by then is old news: it is given up."""

_PROVIDERS = {"viettelpay": "ViettelPay", "vietinbank": "VietinBank", "vnpost": "Bưu điện", "commune_cashier": "UBND xã"}


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message that waits, its phone still sealed."""

    run_month: str
    message_id: UUID
    kind: AnyKind
    provider: str | None  # this and the next two are None of a change
    channel: str | None
    amount_dong: int | None
    months: Sequence[str]
    tries: int
    too_old: bool
    phone_sealed: str = field(repr=False)


Templates = Mapping[tuple[str, str], str]
"""(kind, `account`, `cash` or, of a change, `any`) -> text."""


def text_of(message: HeldMessage, templates: Templates, *, diacritics: bool) -> str:
    """The message in words, Vietnamese; without diacritics unless they are wanted."""
    text = _filled(message, templates)
    return text if diacritics else without_diacritics(text)


def _filled(message: HeldMessage, templates: Templates) -> str:
    if message.amount_dong is None or message.provider is None:
        return templates[message.kind, "any"]
    way = "account" if message.channel in ("wallet", "account") else "cash"
    return templates[message.kind, way].format(
        months=_months(message.months),
        amount=f"{message.amount_dong:,}".replace(",", "."),
        where=_PROVIDERS.get(message.provider, message.provider),
    )


def without_diacritics(text: str) -> str:
    """`Trợ cấp đã chi` -> `Tro cap da chi`."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _months(months: Sequence[str]) -> str:
    """`09.2021, 10.2021` -> `9/2021, 10/2021`; `1/2021-10/2021` where there are many."""
    said = [f"{int(month[:2])}/{month[3:]}" for month in months]
    return ", ".join(said) if len(said) <= MOST_MONTHS_NAMED else f"{said[0]}-{said[-1]}"
