"""The rules of reconciliation: for one reference in Python, for a list in SQL, and both the same in every case there is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from services.disbursement.domain.reconciliation import (
    OurPayment,
    TheirLines,
    classify,
    expected_there,
    our_net_dong,
)
from services.disbursement.storage.compare_payments import judge
from shared.database import Database
from shared.kernel.ids import new_id, payment_reference
from shared.platform import Platform

AMOUNT = 540_000
STATES: tuple[Any, ...] = ("open", "paid", "rejected", "returned", "unclaimed", "removed")
Case = tuple[OurPayment | None, TheirLines | None]


def lines(paid: int = 0, returned: int = 0, other: Any = None, dong: int = AMOUNT) -> TheirLines:
    return TheirLines(paid, returned, paid * dong, returned * dong, dong, dong, other)


ALL_THERE = expected_there("provider_list", from_gateway=False)


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        (OurPayment("paid", AMOUNT), lines(paid=1), "matched"),
        (OurPayment("returned", AMOUNT), lines(paid=1, returned=1), "matched"),
        (OurPayment("unclaimed", AMOUNT), lines(other="unclaimed"), "matched"),
        (OurPayment("open", AMOUNT), lines(other="pending"), "matched"),
        (OurPayment("paid", AMOUNT), None, "missing_there"),
        (OurPayment("open", AMOUNT), None, "missing_there"),
        (OurPayment("rejected", AMOUNT), None, None),
        (None, lines(paid=1), "unknown_reference"),
        (OurPayment("open", AMOUNT, handed_over=False), lines(paid=1), "missing_here"),
        (OurPayment("paid", AMOUNT), lines(paid=1, dong=AMOUNT - 1), "amount_differs"),
        (OurPayment("paid", AMOUNT), lines(paid=2), "paid_twice"),
        (OurPayment("paid", AMOUNT), lines(paid=2, returned=1), "matched"),
        (OurPayment("open", AMOUNT), lines(paid=1), "state_differs"),
        (OurPayment("rejected", AMOUNT), lines(paid=1), "state_differs"),
        (OurPayment("paid", AMOUNT), lines(paid=1, returned=1), "state_differs"),
        (OurPayment("returned", AMOUNT, settled_after=True), lines(paid=1), "matched"),
        (OurPayment("paid", AMOUNT, settled_after=True), None, None),
    ],
)
def test_one_reference(ours: OurPayment | None, theirs: TheirLines | None, verdict: str | None) -> None:
    assert classify(ours, theirs, ALL_THERE) == verdict
    if verdict == "matched" and theirs is not None:
        assert our_net_dong(ours, theirs) == theirs.net_dong


def every_case() -> Iterator[Case]:
    ours = [
        OurPayment(state, AMOUNT, handed_over, settled_after and state != "open")
        for state, handed_over, settled_after in itertools.product(STATES, (True, False), (True, False))
    ]
    others: tuple[Any, ...] = (None, "rejected", "unclaimed", "pending")
    theirs = [
        TheirLines(paid, returned, paid * dong, returned * dong, dong, max(dong, AMOUNT), other)
        for paid, returned, other, dong in itertools.product(range(4), range(4), others, (AMOUNT, AMOUNT - 1))
        if paid or returned or other
    ]
    yield from itertools.product([None, *ours], [None, *theirs])


@pytest.fixture
def database(platform: Platform) -> Database:
    return platform.database("disbursement")


@pytest.mark.parametrize("expected", [("paid",), ("paid", "unclaimed"), ("paid", "unclaimed", "open")])
async def test_a_list_is_judged_as_each_reference_is(database: Database, expected: Any) -> None:
    cases = {f"ref{n}": case for n, case in enumerate(every_case()) if case != (None, None)}
    async with database.transaction() as tx:
        await tx.run(
            """CREATE TEMP TABLE ours (run_month date, payment_id uuid, reference text, authority_id text, amount_dong bigint,
                   state text, handed_over boolean, settled_after boolean, mine boolean) ON COMMIT DROP"""
        )
        await tx.run(
            """CREATE TEMP TABLE theirs (reference text, paid bigint, returned bigint, paid_dong bigint, returned_dong bigint,
                   least_dong bigint, most_dong bigint, other text) ON COMMIT DROP"""
        )
        await tx.copy(
            "ours",
            ("payment_id", "reference", "amount_dong", "state", "handed_over", "settled_after"),
            [
                (UUID(int=1), ref, ours.amount_dong, ours.state, ours.handed_over, ours.settled_after)
                for ref, (ours, _) in cases.items()
                if ours
            ],
        )
        names = ("paid", "returned", "paid_dong", "returned_dong", "least_dong", "most_dong", "other")
        await tx.copy(
            "theirs",
            ("reference", *names),
            [(ref, *(getattr(theirs, name) for name in names)) for ref, (_, theirs) in cases.items() if theirs],
        )
        await judge(tx, expected)
        rows = await tx.rows("SELECT reference, kind, our_dong, their_dong, their_state FROM compared")
    assert len(rows) == len(cases) > 3_000
    for row in rows:
        ours, theirs = cases[row["reference"]]
        said = (theirs.state, theirs.net_dong) if theirs else (None, 0)
        assert (row["their_state"], row["their_dong"]) == said
        assert row["kind"] == classify(ours, theirs, expected), (ours, theirs)
        assert row["our_dong"] == our_net_dong(ours, theirs), (ours, theirs)
        if row["kind"] == "matched":
            assert row["our_dong"] == row["their_dong"], (ours, theirs)


async def test_references_in_sql_are_those_of_the_gateway(database: Database) -> None:
    ids = [new_id() for _ in range(200)]
    async with database.transaction() as tx:
        rows = await tx.rows(
            """SELECT id, no, payment_reference(id, no) AS reference
               FROM unnest(CAST(:ids AS uuid[])) id, generate_series(1, 12) no""",
            ids=ids,
        )
    assert [row["reference"] for row in rows] == [payment_reference(UUID(str(row["id"])), row["no"]) for row in rows]
