"""Three persons: the second approver, and those who sign in another's place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.disbursement.domain.approval_refusals import NO_DELEGATION, WRONG_DELEGATION
from services.disbursement.domain.delegations import Delegation, behind, check_delegation, find_delegation
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from tests.disbursement.office import Office
from tests.disbursement.test_gates import drawn, set_gate

DAY = date(2021, 9, 21)
NAMES = ["an", "binh", "chi", "dung", "giang"]


def paper(giver: str, taker: str, from_on: date = DAY, to_on: date = DAY, step: Any = "approve") -> Delegation:
    return Delegation(
        new_id(), "474@2021-07-01", step, "i", giver, "i", taker, from_on, to_on, "15/UQ", datetime(2021, 9, 1, tzinfo=UTC)
    )


# --- the rule ---------------------------------------------------------------------------------------------------------


def test_a_delegate_passes_nothing_on_and_signs_only_in_time() -> None:
    papers = [
        paper("an", "binh"),
        paper("binh", "chi"),
        paper("an", "dung", to_on=DAY + timedelta(days=3), step="second-approve"),
    ]
    assert find_delegation(papers, "approve", ("i", "an"), ("i", "binh"), DAY) == papers[0]
    wrong: list[tuple[Any, ...]] = [
        ("approve", ("i", "an"), ("i", "chi"), DAY),  # over a chain
        ("approve", ("i", "an"), ("i", "dung"), DAY),  # another step
        ("approve", ("j", "an"), ("i", "binh"), DAY),  # another issuer's
        ("approve", ("i", "an"), ("i", "binh"), DAY + timedelta(days=1)),
        ("approve", ("i", "an"), ("i", "binh"), DAY - timedelta(days=1)),
    ]
    for each in wrong:
        with pytest.raises(Refusal) as refusal:
            find_delegation(papers, *each)
        assert refusal.value.code == NO_DELEGATION


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES))), st.sampled_from(NAMES))
def test_behind_an_officer_stand_all_that_any_chain_leads_to(pairs: list[tuple[str, str]], officer: str) -> None:
    reached, grown = {officer}, True
    while grown:
        more = reached | {giver for giver, taker in pairs if taker in reached}
        grown, reached = more != reached, more
    papers = [paper(*pair) for pair in pairs]
    assert behind(papers, "approve", ("i", officer), DAY) == {("i", name) for name in reached}
    assert behind(papers, "second-approve", ("i", officer), DAY) == {("i", officer)}


@pytest.mark.parametrize(
    "wrong",
    [
        paper("an", "an"),
        paper("an", "binh", DAY, DAY - timedelta(days=1)),
        paper("an", "binh", DAY - timedelta(days=9), DAY - timedelta(days=1)),  # it has ended
        paper("an", "binh", DAY, DAY + timedelta(days=400)),
    ],
)
def test_delegations_that_make_no_sense(wrong: Delegation) -> None:
    check_delegation(paper("an", "binh"), DAY)
    with pytest.raises(Refusal) as refusal:
        check_delegation(wrong, DAY)
    assert refusal.value.code == WRONG_DELEGATION


# --- signing in another's place ---------------------------------------------------------------------------------------


async def delegate(office: Office, giver: str, taker: str, step: str = "approve", **more: Any) -> Any:
    """Today and tomorrow."""
    async with office.database.transaction() as tx:
        today = await tx.today()
    body = {
        "authority_id": office.authority, "step": step, "to_subject": taker, "from_on": str(today),
        "to_on": str(today + timedelta(days=1)), "paper_number": "15/UQ", **more,
    }  # fmt: skip
    role = "checker" if step == "approve" else "head"
    return await office.ok("POST", "/v1/delegations", role, body, subject=giver)


async def prepared(office: Office) -> str:
    payroll = await drawn(office, office.person("K6-N"))
    await office.prepare(payroll["payroll_id"])  # lan
    return str(payroll["payroll_id"])


async def test_in_the_checker_s_place(office: Office) -> None:
    payroll_id = await prepared(office)
    path, body = f"/v1/payrolls/{payroll_id}/approve", {"in_place_of": "minh"}
    await office.refused("no-delegation", "POST", path, "maker", body, subject="tuan")
    made = await delegate(office, "minh", "tuan")
    await office.refused("no-delegation", "POST", path, "maker", body, subject="khac")
    await office.refused("not-allowed", "POST", path, "maker", subject="tuan")  # in his own name he may not
    view = await office.ok("POST", path, "maker", body, subject="tuan")
    assert (view["approved_by"], view["approved_in_place_of"]) == ("tuan", "minh")
    (row,) = await office.rows(
        "SELECT detail::text FROM audit_log WHERE object = $1 AND action = 'approve-payroll'", f"payroll/{payroll_id}"
    )
    assert "thay mặt minh" in row[0]
    listed = (await office.ok("GET", "/v1/delegations", "maker"))["items"]
    assert [d["delegation_id"] for d in listed] == [made["delegation_id"]]


async def test_the_maker_is_never_the_delegate_nor_the_delegator(office: Office) -> None:
    payroll_id = await prepared(office)
    path = f"/v1/payrolls/{payroll_id}/approve"
    await delegate(office, "minh", "lan")
    await office.refused("maker-is-checker", "POST", path, "maker", {"in_place_of": "minh"}, subject="lan")
    await delegate(office, "lan", "tuan")
    await office.refused("delegator-is-maker", "POST", path, "maker", {"in_place_of": "lan"}, subject="tuan")


async def test_nor_does_a_chain_of_papers_lead_back_to_the_maker(office: Office) -> None:
    payroll_id = await prepared(office)
    path = f"/v1/payrolls/{payroll_id}/approve"
    await delegate(office, "lan", "minh")
    await delegate(office, "minh", "tuan")
    await delegate(office, "tuan", "ba")
    await office.refused("no-delegation", "POST", path, "maker", {"in_place_of": "minh"}, subject="ba")
    for giver, taker in (("minh", "tuan"), ("tuan", "ba")):
        await office.refused("delegator-is-maker", "POST", path, "maker", {"in_place_of": giver}, subject=taker)
    await office.ok("POST", path, "checker", subject="minh")  # in his own name he may


async def test_the_database_refuses_the_maker_behind_a_delegate(office: Office) -> None:
    payroll_id = await prepared(office)
    with pytest.raises(Exception, match="delegator_is_not_maker"):
        await office.rows(
            """UPDATE payrolls SET state = 'approved', signature = 'x', approved_issuer = 'i', approved_subject = 'tuan',
                   approved_at = now(), approved_for_issuer = prepared_issuer, approved_for_subject = prepared_subject
               WHERE payroll_id = $1""",
            UUID(payroll_id),
        )


async def test_a_delegation_taken_back_or_over(office: Office) -> None:
    payroll_id = await prepared(office)
    path, body = f"/v1/payrolls/{payroll_id}/approve", {"in_place_of": "minh"}
    made = await delegate(office, "minh", "tuan")
    end = f"/v1/delegations/{made['delegation_id']}/end"
    await office.refused("not-allowed", "POST", end, "checker", subject="tuan")
    await office.refused("unknown-delegation", "POST", f"/v1/delegations/{new_id()}/end", "checker", subject="minh")
    ended = await office.ok("POST", end, "checker", subject="minh")
    assert ended["ended_at"] is not None
    assert await office.ok("POST", end, "checker", subject="minh") == ended
    await office.refused("no-delegation", "POST", path, "maker", body, subject="tuan")
    second = await delegate(office, "minh", "tuan")
    await office.rows(
        "UPDATE delegations SET from_on = from_on - 9, to_on = to_on - 9 WHERE delegation_id = $1", UUID(second["delegation_id"])
    )
    await office.refused("no-delegation", "POST", path, "maker", body, subject="tuan")


async def test_delegations_are_refused(office: Office) -> None:
    async with office.database.transaction() as tx:
        today = await tx.today()
    body = {
        "authority_id": office.authority, "step": "approve", "to_subject": "tuan", "from_on": str(today), "to_on": str(today),
        "paper_number": "15/UQ",
    }  # fmt: skip
    path = "/v1/delegations"
    await office.refused("not-allowed", "POST", path, "maker", body)  # nobody delegates what they may not do
    await office.refused("not-allowed", "POST", path, "checker", {**body, "step": "second-approve"})
    await office.refused("wrong-delegation", "POST", path, "checker", {**body, "to_subject": "minh"}, subject="minh")
    await office.refused("not-your-unit", "POST", path, "checker", body, units=[office.communes[0]])
    await office.refused("unknown-unit", "POST", path, "checker", {**body, "authority_id": "99999@2021-07-01"})


# --- the second approver ----------------------------------------------------------------------------------------------


async def first_signed(office: Office) -> dict[str, Any]:
    """Approved once, above the amount from which two sign; funded."""
    await set_gate(office, "second-approval", "500000")
    payroll = await drawn(office, office.person("K6-N"))
    await office.prepare(payroll["payroll_id"])
    approved = await office.approve(payroll["payroll_id"])
    assert (approved["state"], approved["needs_second_approval"], approved["second_by"]) == ("approved", True, None)
    await office.fund(payroll["run_id"], payroll["contract_id"], 540_000)
    return payroll


async def test_above_the_amount_three_persons_sign(office: Office) -> None:
    payroll = await first_signed(office)
    path = f"/v1/payrolls/{payroll['payroll_id']}"
    await office.refused("second-approval-missing", "POST", f"{path}/release", "accountant")
    await office.refused("maker-is-checker", "POST", f"{path}/second-approval", "head", subject="lan")
    await office.refused("checker-is-second", "POST", f"{path}/second-approval", "head", subject="minh")
    await office.refused("not-allowed", "POST", f"{path}/second-approval", "checker", subject="ba")
    view = await office.ok("POST", f"{path}/second-approval", "head", subject="thu")
    assert (view["state"], view["second_by"], view["second_in_place_of"]) == ("approved", "thu", None)
    await office.refused("second-approval-not-needed", "POST", f"{path}/second-approval", "head", subject="khac")
    assert (await office.release(payroll["payroll_id"]))["state"] == "released"
    while await office.dispatcher().step():
        pass
    assert len(await office.events("chunk_instructed")) == 1


async def test_below_the_amount_one_is_enough(office: Office) -> None:
    await set_gate(office, "second-approval", "540000")
    payroll = await drawn(office, office.person("K6-N"))
    path = f"/v1/payrolls/{payroll['payroll_id']}/second-approval"
    await office.refused("wrong-state", "POST", path, "head", subject="thu")
    await office.approved(payroll["payroll_id"])
    await office.refused("second-approval-not-needed", "POST", path, "head", subject="thu")
    await office.fund(payroll["run_id"], payroll["contract_id"], 540_000)
    assert (await office.release(payroll["payroll_id"]))["state"] == "released"


async def test_the_second_signs_in_another_s_place_but_never_in_a_signer_s(office: Office) -> None:
    payroll = await first_signed(office)
    path = f"/v1/payrolls/{payroll['payroll_id']}/second-approval"
    for giver in ("lan", "minh", "thu"):
        await delegate(office, giver, "ba", "second-approve")
    await delegate(office, "thu", "minh", "second-approve")
    await office.refused("delegator-is-maker", "POST", path, "maker", {"in_place_of": "lan"}, subject="ba")
    await office.refused("checker-is-second", "POST", path, "maker", {"in_place_of": "minh"}, subject="ba")
    await office.refused("checker-is-second", "POST", path, "maker", {"in_place_of": "thu"}, subject="minh")
    view = await office.ok("POST", path, "maker", {"in_place_of": "thu"}, subject="ba")
    assert (view["second_by"], view["second_in_place_of"]) == ("ba", "thu")
    assert (await office.release(payroll["payroll_id"]))["state"] == "released"


SAME = {
    "the maker": ("prepared_issuer, second_subject = prepared_subject", "three_persons"),
    "the checker": ("approved_issuer, second_subject = approved_subject", "three_persons"),
    "for the maker": (
        "'i', second_subject = 'ba', second_for_issuer = prepared_issuer, second_for_subject = prepared_subject",
        "three_persons_delegated",
    ),
    "for the checker": (
        "'i', second_subject = 'ba', second_for_issuer = approved_issuer, second_for_subject = approved_subject",
        "three_persons_delegated",
    ),
}


@pytest.mark.parametrize("who", SAME)
async def test_the_database_wants_three_persons(office: Office, who: str) -> None:
    payroll = await first_signed(office)
    change, constraint = SAME[who]
    with pytest.raises(Exception, match=f'"{constraint}"'):
        await office.rows(
            f"""UPDATE payrolls SET second_at = now(), second_signature = 'x', second_issuer = {change} WHERE payroll_id = $1""",
            UUID(payroll["payroll_id"]),
        )


async def test_the_database_releases_nothing_without_the_second(office: Office) -> None:
    payroll = await first_signed(office)
    with pytest.raises(Exception, match="second_has_signed"):
        await office.rows("UPDATE payrolls SET state = 'released' WHERE payroll_id = $1", UUID(payroll["payroll_id"]))
