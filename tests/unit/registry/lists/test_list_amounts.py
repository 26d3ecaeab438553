"""Amounts and coefficients."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.lists.amounts import UnreadableNumber, read_amount_dong, read_coefficient
from services.registry.domain.lists.workbook import Cell
from shared.kernel.money import format_dong


@pytest.mark.parametrize(
    ("cell", "amount_dong"),
    [
        ("540.000", 540_000),
        ("1.080.000", 1_080_000),
        ("540,000", 540_000),
        ("540 000", 540_000),
        ("540.000đ", 540_000),
        ("540.000 đồng", 540_000),
        ("1,080,000.00", 1_080_000),
        ("720000", 720_000),
        ("720000,0", 720_000),
        (720_000, 720_000),
        (720_000.0, 720_000),
        (None, None),
        ("-", None),
    ],
)
def test_an_amount_is_read(cell: Cell, amount_dong: int | None) -> None:
    assert read_amount_dong(cell) == amount_dong


@pytest.mark.parametrize("cell", ["54.00.0", "mười nghìn", "1.5", 540_000.5, -1, "5e5"])
def test_what_is_no_amount_is_not_guessed(cell: Cell) -> None:
    with pytest.raises(UnreadableNumber):
        read_amount_dong(cell)


@pytest.mark.parametrize(
    ("cell", "coefficient"),
    [("1,5", "1.5"), ("2.0", "2"), ("1", "1"), (1.5, "1.5"), (2, "2"), ("x 2,5", "2.5"), (None, None)],
)
def test_a_coefficient_is_read(cell: Cell, coefficient: str | None) -> None:
    assert read_coefficient(cell) == (None if coefficient is None else Decimal(coefficient))


@pytest.mark.parametrize("cell", ["hai", "1,5,0", "1/5"])
def test_what_is_no_coefficient_is_not_guessed(cell: Cell) -> None:
    with pytest.raises(UnreadableNumber):
        read_coefficient(cell)


@given(st.integers(0, 999_999_999))
def test_what_papers_write_is_read_back(amount_dong: int) -> None:
    assert read_amount_dong(format_dong(amount_dong)) == amount_dong
