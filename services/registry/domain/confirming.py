"""What confirming a list does to people, payees, decisions and accounts: worked out whole before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.appointments import listed_capacity, of_age_on
from services.registry.domain.decisions import Change, Granted, InForce, change_of, held_for, obligation_kind, stand_in_number
from services.registry.domain.matching import (
    DECIDED_OTHERWISE,
    PAYEE_APPOINTED,
    PAYEE_DEAD,
    PAYEE_NUMBER_OF_ANOTHER,
    Candidate,
    Known,
    Match,
    Verdict,
)
from services.registry.domain.payees import Payee, PayeeBook, Wanted
from services.registry.domain.people import SELF, ListedPerson, kind_of_number, name_key
from services.registry.domain.sealing import Numbers
from shared.kernel.ids import new_id

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What holds for all rows of the list that is confirmed."""

    unit_id: str
    commune_code: str
    month: date
    today: date


@dataclass(slots=True)
class Plan:
    """Rows to write, by table, in the columns' names."""

    people_new: list[Values] = field(default_factory=list)
    people_changed: list[Values] = field(default_factory=list)
    documents: list[Values] = field(default_factory=list)
    documents_replacing: list[Values] = field(default_factory=list)
    decisions_new: list[Values] = field(default_factory=list)
    decisions_corrected: list[Values] = field(default_factory=list)
    decisions_ended: list[Values] = field(default_factory=list)
    appointments: list[Values] = field(default_factory=list)
    declared: dict[tuple[UUID, str], Values] = field(default_factory=dict)
    raised: list[Values] = field(default_factory=list)
    outcomes: list[Values] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """A match that makes or changes a person, with the list's row number and the person's numbers, sealed."""

    match: Match
    row: int
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class PayeeLimits:
    """Whose payee a list may not change, and payees who died."""

    guarded: frozenset[UUID] = frozenset()
    dead: frozenset[UUID] = frozenset()


class Planner:
    """Plans one list. `known` are the people of the commune by id, `in_force` their decisions."""

    def __init__(
        self,
        facts: ListFacts,
        book: PayeeBook,
        known: Mapping[UUID, Known],
        in_force: Mapping[UUID, Sequence[InForce]],
        plan: Plan,
        limits: PayeeLimits,
    ) -> None:
        self.plan = plan
        self._facts = facts
        self._book = book
        self._known = known
        self._in_force = in_force
        self._limits = limits

    def enter(self, entry: Entry) -> None:
        """Plan one row: a new person, or one whose record changes; back to review where the payee can't be, or where an act
        has settled the decision otherwise."""
        candidate = entry.match.candidate
        known = self._known[entry.match.about] if entry.match.about else None
        beneficiary_id = known.beneficiary_id if known else new_id()
        held, change = self._held_decision(candidate.person, known)
        if change and change.action == "ask":
            self.plan.raised.append(raised(candidate, DECIDED_OTHERWISE.code, beneficiary_id))
            return
        wanted = payee_wanted(beneficiary_id, candidate.person, entry.numbers, known)
        limit = self._payee_limit(wanted, known)
        payee = None if limit else self._book.choose(wanted, known.payee_id if known else None)
        if payee is None:
            self.plan.raised.append(raised(candidate, limit or PAYEE_NUMBER_OF_ANOTHER.code, None))
            return
        self._person(entry, beneficiary_id, payee, known)
        self._document(entry, beneficiary_id, known)
        self._decision(entry, beneficiary_id, held, change)
        self._account(entry, payee)
        verdict = "updated" if known else "created"
        self.plan.outcomes.append(outcome(candidate, verdict, beneficiary_id))

    def _payee_limit(self, wanted: Wanted, known: Known | None) -> str | None:
        """The finding's code where a list can't have the payee that it names."""
        found = self._book.finds(wanted, known.payee_id if known else None)
        if found in self._limits.dead:
            return PAYEE_DEAD.code
        if known and known.beneficiary_id in self._limits.guarded and found != known.payee_id:
            return PAYEE_APPOINTED.code
        return None

    def _person(self, entry: Entry, beneficiary_id: UUID, payee: Payee, known: Known | None) -> None:
        candidate, said = entry.match.candidate, entry.match.candidate.person
        relationship = relationship_of(said)
        values: Values = {
            "beneficiary_id": beneficiary_id,
            "full_name": said.full_name,
            "name_key": name_key(said.full_name),
            "sex": said.sex,
            "birth_date": said.birth_date,
            "birth_precision": said.birth_precision,
            "ethnicity": said.ethnicity,
            "village": said.village,
            "phone_sealed": entry.numbers.phone_sealed,
            "phone_index": entry.numbers.phone_index,
            "wished_channel": said.channel,
            "payee_id": payee.payee_id,
            "relationship": relationship,
            "row_id": candidate.row_id,
            "listed_month": self._facts.month,
            "listed_index": candidate.listed_index,
        }
        capacity = listed_capacity(relationship, said.birth_date, self._facts.month)
        self.plan.appointments.append(
            {
                "appointment_id": new_id(),
                "beneficiary_id": beneficiary_id,
                "payee_id": payee.payee_id,
                "capacity": capacity,
                "relationship": relationship,
                "of_age_on": of_age_on(capacity, said.birth_date, self._facts.month),
                "row_id": candidate.row_id,
            }
        )
        if known:
            self.plan.people_changed.append(values)
        else:
            new = {"version": 1, "unit_id": self._facts.unit_id, "status_from_month": self._facts.month}
            self.plan.people_new.append({**values, **new})

    def _document(self, entry: Entry, beneficiary_id: UUID, known: Known | None) -> None:
        said, numbers = entry.match.candidate.person, entry.numbers
        kind = said.identity_kind
        if kind is None or (known and known.numbers.get(kind) == numbers.identity_index):
            return
        replaces = known is not None and kind in known.numbers
        (self.plan.documents_replacing if replaces else self.plan.documents).append(
            {
                "document_id": new_id(),
                "beneficiary_id": beneficiary_id,
                "unit_id": self._facts.unit_id,
                "kind": kind,
                "number_sealed": numbers.identity_sealed,
                "number_index": numbers.identity_index,
                "known_from": self._facts.today,
                "row_id": entry.match.candidate.row_id,
            }
        )

    def _held_decision(self, said: ListedPerson, known: Known | None) -> tuple[InForce | None, Change | None]:
        """The decision that a row speaks of, and what the row does to it; neither for a new one."""
        granted = Granted(_kind(said), said.category, said.heads, said.decision_number, said.decided_on)
        held = held_for(self._in_force.get(known.beneficiary_id, ()), granted, self._facts.month) if known else None
        return held, change_of(held, granted, self._facts.month) if held else None

    def _decision(self, entry: Entry, beneficiary_id: UUID, held: InForce | None, change: Change | None) -> None:
        said, facts = entry.match.candidate.person, self._facts
        number = said.decision_number or stand_in_number(facts.month, facts.commune_code, entry.row)
        values: Values = {
            "number": number,
            "number_listed": said.decision_number is not None,
            "decided_on": said.decided_on or facts.month,
            "kind": _kind(said),
            "category": said.category,
            "heads": said.heads,
            "row_id": entry.match.candidate.row_id,
        }
        if held and change and change.action == "keep":
            return
        if held and change and change.action == "correct":
            if said.decision_number is None:
                values.update(number=held.number, number_listed=held.number_listed, decided_on=held.decided_on)
            self.plan.decisions_corrected.append({"decision_id": held.decision_id, **values})
            return
        if held and change:
            self.plan.decisions_ended.append({"decision_id": held.decision_id, "to_month": change.ends})
        place = {"beneficiary_id": beneficiary_id, "unit_id": facts.unit_id, "from_month": facts.month}
        self.plan.decisions_new.append({"decision_id": new_id(), **place, **values})

    def _account(self, entry: Entry, payee: Payee) -> None:
        provider = entry.match.candidate.person.channel
        if entry.numbers.account_sealed is not None:
            self.plan.declared.setdefault(
                (payee.payee_id, provider),
                {
                    "payee_id": payee.payee_id,
                    "provider": provider,
                    "holder_name": payee.full_name,
                    "number_sealed": entry.numbers.account_sealed,
                    "number_index": entry.numbers.account_index,
                },
            )


def _kind(said: ListedPerson) -> str:
    kind = obligation_kind(said.category)
    if kind is None:
        raise ValueError(f"no monthly list grants {said.category}")
    return kind


def _is_self(said: ListedPerson) -> bool:
    """Nobody else is named, or the one named has the beneficiary's own number."""
    return said.payee is None or (said.payee.identity_number is not None and said.payee.identity_number == said.identity_number)


def relationship_of(said: ListedPerson) -> str:
    """`self`, or what the payee is to the person, in the list's own word."""
    return SELF if _is_self(said) or said.payee is None else said.payee.relationship


def payee_wanted(beneficiary_id: UUID, said: ListedPerson, numbers: Numbers, known: Known | None) -> Wanted:
    """Whom the saying names to receive for the person."""
    own = _is_self(said)
    payee = None if own else said.payee
    return Wanted(
        beneficiary_id=beneficiary_id,
        is_self=own,
        full_name=payee.full_name if payee else said.full_name,
        identity_kind=kind_of_number(payee.identity_number) if payee else said.identity_kind,
        identity_sealed=numbers.payee_sealed if payee else numbers.identity_sealed,
        identity_index=numbers.payee_index if payee else numbers.identity_index,
        phone_sealed=numbers.phone_sealed,
        phone_index=numbers.phone_index,
        phone_is_new=known is None or known.phone_index != numbers.phone_index,
    )


def raised(candidate: Candidate, code: str, about: UUID | None) -> Values:
    """A row that goes to review: the finding's code and whom it is about."""
    return {"row_id": candidate.row_id, "raised": code, "about": about}


def outcome(candidate: Candidate, what: str, beneficiary_id: UUID | None) -> Values:
    """What became of a row."""
    return {"row_id": candidate.row_id, "outcome": what, "beneficiary_id": beneficiary_id}


def sort_matches(plan: Plan, matches: Sequence[Match]) -> list[Match]:
    """Note the rows that change nobody; the matches that remain make or change a person."""
    entering = []
    for match in matches:
        if match.verdict in (Verdict.NEW, Verdict.CHANGED):
            entering.append(match)
        elif match.verdict is Verdict.RAISED and match.finding:
            plan.raised.append(raised(match.candidate, match.finding.code, match.about))
        else:
            plan.outcomes.append(outcome(match.candidate, match.verdict.value, match.about))
    return entering
