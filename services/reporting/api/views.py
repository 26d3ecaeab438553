"""What the routes answer: plain numbers, no person."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from services.reporting.domain.coverage import Commune, Coverage, Part, People, by_district

_SHARE_DIGITS = 6


class PeopleView(BaseModel):
    """Distinct people. The last three add up to `entitled`."""

    entitled: int = Field(examples=[48210])
    by_account: int = Field(description="With something credited to an account or wallet.", examples=[39004])
    by_cash: int = Field(description="With nothing credited and something handed out in cash.", examples=[8123])
    not_paid: int = Field(examples=[1083])

    @classmethod
    def of(cls, people: People) -> PeopleView:
        """The view of people."""
        return cls(entitled=people.entitled, by_account=people.by_account, by_cash=people.by_cash, not_paid=people.not_paid)


class PartView(BaseModel):
    """Some of the obligations of a month."""

    obligations: int = Field(examples=[39871])
    amount_dong: int = Field(description="đồng", examples=[18_120_600_000])

    @classmethod
    def of(cls, part: Part) -> PartView:
        """The view of a part."""
        return cls(obligations=part.obligations, amount_dong=part.amount_dong)


class PartsView(BaseModel):
    """The seven parts of what a month owes."""

    not_released: PartView
    in_flight: PartView
    returned: PartView
    unclaimed: PartView
    cancelled: PartView
    paid_cash: PartView
    paid_account: PartView

    @classmethod
    def of(cls, parts: dict[str, Part]) -> PartsView:
        """The view of parts by place."""
        return cls(**{place: PartView.of(part) for place, part in parts.items()})


class DistrictView(BaseModel):
    """A district in a month."""

    unit_id: str = Field(examples=["479@2021-07-01"])
    name: str = Field(examples=["Thị xã Hương Thủy"])
    communes_switched: int
    communes_total: int
    share_by_account: float
    people: PeopleView
    owed: PartView


class WayView(BaseModel):
    """What is in flight or paid by one provider and channel; both empty for what lies in the other places."""

    provider: str = Field(examples=["viettelpay"])
    channel: str = Field(examples=["wallet"])
    parts: PartsView


class MonthView(BaseModel):
    """The coverage of a benefit month."""

    month: date = Field(examples=["2021-10-01"])
    communes_switched: int = Field(
        description="Communes of which nothing went through the commune cashier and at least one account was credited.",
        examples=[52],
    )
    communes_total: int = Field(examples=[141])
    share_by_account: float = Field(description="People by account, of people entitled; 0 to 1.", examples=[0.809])
    people: PeopleView
    owed: PartView
    parts: PartsView


class CoverageView(MonthView):
    """The coverage of a benefit month, of all that the token shows or of one unit."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "month": "2021-10-01",
                    "unit_id": None,
                    "communes_switched": 52,
                    "communes_total": 141,
                    "share_by_account": 0.31,
                    "people": {"entitled": 100, "by_account": 31, "by_cash": 66, "not_paid": 3},
                    "owed": {"obligations": 104, "amount_dong": 48_600_000},
                    "parts": {
                        place: {"obligations": n, "amount_dong": n * 540_000}
                        for place, n in {
                            "not_released": 0,
                            "in_flight": 1,
                            "returned": 1,
                            "unclaimed": 1,
                            "cancelled": 0,
                            "paid_cash": 68,
                            "paid_account": 33,
                        }.items()
                    },
                    "by_district": [],
                    "by_way": [],
                }
            ]
        }
    )

    unit_id: str | None = Field(description="The unit asked for.")
    by_district: list[DistrictView]
    by_way: list[WayView]


class CommuneView(BaseModel):
    """A commune in a month."""

    unit_id: str = Field(examples=["19960@2021-07-01"])
    code: str = Field(examples=["19960"])
    name: str = Field(examples=["Phường Phú Bài"])
    district_id: str = Field(examples=["479@2021-07-01"])
    district: str = Field(examples=["Thị xã Hương Thủy"])
    switched: bool
    people: PeopleView
    share_by_account: float = Field(examples=[0.87])


class CommunePage(BaseModel):
    """Communes in the order of their ids. Ask again with `cursor` = `next_cursor` until it is null."""

    month: date
    items: list[CommuneView]
    next_cursor: str | None


class MonthPage(BaseModel):
    """Every benefit month of which something is owed, oldest first."""

    items: list[MonthView]


def month_view(month: date, coverage: Coverage) -> MonthView:
    """A month's coverage as it is answered."""
    return MonthView(
        month=month,
        communes_switched=coverage.communes_switched,
        communes_total=coverage.communes_total,
        share_by_account=round(coverage.people.share_by_account, _SHARE_DIGITS),
        people=PeopleView.of(coverage.people),
        owed=PartView.of(coverage.owed),
        parts=PartsView.of(coverage.parts),
    )


def coverage_view(month: date, unit_id: str | None, coverage: Coverage) -> CoverageView:
    """A month's coverage with its districts, providers and channels."""
    return CoverageView(
        **month_view(month, coverage).model_dump(),
        unit_id=unit_id,
        by_district=[
            DistrictView(
                unit_id=district_id,
                name=name,
                communes_switched=part.communes_switched,
                communes_total=part.communes_total,
                share_by_account=round(part.people.share_by_account, _SHARE_DIGITS),
                people=PeopleView.of(part.people),
                owed=PartView.of(part.owed),
            )
            for district_id, name, part in by_district(coverage.communes)
        ],
        by_way=[WayView(provider=way.provider, channel=way.channel, parts=PartsView.of(way.parts)) for way in coverage.ways],
    )


def commune_view(commune: Commune) -> CommuneView:
    """A commune as it is answered."""
    return CommuneView(
        unit_id=commune.unit_id,
        code=commune.code,
        name=commune.name,
        district_id=commune.district_id,
        district=commune.district_name,
        switched=commune.switched,
        people=PeopleView.of(commune.people),
        share_by_account=round(commune.people.share_by_account, _SHARE_DIGITS),
    )
