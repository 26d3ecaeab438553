"""Golden cases that an official can read: `golden/amounts.csv`, each amount typed by hand from the article beside it.

Every case is asked of the pure rules and of the SQL that draws up. The columns: trường hợp (case), ngày sinh (birth), quyết
định (decisions: category, heads, first and last month), tỉnh (province), tháng (month), tình trạng (standing), then the amounts
of the month by kind: empty owes nothing, `từ chối` is refused, `không rõ` is a decision of which no law says what it gives.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.disbursement.domain.amounts import HeldDecision, dues, not_dated
from services.disbursement.domain.law import bare_province
from services.disbursement.domain.refusals import NO_LAW
from services.disbursement.storage import draw_dues, people
from services.disbursement.storage import not_dated as not_dated_in_sql
from services.disbursement.storage.law_data import load_law
from shared.contracts.registry_events import BeneficiaryRecord, DecisionRecord
from shared.kernel.errors import Refusal
from shared.kernel.months import month_of, next_month, previous_month
from shared.reference import read_rows
from tests.disbursement.office import Office
from tests.disbursement.records import FROM, decision

PAGE = Path(__file__).with_name("golden") / "amounts.csv"
KINDS = {"hằng tháng": "monthly", "chăm sóc": "care_support", "mai táng": "funeral"}
REFUSED, UNKNOWN = "từ chối", "không rõ"
DECISION = re.compile(r"(?P<category>\S+)(?: × (?P<heads>\d+))? từ (?P<first>\d\d/\d{4})(?: đến (?P<last>\d\d/\d{4}))?")


@dataclass(frozen=True)
class Case:
    """A line of the page."""

    name: str
    birth_date: date
    decisions: list[DecisionRecord]
    province: str
    month: date
    status: str
    since: date
    amounts_dong: dict[str, int]  # by kind
    refused: bool
    unknown: bool


def month(text: str) -> date:
    return date(int(text[-4:]), int(text[:2]), 1)


def day(text: str) -> date:
    return date(int(text[-4:]), int(text[3:5]), int(text[:2])) if "/" in text else date(int(text), 1, 1)


def standing(text: str) -> tuple[str, date]:
    """Status, and the first month that it counts for."""
    if text.startswith("mất "):
        return "dead", next_month(month_of(day(text.removeprefix("mất "))))
    if text.startswith("thôi hưởng từ "):
        return "stopped", month(text.removeprefix("thôi hưởng từ "))
    return {"": ("active", FROM), "tạm dừng": ("suspended", FROM)}[text]


def decided(text: str) -> DecisionRecord:
    found = DECISION.fullmatch(text)
    assert found, text
    last = found["last"]
    return decision(found["category"], int(found["heads"] or 1), month(found["first"]), month(last) if last else None)


def case(row: dict[str, str]) -> Case:
    status, since = standing(row["tình trạng"])
    said = {kind: row[column] for column, kind in KINDS.items()}
    return Case(
        name=f"{row['trường hợp']}, {row['tháng']}",
        birth_date=day(row["ngày sinh"]),
        decisions=[decided(text) for text in row["quyết định"].split("; ")],
        province=row["tỉnh"],
        month=month(row["tháng"]),
        status=status,
        since=since,
        amounts_dong={kind: int(text.replace(".", "")) for kind, text in said.items() if text and text[0].isdigit()},
        refused=REFUSED in said.values(),
        unknown=UNKNOWN in said.values(),
    )


with PAGE.open(encoding="utf-8") as file:
    CASES = [case(row) for row in csv.DictReader(file)]


def held(decisions: Iterable[DecisionRecord]) -> list[HeldDecision]:
    return [HeldDecision(d.decision_id, d.category, d.from_month, d.to_month, d.heads) for d in decisions]


@pytest.mark.parametrize("golden", CASES, ids=lambda golden: golden.name)
def test_the_rules_say_what_the_page_says(golden: Case) -> None:
    if golden.refused:
        with pytest.raises(Refusal) as refusal:
            load_law().in_month(golden.month, golden.province)
        assert refusal.value.code == NO_LAW
        return
    law = load_law().in_month(golden.month, golden.province)
    of_person = held(golden.decisions), golden.status, golden.since
    assert {due.kind: due.amount_dong for due in dues(law, *of_person)} == golden.amounts_dong
    assert bool(not_dated(law, *of_person)) == golden.unknown


def person(office: Office, golden: Case) -> BeneficiaryRecord:
    return office.person(
        birth_date=golden.birth_date, decisions=golden.decisions, status=golden.status, status_from_month=golden.since
    )


@pytest.mark.parametrize("province", sorted({golden.province for golden in CASES}))
async def test_drawing_up_says_what_the_page_says(office: Office, province: str) -> None:
    """All people of a province and all months at once; each case is then looked up in its month."""
    cases = [(person(office, golden), golden) for golden in CASES if golden.province == province and not golden.refused]
    laws = [load_law().in_month(month, province) for month in sorted({golden.month for _, golden in cases})]
    async with office.database.transaction() as tx:
        await people.upsert(tx, [(record, record.beneficiary_id.hex) for record, _ in cases], position=1)
        await draw_dues.collect(tx, office.authority, laws, {})
        owed = await tx.rows("SELECT benefit_month, subject_id, kind, amount_dong FROM draw_owed")
        without_law = await not_dated_in_sql.page(tx, office.authority, laws, None, 10_000)
    unknown = {(one.beneficiary_id, month) for one in without_law for month in one.months}
    for record, golden in cases:
        mine = [row for row in owed if (row["subject_id"], row["benefit_month"]) == (record.beneficiary_id, golden.month)]
        assert {row["kind"]: row["amount_dong"] for row in mine} == golden.amounts_dong, golden.name
        assert ((record.beneficiary_id, golden.month) in unknown) == golden.unknown, golden.name


# --- the page leaves nothing out --------------------------------------------------------------------------------------


def paid(category: str) -> list[Case]:
    """Cases in which a category gives something."""
    return [
        golden
        for golden in CASES
        if golden.amounts_dong and any(d.category == category and covers(d, golden.month) for d in golden.decisions)
    ]


def covers(one: DecisionRecord, month: date) -> bool:
    return one.from_month <= month <= (one.to_month or date.max)


@pytest.mark.parametrize("row", read_rows("categories.csv"), ids=lambda row: row["code"])
def test_every_category_and_both_its_birthdays_are_on_the_page(row: dict[str, Any]) -> None:
    cases = paid(row["code"])
    assert cases
    for golden in cases:
        last_day = next_month(golden.month) - timedelta(days=1)
        if row["age_from"]:
            assert age_on(golden.birth_date, last_day) >= int(row["age_from"]), golden.name
        if row["age_to"]:
            assert age_on(golden.birth_date, golden.month - timedelta(days=1)) < int(row["age_to"]), golden.name


def age_on(born_on: date, when: date) -> int:
    return when.year - born_on.year - ((when.month, when.day) < (born_on.month, born_on.day))


BIRTHDAYS = [  # categories, and the ages that begin or end them
    ("K1-TE-U4", 4), ("K1-TE-4-16", 16), ("K2-16-22", 22), ("K3-HIV-U4", 4), ("K3-HIV-4-16", 16), ("K5A-60-80", 60),
    ("K5A-60-80", 80), ("K5B-75-80", 75), ("K5B-75-80", 80), ("K5C-80", 80), ("K6-DBN-TE", 16), ("K6-DBN", 60),
    ("K6-N-TE", 16), ("K6-N", 60), ("K7-TE3", 3), ("HTXH-75", 75), ("HTXH-70", 70),
]  # fmt: skip


@pytest.mark.parametrize(("category", "age"), BIRTHDAYS)
def test_the_month_of_each_birthday_and_one_beside_it_are_on_the_page(category: str, age: int) -> None:
    cases = [golden for golden in CASES if any(one.category == category for one in golden.decisions)]
    months_after = {
        (golden.month.year - golden.birth_date.year - age) * 12 + golden.month.month - golden.birth_date.month for golden in cases
    }
    assert 0 in months_after
    assert months_after & {-1, 1}


@pytest.mark.parametrize("row", read_rows("standard_levels.csv"), ids=lambda row: f"{row['scope']} {row['valid_from']}")
def test_both_sides_of_every_change_of_level_are_on_the_page(row: dict[str, Any]) -> None:
    seen = {(bare_province(golden.province), golden.month) for golden in CASES}
    home = bare_province("Thừa Thiên Huế" if row["scope"] == "national" else row["scope"])
    first = date.fromisoformat(row["valid_from"])
    edges = [first, previous_month(first)] if first >= FROM else []
    if row["valid_to"]:
        last = month_of(date.fromisoformat(row["valid_to"]))
        edges += [last, next_month(last)]
    assert {(home, edge) for edge in edges} <= seen
