"""What stands above the lines of a list: titles and header rows."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.registry.second_generator.columns import Column
from tests.registry.second_generator.plans import Plan
from tests.registry.second_generator.scripts import new_tone_style
from tests.registry.second_generator.writing import Cell


def titles(rng: Random, plan: Plan) -> Iterator[str]:
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
        signed = f"05/{month.month:02d}/{month.year}"
        yield f"Danh sách chi trả T{month.month}/{month.year} (kèm theo Tờ trình số 12/TTr-UBND ngày {signed})"
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


def header_rows(
    rng: Random, plan: Plan, columns: list[Column], first_row: int
) -> tuple[list[list[Cell]], list[tuple[int, int, int, int]]]:
    """One or two rows (merged down where a column has no group), perhaps a row of column numbers; and what is merged."""
    rows: list[list[Cell]] = []
    if any(column.group for column in columns) or "merged" in plan.header_style:
        top: list[Cell] = []
        for at, column in enumerate(columns):
            first = column.group and (at == 0 or columns[at - 1].group != column.group)
            top.append(_worded(rng, plan, (column.group if first else None) if column.group else column.words))
        rows += [top, [_worded(rng, plan, column.words) if column.group else None for column in columns]]
        merged = _merged_groups(columns, top, first_row)
    else:
        rows.append([_worded(rng, plan, column.words) for column in columns])
        blank = next((at for at, column in enumerate(columns) if column.key == "given" and not column.words), None)
        merged = [(first_row, blank - 1, first_row, blank)] if blank else []
    if "numbered" in plan.header_style:
        rows.append([rng.choice((number, f"({number})")) for number in range(1, len(columns) + 1)])
    return rows, merged


def _merged_groups(columns: list[Column], top: list[Cell], row: int) -> list[tuple[int, int, int, int]]:
    merged = []
    for at, column in enumerate(columns):
        beside = columns[at + 1] if at + 1 < len(columns) else column
        if column.group is None and (column.words or column.key != "given"):
            merged.append((row, at, row + 1, at + (column.key == "surname" and not beside.words)))
        elif column.group is not None and top[at] is not None:
            width = next((n for n, later in enumerate(columns[at:]) if later.group != column.group), len(columns) - at)
            merged += [(row, at, row, at + width - 1)] if width > 1 else []
    return merged
