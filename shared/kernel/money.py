"""Money is an integer of đồng. There is no smaller unit, and no float ever holds an amount."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MAX_AMOUNT_DONG = 10_000_000_000_000
"""A bound on any one amount: more than the whole country's social assistance in a month."""


def times_coefficient(level_dong: int, coefficient: Decimal, heads: int = 1) -> int:
    """Level x coefficient x heads in whole đồng, half up (levels and coefficients of the law give whole đồng anyway)."""
    return int((Decimal(level_dong) * coefficient * heads).quantize(Decimal(1), ROUND_HALF_UP))


def format_dong(amount_dong: int) -> str:
    """`1.080.000`, as Vietnamese papers write it."""
    return f"{amount_dong:,}".replace(",", ".")
