"""Lines laid out as a sheet: titles, headers, headings, subtotals, totals, signatures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from tests.registry.second_generator.lines import Line
from tests.registry.second_generator.plans import Plan
from tests.registry.second_generator.scripts import SCRIPTS, new_tone_style
from tests.registry.second_generator.wording import EXTRAS, GROUPS, HEADERS, section_words
from tests.registry.second_generator.writing import Cell

_PAYEE = ("payee", "payee_number", "relationship")
_BIRTH_GROUP = ("Ngày, tháng, năm sinh", "Năm sinh", "Ngày sinh", "Ngày tháng năm sinh")


@dataclass
class Column:
    """One column: the key of its cells, its header's words, and the group above it if any."""

    key: str
    words: str
    group: str | None = None


@dataclass
class Page:
    """One sheet's cells from row 1, with its merged ranges and hidden rows and columns (rows from 1, columns from 0)."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def draw_columns(rng: Random, plan: Plan) -> list[Column]:
    """The columns of a list, in its order."""

    def one(key: str, group: str | None = None) -> Column:
        return Column(key, rng.choice(HEADERS[key]), group)

    names = [one("surname"), one("given")] if plan.split_name else [one("name")]
    if plan.split_name == "group":
        names = [Column("surname", "Họ", "Họ và tên"), Column("given", "Tên", "Họ và tên")]
    if plan.split_name == "blank":
        names = [one("name"), Column("given", "")]
        names[0].key = "surname"
    about = [*_birth_columns(rng, plan, one), *_sex_columns(rng, plan, one), *_number_columns(plan, one)]
    if "ethnicity" not in plan.without:
        about.append(one("ethnicity"))
    where = [] if plan.village in ("headings", "sheets") else [one("village")]
    if plan.commune_column:
        where.append(Column("commune", rng.choice(("Xã", "Xã/phường", "Xã, phường, thị trấn", "Phường/xã"))))
    money = [] if plan.category == "sections" else [one("category")]
    if plan.clause_columns:
        money = [Column("clause", "Khoản"), Column("point", "Điểm"), Column("category", "Mức độ khuyết tật")]
    money += [one("severity")] if plan.severity_column and not plan.clause_columns else []
    money += [one("children")] if plan.children == "column" else []
    money += [one("coefficient")] if plan.has_coefficient else []
    if plan.amount != "none":
        money.append(Column("amount", rng.choice(HEADERS["amount_thousands" if plan.amount == "thousands" else "amount"])))
    group = rng.choice(GROUPS) if plan.payee_grouped else None
    payee = [one(key, group) for key in _PAYEE]
    if plan.payee_brackets:
        payee = payee[:2]
    if group and not plan.payee_brackets:
        payee = [
            Column("payee", "Họ tên", group),
            Column("payee_number", "Số CCCD", group),
            Column("relationship", "Quan hệ", group),
        ]
    pay = _pay_columns(rng, plan, one)
    extras = [Column(f"extra:{name}", name) for name in plan.extras]
    blocks = {0: [about, where, money, payee, pay], 1: [where, about, money, pay, payee], 2: [about, money, where, pay, payee]}[
        plan.order
    ]
    tail = [] if "note" in plan.without else [one("note")]
    first = [Column("nothing", "")] * plan.first_column + ([one("ordinal")] if plan.ordinal else [])
    return [*first, *names, *(column for block in blocks for column in block), *extras, *tail]


def _birth_columns(rng: Random, plan: Plan, one: Callable[..., Column]) -> list[Column]:
    group = rng.choice(_BIRTH_GROUP)
    if plan.birth == "nam_nu":
        return [Column("birth_male", "Nam", group), Column("birth_female", "Nữ", group)]
    if plan.birth == "three":
        return [Column("birth_d", "Ngày", group), Column("birth_m", "Tháng", group), Column("birth_y", "Năm", group)]
    return [one("birth")]


def _sex_columns(rng: Random, plan: Plan, one: Callable[..., Column]) -> list[Column]:
    if plan.birth == "nam_nu" or plan.sex == "none":
        return []
    if plan.sex == "female_x":
        return [Column("sex_female_x", rng.choice(HEADERS["sex_female"]))]
    if plan.sex == "both_x":
        return [Column("sex_male_x", "Nam", "Giới tính"), Column("sex_female_x", "Nữ", "Giới tính")]
    return [one("sex")]


def _number_columns(plan: Plan, one: Callable[..., Column]) -> list[Column]:
    if plan.identity_group and plan.number != "two":
        group = "CMND/CCCD"
        return [
            Column("number", "Số", group),
            Column("extra:Ngày cấp", "Ngày cấp", group),
            Column("extra:Nơi cấp", "Nơi cấp", group),
        ]
    return [one("cmnd"), one("cccd")] if plan.number == "two" else [one("number")]


def _pay_columns(rng: Random, plan: Plan, one: Callable[..., Column]) -> list[Column]:
    phone = [] if "phone" in plan.without else [one("phone")]
    if plan.channel == "column":
        return [*phone, one("channel"), one("account")]
    group = rng.choice(("Hình thức chi trả", "Hình thức nhận", "Phương thức chi trả"))
    marks = [
        Column("mark_cash", rng.choice(("Tiền mặt", "TM", "Bưu điện")), group),
        Column("mark_viettelpay", rng.choice(("ViettelPay", "Ví điện tử", "VTP")), group),
        Column("mark_vietinbank", rng.choice(("VietinBank", "Qua tài khoản", "Ngân hàng")), group),
    ]
    return [*phone, *marks, one("account")]


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
    for title in _titles(rng, plan):
        typed([title])
    header = _header(rng, plan, columns, page, typed)
    _body(rng, plan, lines, columns, page, typed, header)
    _foot(rng, plan, lines, columns, typed)
    if page_extra := [at for at, column in enumerate(columns) if column.key.startswith("extra:")]:
        page.hidden_columns |= {page_extra[0]} if plan.file_format != "csv" and rng.random() < 0.2 else set()
    return page


def _sheet_name(rng: Random, plan: Plan) -> str:
    if plan.commune_in == "sheet":
        return SCRIPTS[_sheet_script(plan)](plan.unit.name)
    return rng.choice(("DS", "Sheet1", "DS chi tra", "T10", "BTXH"))


def _typist(rng: Random, plan: Plan, columns: list[Column], page: Page) -> Callable[..., int]:
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


def _titles(rng: Random, plan: Plan) -> Iterator[str]:
    unit, month = plan.old_unit or plan.unit, plan.month
    named = plan.commune_in == "titles"
    if named or (plan.commune_in == "one_title"):
        if named:
            yield rng.choice(
                (
                    f"UBND {unit.name.upper()}",
                    f"ỦY BAN NHÂN DÂN {unit.name.upper()}",
                    f"Đơn vị: {unit.name}",
                    f"UBND {unit.name}",
                    f"UBND {new_tone_style(unit.name)}",
                    f"{unit.name.split()[0]}: {unit.name[len(unit.name.split()[0]) + 1 :]}",
                )
            )
            if unit.district:
                yield rng.choice((f"{unit.district}, {unit.province}", f"{unit.district.upper()} - {unit.province.upper()}"))
        elif unit.district:
            yield f"Danh sách chi trả trợ cấp {unit.name}, {unit.district}, {unit.province}"
        else:
            yield f"Danh sách chi trả trợ cấp {unit.name}, {unit.province}"
    if rng.random() < 0.4:
        yield "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
        yield "Độc lập - Tự do - Hạnh phúc"
    yield rng.choice(
        (
            "DANH SÁCH ĐỐI TƯỢNG BẢO TRỢ XÃ HỘI",
            "Danh sách đối tượng hưởng trợ cấp xã hội hàng tháng",
            "DANH SÁCH CHI TRẢ TRỢ CẤP XÃ HỘI",
        )
    )
    if plan.month_in == "title":
        yield rng.choice(
            (
                f"Tháng {month.month} năm {month.year}",
                f"Tháng {month.month:02d}/{month.year}",
                f"(Kỳ chi trả tháng {month.month}/{month.year})",
            )
        )
    elif plan.month_in == "title_words":
        yield f"Danh sách chi trả T{month.month}/{month.year} (kèm theo Tờ trình số 12/TTr-UBND ngày 05/{month.month:02d}/{month.year})"
    if plan.amount == "thousands" and rng.random() < 0.5:
        yield "Đơn vị tính: nghìn đồng"


def _worded(rng: Random, plan: Plan, words: str | None) -> str | None:
    """A header's words as typed: on several lines, in capitals, with a star."""
    if not words:
        return words
    if plan.header_words == "upper":
        return words.upper()
    if plan.header_words == "starred" and rng.random() < 0.3:
        return f"{words} (*)"
    return words.replace(" ", "\n", 1) if plan.header_words == "lines" and rng.random() < 0.6 else words


def _header(rng: Random, plan: Plan, columns: list[Column], page: Page, typed: Callable[..., int]) -> list[list[Cell]]:
    """One or two rows (merged down where a column has no group), perhaps a row of column numbers."""
    grouped = any(column.group for column in columns)
    rows: list[list[Cell]] = []
    if grouped or "merged" in plan.header_style:
        top: list[Cell] = []
        for at, column in enumerate(columns):
            first = column.group and (at == 0 or columns[at - 1].group != column.group)
            top.append(_worded(rng, plan, (column.group if first else None) if column.group else column.words))
        rows.append(top)
        rows.append([_worded(rng, plan, column.words) if column.group else None for column in columns])
        row = len(page.rows) + 1
        for at, column in enumerate(columns):
            if column.key == "given" and not column.words:
                continue
            if column.group is None and columns[at].key == "surname" and at + 1 < len(columns) and not columns[at + 1].words:
                page.merged.append((row, at, row + 1, at + 1))
            elif column.group is None:
                page.merged.append((row, at, row + 1, at))
            elif top[at] is not None:
                width = next((n for n, later in enumerate(columns[at:]) if later.group != column.group), len(columns) - at)
                if width > 1:
                    page.merged.append((row, at, row, at + width - 1))
    else:
        rows.append([_worded(rng, plan, column.words) for column in columns])
        blank = next((at for at, column in enumerate(columns) if column.key == "given" and not column.words), None)
        if blank:
            page.merged.append((len(page.rows) + 1, blank - 1, len(page.rows) + 1, blank))
    if "numbered" in plan.header_style:
        rows.append([rng.choice((number, f"({number})")) for number in range(1, len(columns) + 1)])
    for header in rows:
        typed(header)
    return rows


def _body(
    rng: Random,
    plan: Plan,
    lines: list[Line],
    columns: list[Column],
    page: Page,
    typed: Callable[..., int],
    header: list[list[Cell]],
) -> None:
    before: Line | None = None
    name_at = next(at for at, column in enumerate(columns) if column.key in ("name", "surname"))
    since_subtotal, section = 0, 0
    ditto = rng.choice(("nt", '"', "-nt-", "''", "n.t", "như trên", "-", "//"))
    for ordinal, line in enumerate(lines, start=1):
        village_changes = before is None or before.truth["village"] != line.truth["village"]
        if village_changes and before is not None and plan.subtotals and plan.village == "headings":
            typed([None] * name_at + [f"Cộng {before.truth['village']}: {since_subtotal} người"])
            since_subtotal = 0
        if village_changes and plan.village == "headings":
            section += 1
            text = rng.choice(
                (line.truth["village"], line.truth["village"].upper(), f"{_roman(section)}. {line.truth['village']}")
            )
            typed([None] * name_at + [text])
        if plan.category == "sections" and (
            before is None or section_words(before.person.category) != section_words(line.person.category)
        ):
            section += 1
            typed([None] * rng.choice((0, name_at)) + [f"{_roman(section)}. {section_words(line.person.category)}"])
        if plan.village == "headings":
            line.codes.add("village_from_heading")
        if plan.category == "sections":
            line.codes.add("category_from_heading")
        cells = _cells(rng, plan, line, columns, ordinal)
        village_at = next((at for at, column in enumerate(columns) if column.key == "village"), None)
        same = before is not None and not village_changes and village_at is not None
        if same and village_at is not None and plan.village == "ditto" and rng.random() < 0.7:
            cells[village_at] = ditto
            line.codes.add("ditto_read")
        elif same and village_at is not None and plan.village == "merged":
            cells[village_at] = None
            line.codes.add("merged_read")
        line.place = (page.name, typed(cells, ordinal - 1))
        _hide(rng, plan, line, page)
        since_subtotal += 1
        before = line
        if rng.random() < plan.empty_row_rate and plan.village != "merged":
            typed([None])
        if plan.repeated_header_rows and ordinal % plan.repeated_header_rows == 0 and plan.village != "merged":
            for repeated in header:
                typed(repeated)
    _merge_villages(plan, columns, lines, page)


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


def _foot(rng: Random, plan: Plan, lines: list[Line], columns: list[Column], typed: Callable[..., int]) -> None:
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
