"""What a province is to reach: a dated parameter of each province, with one for those that set none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.reporting.domain.pace import Target

EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class TargetSet:
    """A target as somebody set it. `province_code` '*': of every province that set none."""

    province_code: str
    set_on: date
    target: Target


def target_on(rows: Sequence[TargetSet], province_code: str, day: date) -> Target:
    """The target of a province on a day: the newest that was set, its own before everybody's; before any was set, the first.

    Raises ValueError where there is no row for every province.
    """
    own = [row for row in rows if row.province_code == province_code] or [row for row in rows if row.province_code == EVERYWHERE]
    if not own:
        raise ValueError("no target stands for every province")
    ordered = sorted(own, key=lambda row: row.set_on)
    return ([row for row in ordered if row.set_on <= day] or ordered[:1])[-1].target
