"""A closed month is never rewritten: what comes late is kept apart, in whatever order closing and moves come."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.events import parts
from services.reporting.storage.moves import forget
from services.reporting.use_cases.rebuild_read_models import rebuild
from shared.contracts.disbursement_events import MonthClosed
from shared.contracts.envelope import Envelope, decode_envelope
from shared.service import Service
from tests.reporting.province import COMMUNES, PROVINCE, RUN_ID, envelope, events_of
from tests.reporting.second_way import Fact, chained
from tests.reporting.test_reporting_moves import MONTHS, lives, read_models

OCTOBER = date(2021, 10, 1)

_LATE = """
SELECT l.benefit_month, l.unit_id, l.provider, l.channel, l.place, CAST(sum(l.obligations) AS bigint) AS obligations,
    CAST(sum(l.amount_dong) AS bigint) AS amount_dong
FROM late_money l JOIN commune_closings c USING (unit_id, benefit_month) WHERE l.position > c.position
GROUP BY l.benefit_month, l.unit_id, l.provider, l.channel, l.place HAVING sum(l.obligations) <> 0 OR sum(l.amount_dong) <> 0
"""

_LATE_PEOPLE = """
SELECT l.benefit_month, l.subject, CAST(sum(l.owed) AS bigint) AS owed, count(*) AS events
FROM late_people l JOIN commune_closings c USING (unit_id, benefit_month) WHERE l.position > c.position
GROUP BY l.benefit_month, l.subject
"""


def closed(months: list[date]) -> bytes:
    """The event of a closed run, at the next position."""
    body = MonthClosed(
        run_id=RUN_ID, run_code="2021-10", run_month=months[0], benefit_months=months, authority_id=PROVINCE,
        paid_dong=0, returned_dong=0, whole_run=True,
    )  # fmt: skip
    return envelope("disbursement", body.type, body.model_dump_json()).encode()


async def late(service: Service) -> tuple[list[str], list[str], list[str]]:
    """What is late of money and of people, and when months were closed."""
    async with service.database.transaction() as tx:
        money, people = await tx.rows(_LATE), await tx.rows(_LATE_PEOPLE)
        closings = await tx.rows("SELECT benefit_month, position FROM closings")
    return _told(money), _told(people), _told(closings)


def _told(rows: Sequence[Any]) -> list[str]:
    return sorted(str(tuple(row.values())) for row in rows)


def second_way(before: list[Fact], after: list[Fact], month: date) -> dict[tuple[str, str, str, str], tuple[int, int]]:
    """What the late moves changed, as the difference of two countings of whole obligations."""
    counts: dict[tuple[str, str, str, str], tuple[int, int]] = {}
    for facts, sign in ((before, -1), (before + after, 1)):
        newest: dict[tuple[str, str, int], Fact] = {}
        for fact in sorted((f for f in facts if f.month == month), key=lambda f: f.step):
            newest[fact.subject, fact.kind, fact.revision] = fact
        for fact in newest.values():
            lies = fact.place in ("in_flight", "paid_account", "paid_cash")
            key = (fact.unit_id, (fact.provider or "") if lies else "", (fact.channel or "") if lies else "", fact.place)
            had = counts.get(key, (0, 0))
            counts[key] = (had[0] + sign, had[1] + sign * fact.amount_dong)
    return {key: count for key, count in counts.items() if count != (0, 0)}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=lives(), cut=st.integers(0, 50), seed=st.integers(0, 2**32))
async def test_what_came_after_the_closing_is_told_in_any_order(service: Service, facts: list[Fact], cut: int, seed: int) -> None:
    async with service.database.transaction() as tx:
        await forget(tx)
    facts = sorted(facts, key=lambda f: f.step)
    before, after = facts[:cut], facts[cut:]
    events = [*events_of(before, size=2), closed(list(MONTHS)), *events_of(after, size=2)]
    random.Random(seed).shuffle(events)
    for event in events * 2:
        await service.inbox.receive(event)
    async with service.database.transaction() as tx:
        rows = await tx.rows(_LATE)
    found = {
        (row["benefit_month"], row["unit_id"], row["provider"], row["channel"], row["place"]): (
            row["obligations"],
            row["amount_dong"],
        )
        for row in rows
    }
    expected = {(month, *key): count for month in MONTHS for key, count in second_way(before, after, month).items()}
    assert found == expected


async def test_the_first_closing_counts_and_a_rebuild_tells_the_same(empty: Service, admin: Any) -> None:
    await admin.execute("DELETE FROM reporting.inbox WHERE source = 'disbursement'")
    commune = sorted(COMMUNES)[0]
    facts = chained(
        [
            Fact(OCTOBER, "a", "monthly", 0, step, commune, "elderly", place, 540_000, "viettelpay", "wallet")
            for step, place in ((0, "not_released"), (11, "in_flight"), (12, "paid_account"), (13, "returned"))
        ]
    )
    numbered = [
        decode_envelope(e) for e in [*events_of(facts[:3], 1), closed([OCTOBER]), *events_of(facts[3:]), closed([OCTOBER])]
    ]
    log = [each.model_copy(update={"position": n + 1}) for n, each in enumerate(numbered)]
    for each in reversed(log):
        await empty.inbox.receive(each.encode())
    told, models = await late(empty), await read_models(empty)
    assert [len(part) for part in told] == [2, 1, 1]
    assert "4)" in told[2][0]  # the position of the first closing
    [disbursement] = [part for part in parts(b"") if part.source == "disbursement"]

    async def pages() -> Any:
        yield log

    async with empty.database.transaction() as tx:
        await rebuild(tx, disbursement, pages())
    assert (await late(empty), await read_models(empty)) == (told, models)


async def test_a_commune_that_nobody_defined_waits(empty: Service) -> None:
    unit = "99999@2021-07-01"
    fact = Fact(OCTOBER, "a", "monthly", 0, 0, unit, "elderly", "not_released", 1, None, None)
    [event] = events_of([fact])
    await empty.inbox.receive(event)
    sent: Envelope = decode_envelope(event)
    async with empty.database.transaction() as tx:
        assert await tx.scalar("SELECT awaiting FROM inbox_parked WHERE position = :p", p=sent.position) == f"unit/{unit}"
        assert await tx.scalar("SELECT count(*) FROM person_months") == 0
        await tx.run("DELETE FROM inbox_parked")
