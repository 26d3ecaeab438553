"""Refusals: what the system says no to, with a stable code and a title in Vietnamese and English.

A refusal is part of the domain. It knows nothing of HTTP: `shared.problems` maps its kind to a status.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of no it is."""

    INVALID = "invalid"
    MISSING = "missing"
    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    UNAUTHENTICATED = "unauthenticated"
    NOT_READY = "not_ready"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One reason for refusing. `code` is kebab-case, never reused, never renamed: other systems match on it."""

    code: str
    kind: Kind
    title_en: str
    title_vi: str


class Refusal(Exception):
    """Raised where a rule says no. Nothing has changed: the edge that owns the transaction rolls it back."""

    def __init__(self, code: ErrorCode, detail: str = "", **params: object) -> None:
        super().__init__(f"{code.code}: {detail or code.title_en}")
        self.code = code
        self.detail = detail
        self.params = params


class NotYet(Exception):
    """An event came before what it builds on. It is parked and applied later by itself; `awaiting` says for what."""

    def __init__(self, awaiting: str) -> None:
        super().__init__(awaiting)
        self.awaiting = awaiting
