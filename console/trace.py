"""`./chitra trace NAME-OR-ID`: one person of the last demo, from the Excel cell to the provider's book, as a timeline."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from console.look_back import LookBack, open_last_demo
from console.timeline import Happening, person_timeline
from shared.observability import configure_logging
from shared.runtime import run_async


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("who", help="a name (diacritics may be left out), a code such as HUE-0000123, or a beneficiary id")


def run(arguments: argparse.Namespace) -> int:
    """Find the person and print the timeline; 1 when there is nobody, or more than one."""
    configure_logging("error")
    return run_async(_trace(arguments.who))


async def _trace(who: str) -> int:
    console = Console()
    async with open_last_demo() as look:
        found = await _find(look, who)
        if len(found) != 1:
            _say_who(console, who, found)
            return 1
        person, happenings = await person_timeline(look, found[0]["beneficiary_id"])
    console.print(f"[bold]{person['full_name']}[/] · {person['code']} · {person['beneficiary_id']}")
    console.print(_table(happenings))
    return 0


async def _find(look: LookBack, who: str) -> list[dict[str, str]]:
    """Persons that fit; an exact name wins over names that only contain the words."""
    page = await look.get("registry", "/v1/beneficiaries", search=who, limit=20)
    items: list[dict[str, str]] = page["items"]
    exact = [p for p in items if who in (p["beneficiary_id"], p["code"], p["full_name"])]
    return exact if len(exact) == 1 else items


def _say_who(console: Console, who: str, found: Sequence[dict[str, str]]) -> None:
    if not found:
        print(f"nobody in the last demo fits {who!r}", file=sys.stderr)
        return
    table = Table("code", "name", "born", "unit", title=f"{len(found)} persons fit {who!r}: name one by code")
    for person in found:
        table.add_row(person["code"], person["full_name"], str(person.get("birth_date", "")), str(person.get("unit_id", "")))
    console.print(table)


def _table(happenings: Sequence[Happening]) -> Table:
    table = Table(show_header=True, pad_edge=False)
    table.add_column("when", no_wrap=True)
    table.add_column("where", no_wrap=True)
    table.add_column("what")
    for happening in happenings:
        table.add_row(happening.when, happening.where, happening.what)
    return table
