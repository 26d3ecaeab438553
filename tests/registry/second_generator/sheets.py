"""Lines laid out as sheets: headings, subtotals, totals, signatures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.registry.second_generator.columns import Column, draw_columns
from tests.registry.second_generator.headings import header_rows, titles
from tests.registry.second_generator.lines import Line
from tests.registry.second_generator.plans import Plan
from tests.registry.second_generator.scripts import SCRIPTS
from tests.registry.second_generator.wording import EXTRAS, section_words
from tests.registry.second_generator.writing import Cell

Typed = Callable[..., int]
"""Adds a row to a page and says its number."""


@dataclass
class Page:
    """One sheet's cells from row 1, with its merged ranges and hidden rows and columns (rows from 1, columns from 0)."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def lay_out(rng: Random, plan: Plan, lines: list[Line]) -> list[Page]:
    """The sheets of the lines (one, or one for each village), and the places of the lines."""
    columns = draw_columns(rng, plan)
    if plan.village != "sheets":
        return [_page(rng, plan, lines, columns, _sheet_name(rng, plan))]
    pages = []
    for village in dict.fromkeys(line.truth["village"] for line in lines):
        mine = [line for line in lines if line.truth["village"] == village]
        for line in mine:
            line.codes.add("village_from_heading")
        pages.append(_page(rng, plan, mine, columns, SCRIPTS[_sheet_script(plan)](village)))
    return pages


def _sheet_script(plan: Plan) -> str:
    return "unicode" if plan.script in ("tcvn3_capital_font", "utf8_as_latin") else plan.script


def _page(rng: Random, plan: Plan, lines: list[Line], columns: list[Column], name: str) -> Page:
    page = Page(name)
    typed = _typist(rng, plan, columns, page)
    for title in titles(rng, plan):
        typed([title])
    header, merged = header_rows(rng, plan, columns, len(page.rows) + 1)
    page.merged += merged
    for row in header:
        typed(row)
    _body(rng, plan, lines, columns, page, typed, header)
    _foot(rng, plan, lines, columns, typed)
    if page_extra := [at for at, column in enumerate(columns) if column.key.startswith("extra:")]:
        page.hidden_columns |= {page_extra[0]} if plan.file_format != "csv" and rng.random() < 0.2 else set()
    return page


def _sheet_name(rng: Random, plan: Plan) -> str:
    if plan.commune_in == "sheet":
        return SCRIPTS[_sheet_script(plan)](plan.unit.name)
    return rng.choice(("DS", "Sheet1", "DS chi tra", "T10", "BTXH"))


def _typist(rng: Random, plan: Plan, columns: list[Column], page: Page) -> Typed:
    """Adds a row in the list's script (a part of it in another one) and says its number."""
    capitals = plan.script == "tcvn3_capital_font"
    plain_script = SCRIPTS["tcvn3"] if capitals else SCRIPTS[plan.script]
    odd = SCRIPTS[plan.odd_script] if plan.odd_script else None
    odd_columns = {at for at, column in enumerate(columns) if column.key in ("name", "payee", "surname", "given", "village")}

    def script_of(at: int, person: int | None) -> Callable[[str], str]:
        if odd and person is not None and (at in odd_columns if plan.odd_part == "columns" else person >= 8):
            return odd
        if capitals and (person is None or columns[at].key in ("name", "surname", "given")):
            return SCRIPTS["tcvn3_capital_font"]
        return plain_script

    def typed(cells: list[Cell], person: int | None = None) -> int:
        page.rows.append([script_of(at, person)(c) if isinstance(c, str) else c for at, c in enumerate(cells)])
        return len(page.rows)

    return typed


def _body(
    rng: Random, plan: Plan, lines: list[Line], columns: list[Column], page: Page, typed: Typed, header: list[list[Cell]]
) -> None:
    before: Line | None = None
    ditto = rng.choice(("nt", '"', "-nt-", "''", "n.t", "như trên", "-", "//"))
    section = since_subtotal = 0
    for ordinal, line in enumerate(lines, start=1):
        if _village_changes(before, line):
            _subtotal(plan, columns, before, since_subtotal, typed)
            since_subtotal = 0
        section = _headings(rng, plan, columns, before, line, section, typed)
        cells = _cells(rng, plan, line, columns, ordinal)
        _shorten_village(rng, plan, columns, before, line, cells, ditto)
        line.place = (page.name, typed(cells, ordinal - 1))
        _hide(rng, plan, line, page)
        since_subtotal += 1
        before = line
        if plan.village != "merged":
            _between_lines(rng, plan, ordinal, typed, header)
    _merge_villages(plan, columns, lines, page)


def _village_changes(before: Line | None, line: Line) -> bool:
    return before is None or before.truth["village"] != line.truth["village"]


def _name_at(columns: list[Column]) -> int:
    return next(at for at, column in enumerate(columns) if column.key in ("name", "surname"))


def _subtotal(plan: Plan, columns: list[Column], before: Line | None, people: int, typed: Typed) -> None:
    if before is not None and plan.subtotals and plan.village == "headings":
        typed([None] * _name_at(columns) + [f"Cộng {before.truth['village']}: {people} người"])


def _headings(rng: Random, plan: Plan, columns: list[Column], before: Line | None, line: Line, section: int, typed: Typed) -> int:
    """The headings of a new village or category; which section the line is in."""
    name_at = _name_at(columns)
    if plan.village == "headings":
        line.codes.add("village_from_heading")
        if _village_changes(before, line):
            section += 1
            village = line.truth["village"]
            typed([None] * name_at + [rng.choice((village, village.upper(), f"{_roman(section)}. {village}"))])
    if plan.category == "sections":
        line.codes.add("category_from_heading")
        words = section_words(line.person.category)
        if before is None or section_words(before.person.category) != words:
            section += 1
            typed([None] * rng.choice((0, name_at)) + [f"{_roman(section)}. {words}"])
    return section


def _shorten_village(
    rng: Random, plan: Plan, columns: list[Column], before: Line | None, line: Line, cells: list[Cell], ditto: str
) -> None:
    """A village that is the line's above: a ditto mark, or nothing in a merged cell."""
    at = next((at for at, column in enumerate(columns) if column.key == "village"), None)
    if at is None or _village_changes(before, line):
        return
    if plan.village == "ditto" and rng.random() < 0.7:
        cells[at] = ditto
        line.codes.add("ditto_read")
    elif plan.village == "merged":
        cells[at] = None
        line.codes.add("merged_read")


def _between_lines(rng: Random, plan: Plan, ordinal: int, typed: Typed, header: list[list[Cell]]) -> None:
    if rng.random() < plan.empty_row_rate:
        typed([None])
    if plan.repeated_header_rows and ordinal % plan.repeated_header_rows == 0:
        for repeated in header:
            typed(repeated)


def _hide(rng: Random, plan: Plan, line: Line, page: Page) -> None:
    if rng.random() < plan.hidden_row_rate:
        page.hidden_rows.add(line.place[1])
        line.codes.add("hidden_row")


def _merge_villages(plan: Plan, columns: list[Column], lines: list[Line], page: Page) -> None:
    if plan.village != "merged":
        return
    at = next(at for at, column in enumerate(columns) if column.key == "village")
    start = 0
    for end in range(1, len(lines) + 1):
        if end == len(lines) or lines[end].truth["village"] != lines[start].truth["village"]:
            if end - start > 1:
                page.merged.append((lines[start].place[1], at, lines[end - 1].place[1], at))
            start = end


def _cells(rng: Random, plan: Plan, line: Line, columns: list[Column], ordinal: int) -> list[Cell]:
    cells: list[Cell] = []
    for column in columns:
        if column.key == "ordinal":
            cells.append(ordinal)
        elif column.key.startswith("extra:"):
            cells.append(rng.choice(EXTRAS[column.key[6:]]) or None)
        else:
            cells.append(line.cells.get(column.key))
    return cells


def _roman(number: int) -> str:
    return ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")[(number - 1) % 15]


def _foot(rng: Random, plan: Plan, lines: list[Line], columns: list[Column], typed: Typed) -> None:
    if plan.total:
        total: list[Cell] = [None] * len(columns)
        total[plan.first_column + 1] = rng.choice(("Tổng cộng", "TỔNG CỘNG", f"Tổng cộng: {len(lines)} người", "Cộng"))
        for at, column in enumerate(columns):
            if column.key == "amount":
                total[at] = 34_560_000
        typed(total)
        if rng.random() < 0.4:
            typed(["Bằng chữ: Ba mươi bốn triệu năm trăm sáu mươi nghìn đồng chẵn."])
    if plan.signatures:
        typed([None])
        typed([None, None, None, f"{plan.unit.name}, ngày 20 tháng {plan.month.month} năm {plan.month.year}"])
        typed([None, "Người lập biểu", None, None, None, "TM. UBND"])
        typed([None, "(Ký, ghi rõ họ tên)", None, None, None, "CHỦ TỊCH"])
        typed([None])
        typed([None, "Trần Văn Lập", None, None, None, "Lê Thị Chủ"])
