"""Four months of Huế over a merger of its districts, with returns, late events and closed months: reporting against plain Python.

The events are those that a real disbursement said; reporting gets them shuffled, some twice. Every measure is counted a second
way from disbursement's tables, and what was shown when a month was closed is what "as closed" shows afterwards.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from services.reporting.events import parts
from services.reporting.main import build as build_reporting
from services.reporting.storage.moves import READ_MODELS
from services.reporting.use_cases.rebuild_read_models import rebuild
from shared import outbox
from shared.contracts.disbursement_events import ChunkInstructed
from shared.contracts.gateway_events import Outcome
from shared.contracts.registry_events import BeneficiaryRecord
from shared.platform import Platform
from shared.service import Service
from tests.disbursement.counted_again import CountedAgain
from tests.disbursement.hue import PROVINCES, Hue, communes_of
from tests.disbursement.records import bank_account, changed, wallet
from tests.disbursement.test_handover_of_hue import BETWEEN, OLD, answer_in_turn

ENDS: tuple[Outcome, ...] = ("paid", "paid", "rejected", "paid", "unclaimed", "paid", "accepted")
CATEGORIES: tuple[tuple[str, ...], ...] = (("K6-N",), ("K5C-80",), ("K6-DBN", "CS-DBN-HGD"), ("K5B-75-80",), ("K1-TE-4-16",))


def settle_in(hue: Hue) -> list[BeneficiaryRecord]:
    """Some people in each commune of the two old districts: old, disabled, with a carer, children; wallets, accounts and cash."""
    found = []
    for district in OLD:
        hue.communes = tuple(communes_of(district))
        for commune in range(len(hue.communes)):
            for n, account in enumerate((bank_account(), None, bank_account())):
                kind = (commune + n) % len(CATEGORIES)
                born = date(2012, 3, 1) if kind == 4 else date(1938, 5, 4)
                sex = "male" if (commune + n) % 2 else "female"
                found.append(hue.person(CATEGORIES[kind], commune=commune, account=account, birth_date=born, sex=sex))
    return found


async def log_of(platform: Platform) -> list[bytes]:
    """What disbursement said, in order, and the units from the registry's log."""
    events = []
    for source in ("registry", "disbursement"):
        async with platform.database(source).transaction() as tx:
            while await outbox.give_positions(tx, 1000):
                pass
            found = await outbox.events_after(tx, source, 0, 100_000)
            wanted = [e for e in found if source == "disbursement" or e.type == "units_defined"]
            events += [each.encode() for each in wanted]
    return events


async def tables(service: Service) -> dict[str, list[str]]:
    """The read models, without cells in which nothing stands and rows that are not late."""
    left_out = {"people_cells": "people = 0", "money_cells": "obligations = 0"}
    late = "SELECT FROM commune_closings c WHERE (c.unit_id, c.benefit_month) = (t.unit_id, t.benefit_month)"
    left_out |= dict.fromkeys(("late_money", "late_people"), f"NOT EXISTS ({late} AND t.position > c.position)")
    found = {}
    async with service.database.transaction() as tx:
        for table in sorted({*READ_MODELS, "ledger_cells", "person_failures"} - {"rebuilt"}):
            rows = await tx.rows(f"SELECT * FROM {table} t WHERE NOT ({left_out.get(table, 'false')})")
            found[table] = sorted(str(tuple(row.values())) for row in rows)
    return found


async def sums(service: Service, table: str, key: Sequence[str], numbers: Sequence[str]) -> dict[Any, Any]:
    """A table of sums by key, without empty cells."""
    added = ", ".join(f"sum({number})::bigint AS {number}" for number in numbers)
    async with service.database.transaction() as tx:
        rows = await tx.rows(f"SELECT {', '.join(key)}, {added} FROM {table} GROUP BY {', '.join(key)}")
    found = {tuple(row[name] for name in key): tuple(row[number] for number in numbers) for row in rows}
    kept = {k: n for k, n in found.items() if any(n)}
    return kept if len(numbers) > 1 else {k: n[0] for k, n in kept.items()}


UNIT = ("benefit_month", "unit_id")
PERSON = ("category_group", "sex", "age_band")


async def assert_same(service: Service, again: CountedAgain) -> None:
    """Every table of sums says what plain Python counted."""
    way = (*UNIT, "provider", "channel")
    assert await sums(service, "money_cells", (*way, "place", *PERSON), ("obligations", "amount_dong")) == again.money()
    people = again.people()
    by_way = (*UNIT, "paid_by", "provider", "channel", *PERSON)
    assert await sums(service, "people_cells", by_way, ("people",)) == people
    assert await sums(service, "unit_months", UNIT, ("communes_switched",)) == again.switched()
    assert await sums(service, "failure_cells", (*way, "place", "reason"), ("obligations", "amount_dong")) == again.failures()
    assert await sums(service, "delay_cells", way, ("obligations",)) == again.credited_once()
    by_unit: dict[Any, list[int]] = {}
    for (month, unit, paid_by, *_), count in people.items():
        entry = by_unit.setdefault((month, unit), [0, 0, 0])
        for n, counts in enumerate((True, paid_by == "account", paid_by == "cash")):
            entry[n] += count if counts else 0
    found = await sums(service, "unit_months", UNIT, ("entitled", "by_account", "by_cash"))
    assert found == {key: tuple(entry) for key, entry in by_unit.items()}


async def deliver(service: Service, events: Sequence[bytes], seed: int) -> None:
    """Shuffled, a third of them twice; what waits for its units is tried again."""
    order = random.Random(seed)
    twice = [*events, *order.sample(events, len(events) // 3)]
    order.shuffle(twice)
    for event in twice:
        await service.inbox.receive(event)
    while await service.inbox.retry_parked():
        pass


async def paid_run(hue: Hue, code: str, province: str, authorities: Sequence[str], ends: tuple[Outcome, ...]) -> Any:
    """A run of some authorities, answered; its id and chunks."""
    run_id = await hue.pay_run(code, province)
    chunks = [chunk for authority in authorities for chunk in await hue.pay(run_id, authority)]
    return run_id, chunks, await answer_in_turn(hue, chunks, ends)


async def finish(hue: Hue, chunks: Sequence[ChunkInstructed], told: dict[Any, Outcome]) -> None:
    """What was still under way is paid."""
    for chunk in chunks:
        still = [line.payment_id for line in chunk.lines if told[line.payment_id] == "accepted"]
        await hue.tell(chunk, dict.fromkeys(still, "paid"), step=102)
        told |= dict.fromkeys(still, "paid")


@pytest.mark.parametrize("seed", [7])
async def test_four_months_over_a_merger_count_the_same_both_ways(
    hue: Hue, office_platform: Platform, admin: asyncpg.Connection, set_business_clock: Callable[..., Any], seed: int
) -> None:
    reporting = build_reporting(office_platform)
    await set_business_clock(datetime(2024, 11, 10, 2, tzinfo=UTC))
    people = settle_in(hue)
    for district in OLD:
        await hue.serve(district)
    await hue.say(*people)
    november, chunks, told = await paid_run(hue, "2024-11", PROVINCES[0], OLD, ENDS)
    await finish(hue, chunks, told)
    await set_business_clock(datetime(2024, 12, 10, 2, tzinfo=UTC))
    people = [changed(p, account=wallet() if n % 7 == 0 else p.account) for n, p in enumerate(people)]
    await hue.say(*people)
    december, chunks2, told2 = await paid_run(hue, "2024-12", PROVINCES[0], OLD, ENDS[::-1])
    for district in OLD:
        await hue.ok("POST", f"/v1/runs/{november}/refunds", "accountant", {"authority_id": district})
        await hue.ok("POST", f"/v1/runs/{november}/close", "accountant", {"authority_id": district}, subject="ha")
    as_shown = CountedAgain.money(await CountedAgain.read(admin))

    # --- 1/1/2025: the two districts become one, with December's money in flight; November's comes back late ---
    await set_business_clock(datetime(2025, 1, 6, 2, tzinfo=UTC))
    people = await hue.succeed(people)
    for district in OLD:
        await hue.hand_over(district, "2025-01-01")
    for chunk in chunks[:6]:
        back = [p for line in chunk.lines if told[(p := line.payment_id)] == "paid" and chunk.channel == "account"][:1]
        await hue.tell(chunk, dict.fromkeys(back, "returned"), step=103)
    await finish(hue, chunks2, told2)
    january, chunks3, told3 = await paid_run(hue, "2025-01", PROVINCES[1], [BETWEEN], ENDS)
    await set_business_clock(datetime(2025, 2, 6, 2, tzinfo=UTC))
    await finish(hue, chunks3, told3)
    await paid_run(hue, "2025-02", PROVINCES[1], [BETWEEN], ENDS)
    months = ("2024-11-01", "2024-12-01", "2025-01-01", "2025-02-01")
    await hue.counted(months, [november, december, january], [*OLD, BETWEEN])

    events = await log_of(office_platform)
    await deliver(reporting, events, seed)
    again = await CountedAgain.read(admin)
    assert len(again.people()) > 500
    await assert_same(reporting, again)
    await assert_closed_as_shown(reporting, as_shown)

    shuffled = await tables(reporting)
    [part] = [part for part in parts(b"") if part.source == "disbursement"]

    async def log() -> Any:
        async with office_platform.database("disbursement").transaction() as tx:
            yield await outbox.events_after(tx, "disbursement", 0, 100_000)

    async with reporting.database.transaction() as tx:
        await rebuild(tx, part, log())
    assert await tables(reporting) == shuffled, "made again from nothing, in order, the tables are the same"
    await assert_same(reporting, again)


async def assert_closed_as_shown(service: Service, shown: dict[tuple[Any, ...], tuple[int, int]]) -> None:
    """What stands now less what came late is what stood when November was closed, though much came since."""
    november = date(2024, 11, 1)
    cell = (*UNIT, "provider", "channel", "place", *PERSON)
    now = await sums(service, "money_cells", cell, ("obligations", "amount_dong"))
    async with service.database.transaction() as tx:
        late = await tx.rows(
            f"""SELECT {", ".join(cell)}, sum(obligations)::bigint AS obligations, sum(amount_dong)::bigint AS amount_dong
                FROM late_money l JOIN commune_closings c USING (unit_id, benefit_month) WHERE l.position > c.position
                GROUP BY {", ".join(cell)}"""
        )
    assert late, "November's money came back after it was closed"
    closed = {
        key: numbers for key, numbers in now.items() if key[0] == november and "@2021-07-01" in key[1] and key[1] in COMMUNES
    }
    for row in late:
        key = tuple(row[name] for name in cell)
        had = closed.get(key, (0, 0))
        closed[key] = (had[0] - row["obligations"], had[1] - row["amount_dong"])
    closed = {key: numbers for key, numbers in closed.items() if numbers != (0, 0)}
    assert closed == {key: numbers for key, numbers in shown.items() if key[0] == november and key[1] in COMMUNES}


COMMUNES = frozenset(commune for district in OLD for commune in communes_of(district))
