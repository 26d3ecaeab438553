"""The .xlsx that a provider gets: the same orders make the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import xlsxwriter

from services.provider_gateway.connectors.protocol import Batch, Order
from services.provider_gateway.connectors.spreadsheet.template import Column, Template

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_DOTTED = '[>=1000000000]#"."000"."000"."000;[>=1000000]#"."000"."000;#"."000'
"""Points between thousands whatever the country of the reader's machine; an amount is at least 1,000 đồng."""

_SMALL = "0"
ROW_POINTS = 18.0
_FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
_TEXT_FIELDS = frozenset(("reference", "identity_number", "account_number", "commune_code"))


def list_name(reference: str) -> str:
    """What a list's file is called: always the same for the same list."""
    return f"{reference}.xlsx"


def write_pay_list(template: Template, provider: str, batch: Batch) -> bytes:
    """The workbook of a batch."""
    orders = sorted(batch.orders, key=lambda order: (order.unit_code, order.payee_name, order.reference))
    title = [_title(line, provider, batch, orders) for line in template.title]
    rows = [_values(order) for order in orders]
    empty = {field for field in ("identity_number", "account_number") if not any(row[field] for row in rows)}
    kept = [column for column in template.columns if column.field not in empty]
    return _write(replace(template, columns=kept), title, rows, batch.pay_on)


def write_withdrawal_list(template: Template, provider: str, reference: str, amounts: dict[str, int], on: date) -> bytes:
    """The workbook that asks orders back: by reference and amount, for the provider has the names."""
    title = [
        "ĐỀ NGHỊ RÚT LỆNH CHI",
        f"Đơn vị chi trả: {provider}",
        f"Mã đề nghị: {reference} · Số khoản: {len(amounts)}",
        "Khoản nào chưa chi: dừng chi và ghi kết quả “" + template.words["withdrawn"][0] + "”. Khoản đã chi: ghi kết quả “"
        + template.words["paid"][0] + "”.",
    ]  # fmt: skip
    kept = [column for column in template.columns if column.back or column.field in ("number", "reference", "amount_dong")]
    rows = [{"reference": each, "amount_dong": dong} for each, dong in sorted(amounts.items())]
    return _write(replace(template, columns=kept), title, rows, on)


def _title(line: str, provider: str, batch: Batch, orders: Sequence[Order]) -> str:
    return line.format(
        provider=provider,
        month=f"{batch.pay_on:%m/%Y}",
        pay_on=f"{batch.pay_on:%d/%m/%Y}",
        list=batch.reference,
        orders=len(orders),
        total=f"{sum(order.amount_dong for order in orders):,}".replace(",", "."),
    )


def _values(order: Order) -> dict[str, Any]:
    return {
        "reference": order.reference,
        "payee_name": " ".join(order.payee_name.split()),
        "identity_number": order.identity_number or "",
        "account_number": order.account_number or "",
        "commune_code": order.unit_code,
        "amount_dong": order.amount_dong,
        "delivery": order.home_delivery,
        "note": order.note,
    }


def _write(template: Template, title: Sequence[str], rows: Sequence[dict[str, Any]], made_on: date) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made_at = datetime(made_on.year, made_on.month, made_on.day)  # noqa: DTZ001 - the same list, the same bytes
    book.set_properties({"title": title[0], "created": made_at})
    _Page(book, template).draw(title, rows)
    book.close()
    return buffer.getvalue()


class _Page:
    """One worksheet, drawn from the top down."""

    def __init__(self, book: Any, template: Template) -> None:
        self._book = book
        self._template = template
        self._page = book.add_worksheet(template.sheet)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def draw(self, title: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
        """All of it, and how it is printed."""
        columns, page = self._template.columns, self._page
        for at, column in enumerate(columns):
            page.set_column(at, at, column.width)
        at = self._titles(title)
        self._heads(at)
        for number, row in enumerate(rows, start=1):
            self._row(at + number, {"number": number, **row})
        self._choices(at + 1, at + len(rows))
        last = at + len(rows) + 1
        for note in self._template.notes:
            page.merge_range(last, 0, last, len(columns) - 1, "", self._format(italic=True, text_wrap=True, border=0))
            page.write_string(last, 0, note, self._format(italic=True, text_wrap=True, border=0))
            last += 1
        page.freeze_panes(at + 1, 0)
        page.set_paper(9)  # A4
        page.set_landscape()
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.center_horizontally()
        page.fit_to_pages(1, 0)
        page.repeat_rows(at)
        page.set_footer('&L&"Times New Roman"&9' + title[0].replace("&", "&&") + '&R&"Times New Roman"&9Trang &P/&N')

    def _titles(self, lines: Sequence[str]) -> int:
        last = len(self._template.columns) - 1
        for at, line in enumerate(lines):
            form = self._format(bold=at == 0, font_size=14 if at == 0 else 11, align="center", border=0)
            self._page.merge_range(at, 0, at, last, "", form)
            self._page.write_string(at, 0, line, form)
            self._page.set_row(at, 22 if at == 0 else ROW_POINTS)
        return len(lines) + 1

    def _heads(self, at: int) -> None:
        self._page.set_row(at, 48)
        for column_no, column in enumerate(self._template.columns):
            colour = "#FFE699" if column.back else "#D9E1F2"
            form = self._format(bold=True, align="center", text_wrap=True, bg_color=colour)
            self._page.write_string(at, column_no, column.header, form)

    def _row(self, at: int, values: dict[str, Any]) -> None:
        lines = [-(-len(str(values.get(column.field) or "")) // int(column.width)) for column in self._template.columns]
        self._page.set_row(at, ROW_POINTS * max(1, *lines))
        for column_no, column in enumerate(self._template.columns):
            value = values.get(column.field)
            if column.back:
                self._page.write_blank(at, column_no, None, self._format(bg_color="#FFF9E5", text_wrap=True, num_format="@"))
            elif column.field == "amount_dong" and isinstance(value, int):
                self._page.write_number(at, column_no, value, self._format(num_format=_DOTTED if value >= 1000 else _SMALL))
            elif column.field == "number" and isinstance(value, int):
                self._page.write_number(at, column_no, value, self._format(align="center"))
            else:
                self._page.write_string(at, column_no, self._text(column, value), self._text_format(column))

    def _text(self, column: Column, value: Any) -> str:
        if column.field == "delivery":
            return "" if value is None else self._template.places["home" if value else "counter"]
        text = str(value or "")
        # A text cell is no formula; but saved as .csv and opened again it would become one.
        return f"'{text}" if text.startswith(_FORMULA_STARTS) else text

    def _text_format(self, column: Column) -> Any:
        return self._format(num_format="@", text_wrap=column.field not in _TEXT_FIELDS, indent=1)

    def _choices(self, first: int, last: int) -> None:
        """What may be chosen in the provider's columns; other words of the template are understood too."""
        template = self._template
        lists = {
            "result": [words[0] for words in template.words.values()],
            "relationship": [words[0] for words in template.relationships.values()],
            "receipt": [words[0] for words in template.receipts.values()],
        }
        for column_no, column in enumerate(template.columns):
            if column.field in lists and last >= first:
                self._page.data_validation(
                    first,
                    column_no,
                    last,
                    column_no,
                    {"validate": "list", "source": lists[column.field], "error_type": "warning"},
                )

    def _format(self, **more: Any) -> Any:
        key = tuple(sorted(more.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({**_FONT, "border": 1, **more})
        return self._formats[key]
