"""What is shown by default: numbers with only their last three digits to see, in fields and inside sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shared.crypto import mask

NUMBER_FIELDS = frozenset({"national_id", "phone", "account_number", "identity_number", "payee.national_id"})
_RUN = re.compile(r"\+?\d(?:[ .\-]?\d){8,}|\d{8,}")
_RUN_IN_NUMBER_FIELD = re.compile(r"\+?\d(?:[ .\-]?\d){3,}")


def mask_text(text: str | None, field: str = "") -> str | None:
    """A text with each number in it masked: runs of nine digits or more.

    Eight are enough where nothing stands between them (a CMND that lost its zero), four in a field of numbers.
    """
    if text is None:
        return None
    run = _RUN_IN_NUMBER_FIELD if field in NUMBER_FIELDS else _RUN
    return run.sub(lambda found: mask(found.group()), text)


def mask_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of a list row with its identity, phone and account numbers masked, the payee's too."""
    shown: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            shown[name] = mask_record(value)
        elif name in NUMBER_FIELDS and isinstance(value, str):
            shown[name] = mask(value)
        else:
            shown[name] = mask_text(value) if isinstance(value, str) and name != "birth_date" else value
    return shown
