"""Templates as files: ChiTra's own, and a province's folder whose files of the same name stand in their place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from shared.kernel.errors import Refusal
from shared.kernel.units import Unit
from shared.papers.refusals import BAD_TEMPLATE
from shared.papers.sheet import Letterhead

_SHARED = Path(__file__).parent / "templates"
_RANKS = ("Tỉnh", "Thành phố", "Thị xã", "Thị trấn", "Huyện", "Quận", "Phường", "Xã")


class Words:
    """What `office.toml` says: letterheads by rank and date, and words for codes."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._tables = tables

    def word(self, table: str, code: str) -> str:
        """The word for a code; the code itself where the table has none."""
        return str(self._tables.get(table, {}).get(code, code))

    def letterhead(self, unit: Unit, on: date) -> Letterhead:
        """The office of a unit on a day."""
        fits = [
            each
            for each in self._tables.get("letterheads", [])
            if each.get("level") == unit.level and each.get("valid_from", date.min) <= on
        ]
        if not fits:
            raise Refusal(BAD_TEMPLATE, f"office.toml has no letterhead for a {unit.level}", file="office.toml")
        upper, lower, name, head = (str(fits[-1].get(key, "")) for key in ("upper", "lower", "name", "head"))
        capitals = unit.name.upper()
        return Letterhead(
            upper.replace("{unit}", capitals), lower.replace("{unit}", capitals), name.replace("{unit}", _within(unit.name)), head
        )


class Templates:
    """Reads templates anew for each document: a file that an office mends counts at once."""

    def __init__(self, folder: Path | None, own: Path | None = None) -> None:
        """`folder` is the province's, `own` the service's."""
        self._folder = folder
        self._places = [place for place in (folder, own, _SHARED) if place is not None]

    def words(self) -> Words:
        """The shared words. Refused with `bad-document-template`."""
        return Words(self._toml("office.toml"))

    def layout(self, kind: str) -> Mapping[str, Any]:
        """The layout of a kind of document, as its file has it. Refused with `bad-document-template`."""
        return self._toml(f"{kind}.toml")

    def typst(self, kind: str) -> str:
        """The Typst source that draws a kind: its own where the province has one, else `document.typ`."""
        own = self._folder / f"{kind}.typ" if self._folder else None
        return self._text(f"{kind}.typ" if own is not None and own.is_file() else "document.typ")

    def _toml(self, name: str) -> Mapping[str, Any]:
        try:
            return tomllib.loads(self._text(name))
        except tomllib.TOMLDecodeError as error:
            raise Refusal(BAD_TEMPLATE, f"{name}: {error}", file=name) from None

    def _text(self, name: str) -> str:
        found = [place / name for place in self._places if (place / name).is_file()]
        try:
            return found[0].read_text(encoding="utf-8")
        except (OSError, IndexError, UnicodeDecodeError):
            raise Refusal(BAD_TEMPLATE, f"{name} can't be read", file=name) from None


def _within(unit_name: str) -> str:
    """`Huyện Phú Lộc` -> `huyện Phú Lộc`, as a name stands inside a sentence."""
    return unit_name[:1].lower() + unit_name[1:] if unit_name.startswith(_RANKS) else unit_name


def bare_name(unit_name: str) -> str:
    """`Huyện Phú Lộc` -> `Phú Lộc`: how a place is named before a date."""
    for rank in _RANKS:
        if unit_name.startswith(f"{rank} "):
            return unit_name.removeprefix(f"{rank} ")
    return unit_name
