"""What people are told when the registry changed something of theirs: Vietnamese, no category, no number in clear.

A message is read over shoulders and on shared phones: it says that something changed and whom to ask, never why a person is
entitled. `queue_notices(tx, [NewNotice(...)])` in use_cases/queue_notices.py keeps them; the phone is the payee's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain.masking import mask_text
from shared.kernel.errors import ErrorCode, Kind

UNKNOWN_NOTICE = ErrorCode("unknown-notice", Kind.MISSING, "No such notice", "Không có thông báo này")
NOTICE_TOLD = ErrorCode("notice-told", Kind.CONFLICT, "They were told before", "Thông báo đã được gửi trước đó")

PAYEE_ENDED, PAYEE_BEGUN = "payee_ended", "payee_begun"
"""Kinds of notice: to who received until now, and to who receives from now on."""


@dataclass(frozen=True, slots=True)
class NewNotice:
    """One message to a payee about one person's money. `about` names the change request or whatever it speaks of."""

    beneficiary_id: UUID
    payee_id: UUID
    kind: str
    text_vi: str
    about: UUID | None = None

    def safe_text(self) -> str:
        """The text with every number of nine digits or more masked, whatever its writer put in."""
        return mask_text(self.text_vi) or ""


def vietnamese_date(day: date) -> str:
    """`05/10/2021`."""
    return f"{day:%d/%m/%Y}"


def payee_ended_text(code: str, from_on: date) -> str:
    """To the payee of until now."""
    return (
        f"Từ ngày {vietnamese_date(from_on)}, ông/bà không còn là người nhận tiền của hồ sơ {code}. "
        "Nếu có thắc mắc, xin liên hệ UBND xã/phường nơi cư trú."
    )


def payee_begun_text(code: str, from_on: date) -> str:
    """To the payee of from now on."""
    return (
        f"Từ ngày {vietnamese_date(from_on)}, ông/bà là người nhận tiền của hồ sơ {code}. "
        "Nếu không đúng, xin báo ngay UBND xã/phường nơi cư trú."
    )
