"""The canary: the first payments go alone, and what becomes of them decides; stops that the gateway says; why a payroll waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.disbursement.domain.canary import CanaryStanding, judge_canary
from services.disbursement.domain.waits import MOST_UNANSWERED
from services.disbursement.workers.dispatcher import CanaryWatch
from shared.contracts.gateway_events import ChunkProgressed, PaymentOutcome, StopChanged
from shared.kernel.ids import new_id
from tests.disbursement.gateway_voice import say
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER, wallet

Outcome: TypeAlias = Literal["accepted", "paid", "rejected"]
AT = datetime(2021, 10, 5, 1, tzinfo=UTC)
PEOPLE = 130


@pytest.fixture(autouse=True)
async def quiet(office: Office) -> None:
    """Chunks that other tests of this module left waiting or unanswered, and stops of providers."""
    await office.rows("UPDATE chunks SET state = 'answered'")
    await office.rows("UPDATE stops SET lifted_at = stopped_at")


# --- the rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "paid", "failed", "answered", "verdict"),
    [
        ("wallet", 20, 0, True, "passed"),
        ("wallet", 14, 6, True, "passed"),
        ("wallet", 13, 6, True, "waiting"),
        ("wallet", 14, 0, False, "waiting"),  # one of them the provider has said nothing of
        ("account", 13, 7, True, "failed"),
        ("account", 0, 7, False, "failed"),  # no need to wait for the others
        ("cash", 0, 0, True, "passed"),
        ("cash", 0, 0, False, "waiting"),
        ("cashier", 0, 7, True, "failed"),
    ],
)
def test_what_twenty_payments_say(channel: str, paid: int, failed: int, answered: bool, verdict: str) -> None:
    assert judge_canary(CanaryStanding(channel, 20, paid, failed, answered)) == verdict


def test_a_canary_of_which_all_was_removed_holds_nothing_back() -> None:
    assert judge_canary(CanaryStanding("wallet", 0, 0, 0, True)) == "passed"


@given(st.sampled_from(["wallet", "cash"]), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_when_all_is_settled_it_is_decided(channel: str, paid: int, failed: int, open_still: int) -> None:
    standing = CanaryStanding(channel, paid + failed + open_still, paid, failed, True)
    verdict = judge_canary(standing)
    assert verdict != "waiting" or (open_still and channel == "wallet")
    worse = CanaryStanding(channel, standing.payments + 1, paid, failed + 1, True)
    assert not (verdict == "failed" and judge_canary(worse) != "failed")


# --- a payroll under way ----------------------------------------------------------------------------------------------


async def released(office: Office, people: int = PEOPLE) -> dict[str, Any]:
    """A released payroll of wallets, and its first chunk instructed."""
    await office.say(*[office.person("K6-N", commune=0, account=wallet()) for _ in range(people)])
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    found = dict(await office.released(payroll))
    await office.dispatcher().step()
    return found


async def states(office: Office, payroll: dict[str, Any]) -> list[str]:
    rows = await office.rows("SELECT state FROM chunks WHERE payroll_id = $1 ORDER BY chunk_no", UUID(payroll["payroll_id"]))
    return [row[0] for row in rows]


async def said(
    office: Office,
    payroll: dict[str, Any],
    outcomes: Sequence[Outcome],
    *,
    answered: bool = True,
    why: str = "invalid_account",
) -> None:
    """The gateway says what became of the first payments; then the watch looks, and the dispatcher."""
    lines = await office.payments(payroll["payroll_id"])
    await say(
        office,
        ChunkProgressed(
            run_month=OCTOBER,
            payroll_id=UUID(payroll["payroll_id"]),
            chunk_no=0,
            provider=payroll["provider"],
            answered=answered,
            outcomes=[
                PaymentOutcome(
                    payment_id=UUID(line["payment_id"]), attempt_no=1, step=101 + (outcome != "accepted"), outcome=outcome,
                    reason=why if outcome == "rejected" else None, amount_dong=line["amount_dong"],
                    provider_reference=None, at=AT,
                )
                for line, outcome in zip(lines, outcomes, strict=False)
            ],
        )
    )  # fmt: skip
    await CanaryWatch(office.database).step()
    await office.dispatcher().step()


async def wait_of(office: Office, payroll: dict[str, Any]) -> dict[str, Any] | None:
    waits = (await office.ok("GET", f"/v1/runs/{payroll['run_id']}/progress", "maker"))["waits"]
    assert all(wait["sentence_vi"] and wait["sentence_en"] for wait in waits)
    return next((wait for wait in waits if wait["payroll_id"] == payroll["payroll_id"]), None)


async def why(office: Office, payroll: dict[str, Any]) -> str | None:
    wait = await wait_of(office, payroll)
    return wait["why"] if wait else None


async def stop(office: Office, scope: Literal["payroll", "provider"], key: str, cause: Any = "person", **changes: Any) -> UUID:
    event = StopChanged(
        stop_id=changes.pop("stop_id", None) or new_id(), scope=scope, key=key, cause=cause, reason="x", stopped_at=AT,
        lifted_at=changes.pop("lifted_at", None),
    )  # fmt: skip
    await say(office, event)
    return event.stop_id


async def audited(office: Office, payroll: dict[str, Any]) -> list[str]:
    rows = await office.rows(
        "SELECT action FROM audit_log WHERE object = $1 AND action LIKE 'canary-%' ORDER BY seq",
        f"payroll/{payroll['payroll_id']}",
    )
    return [row[0] for row in rows]


async def test_the_rest_follows_when_the_first_have_been_paid(office: Office) -> None:
    payroll = await released(office)
    assert await states(office, payroll) == ["instructed", "sealed"]
    (event,) = await office.events("chunk_instructed")
    assert len(event["lines"]) == 20
    assert await why(office, payroll) == "canary"
    await said(office, payroll, ["accepted"] * 20)
    assert await states(office, payroll) == ["answered", "sealed"], "accepted is not paid"
    await said(office, payroll, ["paid"] * 13)
    assert await states(office, payroll) == ["answered", "sealed"]
    await said(office, payroll, ["paid"] * 14)
    assert await states(office, payroll) == ["answered", "instructed"]
    assert await wait_of(office, payroll) is None
    assert await audited(office, payroll) == ["canary-passed"]
    assert await office.events("canary_failed") == []


async def test_a_canary_that_fails_stops_the_payroll_until_an_officer_lifts(office: Office) -> None:
    payroll = await released(office)
    await said(office, payroll, ["rejected"] * 7, answered=False)
    refused: list[Outcome] = ["rejected"] * 7
    paid: list[Outcome] = ["paid"] * 13
    await said(office, payroll, refused + paid)
    assert await states(office, payroll) == ["answered", "sealed"]
    assert await audited(office, payroll) == ["canary-failed"]
    (event,) = await office.events("canary_failed")
    assert (event["payroll_id"], event["payments"], event["failed"]) == (payroll["payroll_id"], 20, 7)
    wait = await wait_of(office, payroll)
    assert wait is not None
    assert (wait["why"], wait["stop_id"], wait["chunks_waiting"]) == ("canary-failed", None, 1)
    stop_id = await stop(office, "payroll", payroll["payroll_id"], "canary")
    wait = await wait_of(office, payroll)
    assert wait is not None
    assert (wait["why"], wait["stop_id"]) == ("canary-failed", str(stop_id))
    await stop(office, "payroll", payroll["payroll_id"], "canary", stop_id=stop_id, lifted_at=AT)
    await CanaryWatch(office.database).step()
    await office.dispatcher().step()
    assert await states(office, payroll) == ["answered", "instructed"]


async def test_what_was_recalled_says_nothing_of_the_provider(office: Office) -> None:
    payroll = await released(office)
    recalled: list[Outcome] = ["rejected"] * 10
    paid: list[Outcome] = ["paid"] * 10
    await said(office, payroll, recalled, answered=False, why="recalled")
    assert await audited(office, payroll) == []
    await said(office, payroll, recalled + paid, why="recalled")
    assert await states(office, payroll) == ["answered", "instructed"]
    assert await audited(office, payroll) == ["canary-passed"]


async def test_two_watches_decide_once(office: Office) -> None:
    payroll = await released(office)
    await said(office, payroll, ["rejected"] * 20)
    await CanaryWatch(office.database).step()
    assert await audited(office, payroll) == ["canary-failed"]
    assert len(await office.events("canary_failed")) == 1


async def test_small_payrolls_and_contracts_without_a_canary_go_whole(office: Office) -> None:
    small = await released(office, 100)
    assert await states(office, small) == ["instructed"]
    await office.sending(office.deeds.viettel, "wallet", canary_payments=0)
    large = await released(office, 501)
    assert await states(office, large) == ["instructed", "instructed"]


async def test_a_contract_says_how_many_go_first(office: Office) -> None:
    contract = await office.sending(office.deeds.viettel, "wallet", canary_payments=5)
    assert {c["channel"]: c["canary_payments"] for c in contract["channels"]} == {"cash": 20, "wallet": 5}
    payroll = await released(office, 26)
    assert await states(office, payroll) == ["instructed", "sealed"]
    (event,) = await office.events("chunk_instructed")
    assert len(event["lines"]) == 5


async def test_stops_hold_a_payroll_and_a_provider_until_lifted(office: Office) -> None:
    payroll = await released(office)
    await said(office, payroll, ["accepted"] * 20)
    mine = await stop(office, "payroll", payroll["payroll_id"])
    theirs = await stop(office, "provider", "viettelpay", "restore")
    await stop(office, "provider", "vietinbank")
    await said(office, payroll, ["paid"] * 20)
    wait = await wait_of(office, payroll)
    assert wait is not None
    assert (wait["why"], wait["stop_id"]) == ("stopped", str(mine))
    await stop(office, "payroll", payroll["payroll_id"], stop_id=mine, lifted_at=AT)
    await office.dispatcher().step()
    assert await why(office, payroll) == "provider-stopped"
    await stop(office, "provider", "viettelpay", "restore", stop_id=theirs, lifted_at=AT)
    await office.dispatcher().step()
    assert await states(office, payroll) == ["answered", "instructed"]


async def test_a_lifting_heard_before_its_stop_stays(office: Office) -> None:
    payroll = await released(office)
    stop_id = await stop(office, "payroll", payroll["payroll_id"], lifted_at=AT)
    await stop(office, "payroll", payroll["payroll_id"], stop_id=stop_id)
    await said(office, payroll, ["paid"] * 20)
    assert await states(office, payroll) == ["answered", "instructed"]


async def test_progress_says_when_the_rate_of_errors_or_the_bound_holds(office: Office) -> None:
    payroll = await released(office)
    stop_id = await stop(office, "provider", "viettelpay", "error-rate")
    assert await why(office, payroll) == "error-rate"
    await stop(office, "provider", "viettelpay", "error-rate", stop_id=stop_id, lifted_at=AT)
    other = await released(office, 1)
    await office.rows(
        """INSERT INTO chunks SELECT payroll_id, n, 1, 1, digest, 'instructed' FROM chunks, generate_series(2, $2) n
           WHERE payroll_id = $1 AND chunk_no = 0""",
        UUID(other["payroll_id"]),
        MOST_UNANSWERED + 1,
    )
    await said(office, payroll, ["paid"] * 20)
    assert await why(office, payroll) == "provider-bound"
    await office.rows("DELETE FROM chunks WHERE payroll_id = $1 AND chunk_no > 1", UUID(other["payroll_id"]))
    assert await why(office, payroll) == "turn"


async def test_a_broken_seal_is_named_first(office: Office) -> None:
    payroll = await released(office)
    await said(office, payroll, ["accepted"] * 20)
    await office.rows("UPDATE payments SET amount_dong = 1 WHERE payroll_id = $1 AND line_no = 30", UUID(payroll["payroll_id"]))
    await said(office, payroll, ["paid"] * 20)
    assert await why(office, payroll) == "seal-broken"
