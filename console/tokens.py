"""`./chitra token`: a bearer token of the local issuer, for the embedded platform and for tests.

The keys are those of CHITRA_KEYS_DIR. Where that is not set they are those of `./chitra up` in this folder, if it was ever
started here: whoever has a platform up means that one.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from shared.auth import ROLES, issue_local_token
from shared.keys import ISSUER, load_signing_key, make_keys
from shared.reference import unit_ids_of_code
from shared.settings import Settings, read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--role", required=True, help=", ".join(sorted(ROLES)))
    parser.add_argument("--unit", help="code of a commune, district or province (all its dated units); default: everything")
    parser.add_argument("--subject", help="who it is for; default: the role's name")
    parser.add_argument("--hours", type=int, default=12)


def run(arguments: argparse.Namespace) -> int:
    """Print the token."""
    settings = read_settings()
    keys_dir = _keys_dir(settings)
    make_keys(keys_dir)
    units = unit_ids_of_code(arguments.unit) if arguments.unit else ["*"]
    token = issue_local_token(
        load_signing_key(keys_dir, ISSUER),
        role=arguments.role,
        subject=arguments.subject or arguments.role,
        unit_ids=units,
        audience=settings.oidc_audience,
        hours=arguments.hours,
    )
    print(token)
    return 0


def _keys_dir(settings: Settings) -> Path:
    kept = settings.home / "up" / "keys"
    return settings.keys_dir if "CHITRA_KEYS_DIR" in os.environ or not kept.is_dir() else kept
