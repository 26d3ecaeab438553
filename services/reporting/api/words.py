"""What pages say, in Vietnamese and English, and how each writes numbers, months and money."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")

_FILE = Path(__file__).parent / "templates" / "words.toml"
_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_SCALES = {"vi": ((10**9, "tỷ"), (10**6, "triệu"), (10**3, "nghìn")), "en": ((10**9, "bn"), (10**6, "m"), (10**3, "k"))}


@lru_cache(maxsize=1)
def word_tables() -> dict[str, dict[str, str]]:
    """Every text by its key and language."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


class Words:
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._english = language == "en"

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its values filled in. Raises KeyError: a page never says half a thing."""
        return word_tables()[key][self.language].format(**values)

    def code(self, table: str, code: str) -> str:
        """The word for a code such as a provider's; one that nobody foresaw stands for itself."""
        found = word_tables().get(f"{table}_{code or 'none'}")
        return found[self.language] if found else code

    def either(self, vietnamese: str, english: str) -> str:
        """Of two texts the one in this language."""
        return english if self._english else vietnamese

    def number(self, value: int) -> str:
        """`48.210` or `48,210`."""
        return f"{value:,}" if self._english else f"{value:,}".replace(",", ".")

    def decimal(self, value: float) -> str:
        """One decimal: `12,5` or `12.5`."""
        return f"{value:.1f}" if self._english else f"{value:.1f}".replace(".", ",")

    def percent(self, part: int, whole: int) -> str:
        """`79,9%`: one decimal, rounded down, so that a target never looks reached before it is."""
        tenths = part * 1000 // whole if whole else 0
        return f"{tenths // 10}{'.' if self._english else ','}{tenths % 10}%"

    def dong(self, amount_dong: int) -> str:
        """In full: `36.180.000 đồng`."""
        return f"{self.number(amount_dong)} đồng"

    def short_dong(self, amount_dong: int) -> str:
        """`36,1 tỷ`: one decimal, cut off."""
        for scale, word in _SCALES[self.language]:
            if abs(amount_dong) >= scale:
                tenths = abs(amount_dong) * 10 // scale
                sign = "-" if amount_dong < 0 else ""
                return f"{sign}{self.number(tenths // 10)}{'.' if self._english else ','}{tenths % 10} {word}"
        return self.number(amount_dong)

    def minutes(self, value: int | None) -> str:
        """`45 phút`, `3 giờ 20 phút`, `2 ngày 4 giờ`; `–` where there is nothing to say."""
        if value is None:
            return "–"
        days, rest = divmod(value, 1440)
        hours, minutes = divmod(rest, 60)
        parts = [(days, "days"), (hours, "hours"), (0 if days else minutes, "minutes")]
        said = [self(f"time_{name}", n=self.number(n)) for n, name in parts if n]
        return " ".join(said) or self("time_minutes", n=0)

    def month(self, month: date) -> str:
        """`10/2021`."""
        return f"{month.month:02}/{month.year}"

    def day(self, day: date) -> str:
        """`05/10/2021`."""
        return f"{day:%d/%m/%Y}"

    def moment(self, at: datetime) -> str:
        """`05/10/2021 14:30`, in Vietnam."""
        return f"{at.astimezone(_VIETNAM):%d/%m/%Y %H:%M}"
