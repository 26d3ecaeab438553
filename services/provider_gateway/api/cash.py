"""Cash of one payment: who collected it, and where asking it back stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from services.provider_gateway.api.pages import make_cursor, read_uuid_cursor
from services.provider_gateway.domain.attempt import Collected
from services.provider_gateway.domain.cash import is_payee
from services.provider_gateway.domain.chunk import ChunkKey
from services.provider_gateway.storage import accounts, chunks, collections, withdrawals
from shared.auth import Caller, require
from shared.crypto import IDENTITY, FieldCipher
from shared.database import Database, Tx
from shared.kernel.errors import Refusal

_COLLECTION: JsonDict = {
    "attempt_no": 1,
    "collector_name": "Nguyễn Văn Bình",
    "relationship": "authorised",
    "identity_shown": "••••••••0123",
    "receipt": "signature",
    "place": "counter",
    "collected_on": "2021-10-05",
    "told_at": "2021-10-05T09:00:00Z",
    "is_payee": True,
}
_WITHDRAWAL: JsonDict = {
    "attempt_no": 1,
    "withdrawal_reference": "W-0190e7a4-0000-7000-8000-000000000009",
    "state": "requested",
    "reason": None,
    "wanted_at": "2021-10-05T02:00:00Z",
    "asked_at": "2021-10-05T02:00:01Z",
    "ended_at": None,
}


_LINE: JsonDict = {
    **{
        name: _COLLECTION[name] for name in ("attempt_no", "collector_name", "relationship", "identity_shown", "receipt", "place")
    },
    "payment_id": "0190e7a4-0000-7000-8000-000000000001",
    "reference": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "unit_id": "19870@2021-07-01",
    "amount_dong": 360000,
    "state": "paid",
    "reason": None,
    "collected_on": "2021-10-05",
}


class CollectionView(BaseModel):
    """Who collected, as the office's signed list says. Of the identity shown only the last four digits were ever kept.
    `is_payee`: whether name and identity are those of the payee that was instructed; null where that can't be told."""

    model_config = ConfigDict(json_schema_extra={"example": _COLLECTION})

    attempt_no: int
    collector_name: str
    relationship: str | None
    identity_shown: str | None
    receipt: Literal["signature", "fingerprint"] | None
    place: Literal["counter", "home"] | None
    collected_on: date | None
    told_at: datetime
    is_payee: bool | None


class WithdrawalView(BaseModel):
    """An order asked back. `waiting`, `asked`, `requested`: the payment is in flight. `withdrawn`: the provider's signed answer
    confirmed it. `too_late`: it was collected, or ended in another way, before."""

    model_config = ConfigDict(json_schema_extra={"example": _WITHDRAWAL})

    attempt_no: int
    withdrawal_reference: str | None
    state: Literal["waiting", "asked", "requested", "withdrawn", "too_late"]
    reason: str | None
    wanted_at: datetime
    asked_at: datetime | None
    ended_at: datetime | None


class CashView(BaseModel):
    """What is known of a payment's cash. Nothing known: empty."""

    model_config = ConfigDict(json_schema_extra={"example": {"collections": [_COLLECTION], "withdrawal": None}})

    collections: list[CollectionView]
    withdrawal: WithdrawalView | None


class ReceiptLine(BaseModel):
    """A line of the list that receivers sign, or give their fingerprint on. Not collected: `state` says why, and nobody is
    named."""

    model_config = ConfigDict(json_schema_extra={"example": _LINE})

    payment_id: UUID
    attempt_no: int
    reference: str
    unit_id: str
    amount_dong: int
    state: str
    reason: str | None
    collector_name: str | None
    relationship: str | None
    identity_shown: str | None
    receipt: Literal["signature", "fingerprint"] | None
    place: Literal["counter", "home"] | None
    collected_on: date | None


class ReceiptPage(BaseModel):
    """The list of a payroll; ask again with `cursor` = `next_cursor` until it is null."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_LINE], "next_cursor": None}})

    items: list[ReceiptLine]
    next_cursor: str | None


def router(database: Database, cipher: FieldCipher) -> APIRouter:
    """The routes of cash."""
    routes = APIRouter(prefix="/v1", tags=["attempts"])

    @routes.get("/payrolls/{payroll_id}/receipts", summary="The receivers' list of a cash payroll")
    async def list_receipts(
        payroll_id: UUID,
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> ReceiptPage:
        """Each cash payment of a payroll: who collected it and how they confirmed it, or that nobody did. Refused:
        `wrong-cursor`."""
        after = read_uuid_cursor(cursor) or UUID(int=0)
        async with database.transaction(caller.row_scope) as tx:
            rows = await collections.of_payroll(tx, payroll_id, after, limit)
        items = [ReceiptLine(identity_shown=_masked(row.pop("identity_last4")), **row) for row in rows]
        next_cursor = make_cursor(items[-1].payment_id) if len(items) == limit else None
        return ReceiptPage(items=items, next_cursor=next_cursor)

    @routes.get("/attempts/{payment_id}/cash", summary="Who collected a payment's cash")
    async def read_cash(payment_id: UUID, caller: Annotated[Caller, Depends(require("gateway:read"))]) -> CashView:
        """Who collected, on which identity shown, and where a withdrawal stands, as far as the token may see."""
        async with database.transaction(caller.row_scope) as tx:
            found = await collections.of_payment(tx, payment_id)
            withdrawal = await withdrawals.of_payment(tx, payment_id)
        async with database.transaction() as tx:
            views = [await _view(tx, payment_id, row, cipher) for row in found]
        return CashView(collections=views, withdrawal=WithdrawalView(**withdrawal) if withdrawal else None)

    return routes


def _masked(last4: str | None) -> str | None:
    return f"••••••••{last4}" if last4 else None


async def _view(tx: Tx, payment_id: UUID, row: dict[str, Any], cipher: FieldCipher) -> CollectionView:
    lines = await chunks.read_lines(tx, ChunkKey(row["payroll_id"], row["chunk_no"]))
    line = next(line for line in lines if line.payment_id == payment_id)
    sealed = (await accounts.payee_identities(tx, [(line.payee_id, line.payee_version)])).get((line.payee_id, line.payee_version))
    try:
        identity = cipher.open(sealed, IDENTITY) if sealed else None
    except Refusal:  # sealed with a key that is gone: then only names can be compared
        identity = None
    last4 = row["identity_last4"]
    collected = Collected(row["collector_name"], identity_last4=last4)
    return CollectionView(
        **{name: row[name] for name in CollectionView.model_fields if name in row},
        identity_shown=_masked(last4),
        is_payee=is_payee(collected, line.payee_name, identity),
    )
