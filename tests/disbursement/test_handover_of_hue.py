"""Huế becomes a city on 1/1/2025 and loses its districts on 1/7/2025, with money in flight each time.

A district's month is half answered when it hands over; the rest is answered to its heirs, some of it comes back, and the
heirs' next run pays it: everybody gets each month exactly once, and at each step all books say what they said before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.contracts.disbursement_events import ChunkInstructed
from shared.contracts.gateway_events import Outcome
from shared.contracts.registry_events import BeneficiaryRecord
from tests.disbursement.hue import OPEN, PROVINCES, Hue, authority_of, communes_of, flows, next_unit, parts
from tests.disbursement.records import bank_account

OLD = ("482@2021-07-01", "483@2021-07-01")
BETWEEN = "482@2025-01-01"
AMOUNT_DONG = 750_000
DECEMBER, JANUARY, JULY = "2024-12-01", "2025-01-01", "2025-07-01"
ENDS: tuple[Outcome, ...] = ("paid", "accepted", "rejected", "paid", "accepted", "unclaimed")


def settle_in(hue: Hue) -> list[BeneficiaryRecord]:
    """Three people in each commune of the two old districts: two with accounts, one by cash."""
    found = []
    for district in OLD:
        hue.communes = tuple(communes_of(district))
        for commune in range(len(hue.communes)):
            accounts = (bank_account(), bank_account(), None)
            found += [hue.person("K6-N", commune=commune, account=account) for account in accounts]
    return found


def fitting(chunk: ChunkInstructed, outcome: Outcome) -> Outcome:
    """Only cash stays uncollected, only accounts are returned."""
    if chunk.channel in ("wallet", "account"):
        return "rejected" if outcome == "unclaimed" else outcome
    return "unclaimed" if outcome in ("rejected", "returned") else outcome


async def answer_in_turn(hue: Hue, chunks: list[ChunkInstructed], ends: tuple[Outcome, ...]) -> dict[UUID, Outcome]:
    """Each payment gets the next of the ends."""
    told: dict[UUID, Outcome] = {}
    for chunk in chunks:
        these = {line.payment_id: fitting(chunk, ends[i % len(ends)]) for i, line in enumerate(chunk.lines)}
        await hue.tell(chunk, these)
        told |= these
    return told


async def owed_once(hue: Hue, people: list[BeneficiaryRecord], months: int) -> None:
    """Everybody was paid each month once: neither lost nor double."""
    rows = await hue.rows(
        """SELECT l.subject_id, count(*) AS n, count(DISTINCT l.benefit_month) AS months, sum(l.amount_dong) AS amount_dong
           FROM payment_lines l JOIN payments p USING (run_month, payment_id) WHERE p.state = 'paid'
             AND l.subject_id = ANY($1::uuid[]) GROUP BY 1""",
        [person.beneficiary_id for person in people],
    )
    assert {row["subject_id"] for row in rows} == {person.beneficiary_id for person in people}
    assert {(row["n"], row["months"], int(row["amount_dong"])) for row in rows} == {(months, months, months * AMOUNT_DONG)}


async def test_two_changes_of_units_with_money_in_flight(hue: Hue, set_business_clock: Callable[..., Any]) -> None:
    await set_business_clock(datetime(2024, 12, 10, 2, tzinfo=UTC))
    people = settle_in(hue)
    for district in OLD:
        await hue.serve(district)
    await hue.say(*people)
    december = await hue.pay_run("2024-12", PROVINCES[0])
    chunks = [chunk for district in OLD for chunk in await hue.pay(december, district)]
    told = await answer_in_turn(hue, chunks, ENDS)
    before = await hue.counted([DECEMBER], [december], OLD)
    owed_dong = len(people) * AMOUNT_DONG
    assert sum(before[DECEMBER].values()) == owed_dong
    assert {"in_flight", "returned", "unclaimed", "paid_account", "paid_cash"} <= before[DECEMBER].keys()

    # --- 1/1/2025: new units everywhere; the two districts become one ---
    await set_business_clock(datetime(2025, 1, 6, 2, tzinfo=UTC))
    people = await hue.succeed(people)
    acts = [await hue.hand_over(district, "2025-01-01") for district in OLD]
    three = (*OLD, BETWEEN)
    after = await hue.counted([DECEMBER], [december], three)
    assert after == before
    for district in OLD:
        left = await hue.month_books(DECEMBER, district)
        assert not parts(left).keys() & set(OPEN), "the old authority has nothing open"
        closed = await hue.run_books(december, district)
        assert (closed["closing_dong"], closed["held_dong"]) == (0, 0)
    taken = parts(await hue.month_books(DECEMBER, BETWEEN))
    assert taken == {place: dong for place, dong in before[DECEMBER].items() if place in OPEN}
    assert sum(part["in_flight_dong"] for act in acts for part in act["parts"]) == taken["in_flight"]
    assert sum(p["money_dong"] for act in acts for p in act["parts"]) == (await hue.run_books(december))["closing_dong"]
    today = await hue.ok("GET", f"/v1/months/{DECEMBER}/books", "checker", units=[BETWEEN])
    assert parts(today) == before[DECEMBER], "by today's units: with those that it follows"
    today = await hue.ok("GET", f"/v1/runs/{december}/books", "checker", units=[BETWEEN])
    assert flows(today) == before[december]
    seen = await hue.ok("GET", "/v1/payments?state=open&limit=1000", "checker", units=[BETWEEN])
    assert {p["authority_id"] for p in seen["items"]} == {BETWEEN}
    assert sum(p["amount_dong"] for p in seen["items"]) == taken["in_flight"]

    # what was in flight is answered to the heir; two that had been paid by the old districts come back
    still = {payment_id for payment_id, outcome in told.items() if outcome == "accepted"}
    for chunk in chunks:
        these = [line.payment_id for line in chunk.lines if line.payment_id in still]
        ends: dict[UUID, Outcome] = {p: fitting(chunk, ("paid", "accepted", "rejected")[i % 3]) for i, p in enumerate(these)}
        await hue.tell(chunk, ends, step=102)
        told |= ends
    accounts = [chunk for chunk in chunks if chunk.channel == "account"]
    for chunk in accounts:
        back = next(line.payment_id for line in chunk.lines if told[line.payment_id] == "paid")
        await hue.tell(chunk, {back: "returned"}, step=103)
        told[back] = "returned"
    counted = await hue.counted([DECEMBER], [december], three)
    assert sum(counted[DECEMBER].values()) == owed_dong
    by_authority = [parts(await hue.month_books(DECEMBER, authority_id)) for authority_id in three]
    assert all(not part.keys() & set(OPEN) for part in by_authority[:2])
    paid_dong = sum(AMOUNT_DONG for outcome in told.values() if outcome == "paid")
    assert (await hue.run_books(december))["paid_dong"] == paid_dong

    # the heir's next run pays the rest, and its own month
    january = await hue.pay_run("2025-01", PROVINCES[1])
    chunks2 = await hue.pay(january, BETWEEN)
    drawn_dong = sum(line.amount_dong for chunk in chunks2 for line in chunk.lines)
    in_flight_dong = counted[DECEMBER]["in_flight"]
    assert drawn_dong == owed_dong + (owed_dong - paid_dong - in_flight_dong)
    told2 = await answer_in_turn(hue, chunks2, ENDS)
    months, runs = [DECEMBER, JANUARY], [december, january]
    before = await hue.counted(months, runs, three)

    # --- 1/7/2025: the district ends; its communes pay themselves ---
    await set_business_clock(datetime(2025, 7, 2, 2, tzinfo=UTC))
    people = await hue.succeed(people)
    act = await hue.hand_over(BETWEEN, "2025-07-01")
    heirs = sorted({authority_of(next_unit(commune)) for commune in communes_of(BETWEEN)})
    assert [part["authority_id"] for part in act["parts"]] == heirs
    everybody = (*three, *heirs)
    after = await hue.counted(months, runs, everybody)
    assert after == before
    ended = [parts(await hue.month_books(month, BETWEEN)) for month in months]
    assert not any(part.keys() & set(OPEN) for part in ended)
    assert {(await hue.run_books(run, BETWEEN))["held_dong"] for run in runs} == {0}

    # everything under way is answered, from the first district's payments on
    for chunk in [*chunks, *chunks2]:
        told_of = told if chunk in chunks else told2
        ends = {line.payment_id: "paid" for line in chunk.lines if told_of[line.payment_id] == "accepted"}
        await hue.tell(chunk, ends, step=104)
    await hue.counted(months, runs, everybody)

    july = await hue.pay_run("2025-07", PROVINCES[1])
    for heir in heirs:
        for chunk in await hue.pay(july, heir):
            await hue.tell(chunk, dict.fromkeys((line.payment_id for line in chunk.lines), "paid"))
    books = await hue.counted([*months, JULY], [*runs, july], everybody)
    for month in (*months, JULY):
        assert books[month].keys() <= {"paid_account", "paid_cash"}
        assert sum(books[month].values()) == owed_dong
    await owed_once(hue, people, 3)
    lost = await hue.rows("SELECT from_account, to_account, amount_dong, book FROM ledger_entries WHERE cause = 'handover'")
    between: Counter[str] = Counter()
    for row in lost:
        between[row["book"]] += row["amount_dong"] * (1 if row["from_account"] == "handed_over" else -1)
    assert between == {"obligations": 0, "money": 0}
