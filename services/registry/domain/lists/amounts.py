"""Amounts in đồng and coefficients as lists write them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from services.registry.domain.lists.workbook import Cell

_UNIT = re.compile(r"\s*(?:đồng|dong|vnđ|vnd|vnñ|®ång|ñoàng|[^\W\d_kmnt]|®)\.?(?:/tháng)?\s*$", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d)\s*(?:nghìn|ngàn|nghin|ngan|k)$", re.IGNORECASE)
_GROUPED = re.compile(r"^\d{1,3}(?:[.,\s\u00a0']\d{3})+(?:[.,]0{1,2})?$")
_PLAIN = re.compile(r"^\d+(?:[.,]0{1,2})?$")
_COEFFICIENT = re.compile(r"^(\d{1,3})(?:[.,](\d{1,3}))?$")
_MAX_DONG = 1_000_000_000


class UnreadableNumber(ValueError):
    """What is written is no number of the kind asked for."""


def read_amount_dong(cell: Cell) -> int | None:
    """Whole đồng from `540.000`, `540,000đ`, `540000` or a number cell; None when empty. Raises UnreadableNumber."""
    if cell is None:
        return None
    if isinstance(cell, int | float):
        if cell != int(cell) or not 0 <= cell <= _MAX_DONG:
            raise UnreadableNumber(str(cell))
        return int(cell)
    if not isinstance(cell, str):
        raise UnreadableNumber(str(cell))
    return _amount(cell)


@lru_cache(maxsize=4_096)
def _amount(cell: str) -> int | None:
    text = _UNIT.sub("", cell.strip())
    if _THOUSANDS.search(text):
        return 1_000 * (_amount(_THOUSANDS.sub("", text)) or 0)
    if text in ("", "-", "–"):
        return None
    if _GROUPED.match(text):
        text = re.sub(r"[.,]0{1,2}$", "", text) if not re.search(r"[.,]\d{3}$", text) else text
        return int(re.sub(r"\D", "", text))
    if _PLAIN.match(text):
        return int(re.split(r"[.,]", text)[0])
    raise UnreadableNumber(cell)


def read_coefficient(cell: Cell) -> Decimal | None:
    """A coefficient from `1,5`, `1.5`, `1` or a number cell; None when empty. Raises UnreadableNumber."""
    if cell is None:
        return None
    if isinstance(cell, int | float):
        return _decimal(f"{cell:g}")
    if not isinstance(cell, str):
        raise UnreadableNumber(str(cell))
    text = cell.strip().lower().removeprefix("x").strip()
    if text in ("", "-", "–"):
        return None
    return _decimal(text)


@lru_cache(maxsize=1_024)
def _decimal(text: str) -> Decimal:
    found = _COEFFICIENT.match(text)
    if not found:
        raise UnreadableNumber(text)
    try:
        return Decimal(f"{found.group(1)}.{found.group(2) or 0}").normalize() + Decimal("0.0")
    except InvalidOperation as error:
        raise UnreadableNumber(text) from error
