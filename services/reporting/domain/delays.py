"""Quantiles of whole numbers that are held as (value, count) pairs. Pure."""

from __future__ import annotations

from collections.abc import Iterable

MEDIAN_PERCENT = 50
P95_PERCENT = 95


def quantile(pairs: Iterable[tuple[int, int]], percent: int) -> int | None:
    """The smallest value that at least `percent` of all are not above (nearest rank); None of nothing.

    Pairs may come in any order and name a value more than once; a pair with no count counts for nothing.
    """
    counted = sorted((value, count) for value, count in pairs if count > 0)
    rank = -(-sum(count for _, count in counted) * percent // 100)
    seen = 0
    for value, count in counted:
        seen += count
        if seen >= rank:
            return value
    return None
