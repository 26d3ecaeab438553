"""The commands of `./chitra`. Each is a module with `add_arguments(parser)` and `run(arguments) -> exit code`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from shared.kernel.errors import Refusal

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("console.demo.command", "months of a province's social assistance, from commune lists to a coverage report"),
    "trace": ("console.trace", "one person of the last demo, from the Excel cell to the provider's book"),
    "up": ("console.up", "the embedded platform, kept between runs, with a start page"),
    "test": ("console.testing", "all tests"),
    "check": ("console.checking", "ruff, mypy --strict and import-linter"),
    "bench": ("console.bench.command", "benchmarks, each a ratio to a floor measured in the same run"),
    "import": ("console.importing.command", "commune lists: checked without a database, or sent to a running registry"),
    "serve": ("console.serve", "one service, against CHITRA_DATABASE_URL and CHITRA_AMQP_URL"),
    "sandbox": ("console.sandbox", "the provider sandbox on its own; what follows is for it"),
    "keys": ("console.making_keys", "make the keys that are missing in CHITRA_KEYS_DIR"),
    "migrate": ("console.migrating", "bring the database to the newest schema"),
    "after-restore": ("console.after_restore", "stop every provider after a restore, until a person has compared"),
    "report": ("console.report", "reporting's read models, made again out of the event logs"),
    "queues": ("console.queues", "make every service's queue on the broker, before any worker starts"),
    "healthy": ("console.health", "whether the process on CHITRA_PORT answers, for health checks"),
    "token": ("console.tokens", "a bearer token of the local issuer"),
    "webhook": ("console.webhook", "sign a webhook as a provider would, for curl to send to a test installation"),
    "dead-letters": ("console.dead_letters", "look at dead letters, or replay them"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    parser = argparse.ArgumentParser(prog="./chitra", description="Pays monthly social assistance electronically.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    arguments = list(sys.argv[1:] if argv is None else argv)
    for name, (module, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if arguments and arguments[0] == name:  # only the one asked for is imported: a start loses no time
            importlib.import_module(module).add_arguments(command)
    parsed, passed_on = parser.parse_known_args(arguments)
    if passed_on and not getattr(parsed, "passes_on", False):
        parser.error(f"unrecognized arguments: {' '.join(passed_on)}")
    parsed.passed_on = passed_on
    try:
        return int(importlib.import_module(COMMANDS[parsed.command][0]).run(parsed))
    except Refusal as refusal:
        print(f"{refusal.code.title_en}: {refusal.detail}\n{refusal.code.title_vi} [{refusal.code.code}]", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
