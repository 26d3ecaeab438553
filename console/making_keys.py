"""`./chitra keys`: make the keys of CHITRA_KEYS_DIR that are missing; those that are there stay as they are."""

from __future__ import annotations

import argparse

from shared.keys import make_keys
from shared.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(_arguments: argparse.Namespace) -> int:
    """Make them."""
    directory = read_settings().keys_dir
    make_keys(directory)
    print(f"the keys are in {directory}: keep a copy apart from the database's")
    return 0
