"""Administrative units: the registry's own table, which the other services copy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.contracts.registry_events import UnitRecord
from shared.database import Tx

_COLUMNS = "unit_id, code, valid_from, valid_to, level, name, parent_id, path"


def _unit(row: Any) -> UnitRecord:
    return UnitRecord(**{**row, "path": tuple(row["path"])})


async def upsert_unit(tx: Tx, unit: UnitRecord) -> bool:
    """Store a unit; whether anything changed."""
    return bool(
        await tx.run(
            """INSERT INTO units AS u (unit_id, code, valid_from, valid_to, level, name, parent_id, path)
               VALUES (:unit_id, :code, :valid_from, :valid_to, :level, :name, :parent_id, CAST(:path AS text[]))
               ON CONFLICT (unit_id) DO UPDATE SET valid_to = excluded.valid_to, level = excluded.level,
                   name = excluded.name, parent_id = excluded.parent_id, path = excluded.path
               WHERE (u.valid_to, u.level, u.name, u.parent_id, u.path) IS DISTINCT FROM
                   (excluded.valid_to, excluded.level, excluded.name, excluded.parent_id, excluded.path)""",
            **{**unit.model_dump(), "path": list(unit.path)},
        )
    )


async def find_units(tx: Tx, *, code: str | None, on: date | None, after: str, limit: int) -> list[UnitRecord]:
    """Units by code, those that are on a day, in the order of their ids, after an id."""
    rows = await tx.rows(
        f"""SELECT {_COLUMNS} FROM units WHERE unit_id > :after
            AND (CAST(:code AS text) IS NULL OR code = CAST(:code AS text))
            AND (CAST(:on AS date) IS NULL OR (valid_from <= CAST(:on AS date)
                 AND (valid_to IS NULL OR valid_to >= CAST(:on AS date))))
            ORDER BY unit_id LIMIT :limit""",  # noqa: S608 - constants only
        code=code,
        on=on,
        after=after,
        limit=limit,
    )
    return [_unit(row) for row in rows]


async def unit_by_id(tx: Tx, unit_id: str) -> UnitRecord | None:
    """The unit with this id."""
    row = await tx.row(f"SELECT {_COLUMNS} FROM units WHERE unit_id = :unit_id", unit_id=unit_id)  # noqa: S608
    return _unit(row) if row else None


async def known_unit_ids(tx: Tx, unit_ids: Sequence[str]) -> set[str]:
    """Those of the ids that are units."""
    rows = await tx.rows("SELECT unit_id FROM units WHERE unit_id = ANY(CAST(:ids AS text[]))", ids=list(unit_ids))
    return {row["unit_id"] for row in rows}


async def commune_on(tx: Tx, code: str, day: date) -> UnitRecord | None:
    """The commune that has this code on that day: codes are reused, so the day decides."""
    row = await tx.row(
        f"""SELECT {_COLUMNS} FROM units WHERE code = :code AND level = 'commune'
            AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)""",  # noqa: S608
        code=code,
        day=day,
    )
    return _unit(row) if row else None
