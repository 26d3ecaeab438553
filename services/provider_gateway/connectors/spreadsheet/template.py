"""Templates of pay lists: which columns a provider gets, how they are headed, and which words it answers with.

A template is a TOML file. What is wrong in one is said with the key and what was expected, before anything is sent.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from services.provider_gateway.connectors.texts import plain_letters

OUT_FIELDS = frozenset(
    ("number", "reference", "payee_name", "identity_number", "account_number", "commune_code", "amount_dong", "delivery", "note")
)
BACK_FIELDS = frozenset(
    ("result", "paid_dong", "collector_name", "relationship", "identity_shown", "receipt", "result_on", "reason")
)
NEEDED = ("reference", "payee_name", "amount_dong", "result")
RESULTS = ("paid", "not_collected", "refused", "returned", "withdrawn")
PLACEHOLDERS = frozenset(("provider", "month", "pay_on", "list", "orders", "total"))
SHEET_NAME_LIMIT = 31
_KEYS = frozenset(("sheet", "title", "month_label", "notes", "columns", "words", "relationships", "reasons"))


class WrongTemplate(ValueError):
    """A template that can't be used; the message says what is wrong where."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what stands in it, its heading, and its width in characters. `back`: the provider fills it."""

    field: str
    header: str
    width: float

    @property
    def back(self) -> bool:
        """Whether the provider fills it."""
        return self.field in BACK_FIELDS


@dataclass(frozen=True, slots=True)
class Template:
    """A template, checked."""

    sheet: str
    title: Sequence[str]
    month_label: str
    notes: Sequence[str]
    columns: Sequence[Column]
    words: Mapping[str, Sequence[str]]  # result -> the words that say it, the first is offered
    places: Mapping[str, str]  # home, counter
    receipts: Mapping[str, Sequence[str]]
    relationships: Mapping[str, Sequence[str]]
    reasons: Mapping[str, Sequence[str]]


def folded(text: str) -> str:
    """A heading or word as it is compared: no diacritics, capitals, signs or extra spaces."""
    return " ".join("".join(c if c.isalnum() else " " for c in plain_letters(text).casefold()).split())


@lru_cache(maxsize=1)
def default_template() -> Template:
    """ChiTra's own."""
    return read_template(files(__package__).joinpath("default_template.toml").read_text(encoding="utf-8"), "default template")


def load_template(path: Path) -> Template:
    """A province's own. Raises WrongTemplate, also where there is no such file."""
    try:
        return read_template(path.read_text(encoding="utf-8"), path.name)
    except OSError as error:
        raise WrongTemplate(f"{path.name}: {type(error).__name__}") from None


def read_template(text: str, name: str) -> Template:
    """A template from its TOML. Raises WrongTemplate."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongTemplate(f"{name}: not TOML: {error}") from None
    try:
        return _template(data)
    except WrongTemplate as error:
        raise WrongTemplate(f"{name}: {error}") from None


def _template(data: dict[str, Any]) -> Template:
    unknown = sorted(data.keys() - _KEYS)
    if unknown:
        raise WrongTemplate(f"unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    words = _table(data, "words")
    sheet = _text(data, "sheet")
    if len(sheet) > SHEET_NAME_LIMIT or set(sheet) & set("[]:*?/\\"):
        raise WrongTemplate(f"sheet: at most {SHEET_NAME_LIMIT} characters, none of []:*?/\\")
    template = Template(
        sheet=sheet,
        title=_title(data),
        month_label=_text(data, "month_label"),
        notes=_texts(data, "notes"),
        columns=_columns(data),
        words={result: _texts(words, result, "words.") for result in RESULTS},
        places={place: _text(words, place, "words.") for place in ("home", "counter")},
        receipts={kind: _texts(words, kind, "words.") for kind in ("signature", "fingerprint")},
        relationships={word: _texts(_table(data, "relationships"), word, "relationships.") for word in data["relationships"]},
        reasons={word: _texts(_table(data, "reasons"), word, "reasons.") for word in data.get("reasons", {})},
    )
    _check_words(template)
    return template


def _title(data: dict[str, Any]) -> list[str]:
    lines = _texts(data, "title")
    for line in lines:
        try:
            used = {name for _, name, _, _ in string.Formatter().parse(line) if name is not None}
        except ValueError as error:
            raise WrongTemplate(f"title: {line!r}: {error}") from None
        if used - PLACEHOLDERS:
            raise WrongTemplate(f"title: unknown {{{sorted(used - PLACEHOLDERS)[0]}}}; known are {sorted(PLACEHOLDERS)}")
    label = folded(_text(data, "month_label"))
    if not any("{month}" in line and label in folded(line.partition("{month}")[0]) for line in lines):
        raise WrongTemplate("title: one line says {month} after the text of month_label, so that another month's list is known")
    if not any("{list}" in line for line in lines):
        raise WrongTemplate("title: one line says {list}, by which a list sent again is known")
    return lines


def _columns(data: dict[str, Any]) -> list[Column]:
    rows = data.get("columns")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise WrongTemplate("columns: a list of tables [[columns]]")
    columns = []
    for at, row in enumerate(rows, start=1):
        where = f"column {at}: "
        field = _text(row, "field", where)
        if field not in OUT_FIELDS | BACK_FIELDS:
            raise WrongTemplate(f"{where}unknown field {field!r}; known are {', '.join(sorted(OUT_FIELDS | BACK_FIELDS))}")
        width = row.get("width", 14)
        if isinstance(width, bool) or not isinstance(width, (int, float)) or not 1 <= width <= 100:
            raise WrongTemplate(f"{where}width is 1 to 100 characters")
        columns.append(Column(field, _text(row, "header", where), float(width)))
    for name in ("field", "header"):
        seen = [folded(getattr(column, name)) for column in columns]
        twice = [text for text in seen if seen.count(text) > 1]
        if twice:
            raise WrongTemplate(f"columns: {name} {twice[0]!r} stands twice")
    missing = [field for field in NEEDED if field not in {column.field for column in columns}]
    if missing:
        raise WrongTemplate(f"columns: {missing[0]} is missing")
    return columns


def _check_words(template: Template) -> None:
    for group in (template.words, template.receipts, template.relationships, template.reasons):
        meaning: dict[str, str] = {}
        for word, texts in group.items():
            for text in texts:
                if not folded(text):
                    raise WrongTemplate(f"words: {text!r} says nothing")
                if meaning.setdefault(folded(text), word) != word:
                    raise WrongTemplate(f"words: {text!r} means both {meaning[folded(text)]} and {word}")
    for word in (*template.relationships, *template.reasons):
        if not (word.isascii() and word.replace("_", "").isalpha() and len(word) <= 40):
            raise WrongTemplate(f"{word!r} is no word of plain letters")


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    if not isinstance(value, dict):
        raise WrongTemplate(f"{key}: a table [{key}] is missing")
    return value


def _text(data: Mapping[str, Any], key: str, where: str = "") -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise WrongTemplate(f"{where}{key}: a text is missing")
    return value.strip()


def _texts(data: Mapping[str, Any], key: str, where: str = "") -> list[str]:
    value = data.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(each, str) and each.strip() for each in value):
        raise WrongTemplate(f"{where}{key}: a list of texts is missing")
    return [each.strip() for each in value]
