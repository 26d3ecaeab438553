"""The canonical text of a line and its digest in SQL: `domain/seal.py` says the same for one line, and a test holds the two
together. Drawing up writes digests with it, and the check of a whole payroll recomputes them."""

from __future__ import annotations

_ESCAPED = r"replace(replace({column}, '\', '\\'), '|', '\|')"


def part_text(row: str) -> str:
    """An expression: one obligation that a line settles. Dates read 2021-10-01: `shared.database` asks for it."""
    return f"{row}.benefit_month || '/' || {row}.kind || '/' || {row}.revision || '/' || {row}.amount_dong"


def in_part_order(aggregate: str, value: str, row: str) -> str:
    """An aggregate of values in the one order of what a line settles: month, kind, revision."""
    return f'{aggregate}({value} ORDER BY {row}.benefit_month, {row}.kind COLLATE "C", {row}.revision)'


def part_texts(row: str) -> str:
    """An aggregate: the texts of what a line settles, in order of month, kind and revision, with `|` between."""
    return in_part_order("string_agg", f"{part_text(row)}, '|'", row)


def line_digest(row: str, parts: str, beneficiary: str = "") -> str:
    """An expression: SHA-256 of a line's canonical text; `row` has the columns of payments, `parts` is the aggregate above.

    `beneficiary` where the column has another name.
    """
    values = (
        f"{row}.payment_id",
        beneficiary or f"{row}.beneficiary_id",
        f"{row}.payee_id",
        f"{row}.payee_version",
        _ESCAPED.format(column=f"{row}.payee_name"),
        f"coalesce(CAST({row}.account_id AS text), '')",
        f"coalesce(CAST({row}.account_version AS text), '')",
        f"{row}.amount_dong",
        _ESCAPED.format(column=f"{row}.note"),
        parts,
    )
    return f"sha256(convert_to(concat_ws('|', {', '.join(values)}), 'UTF8'))"
