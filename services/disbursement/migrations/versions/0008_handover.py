"""Hand-overs between authorities, closing a run, settling contradictions, and money that nobody collects."""

from shared.schema import run_sql, scope_rows, sql_beside

revision = "0008"
down_revision = "0007"

_HEIRS = """
DROP POLICY scope ON {table};
CREATE POLICY scope ON {table} USING (
    (SELECT platform.scope_is_all()) OR {columns});
"""
_IN_SCOPE = "{column} IN (SELECT scope_with_heirs())"


def upgrade() -> None:
    """Tables and columns; rows of a commune or authority of then are seen by who follows it."""
    sql_beside(__file__)
    scope_rows(
        handovers="from_authority_id",
        handover_communes="from_unit_id",
        handover_parts="authority_id",
        handover_money="to_authority_id",
        run_closings="authority_id",
        late_entries="authority_id",
        overpaid_lines="unit_id",
        suspensions="unit_id",
        verifications="unit_id",
    )
    for table, columns in {
        "obligations": ("unit_id", "pay_unit_id"),
        "payments": ("unit_id", "authority_id"),
        "opening_entries": ("unit_id", "authority_id"),
        "contracts": ("authority_id",),
        "handovers": ("from_authority_id",),
        "handover_communes": ("from_unit_id", "to_unit_id"),
        "handover_parts": ("authority_id",),
        "handover_money": ("from_authority_id", "to_authority_id"),
        "overpaid_lines": ("unit_id", "authority_id"),
        "suspensions": ("unit_id", "authority_id"),
        "verifications": ("unit_id",),
    }.items():
        seen = " OR ".join(_IN_SCOPE.format(column=column) for column in columns)
        run_sql(_HEIRS.format(table=table, columns=seen))
    run_sql("""GRANT SELECT, INSERT, UPDATE ON handovers, handover_communes, handover_parts, unit_heirs, handover_money,
        run_closings, late_entries, overpaid_lines, suspensions, verifications TO chitra_disbursement;
        GRANT DELETE ON unit_heirs, overpaid_lines TO chitra_disbursement""")
