"""A parent that has everything imported and built, and forks a child for each order: `python -m tests.proof.zygote WORLD`.

A child costs a fork where a fresh interpreter costs seconds, so that a kill at each of some two hundred points fits a test. It
is forked before any thread, loop or connection is there. Orders come as lists in lines of JSON on standard input; those of a
list are carried out side by side. One answer goes back for each: `{"died_at": NAME, "passed": {NAME: TIMES}}`, or
`{"passed": {NAME: TIMES}, "done": ...}` of a child that ended by itself.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import shared.contracts.base as contracts

CHUNK_PAYMENTS = 3
"""Payments of a chunk: small ones, so that a few hundred payments make enough of them to die over."""

contracts.MAX_RECORDS, at_most = CHUNK_PAYMENTS, contracts.MAX_RECORDS
import services.disbursement.storage.draw_payments  # noqa: E402
import services.disbursement.storage.payrolls  # noqa: E402, F401

contracts.MAX_RECORDS = at_most

import shared.database  # noqa: E402

shared.database.POOL_SIZE = 6  # connections are most of what a child costs

from tests.proof.kill_points import KillPoints, watch  # noqa: E402
from tests.proof.world import World, draw, work  # noqa: E402


def main() -> None:
    """Until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the services log is no answer
    points = watch()
    world = World.build(json.loads(sys.argv[1]))
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        children = [_fork(world, points, order) for order in json.loads(line)]
        print(json.dumps([_ended(*child) for child in children]), file=answers, flush=True)


def _fork(world: World, points: KillPoints, order: dict[str, Any]) -> tuple[int, int]:
    """A child at work: its process, and the pipe on which it says what it has to say."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        faulthandler.dump_traceback_later(order.get("seconds", 60) + 60, exit=True)  # a child that hangs says where
        code = 1
        try:
            _work(world, points, order, lambda said: _write(write_end, said))
            code = 0
        except BaseException:
            _write(write_end, {"failed": traceback.format_exc()})
        finally:
            os._exit(code)
    os.close(write_end)
    return child, read_end


def _ended(child: int, read_end: int) -> dict[str, Any]:
    """What a child said, and how it ended."""
    with os.fdopen(read_end, "rb") as pipe:
        told = [json.loads(line) for line in pipe.read().splitlines()]
    _, status, used = os.wait4(child, 0)
    ended: dict[str, Any] = {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "processor_seconds": round(used.ru_utime + used.ru_stime, 3),
    }
    for each in told:
        ended.update(each)
    return ended


def _work(world: World, points: KillPoints, order: dict[str, Any], say: Callable[[dict[str, Any]], None]) -> None:
    if order["do"] == "draw":
        say({"done": world.run(draw(world, order))})
        return
    points.arm(order["fatal"], lambda name: say({"died_at": name, "passed": dict(points.passed)}))

    async def to_its_end() -> None:
        done = await work(world, order)
        say({"passed": dict(points.passed), "done": done})
        os._exit(0)  # with everything as it stands: nobody need tidy up after a process

    world.run(to_its_end())


def _write(descriptor: int, said: dict[str, Any]) -> None:
    os.write(descriptor, json.dumps(said).encode() + b"\n")


if __name__ == "__main__":
    main()
