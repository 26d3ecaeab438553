"""What the proofs do again and again: draw payrolls up, have children work on them, judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.proof.conftest import Ground
from tests.proof.country import payment_by_payment
from tests.proof.kill_points import PROVIDERS

SECONDS = 900.0
"""After so long a child that was not killed ends by itself, done or not: then something is stuck."""

MOVES, MOVE_DAYS = 6, 4
CALM_SECONDS = 5.0
"""Longer than anything waits that no day is needed for: then the next day may come."""


def a_child(
    *,
    until: str = "settled",
    door: bool = True,
    seconds: float = SECONDS,
    processor_seconds: float = SECONDS,
    quiet_seconds: float = SECONDS,
    port: int | None = None,
    recall: Sequence[str] = (),
    stop: str | None = None,
    killed: bool = False,
) -> dict[str, Any]:
    """An order to work. `port`: of its door, where the usual one is somebody else's; `recall` and `stop`: payments that officers
    ask back meanwhile, and a payroll that they stop. `killed`: to die at the first point that nobody died at before. Else it ends
    when all is done, after so many `seconds` or `processor_seconds`, or when nothing has changed for `quiet_seconds`."""
    return {
        "do": "work", "seconds": seconds, "processor_seconds": processor_seconds, "quiet_seconds": quiet_seconds, "until": until,
        "door": door, "port": port, "recall": list(recall), "stop": stop,
        "killed": killed,
    }  # fmt: skip


async def drawn(ground: Ground, each_way: int) -> dict[str, Any]:
    """A province's payrolls, released."""
    told = await ground.zygote.order({"do": "draw", "each_way": each_way, "ways": PROVIDERS, "skip": ground.provinces})
    ground.provinces += 1
    found: dict[str, Any] = told["done"]
    return found


async def settled_and_judged(ground: Ground, port: int | None = None) -> Counter[str]:
    """Days pass, until all cash is collected or has lapsed; then nothing is open anywhere, and the books of the providers, of
    the gateway and of disbursement agree, payment by payment. How many payments ended where."""
    for _ in range(MOVES):
        await ground.set_day(ground.day + timedelta(days=MOVE_DAYS))
        told = await ground.zygote.order(a_child(port=port, quiet_seconds=CALM_SECONDS))
        if not told["done"]["left"]:
            break
    else:
        told = await ground.zygote.order(a_child(port=port))
    assert not told["done"]["left"], (told["done"], ground.zygote.words())
    async with ground.looking() as admin:
        ends = await payment_by_payment(admin, await ground.moved())
    await none_twice(ground)
    assert (await ground.ask("GET", "/webhooks"))["forged_believed"] == 0
    for queue in ("chitra.disbursement", "chitra.provider_gateway"):
        letters = await ground.bus.dead_letters(queue)
        assert not letters, letters
    return ends


async def none_twice(ground: Ground) -> None:
    """Holds at every moment."""
    totals = await ground.ask("GET", "/totals")
    assert {name: total["double_payments"] for name, total in totals.items()} == dict.fromkeys(PROVIDERS, 0)
