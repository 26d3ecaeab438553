"""Alembic's entry for the disbursement schema."""

from shared.migrate import run_migrations

run_migrations("disbursement")
