"""Every place in the code of the two services' background work that commits, found in its text.

What runs in a proof may pass a place or not; what is written is there. So a commit that the proof never passes is missed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PLACES = (
    "services/provider_gateway/workers",
    "services/disbursement/workers",
    "shared/inbox.py",
    "shared/relay.py",
    "shared/idempotency.py",
)

UNREACHED = {
    "workers.alone.run": "the entry of another process, in which the same workers run: makes partitions, as the relay does",
    "workers.dispatcher.Dispatcher._stop": "a sealed chunk was tampered with: its payroll stops for good, so none could end",
    "workers.files.FileApplier._hand_on": "only where the bank's files come in a folder; over HTTP it is asked for its days",
    "workers.collector.Collector._take+7": "counts a forged file, and this bank forges none; no payment stands in it",
    "shared.relay.rewind": "for a bus that forgets what it held, and RabbitMQ does not",
}
"""Places that no life of this proof can pass, each with the reason. Everything else must be died at."""


def sites() -> set[str]:
    """As `kill_points` names them, without service, provider and event: `workers.sender.Sender._take+3`."""
    return {site for place in PLACES for path in _files(ROOT / place) for site in _sites_of(path)}


def is_unreached(site: str) -> bool:
    """Whether it stands among those that can't be reached."""
    return site in UNREACHED or site.partition("+")[0] in UNREACHED


def _files(place: Path) -> Iterator[Path]:
    yield from [place] if place.is_file() else sorted(place.glob("*.py"))


def _sites_of(path: Path) -> Iterator[str]:
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = ".".join(parts[2:] if parts[0] == "services" else parts)
    yield from _within(ast.parse(path.read_text(encoding="utf-8")), module, None)


def _within(node: ast.AST, name: str, first_line: int | None) -> Iterator[str]:
    """Of a node: `name` is where it lies, `first_line` that of the function around it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = f"{name}.<locals>" if first_line is not None else name
            yield from _within(child, f"{inside}.{child.name}", min([child.lineno, *(d.lineno for d in child.decorator_list)]))
        elif isinstance(child, ast.ClassDef):
            yield from _within(child, f"{name}.{child.name}", None)
        else:
            if isinstance(child, ast.AsyncWith) and first_line is not None and any(map(_is_commit, child.items)):
                yield f"{name}+{child.lineno - first_line}"
            yield from _within(child, name, first_line)


def _is_commit(item: ast.withitem) -> bool:
    call = item.context_expr
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "transaction"
