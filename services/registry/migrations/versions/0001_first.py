"""The registry: lists as they came, people with documents and decisions, payees, accounts, and the history of all."""

from shared.schema import grant, run_sql, scope_rows, service_tables, sql_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Tables of the registry schema, each row of a person's data seen only by whose unit it is or lies in."""
    service_tables()
    sql_beside(__file__)
    scope_rows(
        imports="unit_id",
        import_rows="unit_id",
        beneficiaries="unit_id",
        beneficiary_versions="unit_id",
        identity_documents="unit_id",
        decisions="unit_id",
        payees="unit_id",
        accounts="unit_id",
    )
    grant("registry")
    run_sql(
        """REVOKE UPDATE, DELETE, TRUNCATE ON beneficiary_versions FROM chitra_registry;
           REVOKE ALL ON FUNCTION number_holders(bytea[]) FROM PUBLIC;
           GRANT EXECUTE ON FUNCTION number_holders(bytea[]) TO chitra_registry;"""
    )
