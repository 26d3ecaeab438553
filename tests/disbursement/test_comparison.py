"""Before approval: this run against the run before, every đồng of the difference with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.disbursement.domain.comparison import (
    GROUPS,
    NOTHING,
    TEXTS,
    KindFacts,
    Months,
    PersonFacts,
    compare,
    reasons_of,
)
from shared.kernel.ids import new_id
from tests.disbursement.office import Office
from tests.disbursement.records import bank_account, changed, decision, payee, wallet

MONTHS = Months(date(2024, 6, 1), date(2024, 7, 1))
DECISION, OTHER = new_id(), new_id()


# --- the rule ---------------------------------------------------------------------------------------------------------


def kind_facts() -> st.SearchStrategy[KindFacts]:
    """Anything, whether a law could make it or not: the sums must hold all the same."""
    amounts = st.integers(0, 3_000_000)
    return st.builds(
        KindFacts,
        regular_dong=amounts,
        months=st.integers(0, 3),
        arrears_dong=amounts,
        category=st.sampled_from(["K6-N", "K5A-80", "K6-DBN"]),
        coefficient=st.sampled_from([None, Decimal("1.0"), Decimal("1.5"), Decimal("2.5")]),
        heads=st.integers(1, 4),
        level_dong=st.sampled_from([360_000, 500_000]),
        decision_id=st.sampled_from([DECISION, OTHER]),
    ).map(lambda facts: facts if facts.months else replace(facts, regular_dong=0))


def people() -> st.SearchStrategy[PersonFacts]:
    kinds = st.dictionaries(st.sampled_from(["monthly", "care_support"]), kind_facts(), max_size=2)
    return st.builds(
        PersonFacts,
        beneficiary_id=st.builds(new_id), code=st.just("HUE-1"), name=st.just("Lan"), unit_id=st.just("1@2021-07-01"),
        birth_date=st.dates(date(1910, 1, 1), date(2024, 1, 1)), before=kinds, after=kinds,
        ways=st.lists(st.sampled_from(["payee", "account", "channel"]), unique=True).map(tuple),
        status=st.sampled_from(["active", "dead", "stopped", "suspended"]), held=st.booleans(), lives_elsewhere=st.booleans(),
        owed_elsewhere=st.booleans(), owed_before=st.booleans(), decided=st.booleans(),
    )  # fmt: skip


@given(st.lists(people(), max_size=6), st.booleans())
def test_reasons_groups_and_totals_add_up(crowd: list[PersonFacts], first: bool) -> None:
    months = Months(None, MONTHS.after) if first else MONTHS
    for person in crowd:
        reasons = reasons_of(person, months)
        assert sum(reasons.values()) == person.after_dong - person.before_dong
        assert reasons.keys() <= TEXTS.keys()
    sums = compare(crowd, months)
    assert tuple(sums) == GROUPS
    assert sum(s.people for s in sums.values()) == len(crowd)
    assert sum(s.before_dong for s in sums.values()) == sum(p.before_dong for p in crowd)
    assert sum(s.after_dong for s in sums.values()) == sum(p.after_dong for p in crowd)
    for total in sums.values():
        assert sum(dong for _, dong in total.reasons.values()) == total.difference_dong
    assert sums["same"].difference_dong == 0


PERSON = PersonFacts(
    beneficiary_id=new_id(), code="HUE-1", name="Lan", unit_id="1@2021-07-01", birth_date=date(1950, 1, 1), before={}, after={},
    ways=(), status="active", held=False, lives_elsewhere=False, owed_elsewhere=False, owed_before=False, decided=True,
)  # fmt: skip
ONE = KindFacts(540_000, 1, 0, "K6-N", Decimal("1.5"), 1, 360_000, DECISION)


def why(before: KindFacts | None, after: KindFacts | None, **more: Any) -> dict[str, int]:
    person = replace(PERSON, before={"monthly": before} if before else {}, after={"monthly": after} if after else {})
    return reasons_of(replace(person, **more), MONTHS)


def test_a_new_level_and_a_new_category_at_once_are_told_apart() -> None:
    after = replace(ONE, regular_dong=1_000_000, category="K6-DBN", coefficient=Decimal("2.0"), level_dong=500_000)
    assert why(ONE, after) == {"level": 210_000, "category": 250_000}
    two_months = replace(after, regular_dong=2_000_000, months=2, arrears_dong=7)
    assert why(ONE, two_months) == {"arrears": 7, "months": 540_000, "level": 420_000, "category": 500_000}
    assert why(ONE, after, birth_date=date(1944, 6, 15)) == {"level": 210_000, "birthday": 250_000}
    assert why(ONE, replace(ONE, regular_dong=1_080_000, heads=2)) == {"heads": 540_000}
    assert why(ONE, replace(ONE, regular_dong=720_000, coefficient=Decimal("2.0"))) == {"coefficient": 180_000}
    assert why(ONE, replace(ONE, regular_dong=540_001, decision_id=OTHER)) == {"decision": 1}
    assert why(replace(NOTHING, arrears_dong=5), ONE) == {"arrears": -5, "kind-started": 540_000}


def test_why_somebody_is_new_or_has_stopped() -> None:
    assert why(None, ONE) == {"decision": 540_000}
    assert why(None, ONE, owed_before=True) == {"hold-lifted": 540_000}
    assert why(None, ONE, owed_before=True, owed_elsewhere=True) == {"moved-in": 540_000}
    assert why(None, ONE, birth_date=date(1944, 7, 1)) == {"birthday": 540_000}
    assert why(ONE, None, status="dead", lives_elsewhere=True) == {"death": -540_000}
    assert why(ONE, None, status="stopped") == {"stop": -540_000}
    assert why(ONE, None, lives_elsewhere=True, held=True) == {"moved-away": -540_000}
    assert why(ONE, None, held=True) == {"hold": -540_000}
    assert why(ONE, None, status="suspended") == {"hold": -540_000}
    assert why(ONE, None, decided=False) == {"decision-ended": -540_000}
    assert why(ONE, None) == {"other": -540_000}


# --- over REST --------------------------------------------------------------------------------------------------------


async def lines_of(office: Office, path: str, group: str = "") -> dict[str, dict[str, Any]]:
    """Every line, by beneficiary's code, over pages of two."""
    found: dict[str, dict[str, Any]] = {}
    query = f"{path}{'&' if '?' in path else '?'}limit=2" + (f"&group={group}" if group else "")
    cursor = ""
    while True:
        page = await office.ok("GET", query + cursor, "maker")
        found |= {item["beneficiary_code"]: item for item in page["items"]}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def reasons(line: dict[str, Any]) -> dict[str, int]:
    return {reason["reason"]: reason["difference_dong"] for reason in line["reasons"]}


async def test_a_month_with_everything_that_happens(office: Office, disbursement: Any) -> None:
    other = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay()
    alike, dies, stops, leaves, held, raised, paid_else, account = (office.person("K6-N") for _ in range(8))
    ends = office.person(decisions=[decision("K6-N", to_month=date(2021, 10, 1))])
    account = changed(account, unit_id=office.communes[0], account=wallet())
    waits = office.person("K6-N", hold="duplicate")
    await office.say(alike, dies, stops, leaves, held, raised, paid_else, account, ends, waits)
    october = await office.run()
    await office.draw(october)
    comes = office.person("K6-N")
    november_first = {"status_from_month": date(2021, 11, 1)}
    await office.say(
        changed(dies, status="dead", **november_first),
        changed(stops, status="stopped", **november_first),
        changed(leaves, unit_id=other.communes[2]),
        changed(held, hold="duplicate"),
        changed(
            raised, decisions=[decision("K6-N", to_month=date(2021, 10, 1)), decision("K6-DBN", from_month=date(2021, 11, 1))]
        ),
        changed(paid_else, payee=payee(new_id(), full_name="Trần Văn Nam", relationship="guardian")),
        changed(account, account=wallet()),
        changed(waits, hold=None),
        comes.model_copy(update={"decisions": [decision("K6-N", from_month=date(2021, 11, 1))]}),
    )
    november = await office.run("2021-11")
    drawn = await office.draw(november)
    path = f"/v1/runs/{november}/comparison"
    view = await office.ok("GET", f"{path}?authority={office.authority}", "maker")
    groups = {group["group"]: group for group in view["groups"]}
    assert view["last_run"] == "2021-10"
    assert view["before_dong"] == 9 * 540_000
    assert view["after_dong"] == sum(payroll["amount_dong"] for payroll in drawn["payrolls"])
    assert view["after_dong"] == (3 + 1 + 2) * 540_000 + 720_000 + 0
    assert {name: group["people"] for name, group in groups.items()} == {"new": 2, "stopped": 5, "changed": 3, "same": 1}
    assert sum(group["difference_dong"] for group in groups.values()) == view["difference_dong"]
    for group in groups.values():
        assert sum(reason["difference_dong"] for reason in group["reasons"]) == group["difference_dong"]
    assert {way["way"]: way["people"] for way in view["changed_ways"]} == {"payee": 1, "account": 1, "channel": 0}
    lines = await lines_of(office, f"{path}/lines?authority={office.authority}")
    assert {code: (line["group"], reasons(line)) for code, line in lines.items()} == {
        alike.code: ("same", {}),
        dies.code: ("stopped", {"death": -540_000}),
        stops.code: ("stopped", {"stop": -540_000}),
        leaves.code: ("stopped", {"moved-away": -540_000}),
        held.code: ("stopped", {"hold": -540_000}),
        ends.code: ("stopped", {"decision-ended": -540_000}),
        raised.code: ("changed", {"category": 180_000}),
        paid_else.code: ("changed", {}),
        account.code: ("changed", {}),
        waits.code: ("new", {"hold-lifted": 1_080_000}),
        comes.code: ("new", {"decision": 540_000}),
    }
    assert (lines[paid_else.code]["ways"], lines[account.code]["ways"]) == (["payee"], ["account"])
    stopped = await lines_of(office, f"{path}/lines?authority={office.authority}", "stopped")
    assert stopped == {code: line for code, line in lines.items() if line["group"] == "stopped"}
    texts = next(reason for reason in groups["stopped"]["reasons"] if reason["reason"] == "death")
    assert (texts["vi"], texts["en"]) == ("Chết", "Died")


async def test_a_new_standard_level(office: Office) -> None:
    await office.say(*[office.person("K6-N") for _ in range(3)])
    await office.draw(await office.run("2024-06"))
    july = await office.run("2024-07")
    await office.draw(july)
    view = await office.ok("GET", f"/v1/runs/{july}/comparison?authority={office.authority}", "maker")
    (group,) = [g for g in view["groups"] if g["people"]]
    assert [(r["reason"], r["people"], r["difference_dong"]) for r in group["reasons"]] == [("level", 3, 3 * 210_000)]


async def test_two_months_together_are_no_raise_and_the_first_run_has_nothing_before(office: Office) -> None:
    await office.say(office.person("K6-N"))
    october = await office.run()
    await office.draw(october)
    first = await office.ok("GET", f"/v1/runs/{october}/comparison?authority={office.authority}", "maker")
    assert (first["last_run"], first["before_dong"], first["after_dong"]) == (None, 0, 540_000)
    assert [r["reason"] for g in first["groups"] for r in g["reasons"]] == ["first-run"]
    both = await office.run("2021-11", "2021-11-01", "2021-12-01")
    await office.draw(both)
    (line,) = (await lines_of(office, f"/v1/runs/{both}/comparison/lines?authority={office.authority}")).values()
    assert reasons(line) == {"months": 540_000}


async def test_what_failed_and_is_paid_again_in_the_run_counts_once(office: Office) -> None:
    person = office.person("K6-N", commune=1, account=bank_account())
    await office.say(person)
    october = await office.run()
    (payroll,) = (await office.draw(october))["payrolls"]
    (payment,) = await office.payments(payroll["payroll_id"])
    body = {"payment_id": payment["payment_id"], "reason": "x"}
    await office.ok("POST", f"/v1/payrolls/{payroll['payroll_id']}/exceptions", "accountant", body)
    await office.draw(october)
    view = await office.ok("GET", f"/v1/runs/{october}/comparison?authority={office.authority}", "maker")
    assert view["after_dong"] == 540_000


async def test_one_payroll_alone(office: Office) -> None:
    into_wallet, in_cash, dies = office.person("K6-N", commune=0, account=wallet()), office.person("K6-N"), office.person("K6-N")
    await office.say(into_wallet, in_cash, dies)
    await office.draw(await office.run())
    await office.say(
        changed(into_wallet, unit_id=office.communes[2], account=None),
        changed(dies, status="dead", status_from_month=date(2021, 11, 1)),
    )
    november = await office.run("2021-11")
    (payroll,) = (await office.draw(november))["payrolls"]
    path = f"/v1/payrolls/{payroll['payroll_id']}/comparison"
    view = await office.ok("GET", path, "maker")
    assert (view["payroll_id"], view["before_dong"], view["after_dong"]) == (payroll["payroll_id"], 1_620_000, 1_080_000)
    lines = await lines_of(office, f"{path}/lines")
    assert {code: (line["group"], line["ways"]) for code, line in lines.items()} == {
        in_cash.code: ("same", []),
        dies.code: ("stopped", []),
        into_wallet.code: ("changed", ["account", "channel"]),
    }


async def test_comparisons_are_refused(office: Office) -> None:
    await office.say(office.person("K6-N"))
    october = await office.run()
    (payroll,) = (await office.draw(october))["payrolls"]
    path = f"/v1/runs/{october}/comparison"
    asked = f"?authority={office.authority}"
    await office.refused("unknown-run", "GET", f"/v1/runs/{new_id()}/comparison{asked}", "maker")
    await office.refused("unknown-unit", "GET", f"{path}?authority=99999@2021-07-01", "maker")
    await office.refused("not-your-unit", "GET", path + asked, "maker", units=[office.communes[0]])
    await office.refused("bad-request", "GET", path, "maker")
    await office.refused("bad-cursor", "GET", f"{path}/lines{asked}&cursor=x", "maker")
    await office.refused("bad-request", "GET", f"{path}/lines{asked}&group=x", "maker")
    await office.refused("not-allowed", "GET", path + asked, "commune_officer")
    one = f"/v1/payrolls/{payroll['payroll_id']}/comparison"
    await office.refused("unknown-payroll", "GET", one, "maker", units=[office.communes[0]])
    await office.refused("bad-cursor", "GET", f"{one}/lines?cursor=x", "maker")
