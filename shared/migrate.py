"""Migrations: the platform's script, then each service's own, run once under the owner's role that the services lack."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.database import async_url
from shared.settings import SERVICES

_ROOT = Path(__file__).resolve().parent.parent


async def migrate(admin_url: str, passwords: dict[str, str] | None = None) -> None:
    """Bring a database to the newest schema. `admin_url` is of a superuser or of a role that may create roles and schemas.

    `passwords` gives the services' roles a password; without it they keep what they have.
    """
    driver = await asyncpg.connect(admin_url.replace("postgresql+asyncpg://", "postgresql://"))
    try:
        await driver.execute(files("shared.sql").joinpath("platform.sql").read_text(encoding="utf-8"))
        for service, password in (passwords or {}).items():
            quoted = await driver.fetchval("SELECT quote_literal($1::text)", password)
            await driver.execute(f"ALTER ROLE chitra_{service} PASSWORD {quoted}")
    finally:
        await driver.close()
    engine = create_async_engine(async_url(admin_url), poolclass=NullPool)
    for service in SERVICES:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, service)
    await engine.dispose()


async def create_database(server_url: str, name: str, template: str | None = None, strategy: str = "WAL_LOG") -> None:
    """Create a database if it is not there, from a template where one is named. `strategy` is how PostgreSQL copies it."""
    driver = await asyncpg.connect(server_url.replace("postgresql+asyncpg://", "postgresql://"))
    try:
        if not await driver.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            source = f' TEMPLATE "{template}" STRATEGY {strategy}' if template else ""
            await driver.execute(f'CREATE DATABASE "{name}"{source}')
    finally:
        await driver.close()


def _upgrade(connection: Connection, service: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_ROOT / "services" / service / "migrations"))
    config.attributes["connection"] = connection
    connection.execute(text(f"SET LOCAL search_path = {service}, platform"))
    command.upgrade(config, "head")


def run_migrations(service: str) -> None:
    """What each service's `migrations/env.py` calls: run in the connection handed in, with the version table in its schema."""
    connection: Any = context.config.attributes["connection"]
    context.configure(connection=connection, version_table_schema=service, version_table="schema_version")
    with context.begin_transaction():
        context.run_migrations()
