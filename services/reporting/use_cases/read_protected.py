"""What happens when figures with a sensitive dimension are asked for: they are taken from the protected tables of each month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from services.reporting.domain.asked_units import EVERYWHERE, Asked, Labels
from services.reporting.domain.figure_refusals import NOT_TOGETHER, WRONG_RANGE
from services.reporting.domain.figures import FigureQuery, check_tables
from services.reporting.domain.folding import Fold, Key
from services.reporting.domain.grid import ALL, Cell
from services.reporting.domain.measures import UNIT_DIMS
from services.reporting.domain.suppression import Protected
from services.reporting.use_cases.protect_month import ProtectedMonth, ProtectedMonths
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.months import next_month
from shared.kernel.units import Unit

MAX_SENSITIVE_MONTHS = 12

_PAID_BY = {"by_account": "account", "by_cash": "cash", "by_none": "none"}


async def fold_protected(
    tx: Tx, query: FigureQuery, asked: Asked, units: Mapping[str, Unit], fold: Fold, protected: ProtectedMonths
) -> None:
    """Fold what may be shown of each month. Raises `wrong-month-range`, `not-together`, `too-fine-to-protect`."""
    months = list(_months(query))
    if len(months) > MAX_SENSITIVE_MONTHS:
        detail = f"with a sensitive dimension at most {MAX_SENSITIVE_MONTHS} months"
        raise Refusal(WRONG_RANGE, detail, allowed=MAX_SENSITIVE_MONTHS)
    if any(unit in units and units[unit].level == "commune" for unit in asked.labels):
        check_tables(query, of_commune=True)  # a commune's officer asks for the commune without naming it
    provinces = frozenset(unit.path[0] for unit in units.values())
    for month in months:
        found = await protected.read(tx, month, units, provinces, "money" in query.sources)
        labels = _labels(asked, found)
        for province in found.values():
            for column in dict.fromkeys(column for measure in query.measures for column in measure.columns):
                _fold_column(query, month, column, province, labels, fold)


def _months(query: FigureQuery) -> Iterator[date]:
    month = query.first
    while month <= query.last:
        yield month
        month = next_month(month)


def _labels(asked: Asked, found: Mapping[str, ProtectedMonth]) -> Mapping[str, Labels]:
    """The units asked for. All there are is the one province of which there is something; several are not added up."""
    if asked.labels.keys() != {EVERYWHERE}:
        return asked.labels
    if len(found) > 1:
        raise Refusal(
            NOT_TOGETHER, "figures of several provinces with a sensitive dimension go by province", allowed=["province"]
        )
    return dict.fromkeys(found, ())


def _fold_column(
    query: FigureQuery, month: date, column: str, province: ProtectedMonth, labels: Mapping[str, Labels], fold: Fold
) -> None:
    table, counts = _table(province, column)
    fixed = {"paid_by": (_PAID_BY[column],)} if column in _PAID_BY else {}
    wanted = {dim: query.filters.get(dim, fixed.get(dim)) for dim in (*query.named, *fixed) if dim not in ("month", *UNIT_DIMS)}
    for cell in _cells(table, wanted):
        if cell[0] in labels:
            key = _key(query, month, labels[cell[0]], dict(zip(table.layout.dims, cell[1:], strict=True)))
            if cell in table.hidden:
                fold.hide(key, column)
            else:
                fold.add(key, column, counts.get(cell, 0))


def _table(province: ProtectedMonth, column: str) -> tuple[Protected, Mapping[Cell, int]]:
    if column == "amount_dong":
        return province.money, province.amounts
    table = province.money if column == "obligations" else province.people
    return table, table.counts


def _cells(table: Protected, wanted: Mapping[str, Iterable[str] | None]) -> Iterator[Cell]:
    """The cells that name these dimensions and no other, with one of the values wanted of each; counted or hidden."""
    allowed = [(dim in wanted, wanted.get(dim)) for dim in table.layout.dims]
    for cell in (*table.counts, *(table.hidden - table.counts.keys())):
        for value, (named, values) in zip(cell[1:], allowed, strict=True):
            if (value != ALL) != named or (values is not None and value not in values):
                break
        else:
            yield cell


def _key(query: FigureQuery, month: date, labels: Labels, values: Mapping[str, str]) -> Key:
    units = iter(labels)
    return tuple(next(units) if dim in UNIT_DIMS else str(month) if dim == "month" else values[dim] for dim in query.by)
