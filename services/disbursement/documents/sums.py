"""Fills the papers of sums: summary by commune, quarterly settlement."""

from __future__ import annotations

from services.disbursement.documents.lists import code_name, months_name, run_name
from services.disbursement.domain.documents import CommuneSums, RunMoney, Settlement, Sum, Summary
from services.disbursement.domain.printed_groups import PRINTED_GROUPS
from shared.kernel.money import format_dong
from shared.kernel.money_words import sentence_in_words
from shared.papers.sheet import Cell, Filling, Row
from shared.papers.templates import Words

_SUM_KEYS = frozenset(
    {"no", "commune", "people", "payments", "total", "amount_rest"}
    | {f"{what}_{group}" for what in ("people", "amount") for group in PRINTED_GROUPS}
)
_NUMBERS = _SUM_KEYS - {"no", "commune"} | {"amount", "opening", "received", "paid", "returned", "closing"}
_ITEM_KEYS = frozenset({"no", "item", "people", "payments", "amount", "note"})
_RUN_KEYS = frozenset({"run", "opening", "received", "paid", "returned", "closing"})


def fill_summary(data: Summary, words: Words) -> Filling:
    """A run by commune and printed group."""
    rows = [
        Row({"no": str(number), "commune": each.commune, **_commune(each)}) for number, each in enumerate(data.communes, start=1)
    ]
    rows.append(Row(_commune(data.together), "total", "TỔNG CỘNG"))
    total = data.together.total
    texts = {
        "run": run_name(data.run.run_month),
        "months": months_name(data.run.benefit_months),
        "people": format_dong(total.people),
        "payments": format_dong(total.payments),
        "total": format_dong(total.amount_dong),
        "total_words": sentence_in_words(total.amount_dong),
    }
    return Filling(texts, {"communes": rows}, {"communes": _SUM_KEYS}, _NUMBERS)


def _commune(each: CommuneSums) -> dict[str, Cell]:
    cells: dict[str, Cell] = {
        "people": each.total.people,
        "payments": each.total.payments,
        "total": each.total.amount_dong,
        "amount_rest": sum(each.groups.get(group, Sum()).amount_dong for group in ("funerals", "others")),
    }
    for group in PRINTED_GROUPS:
        found = each.groups.get(group, Sum())
        cells |= {f"people_{group}": found.people, f"amount_{group}": found.amount_dong}
    return cells


def fill_settlement(data: Settlement, words: Words) -> Filling:
    """The quarter's money by run, and what was paid by printed group and by channel."""
    first, last = data.runs[0], data.runs[-1]
    received_dong, returned_dong = sum(r.received_dong for r in data.runs), sum(r.returned_dong for r in data.runs)
    together = RunMoney(
        "", first.opening_dong, received_dong, sum(r.paid_dong for r in data.runs), returned_dong, last.closing_dong
    )
    groups = [(group, data.groups[group]) for group in PRINTED_GROUPS if group in data.groups]
    tables = {
        "runs": [*(Row(_money(run)) for run in data.runs), Row({**_money(together), "run": None}, "total", "CỘNG QUÝ")],
        "groups": [
            *(_item(n, words.word("groups", group), found) for n, (group, found) in enumerate(groups, 1)),
            Row({"people": data.paid.people, "amount": data.paid.amount_dong}, "total", "CỘNG"),
        ],
        "channels": [
            *(_item(n, words.word("channels", name), found) for n, (name, found) in enumerate(sorted(data.channels.items()), 1)),
            Row({"payments": data.paid.payments, "amount": data.paid.amount_dong}, "total", "CỘNG"),
        ],
    }
    texts = {
        "quarter": data.quarter.roman,
        "year": str(data.quarter.year),
        "opening": format_dong(together.opening_dong),
        "received": format_dong(received_dong),
        "paid": format_dong(together.paid_dong),
        "paid_words": sentence_in_words(together.paid_dong),
        "returned": format_dong(returned_dong),
        "closing": format_dong(together.closing_dong),
    }
    return Filling(texts, tables, {"runs": _RUN_KEYS, "groups": _ITEM_KEYS, "channels": _ITEM_KEYS}, _NUMBERS)


def _item(number: int, item: str, found: Sum) -> Row:
    return Row({"no": str(number), "item": item, "people": found.people, "payments": found.payments, "amount": found.amount_dong})


def _money(run: RunMoney) -> dict[str, Cell]:
    return {
        "run": code_name(run.code),
        "opening": run.opening_dong,
        "received": run.received_dong,
        "paid": run.paid_dong,
        "returned": run.returned_dong,
        "closing": run.closing_dong,
    }
