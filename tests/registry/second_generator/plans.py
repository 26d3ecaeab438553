"""How one commune's officer keeps its list: everything that is the same for all its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from tests.registry.second_generator.facts import Unit, draw_unit_and_month, former_unit, has_namesake
from tests.registry.second_generator.wording import EXTRAS, VILLAGE_KINDS, VILLAGE_NAMES


@dataclass
class Plan:
    """The habits of a list."""

    unit: Unit
    month: date
    file_format: str
    csv_separator: str
    csv_charset: str
    script: str
    odd_script: str | None
    odd_part: str
    case: str
    birth: str
    sex: str
    number: str
    number_as_number: bool
    phone_as_number: bool
    split_name: str
    commune_column: bool
    village_tail: bool
    month_first: bool
    clause_columns: bool
    identity_group: bool
    payee_brackets: bool
    first_column: int
    header_words: str
    ordinal: bool
    old_unit: Unit | None
    village: str
    category: str
    severity_column: bool
    has_coefficient: bool
    amount: str
    children: str
    payee_grouped: bool
    channel: str
    header_style: str
    repeated_header_rows: int
    commune_in: str
    month_in: str
    subtotals: bool
    total: bool
    signatures: bool
    empty_row_rate: float
    hidden_row_rate: float
    other_sheets: bool
    without: frozenset[str]
    extras: tuple[str, ...]
    order: int
    villages: tuple[str, ...] = field(default=())


def draw_plan(rng: Random) -> Plan:
    """A list's habits. What would leave a field without any source is not drawn."""
    unit, month = draw_unit_and_month(rng)
    file_format = rng.choice(("xlsx", "xlsx", "xlsx", "xls", "csv"))
    script = rng.choice(
        ("unicode",) * 7
        + ("utf8_as_latin", "decomposed", "tcvn3", "tcvn3", "tcvn3_capital_font", "vni", "vni", "windows_1258", "latin_d")
    )
    odd = rng.random()
    numbered = rng.random() < 0.45
    villages = _villages(rng, numbered)
    category = "sections" if rng.random() < 0.12 else "column"
    village = rng.choice(("column",) * 5 + ("ditto", "ditto", "headings", "merged", "sheets"))
    if category == "sections" and village != "column":
        village = "column"
    if file_format == "csv" and village in ("merged", "sheets"):
        village = "ditto"
    commune_in = rng.choice(("titles",) * 5 + ("one_title", "file", "sheet", "option"))
    if commune_in == "sheet" and (file_format == "csv" or village == "sheets"):
        commune_in = "file"
    if has_namesake(unit, month) and (commune_in in ("sheet", "file") or not unit.district):
        commune_in = "option"
    without = {key for key, rate in (("ethnicity", 0.2), ("phone", 0.12), ("note", 0.1)) if rng.random() < rate}
    return Plan(
        unit=unit, month=month, file_format=file_format, csv_separator=rng.choice((",", ";", "\t")),
        csv_charset=rng.choice(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258", "single_bytes")), script=script,
        odd_script=rng.choice(("tcvn3", "vni", "decomposed")) if script == "unicode" and odd < 0.2 else None,
        odd_part=rng.choice(("columns", "rows")), case=rng.choice(("title", "title", "upper", "mixed")),
        birth=rng.choice(("one",) * 5 + ("nam_nu", "nam_nu", "three")),
        sex=rng.choice(("column",) * 5 + ("female_x", "both_x", "none")),
        number=rng.choice(("one",) * 4 + ("two", "two", "both_in_one")),
        number_as_number=rng.random() < 0.2, phone_as_number=rng.random() < 0.2,
        split_name=rng.choice(("",) * 8 + ("two", "group", "blank")), commune_column=rng.random() < 0.1,
        village_tail=rng.random() < 0.1,
        month_first=rng.random() < 0.04, clause_columns=category == "column" and rng.random() < 0.06,
        identity_group=rng.random() < 0.12, payee_brackets=rng.random() < 0.06, first_column=rng.choice((0,) * 9 + (1, 2)),
        header_words=rng.choice(("plain", "plain", "plain", "lines", "upper", "starred")), ordinal=rng.random() < 0.95,
        old_unit=former_unit(rng, unit) if month >= date(2025, 7, 1) and rng.random() < 0.4 else None,
        village=village, category=category, severity_column=category == "column" and rng.random() < 0.12,
        has_coefficient=rng.random() < 0.75, amount=rng.choice(("dong",) * 6 + ("thousands", "none",
        "none")),
        children=rng.choice(("column", "words", "words",
        "note") if category == "column" and "note" not in without else ("column",)),
        payee_grouped=rng.random() < 0.4, channel=rng.choice(("column",) * 6 + ("marks",)),
        header_style=rng.choice(("plain", "plain", "merged", "numbered", "merged_numbered")),
        repeated_header_rows=rng.choice((0, 0, 0, 0, 20)),
        commune_in=commune_in,
        month_in=rng.choice(("title",) * 5 + ("title_words",) * 4 + ("file",) * 4 + ("nowhere",)),
        subtotals=rng.random() < 0.25, total=rng.random() < 0.6,
        signatures=rng.random() < 0.6, empty_row_rate=0.03 if rng.random() < 0.3 else 0.0,
        hidden_row_rate=0.05 if file_format != "csv" and rng.random() < 0.2 else 0.0,
        other_sheets=file_format != "csv" and rng.random() < 0.25, without=frozenset(without),
        extras=tuple(rng.sample(sorted(EXTRAS), rng.choice((0, 0, 1, 2)))), order=rng.choice((0, 0, 1, 2)), villages=villages,
    )  # fmt: skip


def _villages(rng: Random, numbered: bool) -> tuple[str, ...]:
    kind = rng.choice(VILLAGE_KINDS)
    if numbered or kind in ("Tổ dân phố", "Tổ"):
        return tuple(f"{kind} {number}" for number in range(1, rng.randint(4, 10)))
    return tuple(f"{kind} {name}" for name in rng.sample(VILLAGE_NAMES, rng.randint(3, 6)))
