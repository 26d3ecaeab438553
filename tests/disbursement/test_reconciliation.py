"""Reconciliation over REST: lists in, breaks out; healed by newer lists, closed by officers; every kind planted once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.disbursement.domain.reconciliation import BREAK_KINDS
from shared.kernel.ids import new_id, payment_reference
from tests.disbursement.gateway_voice import answer
from tests.disbursement.office import Office
from tests.disbursement.records import bank_account
from tests.disbursement.test_books_end_to_end import instructed

AMOUNT = 540_000
AT = "2021-10-05T08:30:00+07:00"


def line(reference: str, state: str = "paid", amount_dong: int = AMOUNT, **more: Any) -> dict[str, Any]:
    return {"reference": reference, "amount_dong": amount_dong, "state": state, "at": AT, **more}


class Paid:
    """A run whose first payments were paid by the bank, in order; `held_back` was taken out, nothing else is open."""

    def __init__(self, office: Office, run_id: str, references: list[str], held_back: str) -> None:
        self.office, self.run_id, self.references, self.held_back = office, run_id, references, held_back

    def asked(self, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        asked = {"unit_id": self.office.authority, "provider": "vietinbank", "source": "statement", "run_id": self.run_id}
        return {**asked, "lines": list(lines), **more}

    async def reconcile(self, *lines: dict[str, Any], **more: Any) -> Any:
        return await self.office.ok("POST", "/v1/reconciliations", "accountant", self.asked(*lines, **more))

    async def breaks(self, **query: Any) -> list[dict[str, Any]]:
        text = "&".join(f"{name}={value}" for name, value in query.items())
        read = await self.office.ok("GET", f"/v1/breaks?{text}", "accountant")
        return list(read["items"])


async def paid(office: Office, *stories: list[str], people: int = 4) -> Paid:
    """`people` payments of 540,000 đồng through the bank; each ends as its story says, `paid` where none does."""
    await office.say(*[office.person("K6-N", commune=1, account=bank_account()) for _ in range(people + 1)])
    run_id = await office.run("2021-10")
    (payroll,) = (await office.draw(run_id))["payrolls"]
    *_, last = await office.payments(payroll["payroll_id"])
    taken_out = {"payment_id": last["payment_id"], "reason": "đơn khiếu nại"}
    await office.ok("POST", f"/v1/payrolls/{payroll['payroll_id']}/exceptions", "accountant", taken_out)
    await office.released(payroll)
    (chunk,) = (await instructed(office, run_id)).values()
    told: list[Any] = [*stories, *[["paid"]] * (people - len(stories))]
    await answer(office, chunk, told)
    references = [payment_reference(each.payment_id, 1) for each in chunk.lines]
    return Paid(office, run_id, references, payment_reference(UUID(last["payment_id"]), 1))


def kinds(read: dict[str, Any]) -> dict[str, int]:
    return {kind: numbers["references"] for kind, numbers in read["kinds"].items()}


async def test_the_same_on_both_sides_leaves_nothing_open(office: Office) -> None:
    run = await paid(office, ["paid", "returned"])
    first, *others = run.references
    statement = [line(first), line(first, "returned"), *(line(reference) for reference in others)]
    read = await run.reconcile(*statement)
    assert kinds(read) == {"matched": 4}
    assert read["total"] == {
        "references": 4, "our_payments": 4, "our_dong": 3 * AMOUNT, "their_payments": 4, "their_dong": 3 * AMOUNT,
    }  # fmt: skip
    assert (read["open_breaks"], read["unexplained_dong"], read["lines"]) == (0, 0, 5)


async def test_every_kind_of_break_is_found_as_exactly_that_kind(office: Office) -> None:
    run = await paid(office, people=5)
    matched, _missing, other_amount, twice, came_back = run.references
    read = await run.reconcile(
        line(matched, seq=1),
        line(other_amount, amount_dong=AMOUNT - 40_000, seq=2),
        line(twice, seq=3),
        line(twice, seq=4),
        line(came_back, seq=5),
        line(came_back, "returned", seq=6),
        line(run.held_back, seq=9),
        line("NOBODYKNOWSTHISREFERENCE00", amount_dong=1_000, seq=10),
    )
    assert kinds(read) == dict.fromkeys(("matched", *BREAK_KINDS), 1)
    found = {each["kind"]: each for each in await run.breaks(open="true", provider="vietinbank")}
    assert {kind: (each["our_dong"], each["their_dong"]) for kind, each in found.items()} == {
        "missing_there": (AMOUNT, 0),
        "missing_here": (0, AMOUNT),
        "amount_differs": (AMOUNT, AMOUNT - 40_000),
        "state_differs": (AMOUNT, 0),
        "paid_twice": (AMOUNT, 2 * AMOUNT),
        "unknown_reference": (0, 1_000),
        "sequence_gap": (0, 0),
    }
    assert found["missing_there"]["reference"] == run.references[1]
    assert found["missing_there"]["payment_id"] is not None
    assert found["unknown_reference"]["payment_id"] is None
    assert found["sequence_gap"]["reference"].endswith(" 7-8")
    assert all((each["age_days"], each["owner"]) == (0, None) for each in found.values())
    # Both sides add up, each from its own numbers.
    sums = read["total"]
    assert sums["our_dong"] == 5 * AMOUNT
    assert sums["their_dong"] == sum([AMOUNT, AMOUNT - 40_000, 2 * AMOUNT, 0, AMOUNT, 1_000])
    assert (sums["our_payments"], sums["their_payments"]) == (6, 6)
    assert read["unexplained_dong"] == AMOUNT + AMOUNT + 40_000 + AMOUNT + AMOUNT + 1_000
    assert read["open_breaks"] == read["opened"] == 7


async def test_the_same_list_again_opens_nothing_twice_and_a_mended_one_heals(office: Office) -> None:
    run = await paid(office)
    one, two, three, four = run.references
    first = await run.reconcile(line(one, seq=1), line(two, seq=2), line(three, amount_dong=1_000, seq=4))
    assert (first["opened"], first["open_breaks"]) == (3, 3)  # 4 is missing there, 3 differs, and seq 3 is missing
    again = await run.reconcile(line(one, seq=1), line(two, seq=2), line(three, amount_dong=1_000, seq=4))
    assert (again["opened"], again["healed"], again["open_breaks"]) == (0, 0, 3)
    worse = await run.reconcile(line(one, seq=1), line(two, seq=2), line(three, seq=3), line("STRANGER", seq=4))
    assert (worse["opened"], worse["healed"], worse["open_breaks"]) == (1, 2, 2)
    mended = await run.reconcile(*(line(reference, seq=n) for n, reference in enumerate([one, two, three, four], 1)))
    assert (mended["opened"], mended["healed"], mended["open_breaks"], mended["unexplained_dong"]) == (0, 2, 0, 0)
    assert {each["closed_as"] for each in await run.breaks(open="false")} == {"healed"}


async def test_what_an_officer_closed_stays_closed_while_nothing_changes(office: Office) -> None:
    run = await paid(office, people=2)
    statement = [line(run.references[0])]
    await run.reconcile(*statement)
    (found,) = await run.breaks(kind="missing_there")
    path = f"/v1/breaks/{found['break_id']}"
    given = await office.ok("PUT", f"{path}/owner", "accountant", {"owner": "hoa@hue.gov.vn"})
    assert (given["owner"], await run.breaks(owner="hoa@hue.gov.vn")) == ("hoa@hue.gov.vn", [given])
    why = {"reason": "explained_by_provider", "note": "Ghi có ngày 01/11", "evidence": "CV 45/VTB"}
    closed = await office.ok("POST", f"{path}/closing", "accountant", why, subject="ha")
    assert (closed["closed_as"], closed["evidence"], closed["closed_subject"]) == ("explained_by_provider", "CV 45/VTB", "ha")
    await office.refused("break-closed", "POST", f"{path}/closing", "accountant", why)
    await office.refused("break-closed", "PUT", f"{path}/owner", "accountant", {"owner": "x"})
    again = await run.reconcile(*statement)
    assert (kinds(again), again["opened"], again["open_breaks"]) == ({"matched": 1, "missing_there": 1}, 0, 0)
    trace = await office.rows("SELECT action FROM audit_log WHERE object = $1 ORDER BY seq", f"break/{found['break_id']}")
    assert [row["action"] for row in trace] == ["assign-break", "close-break"]


async def test_a_time_without_a_zone_is_vietnams_and_one_out_of_all_time_is_refused(office: Office) -> None:
    run = await paid(office, people=1)
    (one,) = run.references
    await run.reconcile({**line(one), "at": "2021-10-05T23:30:00"})
    kept = await office.rows("SELECT said_at FROM reconciliation_lines WHERE reference = $1", one)
    assert [row["said_at"] for row in kept] == [datetime(2021, 10, 5, 16, 30, tzinfo=UTC)]
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        held = await run.reconcile(more_parts=True)
        path = f"/v1/reconciliations/{held['reconciliation_id']}/parts/1"
        await office.refused("bad-request", "PUT", path, "accountant", {"lines": [{**line(one), "at": at}]})


async def test_a_list_comes_in_parts_and_as_csv(office: Office) -> None:
    run = await paid(office, people=3)
    one, two, three = run.references
    held = await run.reconcile(more_parts=True, source="provider_list")
    assert (held["state"], held["total"]) == ("receiving", None)
    path = f"/v1/reconciliations/{held['reconciliation_id']}"
    await office.ok("PUT", f"{path}/parts/1", "accountant", {"lines": [line(one)]})
    await office.ok("PUT", f"{path}/parts/1", "accountant", {"lines": [line(one)]})
    await office.refused("part-differs", "PUT", f"{path}/parts/1", "accountant", {"lines": [line(two)]})
    csv = f"reference,amount_dong,state,at\n{two},540000,paid,{AT}\n{three},540000,paid,{AT}\n"

    async def send(content: bytes) -> Any:
        headers = {"content-type": "text/csv"}
        return await office.call("PUT", f"{path}/parts/2/csv", "accountant", content=content, headers=headers)

    for wrong in (b"\xff\xfe", csv.replace("paid", "gone").encode(), csv.replace("540000", "-1").encode(), b"a,b\n1,2\n"):
        refused = await send(wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "bad-csv")
    assert "row 2" in (await send(csv.replace("540000", "x").encode())).json()["detail"]
    assert (await send(csv.encode())).status_code == 200
    compared = await office.ok("POST", f"{path}/comparison", "accountant")
    assert (kinds(compared), compared["lines"]) == ({"matched": 3}, 3)
    assert await office.ok("POST", f"{path}/comparison", "accountant") == compared
    assert await office.ok("GET", path, "accountant") == compared
    await office.refused("already-compared", "PUT", f"{path}/parts/3", "accountant", {"lines": [line(one)]})
    listed = await office.ok("GET", "/v1/reconciliations?limit=1", "accountant")
    assert [each["reconciliation_id"] for each in listed["items"]] == [held["reconciliation_id"]]


async def test_a_providers_list_names_what_is_open_too_and_a_period_what_ended_in_it(office: Office) -> None:
    run = await paid(office, ["pending"], ["rejected"], people=3)
    waiting, _refused, done = run.references
    whole = await run.reconcile(line(waiting, "pending"), line(done), source="provider_list")
    assert kinds(whole) == {"matched": 2}
    short = await run.reconcile(line(done), source="provider_list")
    assert kinds(short) == {"matched": 1, "missing_there": 1}
    period = {"run_id": None, "from_on": "2021-10-01", "to_on": "2021-10-31"}
    assert kinds(await run.reconcile(line(done), **period)) == {"matched": 1}
    # The 5th is when it was paid: a statement of the days before does not need it, one that ends later does.
    early = await run.reconcile(from_on="2021-10-01", to_on="2021-10-04", run_id=None)
    assert kinds(early) == {}
    late = await run.reconcile(**period)
    assert kinds(late) == {"missing_there": 1}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("unknown-unit", {"unit_id": "9@2021-07-01"}),
        ("unknown-run", {"run_id": str(new_id())}),
        ("unknown-contract", {"contract_id": str(new_id())}),
        ("bad-request", {"from_on": "2021-10-01"}),
        ("bad-request", {"run_id": None}),
        ("bad-request", {"from_gateway": True, "lines": [line("X")]}),
        ("bad-request", {"lines": [line("X", amount_dong=0)]}),
        ("bad-request", {"lines": [line("X", "gone")]}),
        ("bad-request", {"run_id": None, "from_on": "2021-10-02", "to_on": "2021-10-01"}),
        ("provider-days-missing", {"from_gateway": True, "lines": []}),
    ],
)
async def test_what_can_not_be_compared_is_refused(office: Office, code: str, changes: dict[str, Any]) -> None:
    asked = {"unit_id": office.authority, "provider": "vietinbank", "source": "statement", "run_id": await office.run()}
    await office.refused(code, "POST", "/v1/reconciliations", "accountant", {**asked, **changes})


async def test_what_is_not_there_is_refused(office: Office) -> None:
    missing = new_id()
    path = f"/v1/reconciliations/{missing}"
    await office.refused("unknown-reconciliation", "GET", path, "accountant")
    await office.refused("unknown-reconciliation", "POST", f"{path}/comparison", "accountant")
    await office.refused("unknown-reconciliation", "PUT", f"{path}/parts/1", "accountant", {"lines": []})
    await office.refused("unknown-break", "PUT", f"/v1/breaks/{missing}/owner", "accountant", {"owner": "x"})
    why = {"reason": "written_off", "note": "x"}
    await office.refused("unknown-break", "POST", f"/v1/breaks/{missing}/closing", "accountant", why)
    await office.refused("bad-cursor", "GET", "/v1/breaks?cursor=x", "accountant")


async def test_reconciliations_are_the_accountants_and_their_units(office: Office) -> None:
    run = await paid(office, people=2)
    await office.refused("not-allowed", "POST", "/v1/reconciliations", "maker", run.asked())
    await office.refused("not-your-unit", "POST", "/v1/reconciliations", "accountant", run.asked(), units=["1@2021-07-01"])
    read = await run.reconcile(line("STRANGER"), unit_id=office.province)
    for units, breaks in (([office.province], 3), ([office.authority], 2), (["1@2021-07-01"], 0)):
        seen = await office.ok("GET", "/v1/breaks", "accountant", units=units)
        assert len(seen["items"]) == breaks  # the stranger is nobody's but the province's
    path = f"/v1/reconciliations/{read['reconciliation_id']}"
    await office.refused("unknown-reconciliation", "GET", path, "accountant", units=[office.authority])
    pages, cursor = [], ""
    while cursor is not None:
        page = await office.ok("GET", f"/v1/breaks?limit=1{cursor and '&cursor='}{cursor}", "accountant")
        pages += [each["break_id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert len(set(pages)) == len(pages) == 3
