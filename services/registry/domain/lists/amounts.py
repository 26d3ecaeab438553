"""Amounts in đồng and coefficients as lists write them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from services.registry.domain.lists.workbook import Cell

_UNIT = re.compile(
    r"^['’`₫đ]+\s*|\s*\([^()]*\)?$|\s*[.,]?\s*[-=]+$"
    r"|\s*(?:đồng|dong|vnđ|vnd|vnñ|®ång|ñoàng|₫|®|(?<![^\W\d_])[^\W\d_kmnt])?\.?\s*(?:(?:/|một|mỗi|1)\s*(?:tháng|thang|th|t)\.?)\s*$"
    r"|\s*(?:đồng|dong|vnđ|vnd|vnñ|®ång|ñoàng|₫|®|(?<![^\W\d_])[^\W\d_kmnt])\.?\s*$",
    re.IGNORECASE,
)
"""What stands around a sum: its unit, `/tháng`, a sum in words in brackets, a dash that closes it."""
_THOUSANDS = re.compile(r"(?<=\d)\s*(?:nghìn|ngàn|nghin|ngan|ngh|ng|k)\.?$", re.IGNORECASE)
_MILLIONS = re.compile(r"^(\d{1,3}(?:[.,]\d{1,3})?)\s*(?:triệu|trieu|tr)\.?$", re.IGNORECASE)
_GROUPED = re.compile(r"^\d{1,3}(?:[.,\s\u00a0']\d{3})+(?:[.,]0{1,2})?$")
_PLAIN = re.compile(r"^\d+(?:[.,]0{1,2})?$")
_COEFFICIENT = re.compile(r"^(\d{1,3})(?:[.,](\d{0,3}))?$")
_COEFFICIENT_WORD = re.compile(
    r"^['’`(]+|\s*\([^()\d]*\)$|\)$"
    r"|^(?:hệ số|he so|h\.?\s?số|h\.?\s?s|x)\.?\s*[:=]?\s*|\s*(?:lần|lan|hệ số|he so|hs)\.?$",
    re.IGNORECASE,
)
_WHOLE_OF_COEFFICIENT, _HALF = range(1, 4), 5
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
    text = cell.strip()
    while (bare := _UNIT.sub("", text).strip()) != text:
        text = bare
    if _THOUSANDS.search(text):
        return 1_000 * (_amount(_THOUSANDS.sub("", text)) or 0)
    if text in ("", "-", "–"):
        return None
    if _GROUPED.match(text):
        text = re.sub(r"[.,]0{1,2}$", "", text) if not re.search(r"[.,]\d{3}$", text) else text
        return int(re.sub(r"\D", "", text))
    if _PLAIN.match(text):
        return int(re.split(r"[.,]", text)[0])
    if found := _MILLIONS.match(text):
        return int(Decimal(found.group(1).replace(",", ".")) * 1_000_000)
    raise UnreadableNumber(cell)


def read_coefficient(cell: Cell) -> Decimal | None:
    """A coefficient from `1,5`, `1.5`, `HS 1,5`, `1,5 lần` or a number cell; None when empty. Raises UnreadableNumber.

    A spreadsheet makes 1 May (or 5 January) of `1.5`: read back where it can only be that.
    """
    if cell is None:
        return None
    if isinstance(cell, int | float):
        return _decimal(f"{cell:g}")
    if isinstance(cell, date):
        return _from_date(cell)
    if not isinstance(cell, str):
        raise UnreadableNumber(str(cell))
    text = cell.strip()
    while (bare := _COEFFICIENT_WORD.sub("", text).strip()) != text:
        text = bare
    if text in ("", "-", "–"):
        return None
    return _decimal(text)


def amount_or_none(cell: Cell) -> int | None:
    """The amount in đồng, None when there is none or it can't be read."""
    try:
        return read_amount_dong(cell)
    except UnreadableNumber:
        return None


def coefficient_or_none(cell: Cell) -> Decimal | None:
    """The coefficient, None when there is none or it can't be read."""
    try:
        return read_coefficient(cell)
    except UnreadableNumber:
        return None


def _from_date(cell: date) -> Decimal:
    for whole, fraction in ((cell.day, cell.month), (cell.month, cell.day)):
        if whole in _WHOLE_OF_COEFFICIENT and fraction == _HALF:
            return _decimal(f"{whole}.{fraction}")
    raise UnreadableNumber(str(cell))


@lru_cache(maxsize=1_024)
def _decimal(text: str) -> Decimal:
    found = _COEFFICIENT.match(text)
    if not found:
        raise UnreadableNumber(text)
    try:
        return Decimal(f"{found.group(1)}.{found.group(2) or 0}").normalize() + Decimal("0.0")
    except InvalidOperation as error:
        raise UnreadableNumber(text) from error
