"""The SQL that draws up an authority and the pure rules of `domain/amounts.py` give the same, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations_with_replacement
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.disbursement.domain.amounts import Due, HeldDecision, dues, not_dated
from services.disbursement.domain.campaigns import Campaign, gift
from services.disbursement.domain.categories import GROUPS, MONTHLY_GROUPS, kind_of
from services.disbursement.domain.law import MonthLaw
from services.disbursement.domain.topups import TopUp, TopUpRow
from services.disbursement.storage import draw_dues, draw_gifts, people
from services.disbursement.storage import not_dated as not_dated_in_sql
from services.disbursement.storage.law_data import load_law
from shared.contracts.registry_events import BeneficiaryRecord, DecisionRecord
from shared.database import Tx
from shared.kernel.ids import new_id
from tests.disbursement.office import Office
from tests.disbursement.records import FROM, decision

REAL = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
CATEGORIES = [*sorted({row.code for row in load_law().categories}), "X9-UNKNOWN"]
PROVINCES = ["Thành phố Huế", "Tỉnh Quảng Ninh", "TP. Hà Nội", "Tỉnh Hải Dương"]
# Around every change of level and of categories, and some months between.
MONTHS = [date(*month, 1) for month in ((2021, 7), (2021, 8), (2021, 10), (2022, 12), (2023, 1), (2024, 6), (2024, 7), (2024, 8),
          (2024, 9), (2024, 10), (2025, 6), (2025, 7), (2025, 12), (2026, 1))]  # fmt: skip
MEETING = ["K4-DTN", "K5A-80", "K6-N-NCT", "HTXH-75", "CS-NKT-MT1", "CS-NKT-MT2", "CS-DBN-HGD", "MT-THUONG", "MT-KHANCAP"]
"""Categories whose meeting in one person is ruled on."""
ELSEWHERE = "999@2021-07-01"

months = st.sampled_from(MONTHS)
decisions = st.builds(
    lambda category, heads, first, last, payer: (
        decision(category, heads=heads, from_month=min(first, last or first), to_month=last),
        payer,
    ),
    st.sampled_from(CATEGORIES) | st.sampled_from(MEETING),
    st.integers(1, 20),
    months,
    st.none() | months,
    st.sampled_from([None, None, None, 0, 1, ELSEWHERE]),  # a commune of the authority, or of another
)
situations = st.lists(
    st.tuples(
        st.lists(decisions, max_size=1) | st.lists(decisions, max_size=6),
        st.sampled_from(["active", "active", "suspended", "stopped", "dead"]),
        months,
        st.sampled_from([0, 1, 2, ELSEWHERE]),  # where the person lives now
        st.integers(1, 3),  # position of the newest event about the person
    ),
    min_size=1,
    max_size=30,
)
topups = st.lists(
    st.builds(
        lambda code, province, whom, what, first, last: TopUpRow(
            code, province, whom[0], whom[1], what[0], what[1], min(first, last or first), last
        ),
        st.integers(1, 99).map(lambda number: f"T{number}"),
        st.sampled_from(["Huế", "Quảng Ninh", "Hà Nội"]),
        st.sampled_from(["K", "K4-", "K5", "K6-DBN", "HTXH-", "CS-", "MT-", "X9"]).map(lambda prefix: (prefix, None))
        | st.sampled_from(sorted(GROUPS)).map(lambda group: (None, group)),
        st.integers(1, 300_000).map(lambda amount: (amount, None))
        | st.sampled_from(["0.5", "0.33", "1.0"]).map(lambda text: (None, Decimal(text))),
        st.just(MONTHS[0]) | months,
        st.none() | months,
    ),
    max_size=8,
    unique_by=lambda row: row.code,
)


class Undone(Exception):
    """Ends an example's transaction without a trace."""


def lives(office: Office, situation: Any) -> BeneficiaryRecord:
    held, status, since, commune, _ = situation
    paid = [one.model_copy(update={"paid_by": unit(office, payer)}) for one, payer in held]
    return office.person(decisions=paid, status=status, status_from_month=since, unit_id=unit(office, commune))


def unit(office: Office, which: Any) -> str | None:
    return office.communes[which] if isinstance(which, int) else which


def held_of(record: BeneficiaryRecord) -> list[HeldDecision]:
    return [of(one, record.unit_id) for one in record.decisions]


def of(one: DecisionRecord, home: str) -> HeldDecision:
    return HeldDecision(one.decision_id, one.category, one.from_month, one.to_month, one.heads, one.paid_by or home)


async def put_in(tx: Tx, records: Sequence[tuple[BeneficiaryRecord, int]]) -> None:
    for position in sorted({position for _, position in records}):
        group = [(record, record.beneficiary_id.hex) for record, at in records if at == position]
        await people.upsert(tx, group, position=position)


def in_sql(row: dict[str, Any]) -> Due:
    added = tuple(TopUp(topup["code"], topup["amount_dong"]) for topup in row["topups"] or ())
    return Due(
        row["kind"], row["amount_dong"], row["category"], row["category_group"], row["coefficient"], row["heads"],
        row["level_dong"], row["decision_id"], row["unit_id"], added,
    )  # fmt: skip


def looked_at_again(law: MonthLaw, position: int, earlier: dict[date, int]) -> bool:
    return law.month not in earlier or position > earlier[law.month]


async def compare(
    office: Office, laws: list[MonthLaw], earlier: dict[date, int], records: list[tuple[BeneficiaryRecord, int]]
) -> None:
    """Draw these people up, undo it, and hold every field of what is owed and every decision without law against the rules."""
    expected: dict[tuple[date, UUID, str], Due] = {}
    lost: set[UUID] = set()
    lost_now: set[tuple[UUID, UUID, date]] = set()
    for record, position in records:
        of_person = held_of(record), record.status, record.status_from_month, office.communes
        for law in laws:
            without_law = not_dated(law, *of_person)
            lost_now |= {(record.beneficiary_id, one.decision_id, law.month) for one in without_law}
            if looked_at_again(law, position, earlier):
                expected |= {(law.month, record.beneficiary_id, due.kind): due for due in dues(law, *of_person)}
                lost |= {record.beneficiary_id for _ in without_law}
    try:
        async with office.database.transaction() as tx:
            await put_in(tx, records)
            await draw_dues.collect(tx, office.authority, laws, earlier)
            found = {(r["benefit_month"], r["subject_id"], r["kind"]): r for r in await tx.rows("SELECT * FROM draw_owed")}
            people_lost = await not_dated_in_sql.count(tx, office.authority, laws, earlier)
            listed = await not_dated_in_sql.page(tx, office.authority, laws, None, 10_000)
            raise Undone
    except Undone:
        pass
    assert {key: in_sql(row) for key, row in found.items()} == expected
    assert people_lost == len(lost)
    assert {(one.beneficiary_id, one.decision_id, month) for one in listed for month in one.months} == lost_now


@REAL
@given(
    situations=situations,
    province=st.sampled_from(PROVINCES),
    looked=st.dictionaries(months, st.none() | st.integers(0, 3), min_size=1, max_size=5),
    rows=topups,
)
async def test_the_same_amounts(
    office: Office, situations: list[Any], province: str, looked: dict[date, int | None], rows: list[TopUpRow]
) -> None:
    law = replace(load_law(), topups=tuple(rows))
    laws = [law.in_month(month, province) for month in sorted(looked)]
    earlier = {month: position for month, position in looked.items() if position is not None}
    await compare(office, laws, earlier, [(lives(office, situation), situation[-1]) for situation in situations])


async def test_the_same_amounts_of_every_category_and_every_pair(office: Office) -> None:
    """All of them, with top-ups on some: what chance may miss."""
    rows = tuple(
        TopUpRow(f"T{number}", "Huế", prefix, group, amount, coefficient, FROM, None)
        for number, (prefix, group, amount, coefficient) in enumerate(
            [("K", None, 50_000, None), ("K4-", None, None, Decimal("0.3")), ("CS-NKT", None, 10_000, None),
             (None, "elderly", 70_000, None), ("HTXH-", None, None, Decimal("0.2")), ("MT-", None, 1_000_000, None)]
        )
    )  # fmt: skip
    law = replace(load_law(), topups=rows)
    looked = [date(2021, 10, 1), date(2025, 6, 1), date(2025, 7, 1)]
    held = [[decision(category, heads=3, from_month=looked[0])] for category in CATEGORIES]
    for first, second in combinations_with_replacement(CATEGORIES, 2):
        for later in (looked[0], looked[2]):
            held.append([decision(first, heads=2, from_month=looked[0]), decision(second, heads=1, from_month=later)])
    people_held = [(office.person(decisions=decisions), 1) for decisions in held]
    await compare(office, [law.in_month(month, "Thành phố Huế") for month in looked], {}, people_held)


campaigns = st.builds(
    lambda groups, month: Campaign(
        new_id(), "x", "tet", "Quà Tết", month, 300_000, "1/QĐ", month, "groups" if groups else "monthly", tuple(groups), 0
    ),
    st.lists(st.sampled_from(sorted(MONTHLY_GROUPS)), max_size=2, unique=True),
    months,
)


@REAL
@given(situations=situations, campaign=campaigns)
async def test_the_same_gifts(office: Office, situations: list[Any], campaign: Campaign) -> None:
    law = load_law().in_month(campaign.benefit_month, "Thành phố Huế")
    records = [(lives(office, situation), situation[-1]) for situation in situations]
    expected = {}
    for record, _ in records:
        due = gift(campaign, law, held_of(record), record.status, record.status_from_month, office.communes)
        if due is not None:
            expected[record.beneficiary_id] = due
    try:
        async with office.database.transaction() as tx:
            await put_in(tx, records)
            await draw_gifts.collect_gifts(tx, office.authority, campaign, law)
            found = {row["subject_id"]: in_sql(row) for row in await tx.rows("SELECT * FROM draw_owed")}
            raise Undone
    except Undone:
        pass
    assert found == expected


@given(situation=st.lists(decisions, max_size=6), province=st.sampled_from(PROVINCES), month=months, rows=topups)
def test_an_amount_explains_itself(situation: list[Any], province: str, month: date, rows: list[TopUpRow]) -> None:
    """Level x coefficient x heads and the top-ups are the whole amount; no kind is owed twice; no category of two parts."""
    law = replace(load_law(), topups=tuple(rows)).in_month(month, province)
    held = [of(one, "home") for one, _ in situation]
    found = dues(law, held, "active", MONTHS[0])
    assert len({due.kind for due in found}) == len(found)
    for due in found:
        codes = due.category.split("+")
        assert {kind_of(code) for code in codes} == {due.kind}
        added = sum(topup.amount_dong for topup in due.topups)
        assert due.amount_dong == due.level_dong * (1 if due.coefficient is None else due.coefficient) * due.heads + added
        if len(codes) > 1 and due.kind == "monthly":
            assert codes[0] == "K4-DTN"
            assert codes[1][:3] in ("K5A", "K5B", "K5C", "K5D", "K6-", "K8-")
            assert len(codes) == 2
    given_kinds = {due.kind for due in found}
    assert {kind_of(one.category) for one in not_dated(law, held, "active", MONTHS[0])}.isdisjoint(given_kinds)
