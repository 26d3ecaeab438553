"""The plan that the demo plays: which districts switch when, which runs pay which months, on which days.

After the province's plan of 30/9/2021: pilots first (Hương Thủy, Phú Lộc), all communes by January 2022; January and
February 2022 are paid together before Tết (1/2/2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from console.demo.province.facts import LEAD_PROVIDERS
from shared.kernel.months import next_month

FIRST_MONTH = date(2021, 10, 1)
TET_RUN = date(2022, 1, 1)
MAX_MONTHS = 24

WAVES: tuple[tuple[str, ...], ...] = (
    ("479", "482"),  # Hương Thủy, Phú Lộc: the pilots
    ("474", "480"),  # Huế, Hương Trà
    ("476", "477", "478"),  # Phong Điền, Quảng Điền, Phú Vang
    ("481", "483"),  # A Lưới, Nam Đông
)

LEAD = LEAD_PROVIDERS
"""District code -> lead provider of its electronic contract."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One pay run: its month, the benefit months it pays, the districts that switch with it."""

    run_month: date
    benefit_months: tuple[date, ...]
    switching: tuple[str, ...]

    @property
    def code(self) -> str:
        """`2021-10`."""
        return self.run_month.strftime("%Y-%m")

    @property
    def opens_on(self) -> date:
        """The day on which accounts are collected for it."""
        return self.run_month + timedelta(days=1)

    @property
    def pays_on(self) -> date:
        """The day on which it is drawn up, approved and released."""
        return self.run_month + timedelta(days=4)


def plan_runs(months: int) -> list[PlannedRun]:
    """The runs that pay so many benefit months from October 2021. All districts have switched by the last."""
    benefit: list[date] = [FIRST_MONTH]
    while len(benefit) < months:
        benefit.append(next_month(benefit[-1]))
    grouped: list[list[date]] = []
    for month in benefit:
        if grouped and month == next_month(TET_RUN):
            grouped[-1].append(month)
        else:
            grouped.append([month])
    waves = _waves(len(grouped))
    return [PlannedRun(group[0], tuple(group), waves[i]) for i, group in enumerate(grouped)]


def _waves(runs: int) -> list[tuple[str, ...]]:
    """The four waves spread over the runs there are: fewer runs take several waves at once, more runs leave some empty."""
    waves: list[tuple[str, ...]] = []
    taken = 0
    for i in range(runs):
        due = min(len(WAVES), -(-(i + 1) * len(WAVES) // runs) if runs < len(WAVES) else i + 1)
        waves.append(tuple(code for wave in WAVES[taken:due] for code in wave))
        taken = due
    return waves
