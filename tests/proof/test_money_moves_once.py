"""Broker and database restarted in the middle, every webhook three times and shuffled: nothing is doubled, lost or stuck."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.embedded_postgres import EmbeddedPostgres
from tests.proof.conditions import CONDITIONS, EVERYWHERE, bad_conditions
from tests.proof.conftest import Ground
from tests.proof.postman import Postman
from tests.proof.proving import SECONDS, a_child, drawn, settled_and_judged

LAST_LETTERS = 20
"""Children at most that are begun only for what the postman still has in the bag."""

LETTER_SECONDS = 2.0
"""Each of them is there for so long after the last letter."""


@pytest.mark.timeout(2400)
async def test_broker_and_database_restarted_in_the_middle(proving_ground: Ground, postgres: EmbeddedPostgres) -> None:
    ground = proving_ground
    await bad_conditions(ground)
    payrolls = await drawn(ground, each_way=30)
    async with ground.registry_heard():
        recall, stop = payrolls["payments"][-1:], payrolls["payrolls"][0]
        seconds = SECONDS * 2  # a broker may take its time to come back
        order = a_child(until="answered", seconds=seconds, recall=recall, stop=stop)
        working = asyncio.create_task(ground.zygote.order(order))
        await until_under_way(ground, payrolls, 10)
        await ground.restart_broker()
        await until_under_way(ground, payrolls, 30)
        await asyncio.to_thread(postgres.stop, "immediate")  # as if the power went
        await asyncio.to_thread(postgres.restart)
        told = await working
        assert not told["done"]["left"], (told["done"], ground.zygote.words())
        ends = await settled_and_judged(ground)
    assert ends["paid"] > 60, ends


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


@pytest.mark.timeout(2400)
async def test_every_webhook_three_times_in_shuffled_order(proving_ground: Ground) -> None:
    ground = proving_ground
    for provider in CONDITIONS:
        await ground.ask("POST", "/faults", rates=dict.fromkeys(("timeout_after", "not_found_at_first", *EVERYWHERE), 0.0))
        await ground.ask("POST", "/duplicates", refuse=True, provider=provider)
    payrolls = await drawn(ground, each_way=15)
    async with ground.registry_heard(), Postman.between(ground.port, ground.other_port) as postman:
        recall, stop = payrolls["payments"][-1:], payrolls["payrolls"][0]
        order = a_child(until="answered", port=ground.other_port, recall=recall, stop=stop)
        await ground.zygote.order(order)
        ends = await settled_and_judged(ground, port=ground.other_port)
        for _ in range(LAST_LETTERS):  # what came while the last child ended waits for another
            if postman.delivered == 3 * postman.came:
                break
            # Not one that ends where all is done: it would be gone before a busy machine has let it answer.
            await ground.zygote.order(a_child(until="quiet", port=ground.other_port, quiet_seconds=LETTER_SECONDS))
    assert ends["paid"] > 50, ends
    assert postman.delivered == 3 * postman.came > 0
    async with ground.looking() as admin:
        sql = """SELECT count(*) AS n, min(deliveries) AS least FROM provider_gateway.webhooks
                 WHERE received_at >= $1 AND file_name IS NULL"""  # files are fetched, not posted
        kept = await admin.fetchrow(sql, postman.since)
    assert kept is not None
    assert kept["n"] == postman.came
    assert kept["least"] >= 3
