"""SIGKILL at every commit and every provider call of both services: nothing is doubled, nothing lost, nothing stuck.

Which points there are is found out by running (see kill_points.py), not written down. Each provider is in another of the four
conditions that make a double or a loss likely, so every point of the way of money is died at in each of them:

    viettelpay       times out after it took the payment   refuses duplicates
    vietinbank       times out after it took the payment   pays a reference as often as it comes
    vnpost           "not found" for a while after taking  refuses duplicates
    commune_cashier  "not found" for a while after taking  pays a reference as often as it comes
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest

from shared.embedded_postgres import EmbeddedPostgres
from tests.proof.conftest import Ground
from tests.proof.postman import Postman
from tests.proof.proving import SECONDS, a_child, drawn, others_ask, settled_and_judged

CHILDREN_AT_ONCE = 2
BATCHES = 400
"""More than there are points: the loop ends because no point is left, or the test fails."""

CONDITIONS = {
    "viettelpay": ({"timeout_after": 0.4}, True),
    "vietinbank": ({"timeout_after": 0.4}, False),
    "vnpost": ({"not_found_at_first": 0.4}, True),
    "commune_cashier": ({"not_found_at_first": 0.4}, False),
}
EVERYWHERE = {"webhook_forged": 0.2, "webhook_never": 0.2, "webhook_twice": 0.2}


@pytest.mark.timeout(900)  # a minute on quiet cores
async def test_killed_at_every_point_nothing_is_doubled_lost_or_stuck(proving_ground: Ground) -> None:
    ground = proving_ground
    await bad_conditions(ground)
    first = await drawn(ground, each_way=9)
    await others_ask(ground, first["authority"])
    async with ground.registry_heard():
        (recorded,) = await ground.zygote.order(a_child(first, [], until="answered"))
    points = set(recorded["passed"])
    assert len(points) > 80, points

    second = await drawn(ground, each_way=150)
    async with ground.registry_heard():
        died = await die_at_each(ground, second, points)
        assert died.keys() == points
        ends = await settled_and_judged(ground, second)
    assert ends["paid"] > 550, ends
    fired = await ground.ask("GET", "/faults")
    assert all(fired[kind] for kind in ("timeout_after", "not_found_at_first", "webhook_forged")), fired


async def die_at_each(ground: Ground, drawn: dict[str, Any], points: set[str]) -> Counter[str]:
    """Children until each point was died at, those too that show only after a crash. Fails where one is never passed again."""
    died: Counter[str] = Counter()
    in_vain = 0
    for batch in range(BATCHES):
        left = points - died.keys()
        if not left:
            break
        if batch % 8 == 7:
            await ground.set_day(ground.day + timedelta(days=1))
        await others_ask(ground, drawn["authority"])
        children = [a_child(drawn, share, door=n == 0, seconds=40.0) for n, share in enumerate(shared_out(left))]
        told = await ground.zygote.order(*children)
        for each in told:
            points |= each["passed"].keys()
            if "died_at" in each:
                assert each["signal"] == signal.SIGKILL
                died[each["died_at"]] += 1
        in_vain = 0 if any("died_at" in each for each in told) else in_vain + 1
        assert in_vain < 3, f"never passed again: {sorted(left)}"
    return died


def shared_out(left: Collection[str]) -> list[list[str]]:
    """The points that are left, for children side by side; those of a door for the child that has it."""
    doors = [name for name in left if ": api." in name]
    others = sorted(set(left) - set(doors))
    shares = [others[n::CHILDREN_AT_ONCE] for n in range(CHILDREN_AT_ONCE)]
    shares[0] += doors
    return [share for share in shares if share] if shares[0] else [*shares[1:]]


@pytest.mark.timeout(900)
async def test_broker_and_database_restarted_in_the_middle(proving_ground: Ground, postgres: EmbeddedPostgres) -> None:
    ground = proving_ground
    await bad_conditions(ground)
    payrolls = await drawn(ground, each_way=30)
    async with ground.registry_heard():
        order = a_child(payrolls, [], until="answered", seconds=SECONDS * 2)  # a broker may take its time to come back
        working = asyncio.create_task(ground.zygote.order(order))
        await until_under_way(ground, payrolls, 10)
        await ground.restart_broker()
        await until_under_way(ground, payrolls, 30)
        await asyncio.to_thread(postgres.stop, "immediate")  # as if the power went
        await asyncio.to_thread(postgres.restart)
        (told,) = await working
        assert not told["done"]["left"], (told["done"], ground.zygote.words())
        ends = await settled_and_judged(ground, payrolls)
    assert ends["paid"] > 100, ends


async def until_under_way(ground: Ground, drawn: dict[str, Any], paid: int) -> None:
    """Wait for the middle: so many payments have ended, and not all."""
    async with ground.looking() as admin, asyncio.timeout(SECONDS):
        while True:
            sql = "SELECT count(*) FROM disbursement.payments WHERE payroll_id = ANY($1::uuid[]) AND state <> 'open'"
            ended = await admin.fetchval(sql, drawn["payrolls"])
            if ended >= paid:
                break
            await asyncio.sleep(0.02)
    assert ended < len(drawn["payments"]), "all was over before anything went away: the test shows nothing"


@pytest.mark.timeout(900)
async def test_every_webhook_three_times_in_shuffled_order(proving_ground: Ground) -> None:
    ground = proving_ground
    for provider in CONDITIONS:
        await ground.ask("POST", "/faults", rates=dict.fromkeys(("timeout_after", "not_found_at_first", *EVERYWHERE), 0.0))
        await ground.ask("POST", "/duplicates", refuse=True, provider=provider)
    payrolls = await drawn(ground, each_way=15)
    async with ground.registry_heard(), Postman.between(ground.port, ground.other_port) as postman:
        order = a_child(payrolls, [], until="answered", port=ground.other_port)
        await ground.zygote.order(order)
        ends = await settled_and_judged(ground, payrolls, port=ground.other_port)
    assert ends["paid"] > 50, ends
    assert postman.delivered == 3 * postman.came > 0
    async with ground.looking() as admin:
        sql = """SELECT count(*) AS n, min(deliveries) AS least FROM provider_gateway.webhooks
                 WHERE received_at >= $1 AND file_name IS NULL"""  # files are fetched, not posted
        kept = await admin.fetchrow(sql, postman.since)
    assert kept is not None
    assert kept["n"] == postman.came
    assert kept["least"] >= 3


async def bad_conditions(ground: Ground) -> None:
    """Each provider in its own."""
    for provider, (rates, refuses) in CONDITIONS.items():
        await ground.ask("POST", "/faults", rates={**rates, **EVERYWHERE}, provider=provider)
        await ground.ask("POST", "/duplicates", refuse=refuses, provider=provider)
