"""`./chitra import check FILE...` and `./chitra import send FILE...`: commune lists, tried out or sent in."""

from __future__ import annotations

import argparse
import importlib

ACTIONS = {
    "check": ("console.importing.check", "read and standardise lists without a database: what is wrong in which row"),
    "send": ("console.importing.send", "send lists to a running registry"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, (module, text) in ACTIONS.items():
        action = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        importlib.import_module(module).add_arguments(action)


def run(arguments: argparse.Namespace) -> int:
    """Run one action."""
    return int(importlib.import_module(ACTIONS[arguments.action][0]).run(arguments))
