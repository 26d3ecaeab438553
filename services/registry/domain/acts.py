"""Acts with legal effect (Decree 20/2021/NĐ-CP Art. 7 and 8): each makes another life of a person out of the one before.

- A decision gives from its month on; what it ends, it ends with a last month that is still owed.
- Whatever ends the right (death, ineligibility, an institution) leaves its own month owed and takes the next (Art. 8).
- Of several coefficients only the highest counts, so no two decisions give the same slot for one month; a single parent (K4)
  who is also K5, K6 or K8 has both (Art. 6(2)); care support (Art. 20) is a kind of its own.
- A suspension takes no month away: the money waits until the commune has verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.registry.domain.act_refusals import (
    ACT_OVERTAKEN,
    DECISION_OVERLAPS,
    IN_INSTITUTION,
    NOT_IN_INSTITUTION,
    NOT_SUSPENDED,
    NOTHING_TO_CHANGE,
    NOTHING_TO_END,
    PERSON_DEAD,
    PERSON_STOPPED,
    PERSON_SUSPENDED,
    SAME_AS_BEFORE,
    TRANSFER_OPEN,
    UNKNOWN_DECISION,
    WHICH_DECISION,
)
from services.registry.domain.lives import (
    ACTIVE,
    BY_INSTITUTION,
    BY_STOP,
    BY_TRANSFER,
    DEAD,
    MONTHLY,
    SINGLE_PARENT,
    STOPPED,
    SUSPENDED,
    Held,
    Life,
    cut,
)
from shared.kernel.errors import Refusal
from shared.kernel.months import month_of, next_month, previous_month

GRANT, CHANGE, STOP, SUSPEND, RESUME, DEATH = "grant", "change", "stop", "suspend", "resume", "death"
ENTER_INSTITUTION, LEAVE_INSTITUTION = "enter_institution", "leave_institution"
MOVE_OUT, MOVE_IN = "move_out", "move_in"

_BESIDE_SINGLE_PARENT = ("K5", "K6", "K8")


@dataclass(frozen=True, slots=True)
class Given:
    """What a decision gives: a category with its heads, under a number, by a commune."""

    decision_id: UUID
    number: str
    signed_on: date
    kind: str
    category: str
    heads: int
    paid_by: str

    def held(self, from_month: date, to_month: date | None = None) -> Held:
        """The decision, from a month."""
        return Held(
            self.decision_id,
            self.number,
            self.signed_on,
            self.kind,
            self.category,
            self.heads,
            from_month,
            to_month,
            self.paid_by,
        )


def grant(life: Life, given: Given, from_month: date) -> Life:
    """Somebody gets a category. Refused: `person-dead`, `person-suspended`, `in-institution`, `transfer-open`,
    `decision-overlaps`."""
    _living(life)
    if life.status == SUSPENDED:
        raise Refusal(PERSON_SUSPENDED)
    if life.ended_by == BY_INSTITUTION:
        raise Refusal(IN_INSTITUTION)
    return _begin(life, [given.held(from_month)], from_month)


def change(life: Life, given: Given, from_month: date, decision_id: UUID | None) -> Life:
    """From a month on a decision gives something else, for as long as it, and what follows it in the same slot without a gap,
    would have lasted: an earlier change may have been signed for a month to come. What begins after a gap stays as it is.

    Refused: `person-dead`, `person-suspended`, `transfer-open`, `which-decision`, `unknown-decision`, `nothing-to-change`,
    `same-as-before`, `decision-overlaps`.
    """
    _living(life)
    if life.status == SUSPENDED:
        raise Refusal(PERSON_SUSPENDED)
    held = changing(life, from_month, decision_id)
    if (held.category, held.heads) == (given.category, given.heads):
        raise Refusal(SAME_AS_BEFORE)
    changed = _without_a_gap(life, held)
    kept = [one for one in life.decisions if one not in changed]
    new = given.held(from_month, changed[-1].to_month)
    shortened = [part for one in changed if (part := cut(one, previous_month(from_month)))]
    _check_slots([*kept, *shortened], new)
    return life.with_decisions([*kept, *shortened, new])


def _without_a_gap(life: Life, held: Held) -> list[Held]:
    """A decision and those that go on in its slot, each from the month after the one before."""
    found = [held]
    while (last := found[-1].to_month) is not None:
        following = [one for one in life.decisions if one.slot == held.slot and one.from_month == next_month(last)]
        if not following:
            break
        found += following  # one at most: no two give the same slot for one month
    return found


def changing(life: Life, from_month: date, decision_id: UUID | None) -> Held:
    """The decision that a change from this month on is about: the named one, else the only one that counts then."""
    if decision_id is not None:
        held = _named(life, decision_id)
        if not held.reaches(from_month):
            raise Refusal(NOTHING_TO_CHANGE)
        return held
    counting = [one for one in life.decisions if one.covers(from_month)]
    if not counting:
        raise Refusal(NOTHING_TO_CHANGE)
    if len(counting) > 1:
        raise Refusal(WHICH_DECISION)
    return counting[0]


def stop(life: Life, last_month: date, decision_id: UUID | None = None, ended_by: str = BY_STOP) -> Life:
    """The right ends: `last_month` is the last one owed. Of one decision where one is named; others go on.

    Refused: `person-dead`, `person-stopped`, `transfer-open`, `unknown-decision`, `nothing-to-end`.
    """
    _living(life)
    if life.status == STOPPED:
        raise Refusal(PERSON_STOPPED)
    ending = {_named(life, decision_id)} if decision_id else set(life.decisions)
    if not any(one.reaches(next_month(last_month)) for one in ending):
        raise Refusal(NOTHING_TO_END)
    left = [part for one in life.decisions if (part := cut(one, last_month) if one in ending else one)]
    stopped = life.with_decisions(left)
    if any(one.to_month is None for one in left):
        return stopped
    last = max((one.to_month for one in left if one.to_month), default=last_month) if decision_id else last_month
    return replace(stopped, status=STOPPED, status_from_month=next_month(last), ended_by=ended_by)


def enter_institution(life: Life, entered_on: date) -> Life:
    """An institution cares for the person from now on: what the commune pays ends with that month. Refused as `stop`."""
    return stop(life, month_of(entered_on), ended_by=BY_INSTITUTION)


def leave_institution(life: Life, given: Given, from_month: date) -> Life:
    """Back in the commune, by a decision of its own. Refused: `person-dead`, `not-in-institution`, `decision-overlaps`."""
    _living(life)
    if life.ended_by != BY_INSTITUTION:
        raise Refusal(NOT_IN_INSTITUTION)
    return _begin(life, [given.held(from_month)], from_month)


def suspend(life: Life, month: date) -> Life:
    """Money waits until the commune has verified. Refused: `person-dead`, `person-suspended`, `person-stopped`,
    `transfer-open`."""
    _active(life)
    return replace(life, status=SUSPENDED, status_from_month=month)


def resume(life: Life, month: date) -> Life:
    """Verified: the months in between are paid too. Refused: `person-dead`, `not-suspended`, `transfer-open`."""
    _living(life)
    if life.status != SUSPENDED:
        raise Refusal(NOT_SUSPENDED)
    return replace(life, status=ACTIVE, status_from_month=month)


def die(life: Life, died_on: date) -> Life:
    """The month of death is owed, none after it (Decree 20/2021/NĐ-CP Art. 8). Refused: `person-dead`, `transfer-open`."""
    _living(life)
    last = month_of(died_on)
    left = [part for one in life.decisions if (part := cut(one, last))]
    return Life(DEAD, next_month(last), (), died_on=died_on).with_decisions(left)


def move_out(life: Life, last_month: date) -> Life:
    """The old commune's stop decision: it pays through the month of that decision. Refused as `suspend`, `nothing-to-end`."""
    _active(life)
    return stop(life, last_month, ended_by=BY_TRANSFER)


def move_in(life: Life, carried: Sequence[Held]) -> Life:
    """The new commune's decisions: it pays from the month after, whenever it decides. No gap, no overlap: each begins no earlier
    than at the old commune, and ends where that one's end was decided."""
    return _begin(replace(life, ended_by=None), carried, life.status_from_month)


def annul(life: Life, before: Life, after: Life, *, is_newest: bool) -> Life:
    """An act was entered by mistake: back to how it was. Refused: `act-overtaken` where another act followed, or a list.

    A succession of communes changes who pays, and nothing of what an act did.
    """
    if not is_newest or _whoever_pays(life) != _whoever_pays(after):
        raise Refusal(ACT_OVERTAKEN)
    return before


def _whoever_pays(life: Life) -> Life:
    return life.with_decisions(replace(held, paid_by="") for held in life.decisions)


def _begin(life: Life, new: Sequence[Held], from_month: date) -> Life:
    decisions = list(life.decisions)
    for held in new:
        _check_slots(decisions, held)
        decisions.append(held)
    begun = life.with_decisions(decisions)
    if life.status == STOPPED:
        return replace(begun, status=ACTIVE, status_from_month=from_month, ended_by=None)
    return begun


def _check_slots(decisions: Sequence[Held], new: Held) -> None:
    """Decree 20/2021/NĐ-CP Art. 6(2): only the highest, but K4 beside K5, K6 or K8."""
    for held in decisions:
        if not _share_a_month(held, new) or not _in_each_others_way(held, new):
            continue
        raise Refusal(DECISION_OVERLAPS, f"{held.number}: {held.category}", number=held.number, category=held.category)


def _in_each_others_way(one: Held, other: Held) -> bool:
    if one.slot == other.slot:
        return True
    if {one.slot, other.slot} != {SINGLE_PARENT, MONTHLY}:
        return False
    beside = other if one.slot == SINGLE_PARENT else one
    return not beside.category.startswith(_BESIDE_SINGLE_PARENT)


def _share_a_month(one: Held, other: Held) -> bool:
    return one.reaches(other.from_month) and other.reaches(one.from_month)


def _named(life: Life, decision_id: UUID) -> Held:
    found = next((one for one in life.decisions if one.decision_id == decision_id), None)
    if found is None:
        raise Refusal(UNKNOWN_DECISION)
    return found


def _living(life: Life) -> None:
    if life.status == DEAD:
        raise Refusal(PERSON_DEAD)
    if life.ended_by == BY_TRANSFER:
        raise Refusal(TRANSFER_OPEN)


def _active(life: Life) -> None:
    _living(life)
    if life.status == SUSPENDED:
        raise Refusal(PERSON_SUSPENDED)
    if life.status == STOPPED:
        raise Refusal(PERSON_STOPPED)
