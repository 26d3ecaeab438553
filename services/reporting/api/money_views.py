"""What the routes of money and of providers' health answer."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict


class ReceivablesView(BaseModel):
    """Money paid wrongly and to be paid back, in đồng."""

    model_config = ConfigDict(from_attributes=True)

    agreed_dong: int = Field(description="By decisions of recovery, and brought along at go-live.")
    repaid_dong: int
    written_off_dong: int
    taken_over_dong: int = Field(description="From authorities that handed over, less what was handed over.")
    open_dong: int


class FeesView(BaseModel):
    """What providers earned by their work, in đồng."""

    model_config = ConfigDict(from_attributes=True)

    accrued_dong: int
    reversed_dong: int
    settled_dong: int
    taken_over_dong: int
    owed_dong: int


class FundingView(BaseModel):
    """The Treasury's money for payments, in đồng."""

    model_config = ConfigDict(from_attributes=True)

    received_dong: int
    refunded_dong: int


class ProviderMoneyView(BaseModel):
    """One provider and channel; empty for what has none."""

    model_config = ConfigDict(from_attributes=True)

    provider: str
    channel: str
    funding: FundingView
    fees: FeesView


_FEES: JsonDict = {
    "accrued_dong": 4_950_000,
    "reversed_dong": 55_000,
    "settled_dong": 0,
    "taken_over_dong": 0,
    "owed_dong": 4_895_000,
}
_FUNDING: JsonDict = {"received_dong": 2_400_000_000, "refunded_dong": 36_000_000}


class MoneyView(BaseModel):
    """Money beside the payments that was posted in some months. Without a first month the open sums are the books' own."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "unit_id": "479@2021-07-01",
                    "from_month": None,
                    "to_month": "2021-10-01",
                    "receivables": {
                        "agreed_dong": 1_080_000,
                        "repaid_dong": 360_000,
                        "written_off_dong": 0,
                        "taken_over_dong": 0,
                        "open_dong": 720_000,
                    },
                    "fees": _FEES,
                    "funding": _FUNDING,
                    "by_provider": [{"provider": "viettelpay", "channel": "wallet", "funding": _FUNDING, "fees": _FEES}],
                }
            ]
        },
    )

    unit_id: str
    from_month: date | None
    to_month: date | None
    receivables: ReceivablesView
    fees: FeesView
    funding: FundingView
    by_provider: list[ProviderMoneyView]


class FailureView(BaseModel):
    """Obligations that failed with a provider, each time."""

    model_config = ConfigDict(from_attributes=True)

    place: str = Field(description="Where the money stood then: returned, unclaimed.")
    reason: str
    obligations: int
    amount_dong: int
    words_vi: str
    words_en: str


class StopView(BaseModel):
    """Sending is stopped."""

    model_config = ConfigDict(from_attributes=True)

    cause: str
    stopped_at: datetime
    words_vi: str
    words_en: str


class ProviderHealthView(BaseModel):
    """One provider."""

    model_config = ConfigDict(from_attributes=True)

    provider: str
    paid: int = Field(description="Obligations paid, each time.")
    failed: int = Field(description="Obligations that failed, each time.")
    median_minutes: int | None = Field(description="From release to paid, rounded up to two digits; null: nothing was paid.")
    p95_minutes: int | None
    failures: list[FailureView]
    stops: list[StopView] = Field(description="In force now.")
    last_news_at: datetime | None = Field(description="When the gateway last said anything of it.")


class HealthView(BaseModel):
    """The providers. Payments are those of the benefit months and the unit asked for; stops and news are of now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "provider": "viettelpay",
                            "paid": 3302,
                            "failed": 31,
                            "median_minutes": 2,
                            "p95_minutes": 19,
                            "failures": [
                                {
                                    "place": "returned",
                                    "reason": "locked",
                                    "obligations": 31,
                                    "amount_dong": 16_740_000,
                                    "words_vi": "tài khoản bị khóa",
                                    "words_en": "the account is locked",
                                }
                            ],
                            "stops": [],
                            "last_news_at": "2021-10-05T09:12:00Z",
                        }
                    ]
                }
            ]
        }
    )

    items: list[ProviderHealthView]
