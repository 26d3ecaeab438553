"""However events come (shuffled, twice, split in any way), payments, obligations and books end the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.disbursement.domain.outcomes import Contradiction, HeldPayment, Outcome, SaidOutcome, hear, hear_all
from services.disbursement.storage.books import month_books, run_books, run_place
from shared.platform import Platform
from tests.disbursement.gateway_voice import said
from tests.disbursement.ground import Ground
from tests.disbursement.ground_rows import GroundPayroll

OCTOBER, NOVEMBER = date(2021, 10, 1), date(2021, 11, 1)
AMOUNT_DONG = 540_000
OPEN = HeldPayment(UUID(int=1), AMOUNT_DONG, "open", 0)

ENDS: list[list[Outcome]] = [[], ["paid"], ["paid", "paid"], ["rejected"], ["returned"], ["unclaimed"], ["paid", "returned"]]
VAGUE: list[Outcome] = ["accepted", "pending", "unknown"]


def stories() -> st.SearchStrategy[list[Outcome]]:
    """What a gateway can truly say of one payment, in its order."""
    return st.builds(lambda vague, end: [*vague, *end], st.lists(st.sampled_from(VAGUE), max_size=3), st.sampled_from(ENDS))


def words(story: list[Outcome]) -> list[SaidOutcome]:
    """A story as words with steps."""
    return [
        SaidOutcome(OPEN.payment_id, 101 + i, outcome, AMOUNT_DONG, datetime(2021, 10, 5, 1, i, tzinfo=UTC), f"r{i}", f"ref{i}")
        for i, outcome in enumerate(story)
    ]


@given(stories(), st.data())
def test_a_true_story_ends_the_same_in_any_order(story: list[Outcome], data: st.DataObject) -> None:
    told = words(story)
    in_order, none = hear_all(OPEN, told)
    assert none == []
    assert in_order.state == (story[-1] if story and story[-1] not in VAGUE else "open")
    extra = data.draw(st.lists(st.sampled_from(told), max_size=4)) if told else []
    held = OPEN
    for word in data.draw(st.permutations(told + extra)):
        result = hear(held, word)
        assert not isinstance(result, Contradiction)
        held = result
    assert held == in_order


@given(st.lists(st.tuples(st.integers(101, 106), st.sampled_from([*VAGUE, *("paid", "rejected", "returned", "unclaimed")]))))
def test_whatever_is_said_a_payment_ends_once(said_words: list[tuple[int, Outcome]]) -> None:
    """Lies included: a step never falls, a final state changes only from paid to returned, a contradiction changes nothing."""
    held = OPEN
    for step, outcome in said_words:
        result = hear(held, SaidOutcome(OPEN.payment_id, step, outcome, AMOUNT_DONG, datetime(2021, 10, 5, tzinfo=UTC)))
        if isinstance(result, Contradiction):
            continue
        assert result.step >= held.step
        assert held.state in ("open", result.state) or (held.state, result.state) == ("paid", "returned")
        held = result


@given(stories(), st.integers(0, 5))
def test_another_amount_is_set_aside_and_the_rest_stands(story: list[Outcome], at: int) -> None:
    told = words(story)
    if not told:
        return
    wrong = replace(told[at % len(told)], step=200, amount_dong=AMOUNT_DONG + 1)
    after, contradictions = hear_all(OPEN, [*told, wrong])
    assert after == hear_all(OPEN, told)[0]
    assert len(contradictions) == 1


@settings(max_examples=25, deadline=None, database=None)
@given(st.lists(stories(), min_size=2, max_size=6), st.sampled_from(["wallet", "cash"]), st.data())
async def test_the_rows_end_the_same_in_any_order(
    platform: Platform, told: list[list[Outcome]], channel: str, data: st.DataObject
) -> None:
    """The same stories on two grounds: told in order on one; shuffled, twice and in other portions on the other."""
    one, other = await laid(platform, told, channel), await laid(platform, told, channel)
    events = [(i, step) for i, story in enumerate(told) for step in range(len(story))]
    for event in events:
        await tell(*one, told, [event])
    again = data.draw(st.lists(st.sampled_from(events), max_size=4)) if events else []
    shuffled = data.draw(st.permutations(events + again))
    while shuffled:
        portion = data.draw(st.integers(1, len(shuffled)))
        await tell(*other, told, shuffled[:portion])
        shuffled = shuffled[portion:]
    assert await ending(*one) == await ending(*other)


async def laid(platform: Platform, told: list[list[Outcome]], channel: str) -> tuple[Ground, GroundPayroll]:
    ground = Ground(platform.database("disbursement"))
    await ground.lay()
    run = await ground.run("2021-10", OCTOBER, NOVEMBER)
    way = await ground.way(cast(Any, channel), "viettelpay")
    await ground.fund(run, way, 10_000_000)
    payroll = await ground.payroll(run, way, [AMOUNT_DONG] * len(told), months=[OCTOBER, NOVEMBER])
    await ground.instruct(payroll)
    return ground, payroll


async def tell(ground: Ground, payroll: GroundPayroll, told: list[list[Outcome]], events: list[tuple[int, int]]) -> None:
    outcomes = [said(payroll.payments[i], 101 + step, told[i][step]) for i, step in events]
    await ground.hear(payroll, *outcomes)


async def ending(ground: Ground, payroll: GroundPayroll) -> dict[str, Any]:
    """States, rests and books at the end; ids and accounts left out. Asserts that the books balance."""
    async with ground.database.transaction(repeatable_read=True) as tx:
        months = [await month_books(tx, month, [ground.authority]) for month in (OCTOBER, NOVEMBER)]
        place = await run_place(tx, payroll.run.run_id, [ground.authority])
        assert place is not None
        money = await run_books(tx, place, [ground.authority])
        payments = await tx.rows(
            """SELECT p.line_no, p.state, p.step, p.reason, p.provider_reference, p.settled_at, o.benefit_month, o.resting,
                      o.live_payment_id IS NULL AS free, o.avoid_account_id IS NULL AS avoids
               FROM payments p JOIN obligations o ON o.subject_id = p.beneficiary_id
               WHERE p.payroll_id = :id ORDER BY p.line_no, o.benefit_month""",
            id=payroll.payroll_id,
        )
        contradictions = await tx.scalar("SELECT count(*) FROM contradictions WHERE authority_id = :a", a=ground.authority)
    assert all(books.balance for books in months)
    assert money.balance
    paid = sum(row["state"] == "paid" for row in payments) * AMOUNT_DONG
    assert money.own.paid_dong == paid
    assert contradictions == 0
    return {"payments": [dict(row) for row in payments], "months": months, "money": money}
