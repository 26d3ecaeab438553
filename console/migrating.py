"""`./chitra migrate`: bring the database of CHITRA_ADMIN_DATABASE_URL (or CHITRA_DATABASE_URL) to the newest schema."""

from __future__ import annotations

import argparse
import asyncio
import os

from shared.kernel.errors import Refusal
from shared.migrate import migrate
from shared.settings import BAD_SETTING, SERVICES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: the address holds a password, and stays out of the process list."""


def run(_arguments: argparse.Namespace) -> int:
    """Migrate; give the services' roles the password of CHITRA_SERVICE_PASSWORD where it is set."""
    url = os.environ.get("CHITRA_ADMIN_DATABASE_URL") or os.environ.get("CHITRA_DATABASE_URL")
    if not url:
        raise Refusal(BAD_SETTING, "set CHITRA_ADMIN_DATABASE_URL to a role that may create roles and schemas")
    password = os.environ.get("CHITRA_SERVICE_PASSWORD")
    asyncio.run(migrate(url, dict.fromkeys(SERVICES, password) if password else None))
    print("the database is at the newest schema")
    return 0
