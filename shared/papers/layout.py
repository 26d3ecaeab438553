"""A template and what was gathered, put together: texts filled in, columns chosen, rows in their order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.kernel.errors import Refusal
from shared.kernel.units import Unit
from shared.papers.refusals import BAD_TEMPLATE
from shared.papers.sheet import Align, Column, Filling, Sheet, Signature, Table, Text
from shared.papers.templates import Templates, Words, bare_name

_NAME = re.compile(r"\{(\w*)\}")
_ALIGNS: dict[str, Align] = {"left": "left", "center": "center", "right": "right"}


def day_in_words(day: date) -> str:
    """`ngày 05 tháng 02 năm 2022`: days below 10 and the months 1 and 2 with a nought (Decree 30/2020/NĐ-CP, annex I)."""
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def lay_out(kind: str, templates: Templates, words: Words, authority: Unit, made_on: date, filling: Filling) -> Sheet:
    """The document. Refused with `bad-document-template`, naming what the template asks for and is not there."""
    layout = templates.layout(kind)
    office = words.letterhead(authority, made_on)
    place = bare_name(authority.name)
    day = day_in_words(made_on)
    said = {
        **filling.texts,
        "head": office.head,
        "office": office.name,
        "place": place,
        "day": day,
    }
    try:
        return Sheet(
            office=office,
            nation_name=words.word("nation", "name"),
            nation_motto=words.word("nation", "motto"),
            place_and_day=f"{place}, {day}",
            title=_filled(layout["title"], said),
            subtitle=tuple(_filled(line, said) for line in layout.get("subtitle", ())),
            landscape=bool(layout.get("landscape", False)),
            blocks=tuple(_block(block, filling, said) for block in layout["blocks"] if _wanted(block, filling)),
            signatures=tuple(
                Signature(_filled(each["title"], said), _filled(each.get("note", "(Ký, họ tên)"), said))
                for each in layout.get("signatures", ())
            ),
            made_on=made_on,
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Refusal(BAD_TEMPLATE, f"{kind}.toml: {error}", file=f"{kind}.toml") from None


def _filled(text: str, said: Mapping[str, str]) -> str:
    return _NAME.sub(lambda found: said[found[1]], text)


def _wanted(block: Mapping[str, Any], filling: Filling) -> bool:
    """`if_any` names a table: where it has no rows, the block is left out."""
    return "if_any" not in block or bool(filling.tables[block["if_any"]])


def _block(block: Mapping[str, Any], filling: Filling, said: Mapping[str, str]) -> Text | Table:
    if "text" in block:
        return Text(_filled(block["text"], said), str(block.get("style", "plain")))
    name = block["table"]
    columns = tuple(_column(each, filling, name) for each in block["columns"])
    if not columns:
        raise ValueError(f"table {name} has no columns")
    return Table(columns, tuple(filling.tables[name]), block.get("style") == "small")


def _column(column: Mapping[str, Any], filling: Filling, table: str) -> Column:
    key = column["key"]
    if key not in filling.keys[table]:
        raise KeyError(key)
    width = float(column.get("width", 10))
    if not 0 < width <= 200:
        raise ValueError(f"{key} has the width {width}")
    align = _ALIGNS[column["align"]] if "align" in column else "right" if key in filling.numbers else "left"
    return Column(key, str(column["heading"]), width, align)
