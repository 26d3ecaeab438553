"""Who receives what: a table that an officer can read."""

from __future__ import annotations

import pytest

from services.disbursement.domain.receiving import Purpose, Receipt, purpose_of, receipt_of, receives_otherwise

CARED_FOR = {"care_support"}


@pytest.mark.parametrize(
    ("kind", "category", "kinds", "receipt"),
    [
        ("monthly", "K6-DBN", CARED_FOR, "person"),
        ("care_support", "CS-DBN-HGD", CARED_FOR, "care_support"),
        ("care_support", "CS-DBN-HGD", set(), "person"),
        ("care_support", "CS-NHAN-TE-U4", CARED_FOR, "care_support"),
        ("care_support", "CS-NKT-MT1", CARED_FOR, "person"),
        ("care_support", "CS-DBN-HGD+CS-NKT-MT2", CARED_FOR, "person"),
        ("funeral", "MT-THUONG", CARED_FOR, "funeral"),
        ("one_off:tet", "one_off:tet", CARED_FOR, "person"),
    ],
)
def test_which_payment_settles_it(kind: str, category: str, kinds: set[str], receipt: Receipt) -> None:
    assert receipt_of(kind, category, kinds) == receipt


@pytest.mark.parametrize(
    ("receipt", "status", "purpose"),
    [
        ("person", "active", None),
        ("person", "dead", "unpaid_months"),
        ("care_support", "active", None),
        ("care_support", "dead", None),
        ("funeral", "dead", "funeral"),
    ],
)
def test_who_is_named_once(receipt: Receipt, status: str, purpose: Purpose | None) -> None:
    assert purpose_of(receipt, status) == purpose
    everybody = {"funeral", "unpaid_months"}
    assert receives_otherwise(receipt, status, everybody) == (purpose is not None)
    assert receives_otherwise(receipt, status, set()) == (receipt == "funeral")
