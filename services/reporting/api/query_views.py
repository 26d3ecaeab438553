"""What the query for figures answers as JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from services.reporting.domain.folding import Figures
from services.reporting.files.columns import columns_of, rows_of


class ColumnView(BaseModel):
    """A column of the rows."""

    name: str = Field(examples=["people"])
    vi: str = Field(examples=["Số người hưởng"])
    en: str = Field(examples=["People entitled"])
    unit: str = Field(description="text, people, obligations, dong, communes, share (of 1), minutes, flag.", examples=["people"])


class AskedView(BaseModel):
    """The question, as it was understood."""

    model_config = ConfigDict(populate_by_name=True)

    measure: list[str]
    by: list[str]
    filter: dict[str, list[str]]
    first: str = Field(alias="from", examples=["2021-10-01"])
    last: str = Field(alias="to", examples=["2022-01-01"])
    units: str = Field(description="`then`, or the date whose units they are.")
    view: str = Field(alias="as")


class FiguresView(BaseModel):
    """An answer: rows of values by column name. A figure is null where it is not shown, or where there is nothing to divide."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "asked": {
                        "measure": ["people", "share_by_account"],
                        "by": ["month", "district"],
                        "filter": {},
                        "from": "2021-10-01",
                        "to": "2021-10-01",
                        "units": "then",
                        "as": "now",
                    },
                    "columns": [{"name": "people", "vi": "Số người hưởng", "en": "People entitled", "unit": "people"}],
                    "rows": [
                        {
                            "month": "2021-10-01",
                            "district": "479@2021-07-01",
                            "district_name": "Thị xã Hương Thủy",
                            "people": 4120,
                            "share_by_account": 0.812378,
                            "suppressed": False,
                            "in_parts": False,
                        }
                    ],
                }
            ]
        }
    )

    asked: AskedView
    columns: list[ColumnView]
    rows: list[dict[str, str | bool | int | float | None]]


def figures_view(figures: Figures) -> FiguresView:
    """An answer as it is shown."""
    query = figures.query
    asked = AskedView(
        measure=[measure.name for measure in query.measures],
        by=list(query.by),
        filter={dim: list(values) for dim, values in query.filters.items()},
        first=str(query.first),
        last=str(query.last),
        units=str(figures.units_as_of or "then"),
        view=query.view,
    )
    columns = [ColumnView(name=each.name, vi=each.vi, en=each.en, unit=each.unit) for each in columns_of(figures)]
    return FiguresView(asked=asked, columns=columns, rows=list(rows_of(figures)))
