"""Fills the papers that name persons: list for payment, increases and decreases, unclaimed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from services.disbursement.domain.documents import Change, Changes, ListLine, PaymentList, Person, Unclaimed, UnpaidLine
from shared.kernel.money import format_dong
from shared.kernel.money_words import sentence_in_words
from shared.papers.sheet import Cell, Filling, Row
from shared.papers.templates import Words

NUMBERS = frozenset({"amount", "arrears", "total", "before", "after", "difference"})
_LINE_KEYS = frozenset(
    {"no", "full_name", "born", "group", "payee", "months", "coefficient", "amount", "arrears", "total", "commune", "signed"}
)
_CHANGE_KEYS = frozenset(
    {"no", "full_name", "born", "commune", "before", "after", "difference", "from", "reason", "decision", "note"}
)
_UNPAID_KEYS = frozenset({"no", "full_name", "born", "commune", "payee", "channel", "months", "amount", "reason", "note"})


def fill_payment_list(data: PaymentList, words: Words) -> Filling:
    """The list for payment: commune by commune, each with its sum, and a grand total."""
    several = len({line.unit_id for line in data.lines}) > 1
    rows: list[Row] = []
    numbers = iter(range(1, len(data.lines) + 1))
    for _, inside in groupby(data.lines, key=lambda line: line.unit_id):
        lines = list(inside)
        if several:
            rows.append(Row({}, "group", lines[0].commune))
        rows += [Row(_list_line(next(numbers), line, words)) for line in lines]
        if several:
            rows.append(_list_total(lines, f"Cộng {lines[0].commune}"))
    rows.append(_list_total(data.lines, "TỔNG CỘNG"))
    total_dong = sum(line.total_dong for line in data.lines)
    texts = {
        "run": run_name(data.run.run_month),
        "supplement": f" (bổ sung lần {data.seq})" if data.seq else "",
        "months": months_name(data.run.benefit_months),
        "commune": data.heading.commune.name if data.heading.commune else data.heading.authority.name,
        "channel": words.word("channels", data.channel),
        "provider": words.word("providers", data.provider),
        "contract": data.contract.number,
        "lines": format_dong(len(data.lines)),
        "total": format_dong(total_dong),
        "total_words": sentence_in_words(total_dong),
    }
    return Filling(texts, {"lines": rows}, {"lines": _LINE_KEYS}, NUMBERS)


def _list_line(number: int, line: ListLine, words: Words) -> dict[str, Cell]:
    return {
        "no": str(number),
        "full_name": line.person.full_name,
        "born": born(line.person),
        "group": "; ".join(words.word("short_groups", group) for group in line.groups),
        "payee": line.payee_name,
        "months": months_name(line.months),
        "coefficient": "; ".join(_coefficient(each) for each in line.coefficients),
        "amount": line.amount_dong or None,
        "arrears": line.arrears_dong or None,
        "total": line.total_dong,
        "commune": line.commune,
    }


def _list_total(lines: Sequence[ListLine], label: str) -> Row:
    cells: dict[str, Cell] = {
        "amount": sum(line.amount_dong for line in lines),
        "arrears": sum(line.arrears_dong for line in lines),
        "total": sum(line.total_dong for line in lines),
    }
    return Row(cells, "total", label)


def fill_changes(data: Changes, words: Words) -> Filling:
    """Increases, decreases and changed amounts, each a table with its sum."""
    tables = {
        "increases": _changes(data.increases, words),
        "decreases": _changes(data.decreases, words),
        "changed": _changes(data.changed, words),
    }
    texts = {
        "run": run_name(data.run.run_month),
        "before": f"kỳ {run_name(data.before.run_month)}" if data.before else "kỳ trước (chưa có)",
        "increases": format_dong(len(data.increases)),
        "increases_dong": format_dong(sum(each.after_dong for each in data.increases)),
        "decreases": format_dong(len(data.decreases)),
        "decreases_dong": format_dong(sum(each.before_dong for each in data.decreases)),
        "changed": format_dong(len(data.changed)),
        "changed_dong": format_dong(sum(each.after_dong - each.before_dong for each in data.changed)),
    }
    return Filling(texts, tables, dict.fromkeys(tables, _CHANGE_KEYS), NUMBERS)


def _changes(changes: Sequence[Change], words: Words) -> list[Row]:
    rows = [
        Row(
            {
                "no": str(number),
                "full_name": change.person.full_name,
                "born": born(change.person),
                "commune": change.commune,
                "before": change.before_dong,
                "after": change.after_dong,
                "difference": change.after_dong - change.before_dong,
                "from": run_name(change.from_month) if change.from_month else None,
                "reason": words.word("reasons", change.reason),
                "decision": change.decision,
            }
        )
        for number, change in enumerate(changes, 1)
    ]
    before_dong, after_dong = sum(c.before_dong for c in changes), sum(c.after_dong for c in changes)
    sums: dict[str, Cell] = {"before": before_dong, "after": after_dong, "difference": after_dong - before_dong}
    return [*rows, Row(sums, "total", "CỘNG")]


def fill_unclaimed(data: Unclaimed, words: Words) -> Filling:
    """Who did not get the money of a run, and why: commune by commune."""
    rows: list[Row] = []
    numbers = iter(range(1, len(data.lines) + 1))
    for commune, inside in groupby(data.lines, key=lambda line: line.commune):
        lines = list(inside)
        rows.append(Row({"amount": _sum(lines)}, "group", f"{commune} ({len(lines)} khoản)"))
        rows += [Row(_unpaid(next(numbers), line, words)) for line in lines]
    rows.append(Row({"amount": _sum(data.lines)}, "total", "TỔNG CỘNG"))
    texts = {
        "run": run_name(data.run.run_month),
        "lines": format_dong(len(data.lines)),
        "total": format_dong(_sum(data.lines)),
        "total_words": sentence_in_words(_sum(data.lines)),
    }
    for state in ("unclaimed", "returned", "rejected"):
        found = [line for line in data.lines if line.state == state]
        texts |= {state: format_dong(len(found)), f"{state}_dong": format_dong(_sum(found))}
    return Filling(texts, {"lines": rows}, {"lines": _UNPAID_KEYS}, NUMBERS)


def _unpaid(number: int, line: UnpaidLine, words: Words) -> dict[str, Cell]:
    why = [words.word("states", line.state)] + ([words.word("failures", line.reason)] if line.reason else [])
    return {
        "no": str(number),
        "full_name": line.person.full_name,
        "born": born(line.person),
        "commune": line.commune,
        "payee": line.payee_name,
        "channel": words.word("channels", line.channel),
        "months": months_name(line.months),
        "amount": line.amount_dong,
        "reason": ": ".join(why),
        "note": f"Chi lại ở kỳ {code_name(line.again_in)}" if line.again_in else None,
    }


def _sum(lines: Iterable[UnpaidLine]) -> int:
    return sum(line.amount_dong for line in lines)


def born(person: Person) -> Cell:
    """The birth date, or the year where only that is known."""
    return person.birth_date if person.birth_precision == "day" else f"{person.birth_date.year}"


def run_name(month: date) -> str:
    """`10/2021`."""
    return f"{month:%m/%Y}"


def code_name(code: str) -> str:
    """A run by its code: `2021-10` -> `10/2021`."""
    year, _, month = code.partition("-")
    return f"{month}/{year}" if len(month) == 2 else code


def months_name(months: Sequence[date]) -> str:
    """`10/2021`, `01, 02/2022`, `07-10/2021`: months of one year share it, three or more in a row are a range."""
    said = []
    for year, inside in groupby(sorted(months), key=lambda month: month.year):
        numbers = [month.month for month in inside]
        row = len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1
        names = f"{numbers[0]:02}-{numbers[-1]:02}" if row else ", ".join(f"{number:02}" for number in numbers)
        said.append(f"{names}/{year}")
    return "; ".join(said)


def _coefficient(coefficient: Decimal) -> str:
    """`1,5`, as Vietnamese papers write a fraction."""
    return f"{coefficient.normalize():f}".replace(".", ",") if coefficient % 1 else f"{coefficient:.1f}".replace(".", ",")
