"""Identity numbers: CMND (9 digits) and CCCD (12 digits: 3 province of birth registration, 1 century and sex, 2 year, 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from services.registry.domain.lists.workbook import Cell

CMND_LENGTH, CCCD_LENGTH = 9, 12
_LENGTHS_WITHOUT_ZEROS = {8: CMND_LENGTH, 10: CCCD_LENGTH, 11: CCCD_LENGTH}
_SEPARATORS = re.compile(r"[\s.\-_'’‘`´′\"“”\u00a0]+")
_SEVERAL = re.compile(r"\s*(?:/|;|,|\n|\||\bvà\b)\s*|\s*\(|\)\s*")
_APART = re.compile(r"[\s\-–/;,|]+")
_FLOAT_TAIL = re.compile(r"(?<=\d{8})[.,]0$")
"""What a number column leaves behind a number that was copied as text: `46128459568.0`."""
_LABEL = re.compile(
    r"^(?:[*#\[]|mã đd|n\s?[°º]|cmnd|cmtnd|cmt|cccd|cc|căn cước(?: công dân)?|can cuoc|số|so|mã|ma|sđdcn|đdcn|định danh|dinh danh"
    r"|cá nhân|ca nhan)"
    r"(?![^\W\d])\s*[:.]?\s*",
    re.IGNORECASE,
)
_LABEL_BEHIND = re.compile(r"(?:\s+(?:cccd|cmnd|cmt|cc)|\])\s*$", re.IGNORECASE)
_ISSUE = re.compile(
    r"[\s\-–,;:(/]*(?:"
    r"\b(?:(?:ngày|ngay|nơi|noi|ng)\.?\s*)?(?:cấp|cap)\b|\bdo\b|\bca\b|\bc\.a\b|\b(?:công an|cong an|cục|cuc)\b"
    r"|\bngày\b|\bngay\b|\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)\d\d\b).*$",
    re.IGNORECASE | re.DOTALL,
)
"""Who issued a document and when, behind its number: `191234567 - CA TT Huế`, `191234567 cấp 12/3/2010`."""
_NOT_HELD = re.compile(
    r"\b(?:chưa|chua|không|khong|ko|mất|mat|đang|dang|hẹn|gks|g\.?k\.?s|khai sinh|trích lục|xin)\b", re.IGNORECASE
)
"""Words of one who has no number: `chưa làm CCCD`, `mất CMND`, a birth certificate's number."""
_FEWEST_DIGITS = 8
_LOOKALIKES = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "i": "1", "S": "5", "B": "8"})
_NONE = re.compile(r"^(không( có)?|ko|k|chưa( có)?|không rõ|mất|[-–./\\x?]+|0+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IdentityReading:
    """A number of possible length with its kind, and what was done to get it.

    `number` is None when the digits can't be a number at all; `second` is another number from the same cell.
    """

    number: str | None
    written: str
    zeros_restored: bool = False
    letters: bool = False
    second: str | None = None

    @property
    def kind(self) -> str | None:
        """`cmnd`, `cccd`, or None."""
        if self.number is None:
            return None
        return "cccd" if len(self.number) == CCCD_LENGTH else "cmnd"


def read_identity(cell: Cell, *, zeros_kept: bool = False) -> IdentityReading | None:
    """The identity number in a cell; None when nothing is written.

    A number that lost its leading zeros gets them back (11 digits or 10 for a CCCD, 8 for a CMND). Every CCCD begins with
    a zero (provinces are 001 to 096), so one that begins otherwise lost it. `zeros_kept` says that the cell's column shows
    leading zeros as text: there, a digit missing from a CMND is missing.
    """
    if cell is None:
        return None
    if isinstance(cell, int | float):
        written = f"{cell:.0f}"
        return _one(written, written, may_restore=True)
    if not isinstance(cell, str):
        return IdentityReading(None, str(cell))
    return _from_text(cell, zeros_kept)


@lru_cache(maxsize=2_048)
def _from_text(cell: str, zeros_kept: bool) -> IdentityReading | None:
    written = cell.strip()
    if not written or _NONE.match(written):
        return None
    if written.isdigit() and len(written) in (CMND_LENGTH, CCCD_LENGTH):
        return IdentityReading(written, written)
    if _NOT_HELD.search(written) and sum(map(str.isdigit, _ISSUE.sub("", written))) < _FEWEST_DIGITS:
        return None
    written_number = _FLOAT_TAIL.sub("", written)
    if any(map(str.isdigit, bare := _ISSUE.sub("", written_number))):
        written_number = bare
    apart = _APART.split(written_number)
    if len(apart) > 1 and all(piece.isdigit() and len(piece) in (CMND_LENGTH, CCCD_LENGTH) for piece in apart):
        pieces = apart
    else:
        pieces = [_without_label(piece) for piece in _SEVERAL.split(written_number)]
    pieces = [piece for piece in pieces if any(mark.isdigit() for mark in piece)]
    readings = [_one(piece, written, may_restore=not zeros_kept) for piece in pieces]
    good = [reading for reading in readings if reading.number]
    if not good:
        whole = _one(written_number, written, may_restore=not zeros_kept)
        return whole if whole.number else (readings[0] if len(readings) == 1 else IdentityReading(None, written))
    good.sort(key=lambda reading: reading.kind != "cccd")
    first = good[0]
    second = good[1].number if len(good) > 1 and good[1].number != first.number else None
    return IdentityReading(first.number, written, first.zeros_restored, first.letters, second)


def _without_label(piece: str) -> str:
    while (bare := _LABEL.sub("", piece)) != piece:
        piece = bare
    return _LABEL_BEHIND.sub("", piece)


def _one(text: str, written: str, *, may_restore: bool) -> IdentityReading:
    packed = _SEPARATORS.sub("", text)
    if "e+" in packed.lower():
        return IdentityReading(None, written)
    digits = packed.translate(_LOOKALIKES)
    if not digits.isdigit() or not digits.isascii():
        return IdentityReading(None, written)
    letters = digits != packed
    if len(digits) in (CMND_LENGTH, CCCD_LENGTH):
        return IdentityReading(digits, written, letters=letters)
    if not digits.startswith("0"):
        target = _LENGTHS_WITHOUT_ZEROS.get(len(digits))
        if target == CMND_LENGTH and not may_restore:
            target = None
        if target:
            return IdentityReading(digits.zfill(target), written, zeros_restored=True, letters=letters)
    return IdentityReading(None, written)


def sex_of(cccd: str) -> str:
    """`male` or `female` as the fourth digit of a CCCD says (even: male)."""
    return "male" if int(cccd[3]) % 2 == 0 else "female"


def birth_year_of(cccd: str) -> int:
    """The birth year in a CCCD: the fourth digit tells the century (0, 1: 19xx; 2, 3: 20xx), the next two the year."""
    return 1900 + int(cccd[3]) // 2 * 100 + int(cccd[4:6])
