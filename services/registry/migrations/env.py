"""Alembic's entry for the registry schema."""

from shared.migrate import run_migrations

run_migrations("registry")
