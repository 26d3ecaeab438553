"""Identifiers: UUIDv7, so that keys made later sort later and new rows land on the last page of an index."""

from __future__ import annotations

import hashlib
from uuid import UUID

import uuid_utils.compat

REFERENCE_LENGTH = 26

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
_SHIFTS = range(120, -1, -10)
"""Base32 two letters at a time: the standard library's takes three times as long, for each payment of a month."""


def new_id() -> UUID:
    """A fresh UUIDv7 (its time part is wall time, never the business clock)."""
    return uuid_utils.compat.uuid7()


def payment_reference(payment_id: UUID, attempt_no: int) -> str:
    """The reference an attempt carries to its provider: the same for every resend of the same attempt.

    26 characters of A-Z2-7 (base32 of the first 130 bits of a SHA-256): the longest that fits every provider.
    """
    digest = hashlib.sha256(f"{payment_id}/{attempt_no}".encode()).digest()
    bits = int.from_bytes(digest[:17], "big") >> 6  # 130 of 136
    return "".join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])
