"""Charts of coverage and money as Plotly figures: made and checked here, drawn by Plotly's own script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go
from plotly.colors import hex_to_rgb, sample_colorscale, unlabel_rgb

from services.reporting.api.words import Words
from services.reporting.domain.coverage import PLACES, Commune, Coverage, parts_of
from services.reporting.domain.dashboard import TARGET_PERCENT, Dashboard
from shared.papers.templates import bare_name

ACCOUNT, CASH, OPEN, MARK = "#0072B2", "#E69F00", "#8A8F98", "#D55E00"
"""Okabe and Ito's colours, told apart by people who see red and green alike; patterns and words tell the same."""
GRID = "rgba(128,128,128,0.35)"
SCALE, HEAD = "Cividis", "#E3E7EE"
FONT_SIZE = 14


def drawn(words: Words, traces: Sequence[Any], height: int, **layout: Any) -> go.Figure:
    """A figure in the page's manner: no ground of its own, numbers as the language writes them, nothing to zoom into."""
    figure = go.Figure(list(traces))
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8, "pad": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        separators=".," if words.language == "en" else ",.",
        font={"size": FONT_SIZE, "family": "system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif"},
        legend={"orientation": "h", "x": 0, "yref": "container", "y": 0, "yanchor": "bottom", "traceorder": "normal"},
        hoverlabel={"align": "left"},
        dragmode=False,
    )
    figure.update_xaxes(fixedrange=True, automargin=True, gridcolor=GRID, zeroline=False)
    figure.update_yaxes(fixedrange=True, automargin=True, gridcolor=GRID, zeroline=False)
    figure.update_layout(**layout)
    return figure


def counted(most: int) -> dict[str, Any]:
    """An axis that counts from nothing: whole numbers only, however few."""
    return {"tickformat": ",d", "rangemode": "tozero", "nticks": 6, **({"dtick": 1} if most < 6 else {})}


def filled(colour: str | list[str], pattern: str | list[str]) -> dict[str, Any]:
    """How a bar is filled: a colour under a pattern, so that it is told from others without its colour."""
    return {"color": colour, "pattern": {"fillmode": "overlay", "shape": pattern, "fgcolor": "#fff", "solidity": 0.3, "size": 7}}


def coverage_figures(shown: Dashboard, words: Words) -> dict[str, go.Figure]:
    """The charts of people, communes and money, by the name of the place where each goes."""
    people, coverage = shown.coverage.people, shown.coverage
    found = {
        "target-communes": _bullet(words, coverage.communes_switched, coverage.communes_total, 100),
        "target-people": _bullet(words, people.by_account, people.entitled, TARGET_PERCENT),
    }
    if shown.months:
        found["trend"] = _trend(shown.months, words)
        found["ways"] = _ways(shown.months, words)
    if people.entitled and coverage.communes_total > 1:
        found["tiles"] = _tiles(coverage, words)
    if coverage.owed.obligations:
        found["money"] = _money(coverage, words)
    return found


def _tenth(part: int, whole: int) -> float:
    """A share in per cent with one decimal, cut off as the page's numbers are."""
    return part * 1000 // whole / 10 if whole else 0.0


def _bullet(words: Words, part: int, whole: int, target_percent: int) -> go.Figure:
    gauge = {
        "shape": "bullet",
        "axis": {"range": [0, 100], "ticksuffix": "%", "tickvals": [0, 20, 40, 60, 80, 100]},
        "bar": {"color": ACCOUNT, "thickness": 0.7},
        "bgcolor": "rgba(128,128,128,0.18)",
        "borderwidth": 0,
        "threshold": {"value": target_percent, "thickness": 1, "line": {"color": MARK, "width": 4}},
    }
    return drawn(words, [go.Indicator(mode="gauge", value=_tenth(part, whole), gauge=gauge)], 74, margin={
        "l": 14, "r": 24, "t": 6, "b": 30})  # fmt: skip


def _trend(months: Sequence[tuple[date, Coverage]], words: Words) -> go.Figure:
    names = [words.month(month) for month, _ in months]
    lines = (
        ("communes_electronic", [_tenth(c.communes_switched, c.communes_total) for _, c in months], CASH, "square", "dash"),
        ("people_by_account", [_tenth(c.people.by_account, c.people.entitled) for _, c in months], ACCOUNT, "circle", "solid"),
    )
    traces = [
        go.Scatter(
            x=names, y=values, name=words(key), mode="lines+markers", cliponaxis=False,
            line={"color": colour, "width": 3, "dash": dash}, marker={"symbol": symbol, "size": 10},
            hovertemplate="%{x}: %{y:.1f}%",
        )
        for key, values, colour, symbol, dash in lines
    ]  # fmt: skip
    figure = drawn(words, traces, 330, yaxis={"range": [0, 104], "ticksuffix": "%"}, xaxis={"type": "category"})
    figure.add_hline(
        y=TARGET_PERCENT,
        line={"color": MARK, "width": 2, "dash": "dot"},
        annotation={"text": words("target_short", percent=TARGET_PERCENT)},
        annotation_position="top left",
    )
    return figure


def _ways(months: Sequence[tuple[date, Coverage]], words: Words) -> go.Figure:
    names = [words.month(month) for month, _ in months]
    parts = (
        ("account", [c.people.by_account for _, c in months], ACCOUNT, ""),
        ("cash", [c.people.by_cash for _, c in months], CASH, "/"),
        ("not_paid", [c.people.not_paid for _, c in months], OPEN, "."),
    )
    traces = [
        go.Bar(
            x=names, y=values, name=words(key), hovertemplate="%{x}: %{y:,}",
            marker=filled(colour, pattern),
        )
        for key, values, colour, pattern in parts
    ]  # fmt: skip
    most = max(c.people.entitled for _, c in months)
    return drawn(words, traces, 330, barmode="stack", bargap=0.35, xaxis={"type": "category"}, yaxis=counted(most))


def _tiles(coverage: Coverage, words: Words) -> go.Figure:
    """Communes in their districts, all of one size, coloured by share; stripes where a commune has not switched yet."""
    tiles = _tiles_of(coverage)
    held = {tile.parent for tile in tiles}
    districts = {c.district_id: c.district_name for c in coverage.communes if c.district_id in held}
    counts = Counter(tile.parent for tile in tiles)
    heads = len(districts)
    grounds = [*[HEAD] * heads, *sample_colorscale(SCALE, [_tenth(tile.part, tile.whole) / 100 for tile in tiles])]
    treemap = go.Treemap(
        ids=[*districts, *(tile.unit_id for tile in tiles)],
        labels=[*districts.values(), *(wrapped(bare_name(tile.name)) for tile in tiles)],
        parents=[*[""] * heads, *(tile.parent for tile in tiles)],
        values=[*(counts[district] for district in districts), *[1] * len(tiles)],
        branchvalues="total",
        customdata=[*([i, name] for i, name in districts.items()), *([tile.unit_id, tile.said(words)] for tile in tiles)],
        text=[*[""] * heads, *(words.percent(tile.part, tile.whole) if tile.whole else "–" for tile in tiles)],
        texttemplate="%{label}<br>%{text}",
        hovertemplate="%{customdata[1]}<extra></extra>",
        textposition="middle center",
        textfont={"size": 13, "color": [readable_on(ground) for ground in grounds]},
        marker={
            "colors": grounds,
            "line": {"width": 1.5, "color": "#fff"},
            "pad": {"t": 22, "l": 1, "r": 1, "b": 1},
            "pattern": {
                "shape": [*[""] * heads, *("" if tile.switched else "/" for tile in tiles)],
                "bgcolor": grounds,
                "fgcolor": "rgba(255,255,255,0.6)",
                "solidity": 0.12,
                "size": 9,
            },
        },
        pathbar={"visible": False},
        tiling={"packing": "squarify", "pad": 1},
        root={"color": "rgba(0,0,0,0)"},
    )
    layout = {"xaxis": {"visible": False}, "yaxis": {"visible": False}, "meta": {"tiles": len(tiles) + 2 * heads}}
    return drawn(words, [treemap, _scale()], 620, margin={"l": 0, "r": 0, "t": 0, "b": 46}, **layout)


def _scale() -> go.Scatter:
    """The scale of the tiles' colours beside nothing: tiles whose colours are looked up by Plotly can't be striped."""
    bar = {
        "orientation": "h", "y": -0.01, "yanchor": "top", "thickness": 12, "len": 0.9, "ticksuffix": "%",
        "tickvals": [0, 20, 40, 60, 80, 100],
    }  # fmt: skip
    marker = {"color": [0], "colorscale": SCALE, "cmin": 0, "cmax": 100, "showscale": True, "colorbar": bar}
    return go.Scatter(x=[None], y=[None], mode="markers", marker=marker, showlegend=False, hoverinfo="skip")


def _tiles_of(coverage: Coverage) -> list[_Tile]:
    if coverage.communes:
        return [_Tile.of(commune) for commune in coverage.communes]
    return [
        _Tile(unit_id, "", name, held.people.by_account, held.people.entitled, held.share_switched == 1.0)
        for unit_id, name, held in parts_of(coverage)
    ]


def readable_on(ground: str) -> str:
    """Black or white, whichever stands out more (relative luminance as in WCAG 2)."""
    parts = unlabel_rgb(ground) if ground.startswith("rgb") else hex_to_rgb(ground)
    red, green, blue = (c / 3294.6 if c <= 10.31 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in parts)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000" if (luminance + 0.05) ** 2 > 0.0525 else "#fff"


class _Tile:
    def __init__(self, unit_id: str, parent: str, name: str, part: int, whole: int, switched: bool) -> None:
        self.unit_id, self.parent, self.name, self.part, self.whole = unit_id, parent, name, part, whole
        self.switched = switched

    @classmethod
    def of(cls, commune: Commune) -> _Tile:
        people = commune.people
        return cls(commune.unit_id, commune.district_id, commune.name, people.by_account, people.entitled, commune.switched)

    def said(self, words: Words) -> str:
        """Name, share and people, for whoever points at the tile."""
        share = words.percent(self.part, self.whole)
        people = words("tile_people", part=words.number(self.part), whole=words.number(self.whole))
        return f"{self.name}<br>{share}<br>{people}<br>{words('switched' if self.switched else 'not_switched')}"


def wrapped(name: str, width: int = 11) -> str:
    """A name in lines of at most so many letters; words are not cut."""
    lines = [""]
    for word in name.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def _money(coverage: Coverage, words: Words) -> go.Figure:
    places = PLACES  # Plotly draws from the bottom up: what has been paid stands on top
    amounts = [coverage.parts[place].amount_dong for place in places]
    colours = {"paid_account": ACCOUNT, "paid_cash": CASH, "in_flight": "#56B4E9"}
    patterns = {"paid_account": "", "paid_cash": "/"}
    trace = go.Bar(
        x=amounts, y=[words.code("place", place) for place in places], orientation="h",
        text=[words.short_dong(amount) for amount in amounts], textposition="outside", cliponaxis=False,
        hovertemplate="%{y}: %{x:,} đồng<extra></extra>",
        marker=filled([colours.get(place, OPEN) for place in places], [patterns.get(place, ".") for place in places]),
    )  # fmt: skip
    return drawn(
        words, [trace], 300, margin={"l": 8, "r": 76, "t": 8, "b": 8},
        xaxis={"showticklabels": False, "showgrid": False, "rangemode": "tozero"},
    )  # fmt: skip


def as_json(figures: Iterable[tuple[str, go.Figure]]) -> str:
    """All figures as one JSON object that may stand inside a page."""
    inside = ",".join(f'"{name}":{figure.to_json()}' for name, figure in figures)
    return "{" + inside.replace("<", "\\u003c").replace("\u2028", "\\u2028") + "}"
