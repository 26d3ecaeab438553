"""Golden cases that an official can read: `golden/receivers.csv`, who is paid how much which way, typed by hand from the article.

Lines of one case follow each other, month by month, of one person at Viettel's commune. `người nhận` and `người chăm sóc` say who
and whether into a wallet (ví); a dead carer (đã mất) is held by the registry. `tạm giữ` counts people whose care support waits.
"""

from __future__ import annotations

import csv
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.registry_events import AccountRecord, KindPayeeRecord
from shared.kernel.ids import new_id
from tests.disbursement.office import Office
from tests.disbursement.records import changed, decision, payee, wallet

PAGE = Path(__file__).with_name("golden") / "receivers.csv"
WALLET, CASH, DEAD, HERSELF = " (ví)", " tiền mặt", ", đã mất", "Chính chủ"

with PAGE.open(encoding="utf-8", newline="") as page:
    CASES = {name: list(lines) for name, lines in groupby(csv.DictReader(page), key=lambda line: line["trường hợp"])}


class Household:
    """Whoever receives, each the same payee with the same wallet in every month."""

    def __init__(self) -> None:
        self._people: dict[str, tuple[Any, AccountRecord]] = {}

    def receiver(self, said: str) -> dict[str, Any]:
        """The payee and the account that a cell names."""
        name = said.removesuffix(DEAD).removesuffix(WALLET)
        person, account = self._people.setdefault(name, (new_id(), wallet()))
        who = payee(person, 1, name, "self" if name == HERSELF else name.lower())
        return {"payee": who, "account": account if WALLET in said else None}

    def carers(self, said: str) -> list[KindPayeeRecord]:
        """The carer whom a cell names, held once dead."""
        if not said:
            return []
        return [KindPayeeRecord(kind="care_support", hold="payee_died" if DEAD in said else None, **self.receiver(said))]


def expected(said: str) -> set[tuple[str, int, str]]:
    """Name, đồng and channel of each payment."""
    found = set()
    for one in said.split("; "):
        name, rest = one.split(": ")
        amount, way = rest.split(" ", 1)
        found.add((name, int(amount.replace(".", "")), {"ví": "wallet", "tiền mặt": "cash"}[way]))
    return found


@pytest.mark.parametrize("case", CASES)
async def test_who_is_paid(office: Office, case: str) -> None:
    household = Household()
    first = CASES[case][0]
    person = office.person(
        commune=0, decisions=[decision(category) for category in first["quyết định"].split("; ")],
        **household.receiver(first["người nhận"]),
    )  # fmt: skip
    for line in CASES[case]:
        said = {"kind_payees": household.carers(line["người chăm sóc"]), **household.receiver(line["người nhận"])}
        person = changed(person, **said)
        await office.say(person)
        drawn = await office.draw(await office.run(f"{line['tháng'][3:]}-{line['tháng'][:2]}"))
        paid = {
            (payment["payee_name"], payment["amount_dong"], payroll["channel"])
            for payroll in drawn["payrolls"]
            for payment in await office.payments(payroll["payroll_id"])
        }
        assert paid == expected(line["chi trả"]), line["căn cứ"]
        assert drawn["left_out"] == ({"carer-held": int(line["tạm giữ"])} if line["tạm giữ"] else {})


def test_the_page_says_what_it_must() -> None:
    """A disabled child with guardian and another carer, a mother, a carer without an account, a carer who dies mid-year."""
    cells = [(line["người chăm sóc"], line["chi trả"], line["quyết định"]) for lines in CASES.values() for line in lines]
    assert any(WALLET in carer and "; " in paid for carer, paid, _ in cells)
    assert any(carer and CASH in paid for carer, paid, _ in cells)
    assert any("CS-NKT-MT" in categories and carer for carer, _, categories in cells)
    assert any(DEAD in carer for carer, _, _ in cells)
