"""When a payee may no longer receive: what holds the line, what is proposed, and for which day.

A hold keeps money back, it ends nothing; what the law owes goes on being owed until another payee is appointed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.registry.domain.appointments import (
    AUTHORISED,
    CARE_ENDED,
    CARE_SUPPORT,
    GUARDIANSHIP_ENDED,
    MONTHLY,
    REVOKED,
    WARN_DAYS,
    is_minor,
)
from services.registry.domain.holds import REPORTED_DEAD, NewHold, hold_reason
from services.registry.domain.proposals import NewProposal, proposal_kind
from shared.kernel.months import month_of, next_month

HOLD_AUTHORISATION_EXPIRED = hold_reason(
    "authorisation_expired",
    "Giấy ủy quyền đã hết hạn, chờ gia hạn hoặc người nhận khác.",
    "The authorisation has run out; a new one or another payee is awaited.",
)
HOLD_GUARDIANSHIP_ENDED = hold_reason(
    "guardianship_ended",
    "Việc giám hộ hoặc chăm sóc đã chấm dứt, chờ người nhận khác.",
    "Guardianship or care has ended; another payee is awaited.",
)
HOLD_AUTHORISATION_REVOKED = hold_reason(
    "authorisation_revoked",
    "Ủy quyền đã bị hủy, chờ người nhận khác.",
    "The authorisation was revoked; another payee is awaited.",
)
HOLD_WARD_OF_AGE = hold_reason(
    "ward_of_age",
    "Người được nhận thay đã đủ 18 tuổi, chờ tài khoản hoặc người nhận mới.",
    "The ward has come of age; an account or a payee of their own is awaited.",
)
HOLD_PAYEE_DIED = hold_reason(
    "payee_died", "Người nhận đã chết, chờ người nhận khác.", "The payee has died; another one is awaited."
)
HOLD_PARENT_RETURNED = hold_reason(
    "parent_returned",
    "Cha hoặc mẹ đã trở về, chờ xác định người nhận.",
    "A parent has returned; who receives is to be settled.",
)
HOLD_OF_ENDING = {
    REVOKED: HOLD_AUTHORISATION_REVOKED,
    GUARDIANSHIP_ENDED: HOLD_GUARDIANSHIP_ENDED,
    CARE_ENDED: HOLD_GUARDIANSHIP_ENDED,
}
"""How a line is held whose payee's standing ended."""

PAYEE_HOLDS = (
    HOLD_AUTHORISATION_EXPIRED, HOLD_GUARDIANSHIP_ENDED, HOLD_AUTHORISATION_REVOKED, HOLD_WARD_OF_AGE, HOLD_PAYEE_DIED,
    HOLD_PARENT_RETURNED,
)  # fmt: skip
"""Holds that hang on a payee: another valid payee lifts them."""

AUTHORISATION_EXPIRES = proposal_kind(
    "authorisation_expires", "Giấy ủy quyền sắp hết hạn.", "An authorisation is about to run out."
)
AUTHORISATION_EXPIRED = proposal_kind(
    "authorisation_expired",
    "Giấy ủy quyền đã hết hạn: gia hạn hoặc chọn người nhận.",
    "An authorisation ran out: renew or replace.",
)
GUARDIANSHIP_ENDS = proposal_kind(
    "guardianship_ends", "Việc giám hộ hoặc chăm sóc sắp chấm dứt.", "Guardianship or care is about to end."
)
PAYEE_NEEDED = proposal_kind("payee_needed", "Cần người nhận mới.", "Another payee is needed.")
CARER_NEEDED = proposal_kind(
    "carer_needed", "Cần người chăm sóc mới để nhận kinh phí.", "Another carer of care support is needed."
)
CARE_ENDS = proposal_kind(
    "care_ends", "Giấy tờ của người chăm sóc sắp hết hạn.", "The paper of a carer of care support is about to run out."
)
WARD_COMES_OF_AGE = proposal_kind(
    "ward_comes_of_age",
    "Người được nhận thay sắp đủ 18 tuổi: cần tài khoản hoặc người nhận của chính họ.",
    "A ward comes of age: an account or a payee of their own is needed.",
)
CATEGORY_MAY_END = proposal_kind(
    "nurture_restored",
    "Cha hoặc mẹ đã trở về: trẻ có thể không còn thuộc diện không có nguồn nuôi dưỡng.",
    "A parent has returned: the child may no longer be without a source of nurture.",
)
PAYEE_PROPOSALS = (AUTHORISATION_EXPIRES, AUTHORISATION_EXPIRED, GUARDIANSHIP_ENDS, PAYEE_NEEDED, WARD_COMES_OF_AGE)
"""Proposals that another valid payee settles."""

CARER_PROPOSALS = (CARER_NEEDED, CARE_ENDS)
"""Proposals that another valid carer settles."""

OF_CHILDREN_WITHOUT_NURTURE = ("K1-", "K2-")
"""Categories that rest on having no source of nurture (Decree 20/2021/NĐ-CP Art. 5(1) and (2))."""


@dataclass(frozen=True, slots=True)
class Watched:
    """An appointment of now, monthly or for care support alone, whose end has come or comes soon."""

    beneficiary_id: UUID
    birth_date: date
    payee_id: UUID
    payee_name: str
    capacity: str
    expires_on: date | None
    of_age_on: date | None
    purpose: str = MONTHLY


@dataclass(frozen=True, slots=True)
class Found:
    """What a look brought up."""

    holds: tuple[NewHold, ...] = ()
    proposals: tuple[NewProposal, ...] = ()


def _choices(watched: Watched, today: date) -> list[str]:
    """What may come next: renew the paper, the beneficiary in person, somebody else."""
    own = [] if is_minor(watched.birth_date, today) else ["self"]
    return ["renew", *own, "another_payee"]


def look_at_expiry(watched: Watched, today: date) -> Found:
    """A paper that runs out: proposed 60 days ahead; from the day after its last the line is held."""
    ends = watched.expires_on
    if ends is None or ends > today + timedelta(days=WARN_DAYS):
        return Found()
    authorised = watched.capacity == AUTHORISED
    care = watched.purpose == CARE_SUPPORT
    over = ends < today
    if care:
        kind = CARER_NEEDED if over else CARE_ENDS
    elif authorised:
        kind = AUTHORISATION_EXPIRED if over else AUTHORISATION_EXPIRES
    else:
        kind = PAYEE_NEEDED if over else GUARDIANSHIP_ENDS
    proposal = NewProposal(
        watched.beneficiary_id, kind, ends.isoformat(), ends, about=watched.payee_id,
        details={"payee_name": watched.payee_name, "capacity": watched.capacity,
                 "next": ["renew", "another_payee"] if care else _choices(watched, today)},
    )  # fmt: skip
    reason = HOLD_AUTHORISATION_EXPIRED if authorised else HOLD_GUARDIANSHIP_ENDED
    held = NewHold(watched.beneficiary_id, reason, watched.payee_id, kind=CARE_SUPPORT if care else None)
    return Found((held,) if over else (), (proposal,))


def look_at_age(watched: Watched, today: date) -> Found:
    """A ward who comes of age: proposed 60 days ahead; from the birthday on the line is held."""
    birthday = watched.of_age_on
    if birthday is None or birthday > today + timedelta(days=WARN_DAYS):
        return Found()
    proposal = NewProposal(
        watched.beneficiary_id, WARD_COMES_OF_AGE, birthday.isoformat(), birthday, about=watched.payee_id,
        from_month=month_of(birthday) if birthday.day == 1 else next_month(month_of(birthday)),
        details={"payee_name": watched.payee_name, "capacity": watched.capacity, "next": ["self", "another_payee"]},
    )  # fmt: skip
    held = birthday <= today
    return Found((NewHold(watched.beneficiary_id, HOLD_WARD_OF_AGE, watched.payee_id),) if held else (), (proposal,))


def after_death(
    beneficiary_id: UUID, payee_id: UUID, payee_name: str, died_on: date, likely: Sequence[dict[str, Any]], *, own: bool
) -> Found:
    """A payee's death: the line is held, and who may receive next is proposed.

    `own`: the beneficiary received in person, so it is the beneficiary who is said to have died: that awaits its decision.
    """
    if own:
        return Found((NewHold(beneficiary_id, REPORTED_DEAD),))
    proposal = NewProposal(
        beneficiary_id, PAYEE_NEEDED, f"died_{died_on}", died_on, about=payee_id,
        details={"payee_name": payee_name, "why": "payee_died", "likely": list(likely)},
    )  # fmt: skip
    return Found((NewHold(beneficiary_id, HOLD_PAYEE_DIED, payee_id),), (proposal,))


def after_carers_death(beneficiary_id: UUID, payee_id: UUID, payee_name: str, died_on: date) -> Found:
    """A carer's death: care support alone is held, and another carer is proposed."""
    proposal = NewProposal(
        beneficiary_id, CARER_NEEDED, f"died_{died_on}", died_on, about=payee_id,
        details={"payee_name": payee_name, "why": "payee_died"},
    )  # fmt: skip
    return Found((NewHold(beneficiary_id, HOLD_PAYEE_DIED, payee_id, kind=CARE_SUPPORT),), (proposal,))


def after_return(
    beneficiary_id: UUID, payee_id: UUID, parent: str, relationship: str, returned_on: date, categories: Sequence[str]
) -> Found:
    """A parent came back: the line is held, the parent is proposed as payee, and the category is put in question."""
    proposals = [
        NewProposal(
            beneficiary_id, PAYEE_NEEDED, f"returned_{returned_on}", returned_on, about=payee_id,
            details={"why": "parent_returned", "likely": [{"full_name": parent, "relationship": relationship}]},
        )
    ]  # fmt: skip
    for category in categories:
        if category.startswith(OF_CHILDREN_WITHOUT_NURTURE):
            proposals.append(
                NewProposal(
                    beneficiary_id, CATEGORY_MAY_END, f"returned_{returned_on}", returned_on,
                    from_month=next_month(month_of(returned_on)), details={"category": category},
                )
            )  # fmt: skip
    return Found((NewHold(beneficiary_id, HOLD_PARENT_RETURNED, payee_id),), tuple(proposals))
