"""Top-ups as the rule has them. No row here is anybody's law: the rows are this test's own, over the levels of Quảng Ninh."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.disbursement.domain.amounts import HeldDecision, dues
from services.disbursement.storage.law_data import load_law, topup_rows
from shared.reference import read_rows

LONG_AGO = date(2021, 7, 1)


def held(category: str, heads: int = 1, number: int = 1) -> HeldDecision:
    return HeldDecision(UUID(int=number), category, LONG_AGO, None, heads)


TOPUPS = """code,province,category_prefix,group,description_vi,amount_vnd,coefficient,valid_from,valid_to,instrument,source
A,Quảng Ninh,K5,,Người cao tuổi,100000,,2022-01-01,2022-12-31,thử,thử
B,Quảng Ninh,,disabled,Người khuyết tật,,0.2,2022-01-01,,thử,thử
C,Quảng Ninh,K,,Mọi diện hằng tháng,30000,,2023-01-01,,thử,thử
D,Quảng Ninh,HTXH-,,Hưu trí xã hội,200000,,2025-07-01,,thử,thử
"""


def with_topups(month: date, *decisions: HeldDecision, province: str = "Tỉnh Quảng Ninh") -> tuple[int, list[tuple[str, int]]]:
    """The amount, and its lines of top-ups."""
    rows = topup_rows(csv.DictReader(TOPUPS.splitlines()))
    law = replace(load_law(), topups=rows).in_month(month, province)
    (due,) = dues(law, decisions, "active", LONG_AGO)
    return due.amount_dong, [(topup.code, topup.amount_dong) for topup in due.topups]


@pytest.mark.parametrize(
    ("month", "province", "decisions", "expected"),
    [
        # The province's level is 450.000 in 2022 and 500.000 in 2023.
        (date(2021, 12, 1), "Quảng Ninh", [held("K5A-80")], (900_000, [])),
        (date(2022, 1, 1), "Quảng Ninh", [held("K5A-80")], (1_000_000, [("A", 100_000)])),
        (date(2022, 12, 1), "Quảng Ninh", [held("K5A-80")], (1_000_000, [("A", 100_000)])),
        (date(2023, 1, 1), "Quảng Ninh", [held("K5A-80")], (1_030_000, [("C", 30_000)])),
        (date(2022, 1, 1), "Hải Dương", [held("K5A-80")], (720_000, [])),
        (date(2022, 1, 1), "Quảng Ninh", [held("K6-N")], (765_000, [("B", 90_000)])),
        (date(2023, 1, 1), "Quảng Ninh", [held("K6-N")], (880_000, [("B", 100_000), ("C", 30_000)])),
        # Only what counts is topped up, each row once, never by heads.
        (date(2022, 1, 1), "Quảng Ninh", [held("K5A-60-80", number=1), held("K6-DBN-NCT", number=2)],
         (1_215_000, [("B", 90_000)])),
        (date(2023, 1, 1), "Quảng Ninh", [held("K4-DTN", 3, number=1), held("K6-N", number=2)],
         (1_500_000 + 750_000 + 100_000 + 30_000, [("B", 100_000), ("C", 30_000)])),
        # It doesn't decide which is the highest: 700.000 x 1.0 against the pension of 500.000.
        (date(2025, 7, 1), "Quảng Ninh", [held("HTXH-75", number=1), held("K4-DTN", number=2)], (730_000, [("C", 30_000)])),
        (date(2025, 7, 1), "Quảng Ninh", [held("HTXH-75")], (700_000, [("D", 200_000)])),
    ],
)  # fmt: skip
def test_top_ups(month: date, province: str, decisions: list[HeldDecision], expected: tuple[int, list[tuple[str, int]]]) -> None:
    assert with_topups(month, *decisions, province=province) == expected


@pytest.mark.parametrize(
    "changed",
    [
        {"group": "elderly"},
        {"category_prefix": ""},
        {"category_prefix": "", "group": "người già"},
        {"coefficient": "0.1"},
        {"amount_vnd": ""},
        {"code": "B"},
        {"valid_from": "1/1/2022"},
    ],
)
def test_a_file_of_top_ups_that_can_not_be_meant_is_not_read(changed: dict[str, str]) -> None:
    first, *rest = csv.DictReader(TOPUPS.splitlines())
    with pytest.raises(ValueError):
        topup_rows([{**first, **changed}, *rest])


def test_every_top_up_that_ships_has_a_source() -> None:
    for row in read_rows("provincial_topups.csv"):
        assert row["source"], row
        assert row["instrument"], row
    assert load_law().topups == topup_rows(read_rows("provincial_topups.csv"))
