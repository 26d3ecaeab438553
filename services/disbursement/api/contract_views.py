"""What contracts look like in requests and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from services.disbursement.api.fields import Line, UnitId
from services.disbursement.domain.calendar import SendOn
from services.disbursement.domain.canary import CANARY_PAYMENTS
from services.disbursement.domain.contracts import Contract
from services.disbursement.domain.fees import FeeRate
from services.disbursement.domain.routing import Channel
from services.disbursement.storage import fees
from shared.contracts.base import MAX_RECORDS
from shared.database import Tx

_CONTRACT: JsonDict = {
    "authority_id": "474@2021-07-01",
    "number": "01/2021/HĐ-VTP",
    "lead_provider": "viettelpay",
    "channels": [
        {"channel": "wallet", "provider": "viettelpay", "canary_payments": 20, "send_on": "any_day"},
        {"channel": "cash", "provider": "viettelpay", "canary_payments": 20, "send_on": "pay_days"},
    ],
    "valid_from": "2021-09-01",
}
FEE: JsonDict = {"channel": "wallet", "from_on": "2021-09-01", "basis_points": 50, "flat_dong": None, "back_on_return": True}
_VIEW: JsonDict = {
    **_CONTRACT,
    "contract_id": "0190a1b2-0000-7000-8000-000000000001",
    "valid_to": None,
    "communes": 36,
    "fees": [FEE],
}


class ChannelView(BaseModel):
    """A channel of a contract, and who moves the money through it: `viettelpay`, `vietinbank`, `vnpost`, `commune_cashier`.

    Of a large payroll the first `canary_payments` go alone, and the rest when they have been paid; 0: all go at once.
    `send_on`: `any_day`, `working_days`, or `pay_days` (not before the contract's pay day).
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"channel": "wallet", "provider": "viettelpay"}]})

    channel: Channel
    provider: Line
    canary_payments: int = Field(default=CANARY_PAYMENTS, ge=0, le=MAX_RECORDS)
    send_on: SendOn = "any_day"


class FeeView(BaseModel):
    """What a channel costs from a day on: `basis_points` of each payment's amount, half up to whole đồng, or `flat_dong` for
    each payment; exactly one of them. `back_on_return`: the fee is not owed for a payment whose money came back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [FEE]})

    channel: Channel
    from_on: date
    basis_points: Annotated[int | None, Field(ge=0, le=10_000)] = None
    flat_dong: Annotated[int | None, Field(ge=0, le=1_000_000)] = None
    back_on_return: bool = False

    @model_validator(mode="after")
    def one_of_two(self) -> FeeView:
        """A percentage or a flat sum, not both and not neither."""
        if (self.basis_points is None) == (self.flat_dong is None):
            raise ValueError("basis_points or flat_dong")
        return self


class NewContract(BaseModel):
    """A contract to keep. `lead_provider`: `viettelpay`, `vietinbank`, `commune_cashier`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_CONTRACT]})

    authority_id: UnitId
    number: Line
    lead_provider: Line
    channels: list[ChannelView] = Field(min_length=1, max_length=4)
    valid_from: date
    fees: list[FeeView] = Field(default_factory=list, max_length=20)


class ContractView(BaseModel):
    """A contract. `communes` counts those it serves."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VIEW]})

    contract_id: UUID
    authority_id: str
    number: str
    lead_provider: str
    channels: list[ChannelView]
    valid_from: date
    valid_to: date | None
    communes: int
    fees: list[FeeView]


class ContractPage(BaseModel):
    """Contracts, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_VIEW], "next_cursor": None}]})

    items: list[ContractView]
    next_cursor: str | None


async def with_fees(tx: Tx, contract: Contract) -> ContractView:
    """A contract with the fees agreed on."""
    return view_of(contract, (await fees.rates_of(tx, [contract.contract_id]))[contract.contract_id])


def view_of(contract: Contract, rates: Sequence[FeeRate]) -> ContractView:
    """A contract with these fees."""
    return ContractView(
        contract_id=contract.contract_id,
        authority_id=contract.authority_id,
        number=contract.number,
        lead_provider=contract.lead_provider,
        channels=[ChannelView.model_validate(asdict(channel)) for channel in contract.channels],
        valid_from=contract.valid_from,
        valid_to=contract.valid_to,
        communes=contract.communes,
        fees=[FeeView.model_validate({name: getattr(rate, name) for name in FeeView.model_fields}) for rate in rates],
    )


def rates_of_views(views: Sequence[FeeView]) -> list[FeeRate]:
    """The rates asked for."""
    return [FeeRate(v.channel, v.from_on, v.basis_points, v.flat_dong, v.back_on_return) for v in views]
