"""Decisions over REST, and what each makes disbursement owe: months before and after."""

from __future__ import annotations

from typing import Any

import pytest

from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.lives import Somebody, enter, new_number
from tests.registry.officers import VINH_HUNG, VINH_MY, Officer, Officers

COMMUNE = "Xã Vinh Hưng"
K5C = ["K5C-80"]

pytestmark = pytest.mark.usefixtures("mid_november")


@pytest.fixture
async def elder(mine: Officer, service: Service) -> Somebody:
    """A woman of 81 with K5C-80 from October on."""
    number = new_number()
    return await enter(mine, service, COMMUNE, Line(f"Lê Thị Số {number[-3:]}", "1940", identity=number))


async def test_a_death_leaves_its_month_owed_and_takes_the_next(elder: Somebody) -> None:
    assert await elder.owed("2021-09", "2022-01") == {"2021-10": K5C, "2021-11": K5C, "2021-12": K5C, "2022-01": K5C}
    done = await elder.act("death", "2021-11-12", happened_on="2021-11-10", note="Giấy chứng tử")
    assert done["from_month"] == "2021-12-01"
    assert await elder.owed("2021-09", "2022-01") == {"2021-10": K5C, "2021-11": K5C}
    seen = await elder.seen()
    assert (seen["status"], seen["status_from_month"]) == ("dead", "2021-12-01")
    newest = (await elder.officer.get(f"{elder.path}/history"))["items"][0]
    assert (newest["reason"], newest["paper_number"], newest["note"], newest["effective_from"]) == (
        "death", "death/2021-11-12", "Giấy chứng tử", "2021-12-01",
    )  # fmt: skip
    for kind, fields in (
        ("grant", {"category": "K5A-80"}),
        ("change", {"category": "K5A-80"}),
        ("stop", {}),
        ("suspend", {}),
        ("resume", {}),
        ("death", {"happened_on": "2021-11-09"}),
        ("enter_institution", {"happened_on": "2021-11-09"}),
        ("leave_institution", {"category": "K5A-80"}),
    ):
        assert await elder.refused(kind, "2021-11-13", **fields) == "person-dead"


async def test_a_death_reported_late_reaches_back(elder: Somebody) -> None:
    await elder.act("death", "2021-11-12", happened_on="2021-10-02")
    assert await elder.owed("2021-09", "2022-01") == {"2021-10": K5C}


async def test_a_death_before_the_right_began_owes_nothing_and_comes_back_when_annulled(elder: Somebody) -> None:
    before = (await elder.seen())["decisions"]
    done = await elder.act("death", "2021-11-12", happened_on="2021-09-30")
    assert await elder.owed("2021-09", "2022-01") == {}
    assert (await elder.seen())["decisions"] == []
    answer = await elder.annul(done["act_id"])
    assert answer.status_code == 200, answer.text
    seen = await elder.seen()
    assert (seen["status"], seen["decisions"]) == ("active", before)
    assert list(await elder.owed("2021-09", "2021-12")) == ["2021-10", "2021-11", "2021-12"]
    acts = (await elder.officer.get(f"{elder.path}/decisions"))["items"]
    assert [(act["kind"], act["annulled_note"]) for act in acts] == [("death", "nhập nhầm")]
    assert (await elder.annul(done["act_id"])).json()["code"] == "act-annulled"


async def test_a_stop_ends_with_the_month_of_ineligibility_and_may_lie_ahead(elder: Somebody) -> None:
    await elder.act("stop", "2021-11-12", happened_on="2022-01-20", note="Về ở với con có lương hưu")
    assert await elder.owed("2021-09", "2022-04") == {"2021-10": K5C, "2021-11": K5C, "2021-12": K5C, "2022-01": K5C}
    record = await elder.record()
    assert (record.status, f"{record.status_from_month}") == ("stopped", "2022-02-01")
    assert await elder.refused("stop", "2021-11-13") == "person-stopped"
    assert await elder.refused("suspend", "2021-11-13") == "person-stopped"
    assert await elder.refused("grant", "2021-11-13", category="K5A-80") == "decision-overlaps"
    await elder.act("grant", "2021-11-14", category="K5A-80", from_month="2022-04-01")
    assert await elder.owed("2022-01", "2022-04") == {"2022-01": K5C, "2022-04": ["K5A-80"]}


async def test_a_suspension_takes_nothing_away(elder: Somebody) -> None:
    await elder.act("suspend", "2021-11-12")
    assert (await elder.record()).status == "suspended"
    assert list(await elder.owed("2021-09", "2021-12")) == ["2021-10", "2021-11", "2021-12"]
    assert await elder.refused("suspend", "2021-11-13") == "person-suspended"
    assert await elder.refused("change", "2021-11-13", category="K5A-80") == "person-suspended"
    assert await elder.refused("grant", "2021-11-13", category="CS-DBN-HGD") == "person-suspended"
    await elder.act("resume", "2021-11-14")
    assert (await elder.record()).status == "active"
    assert list(await elder.owed("2021-09", "2021-12")) == ["2021-10", "2021-11", "2021-12"]
    assert await elder.refused("resume", "2021-11-14") == "not-suspended"


async def test_a_rise_counts_from_the_month_it_is_signed_a_fall_from_the_month_after(elder: Somebody) -> None:
    await elder.act("change", "2021-11-12", category="K5A-80")
    assert await elder.owed("2021-10", "2021-12") == {"2021-10": K5C, "2021-11": ["K5A-80"], "2021-12": ["K5A-80"]}
    assert await elder.refused("change", "2021-11-13", category="K5C-80", from_month="2021-11-01") == "month-too-early"
    done = await elder.act("change", "2021-11-13", category="K5C-80")
    assert done["from_month"] == "2021-12-01"
    assert await elder.owed("2021-10", "2022-01") == {"2021-10": K5C, "2021-11": ["K5A-80"], "2021-12": K5C, "2022-01": K5C}
    assert await elder.refused("change", "2021-11-13", category="K5C-80", from_month="2022-01-01") == "same-as-before"


async def test_an_institution_stops_and_leaving_it_starts(elder: Somebody) -> None:
    assert await elder.refused("leave_institution", "2021-11-12", category="K5A-80") == "not-in-institution"
    await elder.act("enter_institution", "2021-10-20", happened_on="2021-10-25")
    assert list(await elder.owed("2021-10", "2021-12")) == ["2021-10"]
    assert await elder.refused("grant", "2021-11-12", category="K5A-80") == "in-institution"
    done = await elder.act("leave_institution", "2021-10-30", category="K5A-80")
    assert done["from_month"] == "2021-11-01", "the month of entering is owed already"
    assert await elder.owed("2021-10", "2021-12") == {"2021-10": K5C, "2021-11": ["K5A-80"], "2021-12": ["K5A-80"]}


async def test_care_support_stands_beside_and_a_second_monthly_does_not(elder: Somebody) -> None:
    assert await elder.refused("grant", "2021-11-12", category="K5A-80") == "decision-overlaps"
    assert await elder.refused("grant", "2021-11-12", category="K6-DBN-NCT") == "decision-overlaps"
    await elder.act("grant", "2021-11-12", category="CS-DBN-HGD", heads=2)
    assert await elder.owed("2021-10", "2021-11") == {"2021-10": K5C, "2021-11": ["CS-DBN-HGD x2", "K5C-80"]}
    assert await elder.refused("change", "2021-11-12", category="K5A-80") == "which-decision"
    await elder.act("grant", "2021-11-12", category="K4-DTN", heads=1)
    assert (await elder.owed("2021-11", "2021-11"))["2021-11"] == ["CS-DBN-HGD x2", "K4-DTN+K5C-80"]
    care = next(one for one in (await elder.seen())["decisions"] if one["category"] == "CS-DBN-HGD")
    await elder.act("stop", "2021-11-12", decision_id=care["decision_id"])
    assert (await elder.record()).status == "active"
    assert (await elder.owed("2021-12", "2021-12"))["2021-12"] == ["K4-DTN+K5C-80"]


async def test_a_correction_is_refused_once_something_followed(elder: Somebody) -> None:
    first = await elder.act("change", "2021-11-10", category="K5A-80")
    second = await elder.act("stop", "2021-11-12")
    answer = await elder.annul(first["act_id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "act-overtaken")
    for act in (second, first):
        assert (await elder.annul(act["act_id"])).status_code == 200
    assert await elder.owed("2021-10", "2021-12") == {"2021-10": K5C, "2021-11": K5C, "2021-12": K5C}
    unknown = await elder.annul(elder.beneficiary_id)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-act")


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        ("grant", {"category": "K9-X", "from_month": "2022-06-01"}, "bad-category"),
        ("grant", {"category": "HTXH-75"}, "bad-category"),
        ("grant", {"category": "MT-THUONG"}, "bad-category"),
        ("grant", {"category": "K1-TE-U4"}, "age-does-not-fit"),
        ("grant", {"category": "CS-NKT-MT1", "heads": 2}, "bad-heads"),
        ("grant", {"category": "CS-DBN-HGD", "from_month": "2021-10-01"}, "month-too-early"),
        ("grant", {"category": "CS-DBN-HGD", "from_month": "2022-12-01"}, "month-too-far"),
        ("grant", {"category": "CS-DBN-HGD", "from_month": "2021-12-02"}, "wrong-month"),
        ("change", {"category": "K5A-80", "decision_id": "01928c1e-7a10-7000-8000-000000000001"}, "unknown-decision"),
        ("stop", {"decision_id": "01928c1e-7a10-7000-8000-000000000001"}, "unknown-decision"),
        ("stop", {"happened_on": "2023-05-05"}, "bad-day"),
        ("death", {"happened_on": "2021-11-16"}, "bad-day"),
        ("death", {"happened_on": "1930-11-16"}, "bad-day"),
        ("enter_institution", {"happened_on": "2021-11-16"}, "bad-day"),
    ],
)
async def test_what_cannot_be_is_refused(elder: Somebody, kind: str, fields: dict[str, Any], code: str) -> None:
    signed_on = "2021-11-12"
    assert await elder.refused(kind, signed_on, **fields) == code


async def test_a_paper_dated_ahead_is_refused(elder: Somebody) -> None:
    assert await elder.refused("stop", "2021-11-16") == "signed-in-the-future"


async def test_a_change_before_anything_counts_is_refused(elder: Somebody) -> None:
    await elder.act("stop", "2021-10-12")
    assert await elder.refused("change", "2021-11-12", category="K5A-80") == "nothing-to-change"


async def test_only_the_persons_own_commune_decides(elder: Somebody, officer: Officers) -> None:
    for stranger, code in (
        (officer("commune_officer", VINH_MY), "unknown-beneficiary"),
        (officer("maker", VINH_HUNG), "not-allowed"),
        (officer(), "no-token"),
    ):
        body = {"kind": "stop", "paper_number": "1", "signed_on": "2021-11-12"}
        answer = await stranger.ask("POST", f"{elder.path}/decisions", json=body)
        assert answer.json()["code"] == code
    assert (await officer("commune_officer", VINH_MY).ask("GET", f"{elder.path}/decisions")).status_code == 404


async def test_a_repeat_with_the_same_key_acts_once(elder: Somebody) -> None:
    body = {"kind": "stop", "paper_number": "1", "signed_on": "2021-11-12"}
    answers = [
        await elder.officer.ask("POST", f"{elder.path}/decisions", json=body, headers={"Idempotency-Key": elder.beneficiary_id})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert len((await elder.officer.get(f"{elder.path}/decisions"))["items"]) == 1


async def test_a_list_does_not_undo_what_was_decided(elder: Somebody, mine: Officer) -> None:
    """A later list that still names the old category, or somebody dead, asks an officer."""
    seen = await elder.seen()
    name = seen["full_name"]
    await elder.act("change", "2021-11-12", category="K5A-80")
    line = Line(name, "1940", identity=_number_of(seen), village="Thôn 2")
    done = await mine.enter(COMMUNE, [line], "12/2021")
    assert (done["updated"], done["left"]) == (0, 1)
    (row,) = (await mine.get(f"/v1/imports/{done['import_id']}/rows"))["items"]
    assert [finding["code"] for finding in row["findings"]][-1:] == ["decided_otherwise"]
    assert (await elder.owed("2021-12", "2021-12"))["2021-12"] == ["K5A-80"]
    await elder.act("death", "2021-11-14", happened_on="2021-11-13")
    again = await mine.enter(COMMUNE, [Line(name, "1940", identity=_number_of(seen), category="K5A-80")], "1/2022")
    (row,) = (await mine.get(f"/v1/imports/{again['import_id']}/rows"))["items"]
    assert [finding["code"] for finding in row["findings"]][-1:] == ["entitlement_ended"]
    assert (await elder.seen())["status"] == "dead"


def _number_of(seen: dict[str, Any]) -> str:
    """The number was made from the name's last digits."""
    return f"046140100{seen['full_name'][-3:]}"


async def test_a_death_settles_what_was_held_for_being_reported(elder: Somebody) -> None:
    for reason in ("reported_dead", "reported_away", "under_review"):
        await elder.officer.post(f"{elder.path}/holds", {"reason": reason, "note": "trưởng thôn báo"})
    await elder.act("death", "2021-11-12", happened_on="2021-11-10")
    assert (await elder.seen())["hold"] == "under_review", "another reason stands"
    lifted = (await elder.officer.get("/v1/holds", beneficiary_id=elder.beneficiary_id, standing=False))["items"]
    assert {(hold["reason"], hold["lifted_note"]) for hold in lifted} == {
        ("reported_dead", "death/2021-11-12"), ("reported_away", "death/2021-11-12"),
    }  # fmt: skip
