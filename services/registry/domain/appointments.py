"""Who may receive for whom, in which capacity, by which paper, for how long.

Sources: Civil Code 2015 (91/2015/QH13) Art. 20-21 (of age at 18; from 15 to 18 one acts for oneself in most things), 46-63
(guardians: Art. 49 full capacity; Art. 52 natural guardians of a minor), 136 (parents represent their minor children), 138-141
and 562-569 (authorisation); Law on Children 2016 Art. 1 (a child is under 16); Decree 20/2021/NĐ-CP Art. 11 (funeral support,
to who organises the funeral) and Art. 20 (care support). Art. 52 and 563 were read; the others are cited FROM MEMORY.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain import appointment_refusals as no
from services.registry.domain.lists.identity import CCCD_LENGTH, birth_year_of
from services.registry.domain.lists.relationships import Kin, age_contradicts, read_relationship
from services.registry.domain.people import MINOR_BELOW_AGE_YEARS
from shared.kernel.errors import Refusal

OF_AGE_YEARS = 18
"""Civil Code 2015 Art. 20."""

AUTHORISATION_MONTHS = 12
"""How long an authorisation lasts whose paper says nothing (Civil Code 2015 Art. 563: one year where nothing was agreed)."""

WARN_DAYS = 60
"""How long ahead an end is proposed: as birthdays are, enough for a paper to be made and certified."""

MONTHLY, FUNERAL, UNPAID_MONTHS = "monthly", "funeral", "unpaid_months"
CARE_SUPPORT = "care_support"
SELF, PARENT, GUARDIAN, AUTHORISED = "self", "parent", "guardian", "authorised"
CARER, FUNERAL_ORGANISER, HEIR = "carer", "funeral_organiser", "heir"

PURPOSE_OF = {FUNERAL_ORGANISER: FUNERAL, HEIR: UNPAID_MONTHS}
"""One-off receipts; every other capacity receives monthly, or a carer care support alone."""

MOTHERS_OWN = "CS-NKT-MT"
"""How categories of the disabled mother's own care support begin (Decree 20/2021/NĐ-CP Art. 20(2))."""

PAPERS_OF: dict[str, frozenset[str]] = {
    SELF: frozenset(),
    PARENT: frozenset({"birth_certificate", "court_decision"}),
    GUARDIAN: frozenset({"guardianship_decision", "court_decision"}),
    AUTHORISED: frozenset({"authorisation"}),
    CARER: frozenset({"care_contract", "care_decision"}),
    FUNERAL_ORGANISER: frozenset({"funeral_statement", "death_certificate"}),
    HEIR: frozenset({"inheritance_agreement", "commune_confirmation", "court_decision"}),
}
"""Which paper makes a capacity: giấy khai sinh; quyết định công nhận giám hộ; giấy ủy quyền có chứng thực; hợp đồng, quyết
định nhận chăm sóc; tờ khai hỗ trợ mai táng; văn bản thỏa thuận thừa kế, xác nhận của UBND xã; quyết định của tòa án."""

REPLACED, RENEWED, PAYEE_DIED, REVOKED = "replaced", "renewed", "payee_died", "revoked"
GUARDIANSHIP_ENDED, CARE_ENDED = "guardianship_ended", "care_ended"
"""Why an appointment ended."""


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper behind an appointment. `expires_on` as it says itself; None where it says nothing."""

    kind: str
    number: str
    issued_on: date
    issued_by: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """The beneficiary, as far as the rules ask. A birth year alone stands as its 1 January."""

    beneficiary_id: UUID
    birth_date: date
    status: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who is to receive. `self_of` names the beneficiary whose own payee this is."""

    payee_id: UUID | None
    self_of: UUID | None
    own_number: bool
    birth_year: int | None
    died_on: date | None


@dataclass(frozen=True, slots=True)
class Appointing:
    """An appointment to be made."""

    capacity: str
    relationship: str
    from_on: date
    paper: Paper | None
    care_alone: bool = False  # care support, and nothing else

    def of_age_on(self, birth_date: date) -> date | None:
        """When the ward comes of age, where that ends it: who receives care support alone goes on caring."""
        return None if self.care_alone else of_age_on(self.capacity, birth_date, self.from_on)

    @property
    def purpose(self) -> str:
        """What is received."""
        return CARE_SUPPORT if self.care_alone else PURPOSE_OF.get(self.capacity, MONTHLY)


@dataclass(frozen=True, slots=True)
class Current:
    """The appointment of now, for the same purpose."""

    payee_id: UUID
    capacity: str
    has_paper: bool


def same_day_after(day: date, months: int) -> date:
    """The corresponding day that many months later, the month's last where it has none (Civil Code Art. 148, FROM MEMORY)."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def birthday(birth_date: date, age_years: int) -> date:
    """The day on which somebody reaches an age. Born on 29 February: 28 February in other years."""
    return same_day_after(birth_date, age_years * 12)


def is_minor(birth_date: date, on: date) -> bool:
    """Whether somebody is under 18."""
    return on < birthday(birth_date, OF_AGE_YEARS)


def expiry_of(capacity: str, paper: Paper | None) -> date | None:
    """The last day for which a paper holds. Only an authorisation ends without saying so: after 12 months."""
    if paper is None:
        return None
    if paper.expires_on is None and capacity == AUTHORISED:
        return same_day_after(paper.issued_on, AUTHORISATION_MONTHS)
    return paper.expires_on


def of_age_on(capacity: str, birth_date: date, from_on: date) -> date | None:
    """When a ward comes of age who has a payee as a minor; None for everybody else."""
    minor = capacity in (PARENT, GUARDIAN, CARER) and is_minor(birth_date, from_on)
    return birthday(birth_date, OF_AGE_YEARS) if minor else None


def birth_year(identity_number: str | None) -> int | None:
    """The birth year in a CCCD; a CMND tells none."""
    return birth_year_of(identity_number) if identity_number and len(identity_number) == CCCD_LENGTH else None


def listed_capacity(relationship: str, birth_date: date, month: date) -> str:
    """The capacity of a payee whom a list names: out of the word, else by age. No list names the paper.

    An adult's payee without such a word counts as authorised; no expiry is known, so none is assumed.
    """
    word = relationship.lower()
    if relationship == SELF:
        return SELF
    for capacity, words in _WORDS.items():
        if any(one in word for one in words):
            return capacity
    if not is_minor(birth_date, month):
        return AUTHORISED
    return PARENT if read_relationship(relationship).kin is Kin.PARENT else GUARDIAN


_WORDS = {
    GUARDIAN: ("giám hộ", "giam ho"),
    AUTHORISED: ("ủy quyền", "uỷ quyền", "uy quyen"),
    CARER: ("chăm sóc", "nuôi dưỡng", "cham soc", "nuoi duong"),
}


def check_appointing(
    new: Appointing, person: Person, payee: Candidate, current: Current | None, today: date, *, not_before: date | None
) -> None:
    """Whether an appointment can be made today; it begins no earlier than the last one began or ended (`not_before`).

    Refused: `payee-capacity-impossible`, `payee-is-beneficiary`, `payee-is-dead`, `payee-is-minor`,
    `payee-relationship-impossible`, `payee-paper-wrong`, `payee-paper-dates`, `payee-from-day`, `payee-unchanged`.
    """
    _check_capacity(new, person, today)
    _check_payee(new, person, payee, today)
    check_paper(new.capacity, new.paper, today)
    if not max(person.birth_date, not_before or person.birth_date) <= new.from_on <= today:
        raise Refusal(no.FROM_DAY)
    if new.paper is not None and new.from_on < new.paper.issued_on and new.capacity == AUTHORISED:
        raise Refusal(no.PAPER_DATES, "an authorisation does not reach back before its paper")
    if current and current.payee_id == payee.payee_id and current.capacity == new.capacity and current.has_paper:
        raise Refusal(no.PAYEE_UNCHANGED)


def _check_capacity(new: Appointing, person: Person, today: date) -> None:
    minor = is_minor(person.birth_date, today)
    child = today < birthday(person.birth_date, MINOR_BELOW_AGE_YEARS)
    dead = person.status == "dead"
    problem = None
    if new.care_alone:  # also of somebody who died: months before are owed to who cared
        problem = None if new.capacity == CARER else "only a carer receives care support alone"
    elif dead != (new.capacity in PURPOSE_OF):
        problem = "the beneficiary is dead" if dead else "the beneficiary is not recorded as dead"
    elif child and new.capacity in (SELF, AUTHORISED):
        problem = "a child under 16 neither receives nor authorises"
    elif new.capacity == PARENT and not minor:
        problem = "the beneficiary is of age"
    elif new.capacity == GUARDIAN and not minor and (new.paper is None or new.paper.kind != "court_decision"):
        problem = "an adult has a guardian only by a court's decision"
    if problem:
        raise Refusal(no.CAPACITY_IMPOSSIBLE, problem, capacity=new.capacity)


def _check_payee(new: Appointing, person: Person, payee: Candidate, today: date) -> None:
    own = payee.self_of == person.beneficiary_id or payee.own_number
    if own != (new.capacity == SELF):
        raise Refusal(no.PAYEE_IS_BENEFICIARY)
    if payee.died_on is not None:
        raise Refusal(no.PAYEE_IS_DEAD)
    if new.capacity == SELF:
        return
    if payee.birth_year is not None and is_minor(date(payee.birth_year, 1, 1), today):
        raise Refusal(no.PAYEE_IS_MINOR)
    kin = read_relationship(new.relationship).kin
    wrong = kin is Kin.SELF or (new.capacity == PARENT and kin is not Kin.PARENT)
    if wrong or age_contradicts(kin, payee.birth_year, person.birth_date.year, today.year):
        raise Refusal(no.RELATIONSHIP_IMPOSSIBLE, new.relationship)


def check_care(categories: Sequence[str]) -> None:
    """Whether care support by these categories can go to a carer: a disabled mother's own goes to herself.

    Refused: `no-care-support`, `care-support-is-the-mothers`.
    """
    if not categories:
        raise Refusal(no.NO_CARE_SUPPORT)
    if all(category.startswith(MOTHERS_OWN) for category in categories):
        raise Refusal(no.CARE_IS_THE_MOTHERS)


def check_paper(capacity: str, paper: Paper | None, today: date) -> None:
    """Whether a paper makes a capacity today. Refused: `payee-paper-wrong`, `payee-paper-dates`."""
    fitting = PAPERS_OF[capacity]
    if (paper.kind if paper else None) not in (fitting or {None}):
        raise Refusal(no.PAPER_WRONG, f"{capacity} needs {' or '.join(sorted(fitting)) or 'no paper'}", papers=sorted(fitting))
    if paper is None:
        return
    if paper.issued_on > today:
        raise Refusal(no.PAPER_DATES, "issued in the future")
    ends = expiry_of(capacity, paper)
    if ends is not None and (ends < paper.issued_on or ends < today):
        raise Refusal(no.PAPER_DATES, "run out already")
