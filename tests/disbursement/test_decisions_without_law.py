"""A decision of a category that is not dated in a month: nobody's month is lost in silence."""

from __future__ import annotations

from typing import Any

from shared.kernel.ids import new_id
from tests.disbursement.office import Office
from tests.disbursement.records import changed, decision

JULY = "2025-07-01"


def path(office: Office, run_id: str, more: str = "") -> str:
    return f"/v1/runs/{run_id}/decisions-without-law?authority_id={office.authority}{more}"


async def test_drawing_up_counts_these_people_and_a_list_names_them(office: Office) -> None:
    """Art. 5(5)(b), (c) ended with June 2025: who has no decision on the social pension yet is owed nobody knows what."""
    lost = [office.person("K5C-80"), office.person("K5B-75-80")]
    await office.say(*lost, office.person(["K5C-80", "HTXH-75"]), office.person("K6-N"))
    run_id = await office.run("2025-07", "2025-07-01", "2025-06-01")
    drawn = await office.draw(run_id)
    assert drawn["left_out"] == {"category-not-dated": 2}
    page = await office.ok("GET", path(office, run_id), "maker")
    assert {item["code"]: (item["months"], item["category"]) for item in page["items"]} == {
        lost[0].code: ([JULY], "K5C-80"),
        lost[1].code: ([JULY], "K5B-75-80"),
    }
    rows = await office.rows("SELECT count(*) FROM audit_log WHERE object = $1", f"run/{run_id}")
    assert rows[0][0] == 1


async def test_a_decision_mends_it(office: Office) -> None:
    person = office.person("K5C-80")
    await office.say(person)
    run_id = await office.run("2025-07")
    assert (await office.draw(run_id))["left_out"] == {"category-not-dated": 1}
    await office.say(changed(person, decisions=[*person.decisions, decision("HTXH-75")]))
    drawn = await office.draw(run_id)
    assert drawn["left_out"] == {}
    assert [p["amount_dong"] for p in drawn["payrolls"]] == [500_000]
    assert (await office.ok("GET", path(office, run_id), "maker"))["items"] == []


async def test_an_earlier_month_is_said_of_who_changed_since_it_was_drawn(office: Office) -> None:
    await office.say(office.person("K5C-80"))
    assert (await office.draw(await office.run("2025-07")))["left_out"] == {"category-not-dated": 1}
    await office.say(office.person("K5C-80"))
    august = await office.draw(await office.run("2025-08"))
    assert august["left_out"] == {"category-not-dated": 2}


async def test_the_list_comes_page_by_page_and_only_to_who_may_see_it(office: Office, disbursement: Any) -> None:
    other = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay()
    people = [office.person("K5C-80") for _ in range(3)]
    await office.say(*people)
    run_id = await office.run("2025-07")
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = await office.ok("GET", path(office, run_id, f"&limit=2{cursor and f'&cursor={cursor}'}"), "maker")
        found += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert sorted(found) == sorted(person.code for person in people)
    await office.refused("not-your-unit", "GET", path(other, run_id), "maker")
    await office.refused("not-allowed", "GET", path(office, run_id), "provider_staff")
    await office.refused("unknown-run", "GET", path(office, str(new_id())), "maker")
    await office.refused("bad-cursor", "GET", path(office, run_id, "&cursor=x"), "maker")
    nowhere = f"/v1/runs/{run_id}/decisions-without-law?authority_id=9999@2021-07-01"
    await office.refused("unknown-unit", "GET", nowhere, "maker")
