"""Whose sums are asked for: one unit, or all that a caller may see."""

from __future__ import annotations

from dataclasses import dataclass

from services.reporting.storage.levels import COUNTRY
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.units import UNKNOWN_UNIT, require_unit_id


@dataclass(frozen=True, slots=True)
class Asked:
    """Units of which none lies in another, and what they are called together. `unit_id`: '*' of the country, '' of several."""

    units: tuple[str, ...]
    unit_id: str
    level: str
    name: str
    province_code: str  # '' for more than one province


async def asked_units(tx: Tx, caller: Caller, unit_id: str | None) -> Asked:
    """The unit asked for, or else the caller's units. Raises `unknown-unit` and `not-your-unit`."""
    if unit_id is None and not caller.unit_ids:
        return Asked((COUNTRY,), COUNTRY, "country", "Việt Nam", "")
    wanted = [require_unit_id(unit_id)] if unit_id is not None else list(caller.unit_ids)
    rows = await tx.rows(
        "SELECT unit_id, level, name, path FROM units WHERE unit_id = ANY(CAST(:wanted AS text[])) ORDER BY unit_id",
        wanted=wanted,
    )
    if unit_id is not None:
        if not rows:
            raise Refusal(UNKNOWN_UNIT, unit=unit_id)
        caller.require_unit(tuple(rows[0]["path"]))
    outer = [row for row in rows if not set(row["path"][:-1]) & set(wanted)]
    codes = {row["path"][0].partition("@")[0] for row in outer}
    code = next(iter(codes)) if len(codes) == 1 else ""
    units = tuple(row["unit_id"] for row in outer)
    if len(outer) == 1:
        return Asked(units, units[0], outer[0]["level"], outer[0]["name"], code)
    return Asked(units, "", "several", "", code)
