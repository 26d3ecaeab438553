"""The monthly report for a province's leadership, gathered. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from services.reporting.domain.dashboard import Dashboard
from shared.kernel.errors import ErrorCode, Kind
from shared.kernel.units import Unit

NOTHING_TO_REPORT = ErrorCode(
    "nothing-to-report", Kind.MISSING, "Nothing is owed for this month", "Tháng này chưa có số liệu để báo cáo"
)
WHICH_UNIT = ErrorCode("which-unit", Kind.INVALID, "Name the unit whose report it is", "Hãy chọn đơn vị lập báo cáo")

MOST_LAGGARDS = 40
"""Communes that lag, on paper."""


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """A month of one unit, and the unit whose office signs."""

    authority: Unit
    shown: Dashboard
