"""Fills the reconciliation minutes (biên bản đối chiếu)."""

from __future__ import annotations

from collections.abc import Sequence

from services.disbursement.documents.lists import run_name
from services.disbursement.domain.documents import BreakLine, ChannelOutcomes, Minutes, ReconciliationBreak, Sum
from shared.kernel.money import format_dong
from shared.kernel.money_words import sentence_in_words
from shared.papers.layout import day_in_words
from shared.papers.sheet import Cell, Filling, Row
from shared.papers.templates import Words

_ITEM_KEYS = frozenset({"no", "item", "payments", "amount", "note"})
_BREAK_KEYS = frozenset({"no", "item", "reference", "ours", "theirs", "owner", "age", "note", "handling"})
_NUMBERS = frozenset({"payments", "amount", "ours", "theirs", "age"})

_OUTCOMES = (
    ("paid", "Đã chi"),
    ("unclaimed", "Chưa đến nhận"),
    ("returned", "Bị hoàn trả"),
    ("rejected", "Bị từ chối"),
    ("waiting", "Chưa có kết quả"),
)


def fill_minutes(data: Minutes, words: Words) -> Filling:
    """What was instructed and what became of it, by channel; the money; where the two sides differ."""
    money = data.money
    sums = (
        ("1", "Kinh phí còn ở đơn vị chi trả đầu kỳ", money.opening_dong),
        ("2", "Kinh phí chuyển trong kỳ", money.received_dong),
        ("3", "Đã chi cho đối tượng", money.paid_dong),
        ("4", "Nộp trả Kho bạc Nhà nước", money.refunded_dong),
        ("5", "Kinh phí còn ở đơn vị chi trả cuối kỳ (1 + 2 - 3 - 4)", money.closing_dong),
    )
    none = [Row({}, "group", "Không có chênh lệch: số liệu hai bên khớp đúng.")]
    tables = {
        "channels": _channels(data.channels, words),
        "money": [Row({"no": no, "item": item, "amount": amount_dong}) for no, item, amount_dong in sums],
        "breaks": [_difference(n, each, words) for n, each in enumerate(data.breaks, 1)] or none,
        "break_lines": [_break(n, each, words) for n, each in enumerate(data.break_lines, 1)] + _not_shown(data),
    }
    texts = {
        "run": run_name(data.run.run_month),
        "day": day_in_words(data.heading.made_on),
        "provider": words.word("providers", data.contract.lead_provider),
        "contract": data.contract.number,
        "opening": format_dong(money.opening_dong),
        "received": format_dong(money.received_dong),
        "paid": format_dong(money.paid_dong),
        "paid_words": sentence_in_words(money.paid_dong),
        "refunded": format_dong(money.refunded_dong),
        "closing": format_dong(money.closing_dong),
        "breaks": f"{sum(b.payments for b in data.breaks)} khoản" if data.breaks else "không",
        "open_breaks": f"{sum(b.open for b in data.breaks)} khoản" if any(b.open for b in data.breaks) else "không",
    }
    keys = {**dict.fromkeys(tables, _ITEM_KEYS), "break_lines": _BREAK_KEYS}
    return Filling(texts, tables, keys, _NUMBERS)


def _channels(channels: Sequence[ChannelOutcomes], words: Words) -> list[Row]:
    rows: list[Row] = []
    for each in channels:
        name = f"{words.word('channels', each.channel)} - {words.word('providers', each.provider)}: lệnh chi"
        rows.append(Row({"payments": each.instructed.payments, "amount": each.instructed.amount_dong}, "group", name))
        rows += [_outcome(title, [each.of(state)]) for state, title in _OUTCOMES]
    instructed = [each.instructed for each in channels]
    rows.append(Row(_counted(instructed), "total", "TỔNG LỆNH CHI"))
    rows += [
        Row(_counted([each.of(state) for each in channels]), "total", title) for state, title in _OUTCOMES if len(channels) > 1
    ]
    return rows


def _outcome(title: str, sums: Sequence[Sum]) -> Row:
    return Row({"item": f"- {title}", **_counted(sums)})


def _counted(sums: Sequence[Sum]) -> dict[str, Cell]:
    return {"payments": sum(each.payments for each in sums), "amount": sum(each.amount_dong for each in sums)}


def _difference(number: int, each: ReconciliationBreak, words: Words) -> Row:
    note = f"Còn {each.open} khoản chưa xử lý" if each.open else "Đã xử lý xong"
    cells: dict[str, Cell] = {"no": str(number), "item": words.word("breaks", each.kind), "payments": each.payments}
    return Row({**cells, "amount": each.amount_dong, "note": note})


def _break(number: int, each: BreakLine, words: Words) -> Row:
    handled = "Chưa xử lý"
    if each.closed_as is not None:
        handled = words.word("closings", each.closed_as) + (f": {each.close_note}" if each.close_note else "")
    owner = each.owner or "Chưa giao"
    return Row({
        "no": str(number), "item": words.word("breaks", each.kind), "reference": each.reference, "ours": each.our_dong,
        "theirs": each.their_dong, "owner": owner, "age": each.age_days, "note": handled,
        "handling": f"{owner}, {each.age_days} ngày. {handled}",
    })  # fmt: skip


def _not_shown(data: Minutes) -> list[Row]:
    found = sum(each.payments for each in data.breaks if each.kind != "contradiction")
    more = found - len(data.break_lines)
    if more > 0:
        return [Row({}, "group", f"Còn {more} khoản khác, xem trên hệ thống.")]
    return []
