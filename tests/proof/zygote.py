"""A parent that has everything imported and built, and forks a child for each order: `python -m tests.proof.zygote WORLD`.

A child costs a fork where a fresh interpreter costs seconds, so that a kill at each of some three hundred points fits a test.
It is forked before any thread, loop or connection is there. An order comes as a line of JSON on standard input, at any time:
children work side by side. One line goes back for each when its child has ended: `{"n": NUMBER, "died_at": NAME, "passed":
[NAME]}`, or `{"n": NUMBER, "passed": [NAME], "done": ...}` of a child that ended by itself.
"""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import select
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

shared.database.POOL_SIZE = 4  # connections are most of what a child costs

from shared.runtime import GC_THRESHOLD  # noqa: E402
from tests.proof.kill_points import Graves, KillPoints, watch  # noqa: E402
from tests.proof.world import World, draw, warm_up, work  # noqa: E402

STDIN = 0


def main() -> None:
    """Until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the services log is no answer
    points = watch()
    world = World.build(json.loads(sys.argv[1]))
    world.run(warm_up(world))
    points.passed.clear()
    gc.collect()
    gc.freeze()  # a child's collector need not look through, and so copy, what is never thrown away
    gc.set_threshold(GC_THRESHOLD, 20, 20)
    print(json.dumps({"ready": True}), file=answers, flush=True)
    living: dict[int, tuple[int, int, list[bytes]]] = {}  # by the pipe on which it speaks: order, process, what it said
    told = b""
    while True:
        for ready in select.select([STDIN, *living], [], [])[0]:
            part = os.read(ready, 1 << 16)
            if ready == STDIN:
                if not part:
                    return
                *orders, told = (told + part).split(b"\n")
                for order in map(json.loads, orders):
                    child, read_end = _fork(world, points, order)
                    living[read_end] = order["n"], child, []
            elif part:
                living[ready][2].append(part)
            else:
                print(json.dumps(_ended(ready, *living.pop(ready))), file=answers, flush=True)


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


def _ended(read_end: int, n: int, child: int, said: list[bytes]) -> dict[str, Any]:
    """What a child said, and how it ended."""
    os.close(read_end)
    _, status, used = os.wait4(child, 0)
    ended: dict[str, Any] = {
        "n": n,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "processor_seconds": round(used.ru_utime + used.ru_stime, 3),
    }
    for each in b"".join(said).splitlines():
        ended.update(json.loads(each))
    return ended


def _work(world: World, points: KillPoints, order: dict[str, Any], say: Callable[[dict[str, Any]], None]) -> None:
    if order["do"] == "draw":
        say({"done": world.run(draw(world, order))})
        return
    if order["killed"]:
        points.is_fatal = Graves(world.graves).dig
        points.last_words = lambda name: say({"died_at": name, "passed": sorted(points.passed)})

    async def to_its_end() -> None:
        done = await work(world, order, points.passed)
        say({"passed": sorted(points.passed), "done": done})
        os._exit(0)  # with everything as it stands: nobody need tidy up after a process

    world.run(to_its_end())


def _write(descriptor: int, said: dict[str, Any]) -> None:
    data = json.dumps(said).encode() + b"\n"
    while data:
        data = data[os.write(descriptor, data) :]


if __name__ == "__main__":
    main()
