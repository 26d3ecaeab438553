"""The query for figures: one grammar for every number of the read models, and what it says no to.

measure=people,share_by_account & by=month,district & filter=channel:wallet & from=2021-10 & to=2022-01 & units=then & as=now
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.reporting.domain.figure_refusals import (
    NOT_TOGETHER,
    UNKNOWN_DIMENSION,
    UNKNOWN_MEASURE,
    WRONG_FILTER,
    WRONG_RANGE,
    WRONG_UNITS,
    WRONG_VIEW,
)
from services.reporting.domain.measures import (
    BOOKED_MONTH,
    DIMS,
    LAYOUTS,
    MEASURES,
    SENSITIVE,
    SOURCES,
    UNIT_DIMS,
    VALUES,
    Measure,
)
from shared.kernel.errors import ErrorCode, Refusal
from shared.kernel.months import parse_month
from shared.kernel.units import require_unit_id

MAX_MONTHS = 60
MAX_FILTER_VALUES = 200
MAX_ROWS = 20_000
"""Rows of an answer."""

View = Literal["now", "closed", "late"]
VIEWS: tuple[View, ...] = ("now", "closed", "late")


@dataclass(frozen=True, slots=True)
class FigureQuery:
    """A question that can be answered."""

    measures: tuple[Measure, ...]
    by: tuple[str, ...]  # in the order of DIMS
    filters: Mapping[str, tuple[str, ...]]  # units by their ids
    first: date
    last: date
    units_as_of: date | Literal["then", "now"]
    view: View

    @property
    def is_sensitive(self) -> bool:
        """Whether small groups must be hidden."""
        return not self.named.isdisjoint(SENSITIVE)

    @property
    def needs_everything(self) -> bool:
        """Whether rows beyond the caller's units are needed to answer it: what is hidden depends on the neighbours, and when a
        month was closed is known of the paying authority, which may lie above."""
        return self.is_sensitive or self.view != "now"

    @property
    def named(self) -> frozenset[str]:
        """Every dimension that it groups or filters by."""
        return frozenset(self.by) | self.filters.keys()

    @property
    def level(self) -> str | None:
        """The finest level of units that it groups by; None where units are taken together."""
        return next((level for level in reversed(UNIT_DIMS) if level in self.by), None)

    @property
    def sources(self) -> tuple[str, ...]:
        """Where it counts."""
        return tuple(source for source in SOURCES if any(m.source == source for m in self.measures))


def parse_query(
    measure: str, by: str, filters: Sequence[str], first: str, last: str, units: str = "then", view: str = "now"
) -> FigureQuery:
    """The question that these words ask.

    Raises `unknown-measure`, `unknown-dimension`, `wrong-filter`, `wrong-month`, `wrong-month-range`, `wrong-units`, `wrong-view`
    and `not-together`, each naming what is allowed.
    """
    measures = tuple(MEASURES[name] for name in _words(measure, MEASURES, UNKNOWN_MEASURE))
    wanted = set(_words(by, DIMS, UNKNOWN_DIMENSION))
    if view not in VIEWS:
        raise Refusal(WRONG_VIEW, f"{view!r} is none of {', '.join(VIEWS)}", allowed=list(VIEWS))
    query = FigureQuery(
        measures,
        tuple(dim for dim in DIMS if dim in wanted),
        _filters(filters),
        *_months(first, last or first),
        _units(units),
        next(each for each in VIEWS if each == view),
    )
    _check_dimensions(query)
    _check_months(query)
    _check_view(query)
    if query.is_sensitive:
        _check_sensitive(query)
    return query


def _words(text: str, known: Iterable[str], code: ErrorCode) -> list[str]:
    words = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    wrong = [word for word in words if word not in known]
    if wrong or (not words and code is UNKNOWN_MEASURE):
        raise Refusal(code, f"{', '.join(wrong)[:200] or 'nothing'} is none of {', '.join(known)}", allowed=list(known))
    return words


def _filters(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`channel:wallet` or `district:474@2021-07-01,479@2021-07-01`."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        dim, _, rest = text.partition(":")
        values = tuple(sorted({value.strip() for value in rest.split(",") if value.strip()}))
        if dim not in DIMS or dim in ("month", BOOKED_MONTH):
            raise Refusal(WRONG_FILTER, f"{text[:200]!r} filters none of {', '.join(_FILTERS)}", allowed=list(_FILTERS))
        if dim in found or not 1 <= len(values) <= MAX_FILTER_VALUES:
            raise Refusal(WRONG_FILTER, f"{dim} takes 1 to {MAX_FILTER_VALUES} values, once: {dim}:one,other")
        known = VALUES.get(dim)
        if known and not set(values) <= set(known):
            raise Refusal(WRONG_FILTER, f"{rest[:200]!r}: {dim} is one of {', '.join(known)}", allowed=list(known))
        found[dim] = tuple(require_unit_id(value) for value in values) if dim in UNIT_DIMS else values
    return found


_FILTERS = tuple(dim for dim in DIMS if dim not in ("month", BOOKED_MONTH))


def _months(first: str, last: str) -> tuple[date, date]:
    start, end = parse_month(first), parse_month(last)
    length = (end.year - start.year) * 12 + end.month - start.month + 1
    if not 1 <= length <= MAX_MONTHS:
        raise Refusal(WRONG_RANGE, f"from {start} to {end}: 1 to {MAX_MONTHS} months", allowed=MAX_MONTHS)
    return start, end


def _units(text: str) -> date | Literal["then", "now"]:
    if text == "then" or text == "now":
        return "then" if text == "then" else "now"
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(WRONG_UNITS, f"{text[:40]!r} is neither then, now nor a date", allowed=["then", "now", "date"]) from None


def _check_dimensions(query: FigureQuery) -> None:
    """Every measure must have every dimension."""
    for measure in query.measures:
        allowed = [dim for dim in SOURCES[measure.source] if dim not in dict(measure.fixed)]
        wrong = sorted(query.named - set(allowed))
        if wrong:
            detail = f"{measure.name} goes by {', '.join(allowed)}, not by {', '.join(wrong)}"
            raise Refusal(NOT_TOGETHER, detail, measure=measure.name, allowed=allowed)


def _check_months(query: FigureQuery) -> None:
    """People, communes and shares of several months are no number: the same people are there again."""
    if query.first == query.last or "month" in query.by:
        return
    counted = [m.name for m in query.measures if m.source in ("people", "communes")]
    if counted or query.is_sensitive:
        what = ", ".join(counted) or "figures with a sensitive dimension"
        raise Refusal(NOT_TOGETHER, f"{what} of several months go by month", allowed=["month"])


def _check_view(query: FigureQuery) -> None:
    """Only people and money are kept as their month was closed."""
    if query.view != "now":
        wrong = [m.name for m in query.measures if m.source not in ("people", "money")]
        if wrong or query.is_sensitive:
            what = ", ".join(wrong) or "figures with a sensitive dimension"
            raise Refusal(NOT_TOGETHER, f"{what} can be had as now only", allowed=["now"])
        if query.view == "late" and any(m.is_share for m in query.measures):
            raise Refusal(NOT_TOGETHER, "what came late has no share", allowed=["now", "closed"])
    if BOOKED_MONTH in query.by and query.view != "late":
        raise Refusal(NOT_TOGETHER, f"{BOOKED_MONTH} goes with as=late", allowed=["late"])


def _check_sensitive(query: FigureQuery) -> None:
    """Only tables that are protected together are published (see `suppression`)."""
    if query.units_as_of != "then":
        raise Refusal(NOT_TOGETHER, f"{', '.join(SENSITIVE)} go by the units of their time", allowed=["then"])
    check_tables(query, of_commune="commune" in query.named)


def check_tables(query: FigureQuery, *, of_commune: bool) -> None:
    """Refuse with `not-together` what is no protected table, of communes or of units above."""
    for measure in query.measures:
        dims = table_of(query, measure)
        layout = LAYOUTS[measure.source]
        if not layout.allows(dims, of_commune):
            allowed = [sorted(table) for table in layout.tables(of_commune)]
            where = "of a commune" if of_commune else "above communes"
            detail = f"{measure.name} {where} goes by one of {'; '.join('+'.join(table) for table in allowed)}"
            raise Refusal(NOT_TOGETHER, detail, measure=measure.name, allowed=allowed)


def table_of(query: FigureQuery, measure: Measure) -> frozenset[str]:
    """The dimensions of the table in which a measure is looked up, beside month and unit."""
    return (query.named | dict(measure.fixed).keys()) - {"month", *UNIT_DIMS}
