"""The open data: which columns there are, what each means, and which months are settled."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.reporting.domain.coverage import PLACES, TARGET_ACCOUNT_SHARE, TARGET_COMMUNES_SHARE, Commune, Part, cover
from services.reporting.domain.folding import share

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class OpenColumn:
    """A column of the file. `type` and `format` are Frictionless Table Schema's."""

    name: str
    type: str
    unit: str
    vi: str
    en: str
    format: str = "default"


_PLACES = {
    "not_released": ("chưa chuyển cho đơn vị chi trả", "not released to a provider yet"),
    "in_flight": ("đang chi", "with a provider, not yet paid"),
    "returned": ("bị trả lại", "returned"),
    "unclaimed": ("chưa đến nhận", "unclaimed"),
    "cancelled": ("đã hủy", "cancelled"),
    "paid_cash": ("đã chi tiền mặt", "paid in cash"),
    "paid_account": ("đã chi vào tài khoản", "paid into accounts"),
}

COLUMNS: tuple[OpenColumn, ...] = (
    OpenColumn("month", "date", "", "Tháng hưởng (ngày đầu tháng)", "Benefit month (its first day)", "%Y-%m-%d"),
    OpenColumn("settled", "boolean", "", "Tháng đã khóa sổ; số liệu chỉ thay đổi do phát sinh muộn",
               "The month's books are closed; only what comes late changes it"),
    OpenColumn("district_id", "string", "", "Mã huyện và ngày có hiệu lực", "District code and its first day"),
    OpenColumn("district", "string", "", "Huyện, thị xã, thành phố", "District"),
    OpenColumn("commune_id", "string", "", "Mã xã và ngày có hiệu lực; mã có thể được dùng lại",
               "Commune code and its first day, since codes are used again"),
    OpenColumn("commune", "string", "", "Xã, phường, thị trấn", "Commune"),
    OpenColumn("people", "integer", "người", "Số người được hưởng trong tháng", "Distinct people entitled in the month"),
    OpenColumn("by_account", "integer", "người", "Số người nhận qua tài khoản hoặc ví điện tử",
               "Of these, people with something paid into an account or wallet"),
    OpenColumn("by_cash", "integer", "người", "Số người chỉ nhận tiền mặt", "Of these, people paid in cash only"),
    OpenColumn("not_paid", "integer", "người", "Số người chưa nhận", "Of these, people not paid yet"),
    OpenColumn("share_by_account", "number", "tỷ lệ (0 đến 1)", "Tỷ lệ nhận qua tài khoản, làm tròn xuống",
               "by_account of people, rounded down"),
    OpenColumn("switched", "boolean", "", "Xã không còn chi qua cán bộ xã và có ít nhất một khoản vào tài khoản",
               "Nothing went through the commune cashier and at least one account was credited"),
    *(OpenColumn(f"{place}_dong", "integer", "đồng", f"Số tiền {_PLACES[place][0]}", f"Amount {_PLACES[place][1]}")
      for place in PLACES),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Published:
    """What is public at a moment: communes by month, oldest first, and which of them have closed books."""

    months: Mapping[date, Sequence[Commune]]
    settled: Collection[tuple[date | None, str]]  # month and commune


@dataclass(frozen=True, slots=True)
class Target:
    """One of the plan's two targets, in a month."""

    name: str
    wanted: float
    part: int
    whole: int

    @property
    def share(self) -> float | None:
        """How much is reached, rounded down."""
        return share(self.part, self.whole)

    @property
    def is_reached(self) -> bool:
        """Whether the target is."""
        return self.share is not None and self.share >= self.wanted


def targets(communes: Sequence[Commune]) -> tuple[Target, Target]:
    """The two targets of the plan: communes on electronic payment, people paid into an account."""
    coverage = cover(communes)
    return (
        Target("communes_switched", TARGET_COMMUNES_SHARE, coverage.communes_switched, coverage.communes_total),
        Target("people_by_account", TARGET_ACCOUNT_SHARE, coverage.people.by_account, coverage.people.entitled),
    )


def open_rows(published: Published) -> Iterator[list[Value]]:
    """The rows of the file, in the order of COLUMNS: a commune and month of which there is something."""
    for month, communes in published.months.items():
        for commune in communes:
            owed = {place: commune.parts.get(place, Part()).amount_dong for place in PLACES}
            people = commune.people
            if people.entitled or any(owed.values()):
                yield [
                    str(month), (month, commune.unit_id) in published.settled, commune.district_id, commune.district_name,
                    commune.unit_id, commune.name, people.entitled, people.by_account, people.by_cash, people.not_paid,
                    share(people.by_account, people.entitled), commune.switched, *owed.values(),
                ]  # fmt: skip


def dictionary(path: str) -> dict[str, object]:
    """The file's dictionary, as a Frictionless Data Package that names the file by `path`."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "chitra-coverage",
        "title": "Chi trả trợ giúp xã hội không dùng tiền mặt theo xã và tháng",
        "description": "Coverage of electronic payment of social assistance, by commune and benefit month, as it stands now.",
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
        "suppression": {
            "vi": "Không có chiều nào cho biết nhóm đối tượng, giới tính hay tuổi, nên không ẩn số liệu nào.",
            "en": "No column tells a category, sex or age, so nothing is left out. Figures that do are not public: the query for "
            "figures hides groups of 1 to 4 people, and whatever such a group could be worked out from.",
        },
        "resources": [
            {
                "name": "coverage",
                "path": path,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "header": True},
                "schema": {
                    "fields": [
                        {
                            "name": each.name, "type": each.type, "format": each.format, "unit": each.unit, "title": each.vi,
                            "description": each.en, "description_vi": each.vi,
                        }
                        for each in COLUMNS
                    ],
                    "primaryKey": ["month", "commune_id"],
                    "missingValues": [""],
                },
            }
        ],
    }  # fmt: skip
