"""`./chitra sandbox`: the provider sandbox on its own, as the compose file starts it."""

from __future__ import annotations

import argparse
import os
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """All arguments go to the sandbox."""
    parser.set_defaults(passes_on=True)


def run(arguments: argparse.Namespace) -> int:
    """Become the sandbox."""
    command = [sys.executable, "-m", "services.provider_gateway.sandbox", *arguments.passed_on]
    os.execv(command[0], command)  # noqa: S606 - the same interpreter, a fixed module
