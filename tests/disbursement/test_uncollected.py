"""Cash that nobody collects: carried forward, paid to whoever comes late, and held after three months in a row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.disbursement.domain.holds import why_held
from services.disbursement.domain.next_steps import next_step
from services.disbursement.domain.outcomes import NOT_THE_ACCOUNTS
from services.disbursement.domain.uncollected import Finding, RunMonth, ends_wait, limit_in, must_wait, unpaid_in_a_row
from shared.contracts.disbursement_events import ChunkInstructed
from shared.contracts.gateway_events import Outcome
from shared.contracts.registry_events import BeneficiaryRecord
from shared.kernel.ids import new_id
from tests.disbursement.gateway_voice import tell
from tests.disbursement.office import Office
from tests.disbursement.records import bank_account, changed, payee

DONG = 540_000
MONTHS = ("2021-10", "2021-11", "2021-12", "2022-01", "2022-02")


async def month(office: Office, code: str, outcome: Outcome | None = "unclaimed", on: datetime | None = None) -> dict[str, Any]:
    """Draw a month up, pay it out, and hear the same end of every payment; what was drawn."""
    drawn: dict[str, Any] = await office.draw(await office.run(code))
    for payroll in drawn["payrolls"]:
        await office.released(payroll)
    while await office.dispatcher().step():
        pass
    named = {payroll["payroll_id"] for payroll in drawn["payrolls"]}
    for body in await office.events("chunk_instructed"):
        chunk = ChunkInstructed.model_validate(body)
        if str(chunk.payroll_id) in named and outcome is not None:
            at = on or datetime.fromisoformat(f"{code}-20T03:00:00+00:00")
            await tell(office, chunk, {line.payment_id: outcome for line in chunk.lines}, at=at)
    return drawn


def amounts(drawn: dict[str, Any]) -> list[int]:
    return [payroll["amount_dong"] for payroll in drawn["payrolls"]]


async def unclaimed(office: Office, query: str = "", role: str = "maker", **more: Any) -> dict[str, Any]:
    read: dict[str, Any] = await office.ok("GET", f"/v1/unclaimed{query}", role, **more)
    return read


def verification(person: BeneficiaryRecord, found: str) -> dict[str, str]:
    return {"beneficiary_id": str(person.beneficiary_id), "found": found, "paper": "15/BB-UBND", "verified_on": "2022-01-05"}


async def three_months(office: Office, *people: BeneficiaryRecord) -> None:
    """Three months that nobody collects."""
    await office.say(*people)
    for number, code in enumerate(MONTHS[:3], 1):
        drawn = await month(office, code)
        assert amounts(drawn) == [number * len(people) * DONG], "carried forward each time"
        assert drawn["left_out"] == {}


async def test_whoever_comes_late_is_paid_by_a_supplement_or_the_next_run(office: Office) -> None:
    person = office.person("K6-N")
    await office.say(person)
    await month(office, "2021-10")
    (line,) = (await unclaimed(office))["items"]
    assert (line["months"], line["amount_dong"], line["since_month"]) == (["2021-10-01"], DONG, "2021-10-01")
    assert (line["suspended_at"], line["authority_id"], line["full_name"]) == (None, office.authority, "Nguyễn Thị Lan")
    (payment,) = (await office.ok("GET", "/v1/payments", "maker"))["items"]
    assert payment["next_step"]["code"] == "collect-next-run"
    assert amounts(await month(office, "2021-10", "paid")) == [DONG], "a supplement of the same run"
    assert (await unclaimed(office))["items"] == []
    assert amounts(await month(office, "2021-11", "unclaimed")) == [DONG]
    assert amounts(await month(office, "2021-12", "paid")) == [2 * DONG], "or the next run"
    books = await office.ok("GET", "/v1/months/2021-11/books", "maker")
    assert (books["paid_cash"]["amount_dong"], books["books_balance"]) == (DONG, True)


async def test_after_three_months_payment_waits_until_the_commune_has_verified(office: Office) -> None:
    person, other = office.person("K6-N"), office.person("K6-N")
    await three_months(office, person, other)
    drawn = await month(office, MONTHS[3])
    assert (amounts(drawn), drawn["left_out"]) == ([], {"uncollected": 2})
    read = await unclaimed(office, "?suspended=true")
    assert (read["people"], read["suspended"], read["amount_dong"]) == (2, 2, 8 * DONG)
    line = next(item for item in read["items"] if item["beneficiary_id"] == str(person.beneficiary_id))
    assert line["months"] == ["2021-10-01", "2021-11-01", "2021-12-01", "2022-01-01"]
    assert (line["amount_dong"], line["run_months_in_a_row"], line["found"]) == (4 * DONG, 3, None)
    assert (await unclaimed(office, "?suspended=false"))["items"] == []
    page = await unclaimed(office, "?limit=1")
    assert len(page["items"]) == 1
    assert len((await unclaimed(office, f"?limit=1&cursor={page['next_cursor']}"))["items"]) == 1
    assert (await unclaimed(office, role="commune_officer", units=[office.communes[0]]))["people"] == 0
    assert (await unclaimed(office, role="commune_officer", units=[office.communes[2]]))["people"] == 2

    done = await office.ok(
        "POST", "/v1/verifications", "commune_officer", verification(person, "alive_and_entitled"),
        units=[office.communes[2]], subject="hien",
    )  # fmt: skip
    assert (done["found"], done["ended_at"] is not None, done["months"]) == ("alive_and_entitled", True, 3)
    drawn = await month(office, MONTHS[4], on=datetime.now(UTC))
    assert (amounts(drawn), drawn["left_out"]) == ([5 * DONG], {"uncollected": 1}), "all that is owed"
    supplement = await month(office, MONTHS[4], "paid", on=datetime.now(UTC))
    assert amounts(supplement) == [5 * DONG], "the count begins again after a verification"
    for code in (*(f"{m}-01" for m in MONTHS),):
        assert (await office.ok("GET", f"/v1/months/{code}/books", "maker"))["books_balance"] is True
    audited = await office.rows(
        "SELECT subject FROM audit_log WHERE action = 'verify-person' AND object = $1", f"beneficiary/{person.beneficiary_id}"
    )
    assert [row[0] for row in audited] == ["hien"]


async def test_somebody_found_dead_waits_for_the_registrys_word(office: Office) -> None:
    person = office.person("K6-N")
    await three_months(office, person)
    await month(office, MONTHS[3])
    for found in ("moved", "dead"):
        done = await office.ok("POST", "/v1/verifications", "maker", verification(person, found))
        assert (done["found"], done["ended_at"]) == (found, None)
    assert (await month(office, MONTHS[4]))["left_out"] == {"uncollected": 1}
    heir = payee(new_id(), full_name="Trần Văn Con", relationship="heir")
    await office.say(changed(person, status="dead", status_from_month=date(2021, 12, 1), payee=heir))
    drawn = await office.draw(await office.run("2022-03"))
    assert (amounts(drawn), drawn["left_out"]) == ([2 * DONG], {}), "October and November, to the heir; later months are not owed"
    assert (await unclaimed(office))["items"] == []


async def test_refused_verifications(office: Office) -> None:
    person = office.person("K6-N")
    await office.say(person)
    body = verification(person, "alive_and_entitled")
    await office.refused("nothing-to-verify", "POST", "/v1/verifications", "maker", body)
    nobody = {**body, "beneficiary_id": str(new_id())}
    await office.refused("unknown-beneficiary", "POST", "/v1/verifications", "maker", nobody)
    away = [office.communes[0]]
    await office.refused("unknown-beneficiary", "POST", "/v1/verifications", "commune_officer", body, units=away)
    await office.refused("not-allowed", "POST", "/v1/verifications", "checker", body)
    await office.refused("bad-request", "POST", "/v1/verifications", "maker", {**body, "found": "asleep"})


async def test_refused_twice_on_one_account_goes_by_cash(office: Office) -> None:
    """A reason that says nothing of the account lets it be tried once more; then it is avoided."""
    await office.say(office.person("K6-N", commune=1, account=bank_account()))
    first = await month(office, "2021-10", "rejected")
    second = await month(office, "2021-10", "rejected")
    assert [p["channel"] for p in first["payrolls"] + second["payrolls"]] == ["account", "cash"]


# --- the rules ---------------------------------------------------------------------------------------------------------


def history(*ends: str) -> list[RunMonth]:
    """`f` failed, `p` paid, `b` both, `-` nothing tried; one run month each from 1/2022."""
    return [RunMonth(date(2022, number, 1), end in "pb", end in "fb") for number, end in enumerate(ends, 1)]


def test_months_in_a_row() -> None:
    assert len(unpaid_in_a_row(history(*"fff"))) == 3
    assert unpaid_in_a_row(history(*"ffpf")) == [date(2022, 4, 1)]
    assert unpaid_in_a_row(history(*"fff-")) == unpaid_in_a_row(history(*"fff")), "a month held neither counts nor breaks"
    assert unpaid_in_a_row(history(*"ffb")) == [], "something reached the person"
    assert must_wait(history(*"ff"), date(2022, 3, 1)) == []
    assert len(must_wait(history(*"pfff"), date(2022, 5, 1))) == limit_in(date(2022, 5, 1)) == 3


@given(st.text("fpb-", max_size=12))
def test_a_row_ends_at_the_newest_month_and_holds_no_paid_one(ends: str) -> None:
    row = unpaid_in_a_row(history(*ends))
    since_paid = ends[max(ends.rfind("p"), ends.rfind("b")) + 1 :]
    assert len(row) == since_paid.count("f")
    assert row == sorted(row)


def test_what_ends_the_wait() -> None:
    findings: tuple[Finding | None, ...] = (None, "moved", "dead", "not_entitled")
    assert ends_wait("alive_and_entitled", status="active", moved=False, changed=False)
    assert not any(ends_wait(found, status="active", moved=False, changed=True) for found in findings)
    assert ends_wait("moved", status="active", moved=True, changed=True)
    assert ends_wait(None, status="dead", moved=False, changed=True), "the registry's word needs no verification"
    assert not ends_wait("dead", status="dead", moved=False, changed=False), "a stop that was there before is no answer"
    assert why_held(None, "active", "self", routed=True, uncollected=True) == "uncollected"
    assert why_held("x", "active", "self", routed=False, uncollected=True) == "held"


def test_what_happens_next() -> None:
    def code(state: str, reason: str | None = None, channel: str = "wallet", *, sent: bool = True) -> str | None:
        step = next_step(state, reason, channel, sent=sent)
        assert step is None or (step.vi and step.en)
        return step.code if step else None

    assert code("paid") is None
    assert (code("open"), code("open", sent=False)) == ("await-answer", "not-sent")
    assert {code("rejected", reason) for reason in NOT_THE_ACCOUNTS} == {"same-account-once-more"}
    for reason in ("invalid_account", "name_mismatch", "locked", None, "something new"):
        assert code("rejected", reason) == code("returned", reason) == "corrected-account-or-cash"
    assert code("rejected", "locked", "cash") == "cash-again"
    assert code("unclaimed", None, "cash") == "collect-next-run"
    removed = {reason: code("removed", reason) for reason in ("dead", "stopped", "held", "suspended", "authority-handed-over")}
    assert len(set(removed.values())) == len(removed)
    assert code("removed", "đơn khiếu nại") == "next-drawing-up"
