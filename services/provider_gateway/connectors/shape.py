"""Reading what providers answer: nothing is taken for granted, and no value gets into an error."""

from __future__ import annotations

from typing import Any

import orjson


class WrongShape(Exception):
    """An answer that is not what the provider's documents say. Names the field, never the value."""


def as_object(raw: bytes | str) -> dict[str, Any]:
    """A JSON object."""
    try:
        value = orjson.loads(raw)
    except ValueError:
        raise WrongShape("json") from None
    if not isinstance(value, dict):
        raise WrongShape("object")
    return value


def text(fields: dict[str, Any], name: str) -> str:
    """A text that must be there."""
    value = fields.get(name)
    if not isinstance(value, str):
        raise WrongShape(name)
    return value


def optional_text(fields: dict[str, Any], name: str) -> str | None:
    """A text, or None where it is null or absent."""
    return None if fields.get(name) is None else text(fields, name)


def optional_amount(fields: dict[str, Any], name: str) -> int | None:
    """Whole đồng, or None where it is null or absent."""
    value = fields.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise WrongShape(name)
    return value


def must_amount(fields: dict[str, Any], name: str) -> int:
    """Whole đồng that must be there."""
    value = optional_amount(fields, name)
    if value is None:
        raise WrongShape(name)
    return value


def flag(fields: dict[str, Any], name: str) -> bool:
    """A yes or no that must be there."""
    value = fields.get(name)
    if not isinstance(value, bool):
        raise WrongShape(name)
    return value


def rows(fields: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects."""
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise WrongShape(name)
    return value


def texts(fields: dict[str, Any], name: str) -> list[str]:
    """A list of texts."""
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise WrongShape(name)
    return value


def word(fields: dict[str, Any], name: str) -> str | None:
    """A reason: one plain word, such as `name_mismatch`; None where there is none, "refused" where it is anything else."""
    value = fields.get(name)
    if value is None:
        return None
    plain = isinstance(value, str) and len(value) <= 40 and value.replace("_", "").isalnum() and value.isascii()
    return value if plain else "refused"
