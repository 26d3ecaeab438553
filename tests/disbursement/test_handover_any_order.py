"""Whatever is said of payments, true or not, whatever a person settles, and whenever the authority hands over in between: after
each step all books balance, of each authority and of all, and no obligation is settled by two payments."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.disbursement.domain.handovers import divide
from shared.kernel.errors import Refusal
from shared.platform import Platform
from tests.disbursement.gateway_voice import said
from tests.disbursement.ground import Ground
from tests.disbursement.ground_rows import GroundPayroll, GroundRun
from tests.disbursement.heirs import check_books, contradictions, heirs_of, let_hand_over, let_settle

OCTOBER, NOVEMBER = date(2021, 10, 1), date(2021, 11, 1)
DONG = 540_000
PEOPLE = 4

SAY = st.tuples(
    st.just("say"),
    st.integers(0, PEOPLE - 1),
    st.sampled_from(["accepted", "paid", "rejected", "returned", "unclaimed"]),
    st.integers(101, 109),
)
SETTLE = st.tuples(st.just("settle"), st.sampled_from(["ours_right", "provider_right", "paid_twice"]))
HAND_OVER = st.just(("hand over",))
STORY = st.lists(st.one_of(SAY, SAY, SAY, SETTLE, SETTLE, HAND_OVER), min_size=3, max_size=14)


async def laid(platform: Platform) -> tuple[Ground, GroundRun, GroundPayroll]:
    """Two people in each of two communes, each paid October and November in one payment, in flight and funded."""
    ground = Ground(platform.database("disbursement"))
    await ground.lay()
    run = await ground.run("2021-11", OCTOBER, NOVEMBER)
    way = await ground.way("wallet", "viettelpay")
    payroll = await ground.payroll(run, way, [DONG] * PEOPLE, months=[OCTOBER, NOVEMBER])
    await ground.fund(run, way, 2 * PEOPLE * DONG + 1_000)
    await ground.instruct(payroll)
    await let_some_live_elsewhere(ground, payroll)
    return ground, run, payroll


async def let_some_live_elsewhere(ground: Ground, payroll: GroundPayroll) -> None:
    """Every second person belongs to the second commune."""
    there = {"unit": ground.communes[1], "ids": [p.beneficiary_id for p in payroll.payments[1::2]]}
    async with ground.database.transaction() as tx:
        for table, person in (("people", "beneficiary_id"), ("obligations", "subject_id"), ("payments", "beneficiary_id")):
            await tx.run(f"UPDATE {table} SET unit_id = :unit WHERE {person} = ANY(CAST(:ids AS uuid[]))", **there)


@settings(max_examples=15, deadline=None, database=None)
@given(STORY)
async def test_all_books_balance_after_each_step(platform: Platform, story: list[Any]) -> None:
    ground, run, payroll = await laid(platform)
    owed_dong = 2 * PEOPLE * DONG
    for step in story:
        if step[0] == "say":
            _, i, outcome, number = step
            await ground.hear(payroll, said(payroll.payments[i], number, outcome))
        elif step[0] == "settle":
            for one in (await contradictions(ground))[:1]:
                try:
                    await let_settle(ground, one["contradiction_id"], step[1])
                except Refusal as refusal:
                    assert refusal.code.code in ("wrong-resolution", "not-paid-twice", "settled-too-often")
        else:
            await let_hand_over(ground)
        places = await check_books(ground, [OCTOBER, NOVEMBER], [run])
        assert sum(places.values()) == owed_dong
        await check_payments(ground, payroll)
    if ("hand over",) in story:
        await check_old_authority(ground)


async def check_payments(ground: Ground, payroll: GroundPayroll) -> None:
    """A payment that lives is the one its obligations name, in the books of the same authority."""
    async with ground.database.transaction() as tx:
        rows = await tx.rows(
            """SELECT p.state, o.live_payment_id = p.payment_id AS live, o.authority_id = p.authority_id AS same, o.settlements
               FROM payments p JOIN payment_lines l USING (run_month, payment_id)
               JOIN obligations o USING (benefit_month, subject_id, kind, revision) WHERE p.payroll_id = :id""",
            id=payroll.payroll_id,
        )
    assert len(rows) == 2 * PEOPLE
    for row in rows:
        assert bool(row["live"]) == (row["state"] in ("open", "paid"))
        assert row["same"] or row["state"] not in ("open", "paid")


async def check_old_authority(ground: Ground) -> None:
    """Nothing open is left with the authority that handed over, of money as of what is owed; its contradictions went too."""
    async with ground.database.transaction() as tx:
        held = await tx.scalar(
            """SELECT CAST(coalesce(sum(CASE WHEN to_account LIKE 'provider:%' THEN amount_dong
                   WHEN from_account LIKE 'provider:%' THEN -amount_dong END), 0) AS bigint)
               FROM ledger_entries WHERE book = 'money' AND authority_id = :authority""",
            authority=ground.authority,
        )
        rows = await tx.rows(
            """SELECT o.live_payment_id IS NOT NULL AND p.state = 'paid' AS paid, o.unit_id, o.authority_id, o.pay_unit_id
               FROM obligations o LEFT JOIN payments p ON p.payment_id = o.live_payment_id AND p.run_month = o.live_run_month
               WHERE o.authority_id = ANY(CAST(:whose AS text[]))""",
            whose=[ground.authority, *heirs_of(ground)],
        )
    assert held == 0
    heirs = dict(zip(ground.communes, heirs_of(ground), strict=True))
    for row in rows:
        assert row["authority_id"] == heirs[row["unit_id"]] or row["paid"]
        assert row["pay_unit_id"] in (None, heirs[row["unit_id"]])
    assert {one["authority_id"] for one in await contradictions(ground)} <= set(heirs_of(ground))


AUTHORITIES = ("a", "b", "c")


@given(st.integers(-1_000, 10_000), st.dictionaries(st.sampled_from(AUTHORITIES), st.integers(0, 5_000)))
def test_money_that_nothing_claims_is_divided_to_the_last_dong(unspent_dong: int, claims: dict[str, int]) -> None:
    parts = divide(unspent_dong, claims, AUTHORITIES)
    assert sum(parts.values()) == unspent_dong
    assert all(parts.get(authority, 0) in range(claims.get(authority, 0) + 1) for authority in AUTHORITIES[1:])
    if unspent_dong >= sum(claims.values()):
        assert all(parts.get(authority, 0) >= claims.get(authority, 0) for authority in AUTHORITIES)
