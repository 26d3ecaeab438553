"""What a column holds when its header says nothing known: told by its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.channels import read_channel
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.places_in_commune import village_kind
from services.registry.domain.lists.relationships import Kin, read_relationship
from services.registry.domain.lists.syllables import is_syllable
from services.registry.domain.lists.text import fold
from services.registry.domain.lists.workbook import Cell

_MOSTLY = 0.7
_LEAST_CELLS = 3
_IDENTITY = re.compile(r"^\d{9}$|^\d{12}$|^\d{11}$|^\d{3} \d{9}$|^\d{3} \d{6}$")
_PHONE = re.compile(r"^(?:\+?84[ .]?|0)\d(?:[ .]?\d){7,9}$")
_ACCOUNT = re.compile(r"^[1-9]\d{11,15}$")
_DATE = re.compile(r"^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}$|^(?:19|20)\d\d$")
_DATE_IN_WORDS = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2} tháng \d{1,2} năm \d{4}$", re.IGNORECASE)
_ORDINAL = re.compile(r"^\d{1,4}\s*[.)/-]\s*")
_PEOPLES_WORDS = (
    "kinh tay thai muong khmer hoa nung mong hmong dao giarai ede bana sanchay cham coho xodang sandiu hre raglai mnong tho"
    " xtieng khomu bruvankieu vankieu cotu giay taoi paco pahy gietrieng choro xinhmun hanhi churu lao lachi"
)
_PEOPLES = frozenset(_PEOPLES_WORDS.split())
"""The larger peoples, folded: enough to tell a column of them."""
_SEX = re.compile(r"^(?:nam|nữ|nu)$", re.IGNORECASE)


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()


def _is_name(text: str) -> bool:
    text = _ORDINAL.sub("", text)
    words = text.lower().split()
    return 2 <= len(words) <= 6 and not any(map(str.isdigit, text)) and sum(map(is_syllable, words)) >= len(words) - 1


def _is_category(text: str) -> bool:
    return len(text) > 1 and len(read_wording(text).groups) == 1


def looks_like_names(cells: Sequence[Cell]) -> bool:
    """Whether a column holds people's names: several words each, hardly one of them twice, and no categories."""
    texts = [text for text in map(_text, cells) if text]
    names = {text for text in texts if _is_name(text) and not _is_category(text)}
    return len(texts) >= _LEAST_CELLS and len(names) >= _MOSTLY * len(texts)


def guess_column(cells: Sequence[Cell], wanted: Sequence[Column]) -> Column | None:
    """Which of the wanted columns the cells look like (at least seven in ten of three or more cells), else None."""
    texts = [text for text in map(_text, cells) if text]
    if len(texts) < _LEAST_CELLS:
        return None
    tests = {
        Column.IDENTITY: lambda text: bool(_IDENTITY.match(text)),
        Column.PAYEE_ID: lambda text: bool(_IDENTITY.match(text)),
        Column.PAYEE_PHONE: lambda text: bool(_PHONE.match(text)),
        Column.ACCOUNT: lambda text: bool(_ACCOUNT.match(text)),
        Column.ETHNICITY: lambda text: fold(text).replace(" ", "") in _PEOPLES,
        Column.PHONE: lambda text: bool(_PHONE.match(text)),
        Column.BIRTH: lambda text: bool(_DATE.match(re.sub(r"\s", "", text))) or bool(_DATE_IN_WORDS.match(text)),
        Column.VILLAGE: lambda text: village_kind(text) is not None,
        Column.PAYEE_NAME: lambda text: _is_name(text) and not _is_category(text),
        Column.SEX: lambda text: bool(_SEX.match(text)),
        Column.CATEGORY: _is_category,
        Column.CHANNEL: lambda text: len(text) < 25 and read_channel(text) is not None,
        Column.RELATIONSHIP: lambda text: len(text) < 20 and read_relationship(text).kin is not Kin.UNKNOWN,
        Column.FULL_NAME: _is_name,
    }
    for column in wanted:
        test = tests.get(column)
        if test and sum(map(test, texts)) >= _MOSTLY * len(texts):
            return column
    return None
