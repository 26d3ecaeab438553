"""People with obligations of a month in several communes count once, where the first obligation stands, in any order."""

from __future__ import annotations

import itertools
import random
from datetime import date

import pytest

from services.reporting.domain.joined import CommunePart, changes, join
from shared.service import Service
from tests.reporting.province import COMMUNES, events_of
from tests.reporting.second_way import Fact, chained

OCTOBER = date(2021, 10, 1)
HERE, THERE, *_ = sorted(COMMUNES)


def part(unit_id: str, revision: int, kind: str, owed: int, **ways: int) -> CommunePart:
    named = {way.replace("_", "/"): count for way, count in ways.items()}
    return CommunePart(unit_id, f"group of {unit_id}", "male", "60_79", revision, kind, owed, named)


def test_the_first_obligation_says_where_and_all_say_how() -> None:
    parts = [
        part("b", 0, "monthly", 1, cash_vnpost=1),
        part("a", 1, "monthly", 1, wallet_viettelpay=1),
        part("c", 0, "one_off:x", 2, cash_vnpost=-1),
    ]
    for order in itertools.permutations(parts):
        whole = join(order)
        assert whole is not None
        assert whole.counted == ("b", "wallet/viettelpay", "group of b", "male", "60_79")
        assert (whole.owed, whole.ways) == (4, {"wallet/viettelpay": 1})
    assert join([]) is None


def test_a_person_leaves_where_they_counted_and_comes_to_where_they_count() -> None:
    before, after = join([part("a", 1, "monthly", 1)]), join([part("a", 1, "monthly", 1), part("b", 0, "monthly", 1)])
    assert before is not None and after is not None
    assert changes(before, after) == {before.counted: -1, after.counted: 1}
    assert changes(after, after) == {}
    assert changes(None, join([part("a", 0, "monthly", 0, cash_vnpost=1)])) == {}, "nothing is owed yet"


@pytest.mark.parametrize("seed", range(4))
async def test_one_person_of_two_communes_in_the_database(empty: Service, seed: int) -> None:
    """Drawn here; a month later another commune; then paid in both. One event may tell of both."""
    facts = chained(
        [
            Fact(OCTOBER, "a", "monthly", revision, step, unit, "elderly", place, 1, "viettelpay", "wallet")
            for revision, unit in ((0, THERE), (1, HERE))
            for step, place in ((0, "not_released"), (11, "in_flight"), (12, "paid_account"))
        ]
    )
    order = random.Random(seed)
    order.shuffle(facts)
    for event in events_of(facts, size=order.randint(1, 6)):
        await empty.inbox.receive(event)
    async with empty.database.transaction() as tx:
        rows = await tx.rows("SELECT unit_id, owed, way, joined FROM person_months WHERE subject = 'a' ORDER BY unit_id")
        whole = await tx.row("SELECT unit_id, owed, ways, way FROM joined_people WHERE subject = 'a'")
        communes = await tx.rows("SELECT unit_id, others FROM person_communes WHERE subject = 'a' ORDER BY unit_id")
        counted = await tx.rows("SELECT unit_id, entitled, by_account FROM unit_months WHERE level = 'commune' ORDER BY unit_id")
        seen = await tx.rows("SELECT part_unit_id, unit_id, owed FROM month_people WHERE subject = 'a' ORDER BY part_unit_id")
    assert [tuple(row.values()) for row in rows] == [(each, 1, "wallet/viettelpay", True) for each in (HERE, THERE)]
    assert whole == {"unit_id": THERE, "owed": 2, "ways": {"wallet/viettelpay": 2}, "way": "wallet/viettelpay"}
    assert [tuple(row.values()) for row in communes] == [(HERE, [THERE]), (THERE, [HERE])]
    assert [tuple(row.values()) for row in counted] == [(HERE, 0, 0), (THERE, 1, 1)]
    assert [tuple(row.values()) for row in seen] == [(HERE, THERE, 2), (THERE, THERE, 2)]
