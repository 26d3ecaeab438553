"""Moves of a drawing up are said and summed inside the database, exactly as the contract's model and the ledger's rule do it."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.disbursement.domain.ledger import PLACES, Posting
from services.disbursement.storage.moves import gather, say_gathered, sums_gathered
from services.disbursement.use_cases.draw_up_run import in_order
from shared.contracts.base import MAX_RECORDS
from shared.contracts.disbursement_events import ObligationMove, ObligationsMoved
from shared.kernel.ids import new_id
from tests.disbursement.ground import Ground
from tests.disbursement.ground_rows import GroundRun
from tests.disbursement.test_draw_up_rules import REAL, Undone

NOTHING = f"SELECT {', '.join(f'NULL AS {name}' for name in ObligationMove.model_fields)} WHERE false"
places = st.sampled_from(PLACES)


def moves(units: st.SearchStrategy[str]) -> st.SearchStrategy[ObligationMove]:
    """Any moves; kinds may hold a campaign's name, whatever officers call it."""
    return st.builds(
        ObligationMove,
        benefit_month=st.sampled_from([date(2021, 9, 1), date(2021, 10, 1)]),
        subject=st.text("0123456789abcdef", min_size=2, max_size=4),
        kind=st.sampled_from(["monthly", "care_support", 'one_off:Tết "Ất Tỵ" \\ 2025', "one_off:a/b"]),
        revision=st.integers(0, 3),
        step=st.integers(0, 99),
        unit_id=units,
        category_group=st.sampled_from(["elderly", "disabled"]),
        sex=st.sampled_from(["male", "female"]),
        age_band=st.sampled_from(["under_16", "80_plus"]),
        amount_dong=st.integers(1, 10**12),
        from_place=st.none() | places,
        to_place=places,
    )


NO_REASON: Any = {"moves": {"__all__": {"reason"}}}
"""Nothing failed in a drawing up: no event of it says why."""


def key(move: ObligationMove) -> Any:
    """What no two moves of one drawing up share."""
    return move.benefit_month, move.unit_id, move.subject, move.kind, move.revision


@REAL
@given(data=st.data(), size=st.sampled_from([0, 1, 7, 40]), times=st.sampled_from([1, 30]))
async def test_said_and_summed_as_the_rules_do_it(ground: Ground, data: st.DataObject, size: int, times: int) -> None:
    one = moves(st.sampled_from([*ground.communes, ground.authority]))
    drawn = data.draw(st.lists(one, min_size=size, max_size=size, unique_by=key))
    told = [m.model_copy(update={"revision": m.revision + 10 * n}) for m in drawn for n in range(times)]
    run = GroundRun(new_id(), "2021-10", date(2021, 10, 1))
    posting = Posting(run.run_id, ground.authority, "draw-up")
    said: list[str] = []
    try:
        async with ground.database.transaction() as tx:
            await gather(tx, told)
            entries = posting.sums(await sums_gathered(tx))
            await say_gathered(tx, run, ground.authority, NOTHING)
            rows = await tx.rows(
                "SELECT CAST(body AS text) AS body FROM outbox WHERE unit_id = :unit ORDER BY seq", unit=ground.authority
            )
            said = [row["body"] for row in rows]
            raise Undone
    except Undone:
        pass
    moved = in_order([move for move in told if move.from_place != move.to_place])
    expected = [
        ObligationsMoved(
            run_id=run.run_id, run_code=run.code, authority_id=ground.authority, provider=None, channel=None,
            moves=moved[start : start + MAX_RECORDS],
        ).model_dump_json(exclude=NO_REASON)
        for start in range(0, len(moved), MAX_RECORDS)
    ]  # fmt: skip
    assert said == expected
    assert entries == posting.obligations(told)
