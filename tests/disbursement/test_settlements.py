"""A person settles what two sources say differently: the payment, what it settles, and both books, for each resolution."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.disbursement.api import payments, settlements
from services.disbursement.domain.outcomes import PaymentState
from services.disbursement.domain.settlements import (
    MOST_SETTLEMENTS,
    NOTHING,
    Effect,
    Line,
    OpenContradiction,
    Resolution,
    settle,
)
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.platform import Platform
from shared.web import make_app
from tests.conftest import Tokens
from tests.disbursement.gateway_voice import said
from tests.disbursement.ground import Ground
from tests.disbursement.ground_rows import GroundPayment, GroundPayroll, GroundRun
from tests.disbursement.heirs import check_books, contradictions, let_settle

OCTOBER, NOVEMBER = date(2021, 10, 1), date(2021, 11, 1)
DONG = 540_000
RESOLUTIONS: tuple[Resolution, ...] = ("ours_right", "provider_right", "paid_twice", "amount_corrected")
STATES: tuple[PaymentState, ...] = ("open", "paid", "rejected", "returned", "unclaimed", "removed")


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """The routes of payments and settlements."""
    database = platform.database("disbursement")
    app = make_app("disbursement", "disbursement", "", database, platform.verifier)
    for module in (payments, settlements):
        app.include_router(module.make_router(database))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://disbursement") as made:
        yield made


async def paying(
    ground: Ground, channel: Any = "wallet", months: tuple[date, ...] = (OCTOBER,)
) -> tuple[GroundRun, GroundPayroll]:
    """One payment in flight, funded twice over."""
    run = await ground.run("2021-10", *months)
    way = await ground.way(channel, "viettelpay")
    await ground.fund(run, way, 4 * DONG)
    payroll = await ground.payroll(run, way, [DONG], months=list(months))
    await ground.instruct(payroll)
    return run, payroll


async def state_of(ground: Ground, payment: GroundPayment) -> tuple[str, bool, str]:
    """The payment's state, whether its obligation has it as its live payment, and where the obligation rests."""
    async with ground.database.transaction() as tx:
        row = await tx.row(
            """SELECT p.state, o.live_payment_id = p.payment_id AS live, o.resting FROM payments p
               JOIN payment_lines l USING (run_month, payment_id)
               JOIN obligations o USING (benefit_month, subject_id, kind, revision)
               WHERE p.payment_id = :id AND l.benefit_month = :month""",
            id=payment.payment_id,
            month=OCTOBER,
        )
    assert row is not None
    return row["state"], bool(row["live"]), row["resting"]


async def money_of(ground: Ground) -> int:
    """What reached the payees, by the ledger."""
    async with ground.database.transaction() as tx:
        found: int = await tx.scalar(
            """SELECT CAST(coalesce(sum(CASE WHEN to_account = 'payees' THEN amount_dong
                   WHEN from_account = 'payees' THEN -amount_dong END), 0) AS bigint)
               FROM ledger_entries WHERE book = 'money' AND authority_id = :authority""",
            authority=ground.authority,
        )
    return found


async def contradicting(ground: Ground, held: Any, then: Any, channel: Any = "wallet") -> tuple[GroundRun, GroundPayroll, Any]:
    """A payment that was said to end one way, and then another; the contradiction's id."""
    run, payroll = await paying(ground, channel)
    (payment,) = payroll.payments
    await ground.hear(payroll, said(payment, 101, held))
    if held == "returned":
        await ground.hear(payroll, said(payment, 103, "paid"))
    else:
        await ground.hear(payroll, said(payment, 103, then))
    (one,) = await contradictions(ground)
    return run, payroll, one["contradiction_id"]


# --- each resolution ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "then", "channel", "place"),
    [
        ("rejected", "paid", "wallet", "returned"),
        ("returned", "paid", "account", "returned"),
        ("unclaimed", "paid", "cash", "unclaimed"),
        ("paid", "rejected", "wallet", "paid_account"),
        ("paid", "unclaimed", "cash", "paid_cash"),
    ],
)
async def test_ours_is_right_and_nothing_moves(ground: Ground, held: Any, then: Any, channel: Any, place: str) -> None:
    run, payroll, contradiction = await contradicting(ground, held, then, channel)
    before, money = await state_of(ground, payroll.payments[0]), await money_of(ground)
    by = await let_settle(ground, contradiction, "ours_right")
    assert (by.subject, by.evidence) == ("binh", "SK-1")
    assert await state_of(ground, payroll.payments[0]) == before
    assert await money_of(ground) == money
    assert await check_books(ground, [OCTOBER], [run]) == {place: DONG}
    assert await contradictions(ground) == []


@pytest.mark.parametrize(("held", "channel"), [("rejected", "wallet"), ("returned", "account"), ("unclaimed", "cash")])
async def test_the_provider_proves_that_it_paid(ground: Ground, held: Any, channel: Any) -> None:
    run, payroll, contradiction = await contradicting(ground, held, "paid", channel)
    (payment,) = payroll.payments
    await let_settle(ground, contradiction, "provider_right")
    place = "paid_cash" if channel == "cash" else "paid_account"
    assert (await state_of(ground, payment))[:2] == ("paid", True)
    assert await money_of(ground) == DONG
    assert await check_books(ground, [OCTOBER], [run]) == {place: DONG}
    steps = [(m.step, m.from_place, m.to_place) for m in await ground.moves()]
    assert steps[-1] == (15, "unclaimed" if held == "unclaimed" else "returned", place)
    assert [step for step, _, _ in steps] == sorted({step for step, _, _ in steps}), "reporting takes each for newer"

    await ground.hear(payroll, said(payment, 101, held))  # the word that was found wrong, said again
    assert await contradictions(ground) == []

    await ground.hear(payroll, said(payment, 104, "returned", reason="locked"))  # and the money comes back after all
    assert (await state_of(ground, payment))[:2] == ("returned", False)
    assert await money_of(ground) == 0
    assert await check_books(ground, [OCTOBER], [run]) == {"returned": DONG}
    assert (await ground.moves())[-1].step == 16


@pytest.mark.parametrize(("then", "channel", "place"), [("rejected", "wallet", "returned"), ("unclaimed", "cash", "unclaimed")])
async def test_the_provider_proves_that_it_did_not_pay(ground: Ground, then: Any, channel: Any, place: str) -> None:
    run, payroll, contradiction = await contradicting(ground, "paid", then, channel)
    await let_settle(ground, contradiction, "provider_right")
    assert await state_of(ground, payroll.payments[0]) == (then, False, place)
    assert await money_of(ground) == 0
    assert await check_books(ground, [OCTOBER], [run]) == {place: DONG}


async def test_paid_by_two_payments_is_for_recovery(ground: Ground) -> None:
    """Returned, paid again by November's run; then the provider proves that it had paid the first time too."""
    october, payroll = await paying(ground)
    (first,) = payroll.payments
    await ground.hear(payroll, said(first, 101, "returned"))
    november = await ground.run("2021-11")
    later = await ground.again(payroll, november, "returned")
    await ground.fund(november, later.way, DONG)
    await ground.instruct(later)
    await ground.hear(later, said(later.payments[0], 101, "paid"))
    await ground.hear(payroll, said(first, 105, "paid"))
    (one,) = await contradictions(ground)
    with pytest.raises(Refusal, match="paid-by-another"):
        await let_settle(ground, one["contradiction_id"], "provider_right")
    await let_settle(ground, one["contradiction_id"], "paid_twice")
    assert (await state_of(ground, first))[:2] == ("paid", False)
    assert (await state_of(ground, later.payments[0]))[:2] == ("paid", True)
    assert await money_of(ground) == 2 * DONG
    assert await check_books(ground, [OCTOBER], [october, november]) == {"paid_account": DONG}
    async with ground.database.transaction() as tx:
        (over,) = await tx.rows("SELECT amount_dong, why FROM overpaid_lines WHERE payment_id = :id", id=first.payment_id)
    assert over == {"amount_dong": DONG, "why": "paid_by_another"}

    await ground.hear(payroll, said(first, 106, "returned"))  # the second transfer comes back: nothing to recover
    assert await money_of(ground) == DONG
    assert await check_books(ground, [OCTOBER], [october, november]) == {"paid_account": DONG}
    async with ground.database.transaction() as tx:
        back = await tx.scalar("SELECT came_back_at FROM overpaid_lines WHERE payment_id = :id", id=first.payment_id)
    assert back is not None


async def test_of_two_months_one_is_owed_no_more(ground: Ground) -> None:
    run, payroll = await paying(ground, months=(OCTOBER, NOVEMBER))
    (payment,) = payroll.payments
    await ground.hear(payroll, said(payment, 101, "rejected", reason="locked"))
    async with ground.database.transaction() as tx:
        await tx.run(
            "UPDATE obligations SET resting = 'cancelled' WHERE subject_id = :id AND benefit_month = :month",
            id=payment.beneficiary_id,
            month=NOVEMBER,
        )
        await tx.run(
            """INSERT INTO ledger_entries (posted_at, book, run_id, authority_id, benefit_month, from_account, to_account,
                                           amount_dong, obligations, cause)
               VALUES (platform.business_now(), 'obligations', :run, :authority, :month, 'returned', 'cancelled', :dong, 1,
                       'draw-up')""",
            run=run.run_id,
            authority=ground.authority,
            month=NOVEMBER,
            dong=DONG,
        )
    await ground.hear(payroll, said(payment, 104, "paid"))
    (one,) = await contradictions(ground)
    with pytest.raises(Refusal, match="paid-by-another"):
        await let_settle(ground, one["contradiction_id"], "provider_right")
    await let_settle(ground, one["contradiction_id"], "paid_twice")
    assert await money_of(ground) == 2 * DONG
    assert await check_books(ground, [OCTOBER, NOVEMBER], [run]) == {"paid_account": DONG, "cancelled": DONG}
    async with ground.database.transaction() as tx:
        (over,) = await tx.rows("SELECT benefit_month, why FROM overpaid_lines WHERE payment_id = :id", id=payment.payment_id)
    assert over == {"benefit_month": NOVEMBER, "why": "not_owed"}


async def test_another_amount_is_put_right_first(ground: Ground) -> None:
    run, payroll = await paying(ground)
    (payment,) = payroll.payments
    await ground.hear(payroll, said(payment, 102, "paid", amount_dong=DONG - 1))
    (one,) = await contradictions(ground)
    with pytest.raises(Refusal, match="amount-must-be-corrected"):
        await let_settle(ground, one["contradiction_id"], "provider_right")
    await let_settle(ground, one["contradiction_id"], "amount_corrected")
    assert (await state_of(ground, payment))[:2] == ("paid", True)
    assert await check_books(ground, [OCTOBER], [run]) == {"paid_account": DONG}


# --- who may, and how often --------------------------------------------------------------------------------------------


async def test_settling_over_rest(ground: Ground, client: httpx.AsyncClient, tokens: Tokens) -> None:
    _, payroll, contradiction = await contradicting(ground, "rejected", "paid")
    path = f"/v1/contradictions/{contradiction}/settle"
    body = {"resolution": "provider_right", "reason": "sao kê ghi có", "evidence": "SK-12"}

    async def ask(role: str, unit: str, subject: str | None = None, **changes: Any) -> tuple[int, dict[str, Any]]:
        token = tokens(role, unit, subject=subject)
        answer = await client.post(path, json={**body, **changes}, headers={"Authorization": f"Bearer {token}"})
        return answer.status_code, answer.json()

    for role, unit, resolution, status, code in (
        ("maker", ground.authority, "provider_right", 403, "not-allowed"),
        ("checker", "999@2021-07-01", "provider_right", 404, "unknown-contradiction"),
        ("checker", ground.authority, "paid_twice", 409, "not-paid-twice"),
        ("checker", ground.authority, "amount_corrected", 422, "wrong-resolution"),
    ):
        got, problem = await ask(role, unit, resolution=resolution)
        assert (got, problem["code"]) == (status, code)
    assert len(await contradictions(ground)) == 1
    done, view = await ask("checker", ground.authority, "minh")
    assert (done, view["settled_by"], view["resolution"]) == (200, "minh", "provider_right")
    again, same = await ask("checker", ground.authority, "thu")
    assert (again, same["settled_by"]) == (200, "minh")
    other, problem = await ask("checker", ground.authority, resolution="ours_right")
    assert (other, problem["code"]) == (409, "contradiction-settled")
    token = {"Authorization": f"Bearer {tokens('checker', ground.authority)}"}
    (listed,) = (await client.get("/v1/contradictions", headers=token)).json()["items"]
    assert (listed["state"], listed["resolution"], listed["evidence"]) == ("paid", "provider_right", "SK-12")
    (payment,) = (await client.get(f"/v1/payments?payroll_id={payroll.payroll_id}", headers=token)).json()["items"]
    assert (payment["state"], payment["next_step"]) == ("paid", None)
    async with ground.database.transaction() as tx:
        audited = await tx.scalar(
            "SELECT count(*) FROM audit_log WHERE action = 'settle-contradiction' AND object = :object",
            object=f"contradiction/{contradiction}",
        )
    assert audited == 1


async def test_who_released_it_does_not_settle_it(ground: Ground) -> None:
    _, _, contradiction = await contradicting(ground, "rejected", "paid")
    async with ground.database.transaction() as tx:
        await tx.run("UPDATE payrolls SET released_subject = 'binh' WHERE authority_id = :id", id=ground.authority)
    with pytest.raises(Refusal, match="not-the-same-officer"):
        await let_settle(ground, contradiction, "provider_right")


# --- the rule ----------------------------------------------------------------------------------------------------------


def held(state: PaymentState, told: str, amount_dong: int = DONG) -> OpenContradiction:
    return OpenContradiction(new_id(), new_id(), told, amount_dong, DONG, state, "issuer", "hoa")


LINES = st.lists(
    st.builds(Line, st.sampled_from(["free", "taken", "cancelled"]), st.integers(0, MOST_SETTLEMENTS)), min_size=1, max_size=4
)


@given(
    st.sampled_from(STATES), st.sampled_from(["paid", "rejected", "returned", "unclaimed", "accepted"]),
    st.sampled_from([DONG, DONG - 1]), st.sampled_from(RESOLUTIONS), LINES,
)  # fmt: skip
def test_a_resolution_never_makes_a_second_payment_of_an_obligation(
    state: PaymentState, told: str, amount_dong: int, resolution: Resolution, lines: list[Line]
) -> None:
    try:
        effect = settle(held(state, told, amount_dong), resolution, lines)
    except Refusal:
        assert resolution != "ours_right", "leaving all as it is can always be said"
        return
    if resolution == "ours_right" or told == "accepted":
        assert effect == NOTHING
    if effect.takes_back:
        assert (told, effect.to_state) == ("paid", "paid")
        assert state in ("rejected", "returned", "unclaimed", "removed")
        assert (resolution == "paid_twice") == any(line.standing != "free" for line in lines) or amount_dong != DONG
        assert all(line.settlements < MOST_SETTLEMENTS for line in lines if line.standing == "free")
    if effect.to_state is not None and not effect.takes_back:
        assert (state, effect.to_state) in {
            ("open", "paid"), *((s, t) for s in ("open", "paid") for t in ("rejected", "returned", "unclaimed")),
        }  # fmt: skip


def test_too_often_proven() -> None:
    with pytest.raises(Refusal, match="settled-too-often"):
        settle(held("returned", "paid"), "provider_right", [Line("free", MOST_SETTLEMENTS)])
    assert settle(held("returned", "paid"), "provider_right", [Line("free", 1)]) == Effect("paid", takes_back=True)
