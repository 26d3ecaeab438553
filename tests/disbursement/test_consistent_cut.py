"""Drawing up while the registry changes: one stated position, and what it says."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from tests.disbursement.office import Office
from tests.disbursement.records import changed, decision


async def test_drawing_up_while_the_registry_changes_shows_one_position(office: Office) -> None:
    """People's categories change in event after event while three runs are drawn up: each payment of the first is what the
    drawing up's own position says, and in the end everybody has what the newest record says."""
    people = [office.person() for _ in range(20)]
    await office.say(*people)
    runs = [await office.run(code) for code in ("2021-10", "2021-11", "2021-12")]
    drawn: list[Any] = []
    history: dict[UUID, list[tuple[int, int]]] = {each.beneficiary_id: [(0, 360_000)] for each in people}

    async def change(at: int) -> None:
        category, amount_dong = (("K6-N", 540_000), ("K6-DBN", 720_000), ("K5C-80", 360_000))[at // 20 % 3]
        people[at % 20] = changed(people[at % 20], decisions=[decision(category)])
        await office.say(people[at % 20])
        ((position,),) = await office.rows(
            "SELECT position FROM people WHERE beneficiary_id = $1", people[at % 20].beneficiary_id
        )
        history[people[at % 20].beneficiary_id].append((position, amount_dong))

    async def draw() -> None:
        for run_id in runs:
            path, body = f"/v1/runs/{run_id}/draw-up", {"authority_id": office.authority}
            while (answered := await office.call("POST", path, "maker", body)).status_code == 503:
                pass  # a slow machine: the registry's newest change is not here yet
            assert answered.status_code == 201, answered.text
            drawn.append(answered.json())

    changes = 0
    drawing = asyncio.create_task(draw())
    while not drawing.done() or changes < 30:
        await change(changes)
        changes += 1
    await drawing
    (payroll,) = drawn[0]["payrolls"]
    position = drawn[0]["registry_position"]
    assert payroll["registry_position"] == position
    assert any(at > position for told in history.values() for at, _ in told), "the registry changed after the cut"
    payments = await office.payments(payroll["payroll_id"])
    assert len(payments) == len(people)
    for payment in payments:
        told = history[UUID(payment["beneficiary_id"])]
        assert payment["amount_dong"] == [amount_dong for at, amount_dong in told if at <= position][-1]
    await office.draw(runs[-1])
    totals = await office.rows(
        """SELECT subject_id, sum(amount_dong) FROM obligations
           WHERE authority_id = $1 AND (live_payment_id IS NOT NULL OR resting <> 'cancelled') GROUP BY 1, benefit_month""",
        office.authority,
    )
    assert len(totals) == 3 * len(people)
    assert all(row[1] == history[row[0]][-1][1] for row in totals)
