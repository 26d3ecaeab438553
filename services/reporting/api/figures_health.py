"""Charts of what holds people back, of providers and of enrolment, as Plotly figures."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from services.reporting.api.figures import ACCOUNT, CASH, MARK, OPEN, counted, coverage_figures, drawn, filled, wrapped
from services.reporting.api.words import Words
from services.reporting.domain.causes import CauseCount
from services.reporting.domain.dashboard import Dashboard
from services.reporting.domain.enrolment import Enrolment
from services.reporting.domain.health import ProviderHealth
from services.reporting.domain.pace import Laggard

MOST_BARS = 12
"""Bars in the chart of laggards; the table has more."""
_PATTERNS = ("", "/", ".", "x", "\\", "-", "+")
_COLOURS = (MARK, CASH, "#CC79A7", "#009E73", "#56B4E9", OPEN, ACCOUNT)


def dashboard_figures(shown: Dashboard, words: Words) -> dict[str, go.Figure]:
    """All charts of a dashboard, by the name of the place where each goes."""
    found = coverage_figures(shown, words)
    if shown.laggards:
        found["laggards"] = _laggards(shown.laggards, words)
    if shown.causes is not None and shown.causes.causes:
        found["causes"] = _causes(shown.causes.causes, words)
    if any(each.median_minutes is not None for each in shown.health):
        found["delays"] = _delays(shown.health, words)
    if any(each.failures for each in shown.health):
        found["failures"] = _failures(shown.health, words)
    if shown.enrolment is not None and shown.enrolment.unit.beneficiaries:
        found["enrolment"] = _enrolment(shown.enrolment, words)
        if shown.enrolment.weeks:
            found["weeks"] = _weeks(shown.enrolment, words)
    return found


def _laggards(laggards: Sequence[Laggard], words: Words) -> go.Figure:
    worst = list(reversed(laggards[:MOST_BARS]))
    trace = go.Bar(
        x=[each.lacking for each in worst],
        y=[_short(each.name) for each in worst],
        orientation="h",
        text=[words.number(each.lacking) for each in worst],
        textposition="outside",
        cliponaxis=False,
        customdata=[[each.unit_id, f"{each.name}<br>{words.percent(each.by_account, each.entitled)}"] for each in worst],
        hovertemplate="%{customdata[1]}<br>%{x:,}<extra></extra>",
        marker={"color": MARK},
    )
    return drawn(words, [trace], 70 + 30 * len(worst), margin={"l": 8, "r": 44, "t": 8, "b": 8},
                 xaxis=counted(max(trace.x)))  # fmt: skip


def _short(name: str) -> str:
    """A name in at most two lines beside a bar."""
    return wrapped(name, 22)


def _causes(causes: Sequence[CauseCount], words: Words) -> go.Figure:
    people: dict[str, int] = {}
    for each in reversed(causes):
        people[words.either(each.words_vi, each.words_en)] = (
            people.get(words.either(each.words_vi, each.words_en), 0) + each.people
        )
    trace = go.Bar(
        x=list(people.values()),
        y=[wrapped(said, 24) for said in people],
        orientation="h",
        text=[words.number(n) for n in people.values()],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,}<extra></extra>",
        marker={"color": MARK},
    )
    return drawn(words, [trace], 60 + 52 * len(people), margin={"l": 8, "r": 44, "t": 8, "b": 8},
                 xaxis=counted(max(trace.x)))  # fmt: skip


def _delays(health: Sequence[ProviderHealth], words: Words) -> go.Figure:
    """On a scale of powers of ten: minutes and days stand beside each other."""
    timed = [each for each in health if each.median_minutes is not None]
    names = [words.code("provider", each.provider) for each in timed]
    kinds = (
        ("median", [each.median_minutes or 0 for each in timed], ACCOUNT, ""),
        ("p95", [each.p95_minutes or 0 for each in timed], CASH, "/"),
    )
    traces = [
        go.Bar(
            y=names, x=[max(n, 1) for n in minutes], name=words(key), orientation="h", text=[words.minutes(n) for n in minutes],
            textposition="outside", cliponaxis=False, hovertemplate="%{y}: %{text}",
            marker=filled(colour, pattern),
        )
        for key, minutes, colour, pattern in kinds
    ]  # fmt: skip
    minutes = [1, 10, 60, 600, 1440, 14400]
    ticks = {"tickvals": minutes, "ticktext": [words.minutes(n) for n in minutes]}
    return drawn(words, traces, 110 + 74 * len(timed), barmode="group", margin={"l": 8, "r": 120, "t": 8, "b": 8},
                 xaxis={"type": "log", "showticklabels": False, "rangemode": "tozero", **ticks})  # fmt: skip


def _failures(health: Sequence[ProviderHealth], words: Words) -> go.Figure:
    failing = [each for each in health if each.failures]
    reasons: dict[str, dict[str, int]] = {}
    for each in failing:
        for failure in each.failures:
            said = reasons.setdefault(words.either(failure.words_vi, failure.words_en), {})
            said[each.provider] = said.get(each.provider, 0) + failure.obligations
    names = [words.code("provider", each.provider) for each in failing]
    traces = [
        go.Bar(
            y=names, x=[counts.get(each.provider, 0) for each in failing], name=reason, orientation="h",
            hovertemplate="%{fullData.name}: %{x:,}<extra></extra>",
            marker=filled(_COLOURS[at % len(_COLOURS)], _PATTERNS[at % len(_PATTERNS)]),
        )
        for at, (reason, counts) in enumerate(reasons.items())
    ]  # fmt: skip
    most = max(each.failed for each in failing)
    rows = -(-len(reasons) // 2)  # of the legend, on a phone
    return drawn(words, traces, 110 + 52 * len(failing) + 24 * rows, barmode="stack", xaxis=counted(most))


def _enrolment(enrolment: Enrolment, words: Words) -> go.Figure:
    """One bar of all beneficiaries; parts too narrow for their number leave it to the table."""
    unit = enrolment.unit
    parts = (
        ("with_account", unit.with_account, ACCOUNT, ""),
        ("waiting", unit.waiting, "#56B4E9", "."),
        ("refused", unit.refused, MARK, "x"),
        ("without", unit.without, OPEN, "/"),
    )
    traces = [
        go.Bar(
            x=[people],
            y=[""],
            name=words(f"enrolment_{key}"),
            orientation="h",
            text=[words.number(people) if people * 8 > unit.beneficiaries else ""],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            hovertemplate="%{fullData.name}: %{x:,}<extra></extra>",
            marker=filled(colour, pattern),
        )
        for key, people, colour, pattern in parts
    ]
    return drawn(words, traces, 170, barmode="stack", xaxis=counted(unit.beneficiaries))


def _weeks(enrolment: Enrolment, words: Words) -> go.Figure:
    weeks = sorted({each.week_on for each in enrolment.weeks})
    ways = sorted({(each.provider, each.channel) for each in enrolment.weeks})
    counts = {(each.week_on, each.provider, each.channel): each.people for each in enrolment.weeks}
    names = [f"{week:%d/%m}" for week in weeks]
    traces = [
        go.Bar(
            x=names, y=[counts.get((week, provider, channel), 0) for week in weeks],
            name=f"{words.code('provider', provider)}, {words.code('channel', channel)}", hovertemplate="%{x}: %{y:,}",
            marker=filled((ACCOUNT, CASH, *_COLOURS)[at % 9], _PATTERNS[at % len(_PATTERNS)]),
        )
        for at, (provider, channel) in enumerate(ways)
    ]  # fmt: skip
    return drawn(words, traces, 320, barmode="stack", xaxis={"type": "category"}, yaxis=counted(max(counts.values())))
