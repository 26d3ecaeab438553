"""The transfer text that a payee reads: no diacritics, no category, at most 100 characters of a-zA-Z0-9 and .,-_&."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

MAX_NOTE_LENGTH = 100
_MOST_MONTHS = 8


def transfer_note(months: Iterable[date], beneficiary_code: str) -> str:
    """`TCXH 01.2022 02.2022 HUE-0000123`; of more than eight months only the first and the last, `TCXH 01.2022-12.2022 ...`."""
    named = [f"{month:%m.%Y}" for month in sorted(set(months))]
    said = " ".join(named) if len(named) <= _MOST_MONTHS else f"{named[0]}-{named[-1]}"
    code = "".join(c for c in beneficiary_code if c.isascii() and (c.isalnum() or c in ".,-_&"))
    return f"TCXH {said} {code}"[:MAX_NOTE_LENGTH]
