"""Why a person's month owes more, less or nothing beside the run before, as the list of increases and decreases says it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beside:
    """What decides the reason. Amounts are what the newest month of each run owes the person here, in đồng."""

    before_dong: int
    after_dong: int
    status: str
    lives_here: bool  # in a commune of the authority
    owed_elsewhere: bool  # the month before, by another authority
    owed_earlier: bool  # some month before the last run's
    same_decision: bool
    level_before_dong: int
    level_after_dong: int


def why_changed(beside: Beside) -> str:
    """The reason's code: `new`, `again`, `moved_in`; `dead`, `stopped`, `moved_out`, `ended`; `decision`, `level`, `recount`."""
    if beside.before_dong == 0:
        return "moved_in" if beside.owed_elsewhere else "again" if beside.owed_earlier else "new"
    if beside.after_dong == 0:
        if beside.status in ("dead", "stopped"):
            return beside.status
        return "ended" if beside.lives_here else "moved_out"
    if not beside.same_decision:
        return "decision"
    return "level" if beside.level_before_dong != beside.level_after_dong else "recount"
