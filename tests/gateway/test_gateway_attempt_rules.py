"""The life of an attempt, tried with sayings in every order, number and kind."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.provider_gateway.domain.attempt import (
    MAX_SENDS,
    OPEN_STATES,
    Attempt,
    Outcome,
    Said,
    Verdict,
    first_step,
    judge,
    may_resend,
    not_found_again,
    to_be_sent_again,
)

AMOUNT_DONG = 360_000
REFERENCE = "A" * 26

OUTCOMES: tuple[Outcome, ...] = ("accepted", "pending", "paid", "unknown", "rejected", "returned", "unclaimed")

# What can truly happen to a payment, told in order. The last is where it ends.
LIVES: tuple[tuple[Outcome, ...], ...] = (
    ("accepted", "pending", "paid"),
    ("accepted", "paid", "returned"),
    ("accepted", "pending", "rejected"),
    ("rejected",),
    ("accepted", "pending", "unclaimed"),
    ("accepted", "returned"),
    ("accepted",),
    ("pending",),
)

SAYINGS = st.builds(
    Said,
    reference=st.just(REFERENCE),
    outcome=st.sampled_from(OUTCOMES),
    reason=st.sampled_from([None, "locked", "duplicate", "withdrawn"]),
    amount_dong=st.sampled_from([None, AMOUNT_DONG, AMOUNT_DONG + 1]),
)


def _attempt(number: int = 1) -> Attempt:
    return Attempt(UUID(int=1), number, REFERENCE, AMOUNT_DONG, "sending", first_step(number), "1@2021-01-01")


def _said(outcome: Outcome) -> Said:
    return Said(REFERENCE, outcome, amount_dong=AMOUNT_DONG)


@given(st.sampled_from(LIVES), st.data())
def test_a_true_story_ends_alike_in_whatever_order_and_number_it_is_told(life: tuple[Outcome, ...], data: st.DataObject) -> None:
    told = data.draw(st.permutations([*life, *data.draw(st.lists(st.sampled_from((*life, "unknown"))))]))
    attempt = _attempt()
    for outcome in told:
        verdict, attempt = judge(attempt, _said(outcome))
        assert verdict is not Verdict.CONTRADICTION
    assert attempt.state == life[-1]


@given(st.lists(SAYINGS, max_size=30), st.integers(1, 40))
def test_whatever_is_said_the_life_keeps_its_rules(sayings: list[Said], number: int) -> None:
    attempt = _attempt(number)
    for said in sayings:
        verdict, became = judge(attempt, said)
        changed = became.state != attempt.state
        assert changed == (verdict is Verdict.APPLIED)
        assert became.step == attempt.step + changed
        assert first_step(number) <= became.step < first_step(number + 1)
        if changed and attempt.state not in OPEN_STATES:
            assert (attempt.state, became.state) == ("paid", "returned")
        if changed and became.state == "paid":
            assert said.amount_dong == AMOUNT_DONG
        if said.reason == "duplicate" and said.outcome == "rejected":
            assert not changed or became.state == "pending"
        attempt = became


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("rejected", Said(REFERENCE, "paid", amount_dong=AMOUNT_DONG)),
        ("unclaimed", Said(REFERENCE, "paid", amount_dong=AMOUNT_DONG)),
        ("paid", Said(REFERENCE, "rejected", "locked", AMOUNT_DONG)),
        ("paid", Said(REFERENCE, "unclaimed", None, AMOUNT_DONG)),
        ("accepted", Said(REFERENCE, "paid", amount_dong=AMOUNT_DONG - 1)),
        ("paid", Said(REFERENCE, "returned", amount_dong=AMOUNT_DONG + 1)),
    ],
)
def test_what_cannot_both_be_true_changes_nothing(held: Outcome, said: Said) -> None:
    _, attempt = judge(_attempt(), _said(held))
    assert judge(attempt, said) == (Verdict.CONTRADICTION, attempt)


def test_paid_after_a_confirmed_withdrawal_is_a_contradiction() -> None:
    _, attempt = judge(_attempt(), Said(REFERENCE, "returned", "withdrawn", AMOUNT_DONG))
    assert judge(attempt, _said("paid"))[0] is Verdict.CONTRADICTION


@given(st.sampled_from(OUTCOMES), st.integers(0, 4), st.floats(0, 100), st.integers(1, 12))
def test_sent_again_only_when_twice_not_found_and_late_enough(outcome: Outcome, times: int, age: float, sends: int) -> None:
    _, attempt = judge(_attempt(), _said(outcome))
    attempt = Attempt(**{**{name: getattr(attempt, name) for name in Attempt.__slots__}, "sends": sends})
    for _ in range(times):
        attempt = not_found_again(attempt)
    allowed = attempt.state == "unknown" and times >= 2 and age >= 60 and sends < MAX_SENDS
    assert may_resend(attempt, age, 60) == allowed
    again = to_be_sent_again(attempt)
    assert (again.reference, again.step, again.not_found) == (attempt.reference, attempt.step, 0)


def test_a_sighting_starts_the_count_of_not_founds_anew() -> None:
    _, attempt = judge(_attempt(), _said("unknown"))
    _, attempt = judge(not_found_again(attempt), _said("unknown"))
    assert attempt.not_found == 0
