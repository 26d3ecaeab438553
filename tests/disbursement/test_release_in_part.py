"""Partial funding releases whole communes; the rest waits under the same seal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from services.disbursement.domain.payrolls import CommuneAmount, communes_to_release
from services.disbursement.domain.refusals import NOT_FUNDED
from shared.contracts.base import MAX_RECORDS
from shared.kernel.errors import Refusal
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER, changed

EACH = 540_000


# --- the rule ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=8), st.integers(0, 40))
def test_as_many_whole_communes_as_the_money_covers_in_the_order_of_their_ids(said: list[tuple[int, bool]], left: int) -> None:
    communes = [CommuneAmount(f"{i}", amount, released) for i, (amount, released) in enumerate(said)]
    waiting = [c for c in communes if not c.released]
    fits = 0
    while fits < len(waiting) and sum(c.amount_dong for c in waiting[: fits + 1]) <= left:
        fits += 1
    if waiting and not fits:
        with pytest.raises(Refusal) as refusal:
            communes_to_release(communes, None, True, left)
        assert refusal.value.code == NOT_FUNDED
        return
    expected = {c.unit_id for c in communes if c.released} | {c.unit_id for c in waiting[:fits]}
    after = communes_to_release(communes, None, True, left)
    assert (after or {c.unit_id for c in communes}) == expected
    assert (after is None) == (len(expected) == len(communes))


# --- in the database --------------------------------------------------------------------------------------------------


async def approved(office: Office, *counts: int) -> dict[str, Any]:
    """A payroll of the cashier's with so many people in the first communes."""
    people = [office.person("K6-N", commune=i) for i, count in enumerate(counts) for _ in range(count)]
    no_contract_but_the_cashier = [person for person in people if person.unit_id not in office.communes[:2]]
    await office.say(*no_contract_but_the_cashier)
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    await office.approved(payroll["payroll_id"])
    return dict(payroll)


async def released(office: Office, payroll_id: str, **what: Any) -> Any:
    return await office.ok("POST", f"/v1/payrolls/{payroll_id}/release", "accountant", what, subject="ha")


async def dispatch(office: Office) -> set[str]:
    """Communes of all that was ever instructed."""
    while await office.dispatcher().step():
        pass
    return {line["unit_id"] for event in await office.events("chunk_instructed") for line in event["lines"]}


@pytest.fixture
async def wide(office: Office) -> Office:
    """Five communes; only the cashier pays in the last three. What tests before have left under way is no longer: a provider has
    only so many chunks at a time."""
    await office.rows("UPDATE chunks SET state = 'answered', answered_at = now() WHERE state = 'instructed'")
    office.communes_count = 5
    laid = await office.lay()
    await laid.sending(laid.deeds.cashier, "cashier", canary_payments=0)
    return laid


async def test_the_funded_commune_goes_and_the_other_waits(wide: Office) -> None:
    office = wide
    first, second = office.communes[2:4]
    payroll = await approved(office, 0, 0, MAX_RECORDS, 3)  # a chunk of its own for each commune
    payroll_id = payroll["payroll_id"]
    path = f"/v1/payrolls/{payroll_id}/release"
    await office.fund(payroll["run_id"], payroll["contract_id"], MAX_RECORDS * EACH + 2 * EACH)
    await office.refused("not-funded", "POST", path, "accountant")
    await office.refused("not-funded", "POST", path, "accountant", {"communes": [first, second]})
    await office.refused("not-a-commune-of-payroll", "POST", path, "accountant", {"communes": [office.communes[0]]})
    view = await released(office, payroll_id, as_far_as_funded=True)
    assert (view["state"], view["released_communes"], view["chunks_awaiting_funding"]) == ("released", [first], 1)
    assert await dispatch(office) == {first}
    progress = await office.ok("GET", f"/v1/runs/{payroll['run_id']}/progress", "maker")
    assert (progress["chunks_waiting"], progress["not_instructed"]) == (0, 3)
    await office.refused("not-funded", "POST", path, "accountant", {"as_far_as_funded": True})
    await office.refused("not-funded", "POST", path, "accountant")
    await office.fund(payroll["run_id"], payroll["contract_id"], EACH)
    view = await released(office, payroll_id)
    assert (view["released_communes"], view["chunks_awaiting_funding"], view["released_by"]) == (None, 0, "ha")
    assert await dispatch(office) == {first, second}
    await office.refused("already-released", "POST", path, "accountant")
    said = await office.events("payroll_released")
    assert [event["payments"] for event in said] == [MAX_RECORDS, 3]
    assert sum(event["amount_dong"] for event in said) == payroll["amount_dong"]


async def test_a_chunk_is_cut_where_only_some_of_its_communes_are_released(wide: Office) -> None:
    """Again where a later release takes only some of what was left. All under the seal of the one chunk."""
    office = wide
    first, second, third = office.communes[2:5]
    payroll = await approved(office, 0, 0, 2, 1, 1)
    await office.fund(payroll["run_id"], payroll["contract_id"], 4 * EACH)
    view = await released(office, payroll["payroll_id"], communes=[second])
    assert (view["released_communes"], view["chunks_awaiting_funding"]) == ([second], 1)
    assert await dispatch(office) == {second}
    view = await released(office, payroll["payroll_id"], communes=[third])
    assert (view["released_communes"], view["chunks_awaiting_funding"]) == ([second, third], 1)
    assert await dispatch(office) == {second, third}
    view = await released(office, payroll["payroll_id"])
    assert await dispatch(office) == {first, second, third}
    paid = [line["payment_id"] for event in await office.events("chunk_instructed") for line in event["lines"]]
    assert len(paid) == len(set(paid)) == 4
    assert {event["chunk_no"] for event in await office.events("chunk_instructed")} == {0, 1, 2}


async def test_a_cut_chunk_is_under_the_seal_of_the_one_it_was_cut_from(wide: Office) -> None:
    """Whoever changes a line of one part, or moves it to the other part of another chunk, changes what was signed."""
    office = wide
    first, second = office.communes[2:4]
    payroll = await approved(office, 0, 0, 2, 1)
    payroll_id = UUID(payroll["payroll_id"])
    await office.fund(payroll["run_id"], payroll["contract_id"], 3 * EACH)
    await released(office, str(payroll_id), communes=[first])
    await office.rows("SET session_replication_role = replica")
    raised = "UPDATE payments SET amount_dong = amount_dong + 1 WHERE payroll_id = $1 AND unit_id = $2"
    await office.rows(raised, payroll_id, second)
    await office.rows("SET session_replication_role = origin")
    assert await dispatch(office) == set()
    view = await office.ok("GET", f"/v1/payrolls/{payroll_id}", "maker")
    assert view["seal_broken_at"] is not None


async def test_the_service_moves_lines_between_parts_of_one_sealed_chunk_only(wide: Office) -> None:
    office = wide
    payroll = await approved(office, 0, 0, MAX_RECORDS - 1, 2)
    payroll_id = UUID(payroll["payroll_id"])
    await office.fund(payroll["run_id"], payroll["contract_id"], MAX_RECORDS * EACH)
    await released(office, str(payroll_id), communes=[office.communes[2]])
    assert [tuple(row) for row in await office.rows(CHUNKS, payroll_id)] == [(0, None, 499), (1, None, 1), (2, 0, 1)]
    move = "UPDATE payments SET chunk_no = :after, note = note || :more WHERE payroll_id = :payroll_id AND chunk_no = :before"
    for before, after, more in ((2, 1, ""), (1, 0, ""), (2, 0, "x"), (2, 7, "")):
        with pytest.raises(IntegrityError, match="stay as they are"):
            async with office.database.transaction() as tx:
                await tx.run(move, before=before, after=after, more=more, payroll_id=payroll_id)
    await dispatch(office)  # chunk 0 was instructed
    with pytest.raises(IntegrityError, match="stay as they are"):
        async with office.database.transaction() as tx:
            await tx.run(move, before=2, after=0, more="", payroll_id=payroll_id)


CHUNKS = """
SELECT c.chunk_no, c.cut_from, (SELECT count(*) FROM payments p WHERE p.payroll_id = c.payroll_id AND p.chunk_no = c.chunk_no)
FROM chunks c WHERE c.payroll_id = $1 ORDER BY c.chunk_no
"""


async def test_a_line_taken_out_keeps_nobody_waiting(wide: Office) -> None:
    office = wide
    payroll = await approved(office, 0, 0, 2, 1)
    (last,) = [p for p in await office.payments(payroll["payroll_id"]) if p["unit_id"] == office.communes[3]]
    body = {"payment_id": last["payment_id"], "reason": "x"}
    await office.ok("POST", f"/v1/payrolls/{payroll['payroll_id']}/exceptions", "accountant", body)
    await office.fund(payroll["run_id"], payroll["contract_id"], 2 * EACH)
    view = await released(office, payroll["payroll_id"], communes=[office.communes[2]])
    assert (view["released_communes"], view["chunks_awaiting_funding"]) == (None, 0)


async def test_money_of_a_released_commune_pays_nothing_else(wide: Office) -> None:
    office = wide
    payroll = await approved(office, 0, 0, 1, 1)
    await office.fund(payroll["run_id"], payroll["contract_id"], EACH)
    await released(office, payroll["payroll_id"], communes=[office.communes[2]])
    path = f"/v1/payrolls/{payroll['payroll_id']}/release"
    await office.refused("not-funded", "POST", path, "accountant", {"communes": [office.communes[3]]})
    await office.say(office.person("K6-N", commune=4))
    (supplement,) = (await office.draw(payroll["run_id"]))["payrolls"]
    await office.approved(supplement["payroll_id"])
    await office.refused("not-funded", "POST", f"/v1/payrolls/{supplement['payroll_id']}/release", "accountant")


async def test_the_registry_s_last_word_is_asked_again_for_what_waited(wide: Office) -> None:
    office = wide
    waiting = office.person("K6-N", commune=3)
    await office.say(*[office.person("K6-N", commune=2) for _ in range(MAX_RECORDS)], waiting)
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    await office.approved(payroll["payroll_id"])
    await office.fund(payroll["run_id"], payroll["contract_id"], payroll["amount_dong"])
    await released(office, payroll["payroll_id"], communes=[office.communes[2]])
    await dispatch(office)
    await office.say(changed(waiting, status="dead", status_from_month=OCTOBER))
    view = await released(office, payroll["payroll_id"])
    assert view["removed_payments"] == 1
    assert await dispatch(office) == {office.communes[2]}


async def test_whoever_lets_an_unreleased_commune_go_in_the_database_breaks_the_seal(wide: Office) -> None:
    office = wide
    payroll = await approved(office, 0, 0, 1, 1)
    await office.fund(payroll["run_id"], payroll["contract_id"], EACH)
    await released(office, payroll["payroll_id"], communes=[office.communes[2]])
    await office.rows("UPDATE chunks SET awaits_funding = false WHERE payroll_id = $1", UUID(payroll["payroll_id"]))
    assert await dispatch(office) == {office.communes[2]}
    view = await office.ok("GET", f"/v1/payrolls/{payroll['payroll_id']}", "maker")
    assert view["seal_broken_at"] is not None
