"""The provinces' targets, from `shared/data/account_targets.csv`."""

from __future__ import annotations

from datetime import date
from functools import cache

from services.reporting.domain.pace import Target
from services.reporting.domain.targets import TargetSet
from shared.reference import read_rows


@cache
def all_targets() -> tuple[TargetSet, ...]:
    """All rows of the file."""
    return tuple(
        TargetSet(
            row["province_code"],
            date.fromisoformat(row["set_on"]),
            Target(int(row["share_percent"]), date.fromisoformat(row["target_on"])),
        )
        for row in read_rows("account_targets.csv")
    )
