"""A bank's statement of a day: its head, which shows whether one is missing or an entry is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class StatementSaid:
    """A bank's statement of one day, or a page of one: its head, and what its entries come to."""

    is_ours: bool  # of the account that we pay from: a bank may lay down those of others too
    account: str  # as much as tells it from others: its last four characters
    sequence_no: int | None  # None: the bank numbers its statements not, so that none is missed
    page_no: int
    is_last_page: bool
    day: date
    opening_dong: int | None
    closing_dong: int | None
    entries: int
    moved_dong: int  # credits less debits of all entries, whosever
    unclear: int  # entries under a reference like ours that nobody can read as paid or returned
