"""Alembic's entry for the provider_gateway schema."""

from shared.migrate import run_migrations

run_migrations("provider_gateway")
