"""Why no money may go to a person now: each reason a stable code with a sentence in Vietnamese and in English.

A hold is not an end: what the law owes goes on being owed, and is paid once the hold is lifted. Ending needs a decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.kernel.errors import ErrorCode, Kind

UNKNOWN_HOLD = ErrorCode("unknown-hold", Kind.MISSING, "No such hold", "Không có lệnh tạm giữ này")
HOLD_LIFTED = ErrorCode("hold-lifted", Kind.CONFLICT, "The hold was lifted before", "Lệnh tạm giữ đã được gỡ trước đó")


@dataclass(frozen=True, slots=True)
class HoldReason:
    """One reason. `by_officer`: an officer may place it by hand; the others follow from what the registry knows."""

    code: str
    message_vi: str
    message_en: str
    by_officer: bool = False


HOLD_REASONS: dict[str, HoldReason] = {}


def hold_reason(code: str, message_vi: str, message_en: str, *, by_officer: bool = False) -> str:
    """Make a reason known; its code. Called once for each, where the rule that places it lives."""
    HOLD_REASONS[code] = HoldReason(code, message_vi, message_en, by_officer)
    return code


REPORTED_DEAD = hold_reason(
    "reported_dead", "Có tin báo đối tượng đã chết, chờ quyết định.", "Said to have died; a decision is awaited.", by_officer=True
)
REPORTED_AWAY = hold_reason(
    "reported_away",
    "Có tin báo đối tượng không còn ở địa phương, chờ xác minh.",
    "Said to have left the commune; to be verified.",
    by_officer=True,
)
UNDER_REVIEW = hold_reason(
    "under_review", "Đang xác minh theo yêu cầu của cán bộ.", "An officer verifies the case.", by_officer=True
)


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold to place. `about` is what it hangs on (a payee, an account), None for the person; `note` holds no numbers.

    `kind` is the one kind of obligation that is held (`care_support`, of the carer); None: what the person's payee receives, and
    where the reason is the person's own, everything.
    """

    beneficiary_id: UUID
    reason: str
    about: UUID | None = None
    note: str | None = None
    kind: str | None = None
