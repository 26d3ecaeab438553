"""What the registry found that somebody should decide: each kind a stable code with a sentence in both languages.

A proposal changes nothing. The act that carries it out (a decision, another payee) settles it as accepted; an officer may
decline it; it is withdrawn where its ground falls away. The same occasion is never proposed twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from shared.kernel.errors import ErrorCode, Kind

UNKNOWN_PROPOSAL = ErrorCode("unknown-proposal", Kind.MISSING, "No such proposal", "Không có đề xuất này")
PROPOSAL_SETTLED = ErrorCode("proposal-settled", Kind.CONFLICT, "The proposal was settled before", "Đề xuất đã được xử lý")

ACCEPTED, DECLINED, WITHDRAWN = "accepted", "declined", "withdrawn"


@dataclass(frozen=True, slots=True)
class ProposalKind:
    """One kind of proposal, with what an officer reads."""

    code: str
    message_vi: str
    message_en: str


PROPOSAL_KINDS: dict[str, ProposalKind] = {}


def proposal_kind(code: str, message_vi: str, message_en: str) -> str:
    """Make a kind known; its code. Called once for each, where the rule that proposes it lives."""
    PROPOSAL_KINDS[code] = ProposalKind(code, message_vi, message_en)
    return code


@dataclass(frozen=True, slots=True)
class NewProposal:
    """Something to decide. `occasion` tells it from others of its kind about the same thing: `age_80`, `2022-03-01`.

    `due_on` is the day on which it happens, `from_month` the month from which the change would count; `details` holds what
    is proposed in JSON's own types, and no identity, phone or account number.
    """

    beneficiary_id: UUID
    kind: str
    occasion: str
    due_on: date
    about: UUID | None = None
    from_month: date | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
