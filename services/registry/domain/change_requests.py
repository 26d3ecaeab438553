"""Changes of where money goes: one officer asks, another approves. Two kinds: another payee, another account.

How a kind uses it. `ask_change(tx, caller, cipher, NewChange(kind, beneficiary_id, content, note), kinds)` keeps the request;
`approve_change`, `reject_change` and `withdraw_change` (use_cases/settle_change.py) settle it. What a kind does is a
`ChangeKind(ground, apply)` in use_cases/ask_change.py, given to the routes in main.py as `{"payee": PAYEE_CHANGE, ...}`:

- `ground(tx, beneficiary_id)` says, as JSON, what the change rests on (the payee and account of now). It is digested when
  asked and again when approved; where the two differ, approving is refused with `change-is-stale`.
- `apply(tx, caller, cipher, request)` carries the change out in the approving transaction, at most once, and queues the
  notices (`queue_notices`) to the old and the new payee.

`content` is JSON; it is sealed as a whole, and shown with the fields of domain/masking.py masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from shared.crypto import FieldCipher
from shared.kernel.errors import ErrorCode, Kind, Refusal

UNKNOWN_CHANGE = ErrorCode("unknown-change", Kind.MISSING, "No such change request", "Không có yêu cầu thay đổi này")
CHANGE_SETTLED = ErrorCode(
    "change-settled", Kind.CONFLICT, "The change request was settled before", "Yêu cầu thay đổi đã được xử lý trước đó"
)
CHANGE_WAITS = ErrorCode(
    "change-waits",
    Kind.CONFLICT,
    "Another change of this kind waits for its second officer",
    "Đang có yêu cầu thay đổi cùng loại chờ người thứ hai duyệt",
)
CHANGE_IS_STALE = ErrorCode(
    "change-is-stale",
    Kind.CONFLICT,
    "The record changed since this was asked: reject it and ask anew",
    "Hồ sơ đã thay đổi sau khi lập yêu cầu: hãy từ chối và lập lại",
)
OTHER_CONTENT = ErrorCode(
    "change-digest-differs", Kind.CONFLICT, "The digest is of another content", "Nội dung được duyệt không khớp với yêu cầu"
)
MAKER_IS_CHECKER = ErrorCode(
    "maker-is-checker", Kind.FORBIDDEN, "Who asked for it may not settle it", "Người lập không được phê duyệt"
)
NOT_THE_MAKER = ErrorCode(
    "not-the-maker", Kind.FORBIDDEN, "Only who asked for it may withdraw it", "Chỉ người lập mới được rút yêu cầu"
)
SERVICE_APPROVES = ErrorCode(
    "service-account-approves", Kind.FORBIDDEN, "A service account approves nothing", "Tài khoản hệ thống không được phê duyệt"
)

CONTENT = "change-content"
GROUND = "change-ground"
"""Purposes of the seal and of the keyed digests."""

WAITING, APPROVED, REJECTED, WITHDRAWN = "waiting", "approved", "rejected", "withdrawn"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewChange:
    """What an officer asks for. `kind` is `payee` or `account`."""

    kind: str
    beneficiary_id: UUID
    content: Json
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A request as it is kept, its content opened."""

    request_id: UUID
    kind: str
    beneficiary_id: UUID
    unit_id: str
    content: Json
    content_index: bytes
    ground_index: bytes
    state: str
    asked_at: datetime
    asked_issuer: str
    asked_subject: str
    asked_note: str | None
    settled_at: datetime | None
    settled_issuer: str | None
    settled_subject: str | None
    settled_note: str | None

    @property
    def digest(self) -> str:
        """What the second officer approves, in hexadecimal."""
        return self.content_index.hex()


def ground_index(cipher: FieldCipher, ground: Json) -> bytes:
    """A keyed digest of what a change rests on."""
    return cipher.index(_canonical(ground), GROUND)


def content_index(cipher: FieldCipher, kind: str, beneficiary_id: UUID, content: Json, ground: bytes) -> bytes:
    """A keyed digest of the whole request: equal only for the same kind, person, content and ground."""
    whole = {"kind": kind, "beneficiary_id": str(beneficiary_id), "content": content, "ground": ground.hex()}
    return cipher.index(_canonical(whole), CONTENT)


def check_second_officer(request: ChangeRequest, issuer: str, subject: str, caller_kind: str) -> None:
    """Who may approve or reject: another person than who asked, and no service account.

    Refused: `change-settled`, `service-account-approves`, `maker-is-checker`.
    """
    _check_waiting(request)
    if caller_kind != "person":
        raise Refusal(SERVICE_APPROVES)
    if (issuer, subject) == (request.asked_issuer, request.asked_subject):
        raise Refusal(MAKER_IS_CHECKER)


def check_maker(request: ChangeRequest, issuer: str, subject: str) -> None:
    """Who may withdraw: who asked. Refused: `change-settled`, `not-the-maker`."""
    _check_waiting(request)
    if (issuer, subject) != (request.asked_issuer, request.asked_subject):
        raise Refusal(NOT_THE_MAKER)


def _check_waiting(request: ChangeRequest) -> None:
    if request.state != WAITING:
        raise Refusal(CHANGE_SETTLED, request.state, state=request.state)


def _canonical(value: Json) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str).decode()
