"""Which units a question is about, and under which of its columns each falls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from services.reporting.domain.figures import FigureQuery
from services.reporting.domain.measures import UNIT_DIMS
from services.reporting.domain.succession import Became
from shared.kernel.units import Unit

EVERYWHERE = "*"
"""The unit of the sums over all there are."""

Labels = tuple[str, ...]
"""The unit ids that an answer groups by, outermost first; '' where a unit has none of that level."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Units whose sums together are what is asked, each with its labels; no unit lies in another of them."""

    labels: Mapping[str, Labels]
    communes: Mapping[str, Labels]  # the same by commune, for what is kept by commune only
    heirs: Mapping[str, str]  # of each of these communes, the commune that it is by the units asked for
    names: Mapping[str, Unit]
    in_parts: frozenset[Labels] = field(default_factory=frozenset)  # labels to which a commune was given that went in parts


def asked_units(
    query: FigureQuery, scope: Sequence[str], units: Mapping[str, Unit], became: Callable[[Unit], Became] | None
) -> Asked:
    """The units of a question. `scope`: the caller's units, none for the whole country; `became`: a commune by another day's
    units, None for those of its time."""
    communes: dict[str, Labels] = {}
    names = dict(units)
    heirs: dict[str, str] = {}
    parts: set[Labels] = set()
    for unit in units.values():
        if unit.level != "commune" or unit.valid_from > query.last or (scope and not set(scope) & set(unit.path)):
            continue
        heir = became(unit) if became else Became(unit)
        names.setdefault(heir.unit.unit_id, heir.unit)
        if _matches(query, heir.unit):
            communes[unit.unit_id] = _labels(query, heir.unit, names)
            heirs[unit.unit_id] = heir.unit.unit_id
            if heir.in_parts:
                parts.add(communes[unit.unit_id])
    labels = communes if became else _coarsest(query, scope, units, communes)
    return Asked(labels, communes, heirs, names, frozenset(parts))


def _matches(query: FigureQuery, unit: Unit) -> bool:
    return all(set(values) & set(unit.path) for dim, values in query.filters.items() if dim in UNIT_DIMS)


def _labels(query: FigureQuery, unit: Unit, names: Mapping[str, Unit]) -> Labels:
    at = {names[above].level: above for above in unit.path if above in names} | {unit.level: unit.unit_id}
    return tuple(at.get(dim, "") for dim in query.by if dim in UNIT_DIMS)


def _coarsest(
    query: FigureQuery, scope: Sequence[str], units: Mapping[str, Unit], communes: Mapping[str, Labels]
) -> dict[str, Labels]:
    """The fewest units that are what is asked: sums are kept at every level, so nobody adds up communes for a province."""
    named = [level for level in UNIT_DIMS if level in query.named]
    if not named and not scope:
        return {EVERYWHERE: ()}
    found: dict[str, Labels] = {}
    for commune in communes:
        above = [unit for unit in units[commune].path if unit in units]
        inside = [unit for unit in above if not scope or set(scope) & set(units[unit].path)]
        enough = [u for u in inside if not named or UNIT_DIMS.index(units[u].level) >= UNIT_DIMS.index(named[-1])]
        chosen = enough[0]
        found[chosen] = _labels(query, units[chosen], units)
    return found
