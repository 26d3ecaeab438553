"""Merging, parting and undoing in any order, on the real tables: never two survivors, and undoing leads back where one was."""

from __future__ import annotations

from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.registry.use_cases.settle_duplicate import merge_duplicate, part_duplicate, undo_duplicate
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.officers import VINH_HUNG, Officers

PEOPLE = [Line(f"Nguyễn Văn {name}", "1936", "Nam", f"19130010{at}") for at, name in enumerate(("Một", "Hai", "Ba", "Bốn"))]
SOMEBODY = Caller("test", "officer", "person", frozenset(), ())
PAIRS = len(list(combinations(PEOPLE, 2)))

STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "merge", "part", "undo"]), st.integers(0, PAIRS - 1), st.booleans(), st.booleans()),
    max_size=14,
)


class Settled(Exception):
    """Ends an example: its transaction is rolled back."""


@pytest.fixture(scope="module")
async def entered() -> dict[str, bool]:
    return {}


async def _pairs(tx: Tx) -> list[UUID]:
    """Every two of the people as an open pair."""
    rows = await tx.rows(
        """INSERT INTO duplicate_candidates (candidate_id, first_id, second_id, first_unit_id, second_unit_id, first_code,
               second_code, score, reasons, facts, found_at)
           SELECT uuidv7(), a.beneficiary_id, b.beneficiary_id, a.unit_id, b.unit_id, a.code, b.code, 60, '{same_name}', '\\x00',
               now()
           FROM beneficiaries a JOIN beneficiaries b ON a.beneficiary_id < b.beneficiary_id RETURNING candidate_id"""
    )
    return sorted(row["candidate_id"] for row in rows)


async def _state(tx: Tx) -> dict[UUID, tuple[Any, ...]]:
    rows = await tx.rows("SELECT beneficiary_id, status, status_from_month, merged_into, full_name, payee_id FROM beneficiaries")
    return {row["beneficiary_id"]: tuple(row.values())[1:] for row in rows}


async def _check_clusters(tx: Tx) -> None:
    """Everybody is in one cluster, and each has one root, which alone is not merged; whoever is merged is not paid."""
    state = await _state(tx)
    for person, (status, _, merged_into, *_rest) in state.items():
        seen = [person]
        while (parent := state[seen[-1]][2]) is not None:
            assert parent not in seen, "a circle"
            seen.append(parent)
        assert (status == "active") == (merged_into is None)
    merged = await tx.rows("SELECT first_id, second_id, survivor_id FROM duplicate_candidates WHERE state = 'merged'")
    goes = [row["second_id"] if row["survivor_id"] == row["first_id"] else row["first_id"] for row in merged]
    assert sorted(goes) == sorted(person for person, held in state.items() if held[2] is not None), "each merge has its pair"


async def _step(tx: Tx, pairs: list[UUID], step: tuple[str, int, bool, bool]) -> bool:
    """One act of an officer; whether it was allowed."""
    verb, at, first, stale = step
    row = await tx.row(
        """SELECT c.*, a.version AS first_version, b.version AS second_version FROM duplicate_candidates c
           JOIN beneficiaries a ON a.beneficiary_id = c.first_id JOIN beneficiaries b ON b.beneficiary_id = c.second_id
           WHERE candidate_id = :id""",
        id=pairs[at],
    )
    assert row
    try:
        async with tx.savepoint():
            if verb == "merge":
                seen = (row["first_version"] + stale, row["second_version"])
                await merge_duplicate(tx, SOMEBODY, pairs[at], row["first_id"] if first else row["second_id"], seen, "một người")
                assert not stale
            elif verb == "part":
                await part_duplicate(tx, SOMEBODY, pairs[at], "hai người")
            else:
                await undo_duplicate(tx, SOMEBODY, pairs[at], "xem lại")
    except Refusal as refusal:
        allowed = {"duplicate-settled", "merged-already", "duplicate-changed-since", "duplicate-not-settled", "survivor-ended"}
        assert refusal.code.code in allowed
        return False
    return True


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_order_of_acts_keeps_one_survivor_and_can_be_undone(
    service: Service, officer: Officers, entered: dict[str, bool], steps: list[tuple[str, int, bool, bool]]
) -> None:
    if not entered.setdefault("done", False):
        await officer("commune_officer", VINH_HUNG).enter("Xã Vinh Hưng", PEOPLE)
        entered["done"] = True
    with pytest.raises(Settled):
        async with service.database.transaction() as tx:
            pairs = await _pairs(tx)
            assert len(pairs) == PAIRS
            start = await _state(tx)
            trail: list[tuple[int, dict[UUID, tuple[Any, ...]]]] = []
            for step in steps:
                before = await _state(tx)
                if await _step(tx, pairs, step):
                    trail = [*trail, (step[1], before)] if step[0] != "undo" else [t for t in trail if t[0] != step[1]]
                else:
                    assert await _state(tx) == before, "what is refused changes nothing"
                await _check_clusters(tx)
            for at, _before in reversed(trail):
                assert await _step(tx, pairs, ("undo", at, False, False))
                await _check_clusters(tx)
            assert await _state(tx) == start, "all undone, all is as it was"
            raise Settled


async def test_one_merge_and_its_undoing_are_seen(service: Service, officer: Officers, entered: dict[str, bool]) -> None:
    """The property above is about something: a merge goes through, and the one after it over the same person does not."""
    with pytest.raises(Settled):
        async with service.database.transaction() as tx:
            pairs = await _pairs(tx)
            allowed = [await _step(tx, pairs, ("merge", at, True, False)) for at in range(PAIRS)]
            assert 1 <= sum(allowed) <= len(PEOPLE) - 1
            assert len({row[2] for row in (await _state(tx)).values()}) > 1
            raise Settled
