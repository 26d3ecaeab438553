"""What can be counted, and by what: the words of the query for figures."""

from __future__ import annotations

from dataclasses import dataclass

from services.reporting.domain.coverage import PLACES
from services.reporting.domain.suppression import Layout

UNIT_DIMS = ("province", "district", "commune")
"""Levels of units, outermost first."""

SENSITIVE = ("category_group", "sex", "age_band")
"""Dimensions from which a person's category could be read. Sex and age are among them: whoever is 80 and over is most likely
paid as elderly."""

GROUPS = ("carers", "children", "disabled", "elderly", "funerals", "single_parents")
SEXES = ("female", "male")
AGE_BANDS = ("16_to_59", "60_to_79", "80_plus", "under_16")
PAID_BY = ("account", "cash", "none")
CHANNELS = ("account", "cash", "cashier", "wallet")

BOOKED_MONTH = "booked_month"
"""The month in which what came late was booked."""

DIMS: dict[str, tuple[str, str]] = {
    "month": ("Tháng hưởng", "Benefit month"),
    BOOKED_MONTH: ("Tháng ghi sổ", "Month in which it was booked"),
    "province": ("Tỉnh, thành phố", "Province"),
    "district": ("Huyện, thị xã", "District"),
    "commune": ("Xã, phường", "Commune"),
    "provider": ("Đơn vị chi trả", "Provider"),
    "channel": ("Kênh chi trả", "Channel"),
    "place": ("Trạng thái tiền", "Where the money stands"),
    "paid_by": ("Hình thức nhận", "How people were paid"),
    "reason": ("Lý do", "Reason of failure"),
    "category_group": ("Nhóm đối tượng", "Category group"),
    "sex": ("Giới tính", "Sex"),
    "age_band": ("Nhóm tuổi", "Age band"),
}
"""Each dimension with its name in Vietnamese and English, in the order of an answer's columns."""

VALUES: dict[str, tuple[str, ...]] = {
    "place": PLACES,
    "paid_by": PAID_BY,
    "channel": CHANNELS,
    "category_group": GROUPS,
    "sex": SEXES,
    "age_band": AGE_BANDS,
}
"""The values of the dimensions whose values are known."""

_EVERYWHERE = ("month", *UNIT_DIMS)

SOURCES: dict[str, tuple[str, ...]] = {
    "people": (*_EVERYWHERE, BOOKED_MONTH, "paid_by", "provider", "channel", *SENSITIVE),
    "money": (*_EVERYWHERE, BOOKED_MONTH, "place", "provider", "channel", *SENSITIVE),
    "failures": (*_EVERYWHERE, "provider", "channel", "place", "reason"),
    "delays": (*_EVERYWHERE, "provider", "channel"),
    "communes": _EVERYWHERE,
}
"""Where measures are counted, and the dimensions they have there."""

LAYOUTS: dict[str, Layout] = {
    "people": Layout(
        ("paid_by", "provider", "channel", *SENSITIVE),
        {"category_group": GROUPS, "sex": SEXES, "age_band": AGE_BANDS},
        frozenset({"paid_by"}),
    ),
    "money": Layout(
        ("place", "provider", "channel", *SENSITIVE),
        {"category_group": GROUPS, "sex": SEXES, "age_band": AGE_BANDS},
        frozenset({"place"}),
    ),
}
"""How the sources with sensitive dimensions are protected."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is counted. `columns` are the sums it is made of, `fixed` the values it fixes of a dimension."""

    name: str
    source: str
    unit: str  # people, obligations, dong, communes, share, minutes
    vi: str
    en: str
    columns: tuple[str, ...]
    fixed: tuple[tuple[str, str], ...] = ()  # the first column counts these only
    quantile: float | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is the first column divided by the second."""
        return len(self.columns) == 2


_ACCOUNT, _CASH, _NONE = (("paid_by", "account"),), (("paid_by", "cash"),), (("paid_by", "none"),)

MEASURES: dict[str, Measure] = {
    each.name: each
    for each in (
        Measure("people", "people", "people", "Số người hưởng", "People entitled", ("people",)),
        Measure("people_by_account", "people", "people", "Nhận qua tài khoản", "Paid into an account", ("by_account",), _ACCOUNT),
        Measure("people_by_cash", "people", "people", "Nhận tiền mặt", "Paid in cash", ("by_cash",), _CASH),
        Measure("people_not_paid", "people", "people", "Chưa nhận", "Not paid", ("by_none",), _NONE),
        Measure(
            "share_by_account", "people", "share", "Tỷ lệ qua tài khoản", "Share paid into an account",
            ("by_account", "people"), _ACCOUNT,
        ),
        Measure("obligations", "money", "obligations", "Số khoản", "Obligations", ("obligations",)),
        Measure("amount_dong", "money", "dong", "Số tiền (đồng)", "Amount (đồng)", ("amount_dong",)),
        Measure("failures", "failures", "obligations", "Số lần không chi được", "Times that paying failed", ("failures",)),
        Measure("failed_dong", "failures", "dong", "Tiền không chi được (đồng)", "Amount that failed (đồng)", ("failed_dong",)),
        Measure("paid_obligations", "delays", "obligations", "Số khoản đã đo", "Obligations whose time is known", ("timed",)),
        Measure("delay_median_minutes", "delays", "minutes", "Thời gian chi, trung vị (phút)", "Release to paid, median (min)",
                ("timed",), quantile=0.5),
        Measure("delay_p95_minutes", "delays", "minutes", "Thời gian chi, 95% (phút)", "Release to paid, 95th percentile (min)",
                ("timed",), quantile=0.95),
        Measure("communes", "communes", "communes", "Số xã", "Communes", ("communes",)),
        Measure("communes_switched", "communes", "communes", "Số xã đã chuyển đổi", "Communes switched", ("switched",)),
        Measure("share_switched", "communes", "share", "Tỷ lệ xã đã chuyển đổi", "Share of communes switched",
                ("switched", "communes")),
    )
}  # fmt: skip
"""Every measure by name."""
