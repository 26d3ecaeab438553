"""What must hold of a life at every moment, and at its end."""

from __future__ import annotations

import asyncpg
import orjson

from services.provider_gateway.domain.attempt import VAGUE, first_step
from tests.proof.attempt_life import FINAL, Life


async def check(life: Life) -> None:
    """The invariants."""
    model = life.model
    for account, times in model.credits.items():
        assert times <= 1, f"money moved {times} times to {account}"
    for account, references in model.called.items():
        assert len(references) == 1, f"{account} was sent money under several references"
    if not model.refuses_duplicates:
        assert not model.resent, "sent again to a provider that does not refuse duplicates"
    assert not model.too_early, "sent again before it was twice not found, and late enough"
    for reference, answered in life.recalled.items():
        assert not (answered == "stopped" and model.sends[reference]), "sent though it had been recalled"
    if life.sends_when_stopped is not None:
        assert await life.intents() == life.sends_when_stopped, "an intent was committed behind a stop"
    await _check_attempts(life, await _listen(life))


async def _listen(life: Life) -> dict[str, asyncpg.Record]:
    """Take note of what disbursement was told since: steps grow."""
    attempts = await life.attempts()
    sql = """SELECT seq, body::text AS body FROM provider_gateway.outbox
             WHERE type = 'chunk_progressed' AND seq > $1 ORDER BY seq"""
    by_payment = {str(line["payment_id"]): ref for line, ref in zip(life.payroll.lines, life.payroll.references, strict=True)}
    for row in await life.ground.admin.fetch(sql, life._seq):
        life._seq = row["seq"]
        body = orjson.loads(row["body"])
        for each in body["outcomes"] if body["payroll_id"] == str(life.payroll.payroll_id) else ():
            reference = by_payment[each["payment_id"]]
            before = life.told.get(reference, (first_step(1), ""))[0]
            assert each["step"] > before, "a step that did not grow"
            life.told[reference] = (each["step"], each["outcome"])
    return attempts


async def _check_attempts(life: Life, attempts: dict[str, asyncpg.Record]) -> None:
    sql = """SELECT payment_id, said FROM provider_gateway.contradictions WHERE payment_id = ANY($1::uuid[])"""
    rows = await life.ground.admin.fetch(sql, [line["payment_id"] for line in life.payroll.lines])
    by_payment = {line["payment_id"]: ref for line, ref in zip(life.payroll.lines, life.payroll.references, strict=True)}
    life.said_against = {by_payment[row["payment_id"]] for row in rows}
    for reference, held in attempts.items():
        step, outcome = life.told.get(reference, (first_step(1), "sending"))
        if held["state"] in VAGUE:  # heard of the chunk alone
            assert held["step"] >= step, "what is held is older than what was told"
        else:
            assert held["step"] == step, "what is held is not what was told"
            assert held["state"] in ("sending", outcome) or reference in life.said_against, (held["state"], outcome)
        _check_believed(life, reference, held)


def _check_believed(life: Life, reference: str, held: asyncpg.Record) -> None:
    """Nothing is held that the provider never truly said."""
    said, amount = life.model.said[reference], held["amount_dong"]
    if held["state"] == "paid":
        assert ("paid", amount) in said, "paid is believed without reference and amount"
    elif held["state"] == "rejected" and held["reason"] != "recalled":
        assert any(outcome == "rejected" for outcome, _ in said), "refused by nobody: disbursement will pay it again"
    elif held["state"] in ("returned", "unclaimed"):
        assert any(outcome == held["state"] for outcome, _ in said), f"{held['state']} was said by nobody"


async def calm(life: Life) -> None:
    """No more faults: all that is late comes, all that is open is paid, officers lift their stops, and time passes."""
    model = life.model
    model.enquiry, model.plan = "said", type(model.plan)()
    await life.lift()
    model.answer_late(len(model.late))
    for _ in range(30):
        for name in ("sender", "enquiries", "webhooks"):
            for who in range(2):
                await life.work(who, name)
        for reference in list(model.books):
            model.book(reference, "credited")
        await check(life)
        if await _at_rest(life):
            break
        await life.pass_time(7 * 3600.0)
    # What moved last is always told in the end, whatever was lost before.
    await life.post(model.post([model.word(reference) for reference in model.books]))
    for mail in model.mail:
        await life.post(mail)
    await life.work(0, "webhooks")
    await check(life)


async def _at_rest(life: Life) -> bool:
    attempts = await life.attempts()
    return len(attempts) == len(life.references) and all(row["state"] in FINAL for row in attempts.values())


async def judge(life: Life) -> None:
    """Nothing lost, nothing stuck: payment by payment, what the provider's books say we know, or a person is asked."""
    attempts = await life.attempts()
    assert attempts.keys() == set(life.references), "a payment without an attempt"
    for reference, held in attempts.items():
        booked = life.model.books.get(reference)
        truth = booked[0].truth if booked else None
        state, doubted = held["state"], reference in life.said_against
        lied = reference in life.model.lied_about
        assert not doubted or lied or truth == "short", "a person is asked about what is clear"
        if truth is None:
            for_a_person = state == "unknown" and not life.model.refuses_duplicates and held["not_found"] >= 2
            assert state == "rejected" or for_a_person, f"never taken, and held as {state}"
            continue
        should = {"credited": "paid", "refused": "rejected", "withdrawn": "returned"}.get(truth, truth)
        if truth == "short":
            assert state != "paid" and doubted, "another amount moved, and nobody is told"
        else:
            # Who said "refused" of what is then never collected said the same in other words: the money did not go out.
            alike = lied and {state, should} <= {"rejected", "unclaimed", "returned"}
            assert state == should or doubted or alike, f"{truth} at the provider, {state} here, and nobody is told"
