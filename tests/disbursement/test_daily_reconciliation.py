"""What the gateway fetched is compared by itself: days in order and whole, each once; breaks with owner and age."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.disbursement.workers.reconciler import Reconciler
from shared.contracts.gateway_events import ListedLine, ProviderListed
from shared.kernel.ids import payment_reference
from tests.disbursement.gateway_voice import answer, say
from tests.disbursement.office import Office
from tests.disbursement.papers import paper, text
from tests.disbursement.records import bank_account
from tests.disbursement.test_books_end_to_end import instructed

AMOUNT = 540_000
DAY = date(2021, 10, 5)  # on which the gateway's words are dated


@pytest.fixture
async def day(office: Office, set_business_clock: Callable[..., Any]) -> date:
    """The day on which payments are paid. What other tests of the module left is not this one's."""
    for table in ("provider_days", "provider_lines", "reconciliation_breaks"):
        await office.admin.execute(f"DELETE FROM disbursement.{table}")
    await set_business_clock(datetime(DAY.year, DAY.month, DAY.day, 3, tzinfo=UTC))
    return DAY


async def paid(office: Office, people: int = 3) -> tuple[str, list[str]]:
    """Payments of 540,000 đồng through the bank, released by `ha`; the run and their references."""
    await office.say(*[office.person("K6-N", commune=1, account=bank_account()) for _ in range(people)])
    run_id = await office.run("2021-10")
    (payroll,) = (await office.draw(run_id))["payrolls"]
    await office.released(payroll)
    (chunk,) = (await instructed(office, run_id)).values()
    await answer(office, chunk, [["paid"]] * people)
    return run_id, [payment_reference(each.payment_id, 1) for each in chunk.lines]


async def listed(
    office: Office, day: date, *lines: tuple[str, int, int | None], part: int = 1, parts: int = 1, of: int = 0
) -> None:
    """The gateway hands a day of the bank's statement on, or a part of it: reference, amount, running number."""
    event = ProviderListed(
        provider="vietinbank", list_source="statement", listed_on=day, part_no=part, parts=parts, lines_of_day=of or len(lines),
        first_line_no=1 + 500 * (part - 1),
        lines=[ListedLine(reference=r, amount_dong=dong, state="paid", seq=seq) for r, dong, seq in lines],
    )  # fmt: skip
    await say(office, event)


async def reconciled(office: Office) -> int:
    """Let the worker look until nothing is due; how many comparisons of this province it made."""
    worker = Reconciler(office.database)
    while await worker.step():
        pass
    rows = await office.rows(
        "SELECT count(*) FROM reconciliations WHERE unit_id = $1 AND made_subject = 'daily-reconciliation'", office.province
    )
    return int(rows[0][0])


async def open_breaks(office: Office) -> list[dict[str, Any]]:
    """Of this province, by kind."""
    found = (await office.ok("GET", "/v1/breaks?open=true&limit=1000", "accountant"))["items"]
    return sorted(found, key=lambda each: (each["kind"], each["reference"]))


async def test_a_day_that_agrees_leaves_nothing_and_is_compared_once(office: Office, day: date) -> None:
    _, references = await paid(office)
    assert await reconciled(office) == 0, "no day is over yet"
    await listed(office, day, *[(reference, AMOUNT, n) for n, reference in enumerate(references, 1)])
    assert await reconciled(office) == 1
    assert await reconciled(office) == 1
    (made,) = (await office.ok("GET", "/v1/reconciliations", "accountant"))["items"]
    assert (made["kinds"]["matched"]["references"], made["open_breaks"], made["unexplained_dong"]) == (3, 0, 0)
    assert (made["from_on"], made["to_on"]) == (str(day), str(day))


async def test_breaks_have_an_owner_and_an_age_and_heal_by_themselves(
    office: Office, day: date, set_business_clock: Callable[..., Any]
) -> None:
    run_id, (first, second, third) = await paid(office)
    await listed(office, day, (first, AMOUNT, None), (second, AMOUNT - 1, None), ("STRANGE", 7, None))
    assert await reconciled(office) == 1
    found = await open_breaks(office)
    assert [(b["kind"], b["reference"], b["owner"], b["age_days"]) for b in found] == [
        ("amount_differs", second, "ha", 0), ("missing_there", third, "ha", 0), ("unknown_reference", "STRANGE", "ha", 0),
    ]  # fmt: skip
    path = f"/v1/runs/{run_id}/documents/reconciliation"
    of = f"authority_id={office.authority}&contract_id={office.deeds.vietinbank}"
    for format_ in ("xlsx", "pdf"):
        minutes = text(await paper(office, f"{path}.{format_}?{of}"))
        for said in ("Sai lệch số tiền", second, third, "Chưa xử lý", "ha, 0 ngày"):
            assert said in minutes, (format_, said)
        assert "STRANGE" not in minutes, "of which run it is nobody knows"

    later = day + timedelta(days=1)
    await set_business_clock(datetime(later.year, later.month, later.day, 3, tzinfo=UTC))
    await listed(office, later, (third, AMOUNT, None))
    assert await reconciled(office) == 3, "the new day, and the old one once more"
    found = await open_breaks(office)
    assert [(b["kind"], b["age_days"]) for b in found] == [("amount_differs", 1), ("unknown_reference", 1)]
    assert await reconciled(office) == 3, "once a day"
    closing = {"reason": "explained_by_provider", "note": "Phí 1 đồng", "evidence": "45/VTB"}
    await office.ok("POST", f"/v1/breaks/{found[0]['break_id']}/closing", "accountant", closing)
    minutes = text(await paper(office, f"{path}.pdf?{of}"))
    assert "Đơn vị chi trả đã giải trình: Phí 1 đồng" in minutes and third not in minutes


async def test_a_day_that_has_not_come_whole_is_waited_for(office: Office, day: date) -> None:
    _, (first, second, third) = await paid(office)
    await listed(office, day, (first, AMOUNT, None), parts=2, of=502)
    await listed(office, day + timedelta(days=1))
    assert await reconciled(office) == 0
    await listed(office, day, (second, AMOUNT, None), (third, AMOUNT, None), part=2, parts=2, of=502)
    assert await reconciled(office) == 1
    (made,) = (await office.ok("GET", "/v1/reconciliations", "accountant"))["items"]
    assert (made["from_on"], made["to_on"]) == (str(day), str(day + timedelta(days=1)))
    assert made["kinds"]["matched"]["references"] == 3
    gaps = [b["reference"] for b in await open_breaks(office)]
    assert gaps == [f"vietinbank statement {day} line 2-500"], "lines that were said and did not come"


async def test_holes_in_the_lists_own_numbers(office: Office, day: date) -> None:
    _, references = await paid(office)
    await listed(office, day, *[(reference, AMOUNT, seq) for reference, seq in zip(references, (11, 12, 15), strict=True)])
    await reconciled(office)
    (gap,) = await open_breaks(office)
    assert (gap["kind"], gap["reference"]) == ("sequence_gap", f"vietinbank statement {day} seq 13-14")
    again = {"unit_id": office.province, "provider": "vietinbank", "source": "statement", "from_gateway": True}
    asked = await office.ok(
        "POST", "/v1/reconciliations", "accountant", {**again, "from_on": str(day), "to_on": str(day), "lines": []}
    )
    assert (asked["kinds"]["sequence_gap"]["references"], asked["opened"]) == (1, 0), "another comparison finds the same gap"
