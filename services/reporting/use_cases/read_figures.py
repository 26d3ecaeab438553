"""What happens when somebody asks for figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from services.reporting.domain.asked_units import Asked, Labels, asked_units
from services.reporting.domain.coverage import Part
from services.reporting.domain.figure_refusals import NO_DISTRICTS, WRONG_FILTER
from services.reporting.domain.figures import FigureQuery
from services.reporting.domain.folding import Figures, Fold, Key
from services.reporting.domain.measures import UNIT_DIMS
from services.reporting.domain.succession import REFORMS, Successions
from services.reporting.storage import coverage, figures, late_figures
from services.reporting.storage.asked_units import asked_units as units_of_caller
from services.reporting.storage.figure_units import mapped_units, units_around
from services.reporting.use_cases.protect_month import ProtectedMonths
from services.reporting.use_cases.read_protected import fold_protected
from shared.auth import Caller
from shared.database import Row, Tx
from shared.kernel.errors import Refusal
from shared.kernel.months import next_month
from shared.kernel.units import UNKNOWN_UNIT, Unit


async def read_figures(tx: Tx, caller: Caller, query: FigureQuery, protected: ProtectedMonths) -> Figures:
    """Answer a question. Some need a transaction that sees everything; the caller still is told of its own units only.

    Raises `unknown-unit`, `not-your-unit`, `wrong-filter`, `no-districts`, `units-gone-by`, `too-many-rows`, `not-together`
    and `too-fine-to-protect`.
    """
    day = await _day(tx, query)
    scope = () if not caller.unit_ids else (await units_of_caller(tx, caller, None)).units or caller.unit_ids
    units = await units_around(tx, scope or None)
    successions = Successions(*_with_known(units)) if day else None
    asked = asked_units(query, scope, units, (lambda unit: successions.on(unit, day)) if successions and day else None)
    _check_units(query, caller, asked)
    fold = Fold(query)
    if query.is_sensitive:
        everywhere = await units_around(tx, sorted({units[u].path[0] for u in scope if u in units}) or None)
        await fold_protected(tx, query, asked, everywhere, fold, protected)
    else:
        for source in query.sources:
            await _fold(tx, query, source, asked, fold)
    return Figures(query, fold.rows(), asked.names, day)


async def _day(tx: Tx, query: FigureQuery) -> date | None:
    """The day whose units are asked for."""
    if query.units_as_of == "then":
        return None
    day = await tx.today() if query.units_as_of == "now" else query.units_as_of
    assert isinstance(day, date)
    if day >= REFORMS[-1] and "district" in query.named:
        raise Refusal(NO_DISTRICTS, f"on {day} there are provinces and communes", allowed=["province", "commune"])
    return day


def _with_known(units: Mapping[str, Unit]) -> tuple[list[dict[str, str]], dict[str, Unit]]:
    rows, mapped = mapped_units()
    return rows, {**mapped, **units}


def _check_units(query: FigureQuery, caller: Caller, asked: Asked) -> None:
    for dim in (dim for dim in UNIT_DIMS if dim in query.filters):
        for unit_id in query.filters[dim]:
            unit = asked.names.get(unit_id)
            if unit is None:
                raise Refusal(UNKNOWN_UNIT, f"{unit_id} is not known, or not yours", unit=unit_id)
            if query.units_as_of == "then":
                caller.require_unit(unit.path)
            if unit.level != dim:
                raise Refusal(WRONG_FILTER, f"{unit_id} is a {unit.level}, no {dim}", allowed=[unit.level])


async def _fold(tx: Tx, query: FigureQuery, source: str, asked: Asked, fold: Fold) -> None:
    if source == "communes":
        await _fold_communes(tx, query, asked, fold)
        return
    dims = [dim for dim in query.by if dim not in UNIT_DIMS]
    filters = {dim: values for dim, values in query.filters.items() if dim not in UNIT_DIMS}
    if query.view != "late":
        by_unit = asked.labels.keys() != {"*"}
        rows = await figures.sums(tx, source, dims, list(asked.labels), query.first, query.last, filters, by_unit)
        _add(query, source, rows, asked, asked.labels, fold, 1)
    if query.view != "now":
        late = await late_figures.late(tx, source, dims, list(asked.communes), query.first, query.last, filters)
        _add(query, source, late, asked, asked.communes, fold, -1 if query.view == "closed" else 1)


def _add(
    query: FigureQuery, source: str, rows: Sequence[Row], asked: Asked, labels: Mapping[str, Labels], fold: Fold, sign: int
) -> None:
    for row in rows:
        mine = labels[row["unit_id"]] if "unit_id" in row else ()
        key = key_of(query, row, mine)
        for column in figures.COLUMNS[source]:
            if row[column] is not None:
                fold.add(key, column, sign * row[column])
        if source == "delays" and row["timed"]:
            fold.add_minutes(key, row["minutes"], row["timed"])
        if mine in asked.in_parts:
            fold.mark(key)


def key_of(query: FigureQuery, values: Mapping[str, object], labels: Labels) -> Key:
    """The key of a row with these values, under these units."""
    units = iter(labels)
    return tuple(next(units) if dim in UNIT_DIMS else str(values[dim]) for dim in query.by)


async def _fold_communes(tx: Tx, query: FigureQuery, asked: Asked, fold: Fold) -> None:
    """Communes of each month, and those that have switched. One that several became has switched when none of them had money
    through the commune cashier, and one had a credit."""
    months = [query.first]
    while months[-1] < query.last:
        months.append(next_month(months[-1]))
    for month, communes in (await coverage.communes(tx, months)).items():
        heirs: dict[str, tuple[Labels, list[bool], list[bool]]] = {}
        for commune in communes:
            if commune.unit_id in asked.communes:
                heir = asked.heirs[commune.unit_id]
                _, through, credited = heirs.setdefault(heir, (asked.communes[commune.unit_id], [], []))
                through.append(commune.through_cashier)
                credited.append(commune.parts.get("paid_account", Part()).obligations > 0)
        for labels, through, credited in heirs.values():
            key = key_of(query, {"month": month}, labels)
            fold.add(key, "communes", 1)
            fold.add(key, "switched", int(any(credited) and not any(through)))
            if labels in asked.in_parts:
                fold.mark(key)
