"""Changing where money goes from an account: to another account of the payee, to the number its provider named, to cash.

The first account, from cash, needs no second officer: its provider opened it for the payee. Every later change does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain.accounts import PROVIDER_NAMES
from services.registry.domain.notices import NewNotice, vietnamese_date

CHANGE_KIND = "account"
CASH, TO_ACCOUNT, TOLD_NUMBER = "cash", "account", "told_number"
"""Where to: in cash, into another account of the payee, into the other number that the account's provider named."""

ACCOUNT_ENDED, ACCOUNT_BEGUN = "account_ended", "account_begun"
"""Kinds of notice: about where the money went until now, and where it goes from now on."""


@dataclass(frozen=True, slots=True)
class AccountWish:
    """What an officer asks for."""

    to: str
    account_id: UUID | None
    note: str
    of_carer: bool = False  # of the carer's care support, not of what the payee receives


def account_notices(
    beneficiary_id: UUID, payee_id: UUID, code: str, from_on: date, about: UUID,
    *, old: tuple[str, str] | None, new: tuple[str, str] | None,
) -> list[NewNotice]:  # fmt: skip
    """What old and new holder are told, each (provider, masked number); None is cash."""
    day = vietnamese_date(from_on)
    notices = []
    if old is not None:
        text = f"Từ ngày {day}, tiền của hồ sơ {code} không còn chi vào {_place(*old)}. " + _IF_WRONG
        notices.append(NewNotice(beneficiary_id, payee_id, ACCOUNT_ENDED, text, about))
    place = f"được chi vào {_place(*new)}" if new else "được chi bằng tiền mặt"
    text = f"Từ ngày {day}, tiền của hồ sơ {code} {place}. " + _IF_WRONG
    notices.append(NewNotice(beneficiary_id, payee_id, ACCOUNT_BEGUN, text, about))
    return notices


_IF_WRONG = "Nếu không đúng, xin báo ngay UBND xã/phường nơi cư trú."


def _place(provider: str, masked_number: str) -> str:
    return f"tài khoản {masked_number} tại {PROVIDER_NAMES.get(provider, provider)}"
