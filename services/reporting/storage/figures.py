"""Sums of the read models for the query for figures. The row scope of the transaction decides which rows are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from services.reporting.domain.figure_refusals import TOO_MANY_ROWS
from shared.database import Row, Tx
from shared.kernel.errors import Refusal

MAX_READ_ROWS = 200_000
"""Rows that are read for one answer."""

_TABLES = {"people": "people_cells", "money": "money_cells", "failures": "failure_cells", "delays": "delay_cells"}

PEOPLE = {
    "people": "sum(people)",
    "by_account": "coalesce(sum(people) FILTER (WHERE paid_by = 'account'), 0)",
    "by_cash": "coalesce(sum(people) FILTER (WHERE paid_by = 'cash'), 0)",
    "by_none": "coalesce(sum(people) FILTER (WHERE paid_by = 'none'), 0)",
}
MONEY = {"obligations": "sum(obligations)", "amount_dong": "sum(amount_dong)"}
COLUMNS: dict[str, dict[str, str]] = {
    "people": PEOPLE,
    "money": MONEY,
    "failures": {"failures": "sum(obligations)", "failed_dong": "sum(amount_dong)"},
    "delays": {"timed": "sum(obligations)"},
}
"""Of each source the sums that measures are made of."""

Filters = Mapping[str, Sequence[str]]


async def sums(
    tx: Tx, source: str, dims: Sequence[str], units: Sequence[str], first: date, last: date, filters: Filters, by_unit: bool
) -> list[Row]:
    """Sums over these units by dimensions (`month`, `provider`, ...), and by unit. Times from release to payment come for each
    number of minutes. Raises `too-many-rows`."""
    groups = [_column(dim) for dim in dims] + (["s.unit_id"] if by_unit else [])
    groups += ["s.minutes"] if source == "delays" else []
    statement = f"""
        SELECT {", ".join([*groups, *_sums(source)])} FROM {_TABLES[source]} s
        WHERE s.unit_id = ANY(CAST(:units AS text[])) AND s.benefit_month BETWEEN :first AND :last {_where(filters)}
        {_grouped(len(groups))} LIMIT {MAX_READ_ROWS + 1}"""  # noqa: S608 - names from the catalogue only
    return _bounded(await tx.rows(statement, units=list(units), first=first, last=last, **_values(filters)))


def late_statement(source: str, late_rows: str, dims: Sequence[str], filters: Filters) -> str:
    """Sums of late rows by commune and dimensions; `late_rows` selects them with the columns of the source's table."""
    groups = [_column(dim) for dim in dims] + ["s.unit_id"]
    return f"""
        SELECT {", ".join([*groups, *_sums(source)])} FROM ({late_rows}) s
        WHERE s.unit_id = ANY(CAST(:units AS text[])) {_where(filters)}
        {_grouped(len(groups))} LIMIT {MAX_READ_ROWS + 1}"""  # noqa: S608 - names from the catalogue only


async def points(tx: Tx, source: str, month: date, dims: Sequence[str]) -> list[Row]:
    """Every combination of commune and dimensions in a month of which there is something, whatever the caller's units.

    Raises `too-many-rows`.
    """
    columns = ", ".join(f"s.{dim}" for dim in dims)
    some = "s.people <> 0" if source == "people" else "s.obligations <> 0"
    counts = "s.people" if source == "people" else "s.obligations, s.amount_dong"
    statement = f"""
        SELECT s.unit_id, {columns}, {counts} FROM {_TABLES[source]} s
        JOIN units u ON u.unit_id = s.unit_id AND u.level = 'commune'
        WHERE s.benefit_month = :month AND {some}
        ORDER BY s.unit_id, {columns} LIMIT {MAX_READ_ROWS + 1}"""  # noqa: S608 - names from the catalogue only
    return _bounded(await tx.rows(statement, month=month))


def _column(dim: str) -> str:
    return "s.benefit_month AS month" if dim == "month" else f"s.{dim}"


def _sums(source: str) -> list[str]:
    return [f"CAST({sql} AS bigint) AS {name}" for name, sql in COLUMNS[source].items()]


def _where(filters: Filters) -> str:
    return "".join(f" AND s.{dim} = ANY(CAST(:only_{dim} AS text[]))" for dim in filters)


def _values(filters: Filters) -> dict[str, list[str]]:
    return {f"only_{dim}": list(values) for dim, values in filters.items()}


def _grouped(count: int) -> str:
    places = ", ".join(str(at) for at in range(1, count + 1))
    return f"GROUP BY {places} ORDER BY {places}" if places else ""


def _bounded(rows: list[Row]) -> list[Row]:
    if len(rows) > MAX_READ_ROWS:
        raise Refusal(TOO_MANY_ROWS, f"more than {MAX_READ_ROWS} rows would have to be read", allowed=MAX_READ_ROWS)
    return rows


async def late_sums(tx: Tx, statement: str, communes: Sequence[str], first: date, last: date, filters: Filters) -> list[Row]:
    """The rows of a `late_statement`."""
    return _bounded(await tx.rows(statement, units=list(communes), first=first, last=last, **_values(filters)))
