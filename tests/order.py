"""Which files of tests begin first: those that take longest, so that at the end no worker is left alone with one of them."""

from __future__ import annotations

LONGEST = (
    "tests/demo/test_demo_distributed.py",
    "tests/demo/test_demo_embedded.py",
    "tests/proof/test_killed_at_every_point.py",
    "tests/proof/test_money_moves_once.py",
    "tests/proof/test_attempt_machine.py",
    "tests/api/",
    "tests/console/",
    "tests/contract/",
    "tests/gateway/",
)
"""By how long they take, as measured; the others come after them, as they lie."""


def rank(nodeid: str) -> int:
    """The lower, the earlier."""
    return next((n for n, start in enumerate(LONGEST) if nodeid.startswith(start)), len(LONGEST))
