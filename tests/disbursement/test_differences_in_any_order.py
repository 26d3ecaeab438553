"""Whatever is decided, paid, refused, returned and recovered in whatever order, nobody has more than is owed without its being
said: lives of two records that may be one person, beside a model of a few lines (`two_lives.py`)."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from services.disbursement.domain.differences import Piece, settle
from tests.disbursement.office import Office
from tests.disbursement.two_lives import MONTHS, Life, holds, step

JULY = date(2021, 7, 1)
CATEGORIES = ["K5C-80", "K6-N", "K6-DBN"]

whose = st.integers(0, 1)
steps = st.one_of(
    st.tuples(st.just("decide"), whose, st.sets(st.sampled_from(CATEGORIES), max_size=2), st.sampled_from([JULY, *MONTHS])),
    st.tuples(st.just("stand"), whose, st.sampled_from(["active", "suspended", "stopped", "dead"]), st.sampled_from(MONTHS)),
    st.tuples(st.just("merge"), st.sampled_from(MONTHS)),
    st.tuples(st.just("draw")),
    st.tuples(st.just("draw")),
    st.tuples(st.just("next")),
    st.tuples(st.just("release")),
    st.tuples(st.just("release")),
    st.tuples(st.just("answer"), st.sampled_from(["paid", "paid", "unclaimed", "rejected"])),
    st.tuples(st.just("answer"), st.just("paid")),
    st.tuples(st.just("return")),
    st.tuples(st.just("recover"), st.sampled_from([1, 2])),
    st.tuples(st.just("repay"), st.sampled_from([1, 2])),
    st.tuples(st.just("withdraw")),
    st.tuples(st.just("give back")),
)


ONE_PAID: list[tuple[Any, ...]] = [("decide", 1, set[str](), JULY), ("release",), ("answer", "paid"), ("next",)]
NOTHING_OWED = ("decide", 0, set[str](), MONTHS[0])
DEAD = ("stand", 0, "dead", MONTHS[0])


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(told=st.lists(steps, min_size=6, max_size=18))
@example(told=[("decide", 1, {"K6-DBN"}, JULY), ("merge", MONTHS[2]), ("draw",), ("merge", MONTHS[2]), ("draw",)])
@example(
    told=[
        ("release",), ("answer", "paid"), ("merge", MONTHS[2]), ("next",), ("recover", 1), ("repay", 2), ("merge", MONTHS[2]),
        ("draw",), ("withdraw",), ("draw",), ("release",), ("return",),
    ]
)  # fmt: skip
@example(told=[*ONE_PAID, NOTHING_OWED, ("recover", 1), ("return",), ("draw",), ("repay", 2), ("draw",), ("give back",)])
@example(told=[*ONE_PAID, NOTHING_OWED, ("recover", 1), ("repay", 2), ("return",), ("give back",), ("draw",), ("give back",)])
@example(told=[*ONE_PAID, DEAD, ("recover", 2), ("repay", 1), ("return",), ("draw",), ("give back",), ("withdraw",), ("draw",)])
@example(
    told=[*ONE_PAID, DEAD, ("recover", 1), ("repay", 1), ("return",), ("stand", 0, "active", JULY), ("draw",), ("give back",)]
)
async def test_lives(office: Office, told: list[tuple[Any, ...]]) -> None:
    own = await Office(office.service, office.platform, office.client, office.admin, office.tokens).lay()
    life = Life(own, [own.person("K6-N"), own.person("K5C-80")])
    await own.say(*life.records)
    for each in [("draw",), *told, ("draw",)]:
        await step(life, each)
        await holds(life)


amounts = st.integers(1, 5).map(lambda each: each * 180_000)


@given(
    owed=st.integers(0, 6).map(lambda each: each * 180_000),
    standings=st.lists(
        st.tuples(amounts, st.sampled_from(["resting", "sealed", "in_flight", "paid"]), st.booleans()), max_size=6
    ),
    repaid=st.sampled_from([0, 180_000]),
)
def test_settling_leaves_neither_more_nor_less(owed: int, standings: list[tuple[int, Any, bool]], repaid: int) -> None:
    """What is left after cancelling, recalling and owing anew is what is owed, unless too much is out of reach already."""
    pieces = [Piece(number, amount, standing, merged) for number, (amount, standing, merged) in enumerate(standings)]
    settled = settle(owed, pieces, repaid)
    gone = {*settled.cancel, *settled.recall}
    left = sum(piece.amount_dong for piece in pieces if (piece.merged, piece.revision) not in gone)
    out = sum(piece.amount_dong for piece in pieces if piece.standing in ("in_flight", "paid"))
    assert all(piece.standing in ("resting", "sealed") for piece in pieces if (piece.merged, piece.revision) in gone)
    assert left <= max(owed + repaid, out)
    if not settled.recall and left + settled.new_dong > out:
        assert settled.new_dong == 0 or left + settled.new_dong == owed + repaid
    paid = sum(piece.amount_dong for piece in pieces if piece.standing == "paid")
    assert settled.overpaid_dong == max(0, paid - owed)
    for merged, revision in settled.cancel:
        spared = [p for p in pieces if p.standing == "resting" and (p.merged, p.revision) not in gone]
        assert all(p.revision < revision for p in spared if p.merged == merged), "the newest go first"
