"""What an officer orders, and what it does: the month it counts from, and the life it makes (`domain/acts.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from services.registry.domain import acts
from services.registry.domain.act_refusals import BAD_DAY, BAD_HEADS, NOBODY_COUNTS, STUDY_PROOF_MISSING
from services.registry.domain.dependants import OWN_STUDY, PER_HEAD, STUDENT, Dependant, heads_in, still_counting
from services.registry.domain.legal_months import (
    Categories,
    change_month,
    check_given,
    check_signed,
    falls,
    lawful_month,
)
from services.registry.domain.lives import Life
from shared.kernel.errors import Refusal
from shared.kernel.months import month_of, next_month

MAX_STOP_AHEAD_DAYS = 366


@dataclass(frozen=True, slots=True)
class Order:
    """One act as it is entered. `happened_on` is the day it rests on: a death, an ineligibility, a birthday."""

    kind: str
    paper_number: str
    signed_on: date
    note: str | None = None
    from_month: date | None = None
    happened_on: date | None = None
    decision_id: UUID | None = None
    category: str = ""
    heads: int | None = None
    dependants: tuple[Dependant, ...] = ()
    study_until: date | None = None
    proposal_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an order is about. `dependants` are those of the decision that it changes; `born_on` is what the law goes by."""

    full_name: str
    born_on: date
    birth_precision: str
    sex: str
    unit_id: str
    life: Life
    dependants: tuple[Dependant, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What an order does: the life after it, the first month it counts for, and the new decision's dependants."""

    life: Life
    from_month: date
    dependants: tuple[Dependant, ...] = ()


def effect_of(order: Order, subject: Subject, categories: Categories, today: date, new_decision_id: UUID) -> Effect:
    """What an order does. Refused as the acts refuse, and where the paper or its month can't be."""
    check_signed(order.signed_on, today)
    if order.kind in (acts.GRANT, acts.CHANGE, acts.LEAVE_INSTITUTION):
        return _giving(order, subject, categories, new_decision_id)
    life, month = subject.life, month_of(order.signed_on)
    if order.kind == acts.SUSPEND:
        return Effect(acts.suspend(life, month), month)
    if order.kind == acts.RESUME:
        return Effect(acts.resume(life, month), month)
    day = order.happened_on or order.signed_on
    ahead = order.signed_on + timedelta(days=MAX_STOP_AHEAD_DAYS) if order.kind == acts.STOP else today
    if not subject.born_on <= day <= ahead:
        raise Refusal(BAD_DAY, f"{day}", day=day.isoformat())
    after_month = next_month(month_of(day))
    if order.kind == acts.STOP:
        return Effect(acts.stop(life, month_of(day), order.decision_id), after_month)
    if order.kind == acts.DEATH:
        return Effect(acts.die(life, day), after_month)
    if order.kind == acts.ENTER_INSTITUTION:
        return Effect(acts.enter_institution(life, day), after_month)
    raise ValueError(f"{order.kind} is no act that an officer enters alone")


def _giving(order: Order, subject: Subject, categories: Categories, new_decision_id: UUID) -> Effect:
    month, heads, dependants = _month_and_heads(order, subject, categories)
    kind = check_given(categories, order.category, month, subject.born_on)
    dependants += _own_study(order, subject, month)
    given = acts.Given(new_decision_id, order.paper_number, order.signed_on, kind, order.category, heads, subject.unit_id)
    if order.kind == acts.GRANT:
        after = acts.grant(subject.life, given, month)
    elif order.kind == acts.LEAVE_INSTITUTION:
        after = acts.leave_institution(subject.life, given, month)
    else:
        after = acts.change(subject.life, given, month, order.decision_id)
    return Effect(after, month, dependants)


def _month_and_heads(order: Order, subject: Subject, categories: Categories) -> tuple[date, int, tuple[Dependant, ...]]:
    """The month, the heads that it counts, and who they are: those entered now, else those of the decision so far."""
    dependants = order.dependants or (subject.dependants if order.kind == acts.CHANGE else ())
    earliest = month_of(order.signed_on)
    if order.kind == acts.LEAVE_INSTITUTION:
        earliest = max(earliest, subject.life.status_from_month)
    if order.kind != acts.CHANGE:
        month = lawful_month(order.from_month, earliest, order.signed_on)
        return month, _heads(order, dependants, month, 1), still_counting(order.category, dependants, month)
    earliest = change_month(order.signed_on, order.happened_on, falls=False)
    held = acts.changing(subject.life, order.from_month or earliest, order.decision_id)
    first = order.category, _heads(order, dependants, order.from_month or earliest, held.heads)
    before = held.category, held.heads
    # What is no change yet in the day's own month (a child counts in that of its birthday) is one from the month after.
    if first == before or (order.category in categories and falls(categories, before, first)):
        earliest = change_month(order.signed_on, order.happened_on, falls=True)
    month = lawful_month(order.from_month, max(earliest, held.from_month), order.signed_on)
    return month, _heads(order, dependants, month, held.heads), still_counting(order.category, dependants, month)


def _heads(order: Order, dependants: Sequence[Dependant], month: date, otherwise: int) -> int:
    """Heads follow from the dependants that count in the month; without any on file they are as entered, or as before."""
    category = order.category
    if category not in PER_HEAD:
        if order.heads not in (None, 1):
            raise Refusal(BAD_HEADS, f"{order.heads} for {category}", heads=order.heads)
        return 1
    if not dependants:
        return order.heads or otherwise
    counted = heads_in(category, dependants, month)
    if not counted:
        raise Refusal(NOBODY_COUNTS, f"{month:%Y-%m}")
    if order.heads not in (None, counted):
        raise Refusal(BAD_HEADS, f"{counted} count in {month:%Y-%m}, not {order.heads}", heads=counted)
    return counted


def _own_study(order: Order, subject: Subject, month: date) -> tuple[Dependant, ...]:
    """A student's own proof of study (Decree 20/2021/NĐ-CP Art. 5(2)), kept where those of dependants are."""
    if order.category != STUDENT:
        return ()
    if order.study_until is None or month_of(order.study_until) < month:
        raise Refusal(STUDY_PROOF_MISSING, f"{month:%Y-%m}")
    own = Dependant(
        order.decision_id or UUID(int=0), subject.full_name, subject.born_on, subject.birth_precision, subject.sex, OWN_STUDY,
        order.study_until,
    )  # fmt: skip
    return (own,)


def with_ids(dependants: Sequence[Dependant], ids: Sequence[UUID]) -> list[Dependant]:
    """Dependants as rows of a new decision: each under an id of its own."""
    return [replace(one, dependant_id=new) for one, new in zip(dependants, ids, strict=True)]
