"""Alembic's entry for the reporting schema."""

from shared.migrate import run_migrations

run_migrations("reporting")
