"""Fills the monthly report: both targets, places, money, providers, and what holds back the communes that lag."""

from __future__ import annotations

from collections.abc import Iterable

from services.reporting.domain.coverage import PLACES, Coverage, Part, People, parts_of
from services.reporting.domain.dashboard import TARGET_PERCENT, Dashboard, people_missing
from services.reporting.domain.health import ProviderHealth
from services.reporting.domain.monthly_report import MOST_LAGGARDS, MonthlyReport
from services.reporting.domain.pace import Laggard, Pace
from shared.kernel.money import format_dong
from shared.kernel.money_words import sentence_in_words
from shared.papers.sheet import Cell, Filling, Row
from shared.papers.templates import Words

KEYS = {
    "targets": frozenset({"target", "goal", "share", "closed", "done", "all", "missing", "verdict"}),
    "places": frozenset(
        {"no", "name", "communes", "switched", "entitled", "by_account", "by_cash", "not_paid", "share", "lacking"}
    ),
    "money": frozenset({"state", "obligations", "amount"}),
    "money_closed": frozenset({"state", "obligations", "amount", "closed_obligations", "closed_amount", "difference"}),
    "providers": frozenset({"provider", "channel", "paid", "paid_amount", "in_flight", "in_flight_amount"}),
    "health": frozenset({"provider", "median", "p95", "failed", "why"}),
    "laggards": frozenset({"no", "name", "district", "entitled", "by_account", "share", "lacking", "causes"}),
}
"""What a template may name, table by table."""

_NUMBERS = frozenset(
    {"done", "all", "missing", "communes", "switched", "entitled", "by_account", "by_cash", "not_paid", "lacking", "obligations"}
    | {"amount", "closed_obligations", "closed_amount", "difference", "paid", "paid_amount", "in_flight", "in_flight_amount"}
    | {"failed", "median", "p95"}
)
_REASONS = 3
"""Reasons that are named on a line."""


def fill_monthly_report(report: MonthlyReport, words: Words) -> Filling:
    """The report of a month."""
    shown = report.shown
    coverage = shown.coverage
    paid_dong = coverage.parts["paid_account"].amount_dong + coverage.parts["paid_cash"].amount_dong
    texts = {
        "month": f"{shown.month:%m/%Y}",
        "unit": report.authority.name,
        "people": format_dong(coverage.people.entitled),
        "share": percent(coverage.people.by_account, coverage.people.entitled),
        "switched": format_dong(coverage.communes_switched),
        "communes": format_dong(coverage.communes_total),
        "closed": f"; đã khóa sổ ngày {shown.closed.newest_on:%d/%m/%Y}" if shown.closed else "; chưa khóa sổ",
        "pace": _pace(shown.pace),
        "paid": format_dong(paid_dong),
        "paid_words": sentence_in_words(paid_dong),
        "laggards": _laggards_said(shown),
    }
    tables = {
        "targets": _targets(shown),
        "places": _places(coverage),
        "money": [] if shown.closed else _money(shown, words),
        "money_closed": _money(shown, words) if shown.closed else [],
        "providers": _providers(coverage, words),
        "health": [_health(each, words) for each in shown.health],
        "laggards": [_laggard(number, each) for number, each in enumerate(shown.laggards[:MOST_LAGGARDS], 1)],
    }
    return Filling(texts, tables, KEYS, _NUMBERS)


def percent(part: int, whole: int) -> str:
    """`79,9%`, rounded down."""
    tenths = part * 1000 // whole if whole else 0
    return f"{tenths // 10},{tenths % 10}%"


def _targets(shown: Dashboard) -> list[Row]:
    coverage, people = shown.coverage, shown.coverage.people
    missing = coverage.communes_total - coverage.communes_switched
    then = shown.closed.people if shown.closed else None
    closed = percent(then.by_account, then.entitled) if then else ""
    rows = (
        ("Xã, phường, thị trấn chi trả điện tử", 100, coverage.communes_switched, coverage.communes_total, missing, ""),
        ("Người được hưởng nhận qua tài khoản", TARGET_PERCENT, people.by_account, people.entitled, shown.people_missing, closed),
    )
    return [
        Row(
            {
                "target": target,
                "goal": f"{goal}%",
                "share": percent(done, everybody),
                "closed": then or "–",
                "done": done,
                "all": everybody,
                "missing": lacking,
                "verdict": "Chưa đạt" if lacking or not everybody else "Đạt",
            }
        )
        for target, goal, done, everybody, lacking, then in rows
    ]


def _places(coverage: Coverage) -> list[Row]:
    """By district; a district's own report by commune."""
    districts = parts_of(coverage)
    if len(districts) == 1:
        rows = [(c.name, _people(1, int(c.switched), c.people)) for c in coverage.communes]
    else:
        rows = [(name, _people(held.communes_total, held.communes_switched, held.people)) for _, name, held in districts]
    lines = [Row({"no": str(number), "name": name, **cells}) for number, (name, cells) in enumerate(rows, 1)]
    return [*lines, Row(_people(coverage.communes_total, coverage.communes_switched, coverage.people), "total", "TỔNG CỘNG")]


def _people(communes: int, switched: int, people: People) -> dict[str, Cell]:
    return {
        "communes": communes,
        "switched": switched,
        "entitled": people.entitled,
        "by_account": people.by_account,
        "by_cash": people.by_cash,
        "not_paid": people.not_paid,
        "share": percent(people.by_account, people.entitled) if people.entitled else "–",
        "lacking": people_missing(people),
    }


def _money(shown: Dashboard, words: Words) -> list[Row]:
    """The seven states as now, and beside them as the month was closed."""
    now, closed = shown.coverage.parts, shown.closed
    lines = [
        Row({"state": words.word("places", place), **_amounts(now[place], closed.parts[place] if closed else None)})
        for place in reversed(PLACES)
    ]
    return [*lines, Row(_amounts(shown.coverage.owed, closed.owed if closed else None), "total", "PHẢI CHI")]


def _amounts(now: Part, closed: Part | None) -> dict[str, Cell]:
    return {
        "obligations": now.obligations,
        "amount": now.amount_dong,
        "closed_obligations": None if closed is None else closed.obligations,
        "closed_amount": None if closed is None else closed.amount_dong,
        "difference": None if closed is None else now.amount_dong - closed.amount_dong,
    }


def _providers(coverage: Coverage, words: Words) -> list[Row]:
    """What went by each provider and channel."""
    rows = []
    for way in coverage.ways:
        if way.provider:
            paid, flying = way.parts["paid_account"] + way.parts["paid_cash"], way.parts["in_flight"]
            names = {"provider": words.word("providers", way.provider), "channel": words.word("channels", way.channel)}
            rows.append(Row({**names, **_way(paid, flying)}))
    parts = coverage.parts
    return [*rows, Row(_way(parts["paid_account"] + parts["paid_cash"], parts["in_flight"]), "total", "TỔNG CỘNG")]


def _way(paid: Part, flying: Part) -> dict[str, Cell]:
    return {
        "paid": paid.obligations,
        "paid_amount": paid.amount_dong,
        "in_flight": flying.obligations,
        "in_flight_amount": flying.amount_dong,
    }


def _health(health: ProviderHealth, words: Words) -> Row:
    reasons: dict[str, int] = {}
    for each in health.failures:
        reasons[each.words_vi] = reasons.get(each.words_vi, 0) + each.obligations
    return Row(
        {
            "provider": words.word("providers", health.provider),
            "median": _minutes(health.median_minutes),
            "p95": _minutes(health.p95_minutes),
            "failed": health.failed,
            "why": _counted(sorted(reasons.items(), key=lambda each: -each[1])),
        }
    )


def _minutes(minutes: int | None) -> str:
    if minutes is None:
        return "–"
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    said = [f"{n} {unit}" for n, unit in ((days, "ngày"), (hours, "giờ"), (0 if days else rest, "phút")) if n]
    return " ".join(said) or "dưới 1 phút"


def _laggard(number: int, each: Laggard) -> Row:
    return Row(
        {
            "no": str(number),
            "name": each.name,
            "district": each.district_name,
            "entitled": each.entitled,
            "by_account": each.by_account,
            "share": percent(each.by_account, each.entitled),
            "lacking": each.lacking,
            "causes": _counted((cause.words_vi, cause.people) for cause in each.causes),
        }
    )


def _counted(reasons: Iterable[tuple[str, int]]) -> str:
    named = [f"{said}: {format_dong(count)}" for said, count in reasons]
    return "; ".join(named[:_REASONS]) + ("; …" if len(named) > _REASONS else "")


def _laggards_said(shown: Dashboard) -> str:
    if not shown.laggards:
        return f"Không có xã nào dưới mục tiêu {TARGET_PERCENT}%."
    most = f", {MOST_LAGGARDS} xã thiếu nhiều người nhất:" if shown.behind > MOST_LAGGARDS else ":"
    return f"{format_dong(shown.behind)} xã dưới mục tiêu {TARGET_PERCENT}%{most}"


def _pace(pace: Pace | None) -> str:
    """What accounts must come until the plan's date, in a sentence."""
    if pace is None or not pace.beneficiaries:
        return "Tiến độ mở tài khoản: chưa có số liệu."
    have = f"{format_dong(pace.with_account)}/{format_dong(pace.beneficiaries)} người đang hưởng"
    said = f"Tiến độ mở tài khoản: {have} ({percent(pace.with_account, pace.beneficiaries)}) có tài khoản"
    if not pace.missing:
        return f"{said}, đủ cho mục tiêu {pace.target.share_percent}%."
    until = f"{pace.target.target_on:%d/%m/%Y}"
    if not pace.weeks_left:
        return f"{said}, còn thiếu {format_dong(pace.missing)} khi đã qua ngày {until}."
    rate = f"{pace.rate_per_week:.1f}".replace(".", ",")
    return (
        f"{said}; cần thêm {format_dong(pace.missing)}, tức {format_dong(pace.needed_per_week)} mỗi tuần đến ngày {until}; "
        f"bốn tuần gần đây mở được {rate} mỗi tuần."
    )
