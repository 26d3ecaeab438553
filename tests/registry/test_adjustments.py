"""Birthdays and dependants propose decisions 60 days ahead; an officer carries them out with a number and a date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry.domain.adjustments import BIRTHDAY, STEPS, windows
from services.registry.domain.proposals import NewProposal
from services.registry.files.reference import load_reference
from services.registry.storage.birthdays import aging_people
from services.registry.storage.proposals import insert_proposals
from services.registry.use_cases.propose_adjustments import propose_birthdays, propose_dependants
from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.lives import Somebody, at, enter, new_number
from tests.registry.officers import VINH_MY, Officer, Officers

COMMUNE = "Xã Vinh Hưng"
CATEGORIES = load_reference().categories
CHILD = {"full_name": "Lê Văn Tí", "birth_date": "2006-01-10", "sex": "male"}

pytestmark = pytest.mark.usefixtures("mid_november")


async def _born(mine: Officer, service: Service, birth: str, category: str, **fields: str) -> Somebody:
    year = int(birth[-4:])
    number = new_number(year)
    return await enter(mine, service, COMMUNE, Line(f"Phan Thị Số {number[-3:]}", birth, "Nữ", number, category, **fields))


async def _propose(service: Service, day: str) -> int:
    async with service.database.transaction() as tx:
        on = date.fromisoformat(day)
        return await propose_birthdays(tx, CATEGORIES, on) + await propose_dependants(tx, on)


async def _proposals(person: Somebody, state: str = "open") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.officer.get("/v1/proposals", beneficiary_id=person.beneficiary_id, state=state))[
        "items"
    ]
    return found


async def _accept(person: Somebody, proposal: dict[str, Any], signed_on: str, **fields: Any) -> Any:
    body = {"paper_number": "160/QĐ", "signed_on": signed_on, **fields}
    return await person.officer.ask("POST", f"/v1/proposals/{proposal['proposal_id']}/accept", json=body)


async def test_an_elderly_persons_80th_birthday_is_a_rise_from_its_own_month(mine: Officer, service: Service) -> None:
    person = await _born(mine, service, "10/1/1942", "K5A-60-80")
    assert await _propose(service, "2021-11-10") == 0, "61 days ahead is too early"
    assert await _propose(service, "2021-11-15") == 1
    assert await _propose(service, "2021-11-16") == 0, "once"
    (proposal,) = await _proposals(person)
    assert (proposal["kind"], proposal["due_on"], proposal["from_month"]) == ("birthday", "2022-01-10", "2022-01-01")
    assert proposal["details"] == {
        "act": "change", "category_from": "K5A-60-80", "heads_from": 1, "category_to": "K5A-80", "heads_to": 1, "or_else": [],
    }  # fmt: skip
    assert "quyết định" in proposal["message_vi"]
    answer = await _accept(person, proposal, "2021-11-15")
    assert answer.status_code == 200, answer.text
    assert answer.json()["from_month"] == "2022-01-01", "signed early, it waits for the birthday"
    assert await person.owed("2021-12", "2022-02") == {"2021-12": ["K5A-60-80"], "2022-01": ["K5A-80"], "2022-02": ["K5A-80"]}
    assert [one["proposal_id"] for one in await _proposals(person, "accepted")] == [proposal["proposal_id"]]
    (act,) = (await mine.get(f"{person.path}/decisions"))["items"]
    assert act["proposal_id"] == proposal["proposal_id"]
    again = await _accept(person, proposal, "2021-11-15")
    assert (again.status_code, again.json()["code"]) == (409, "proposal-settled")


async def test_a_childs_fourth_birthday_is_a_fall_from_the_month_after(
    mine: Officer, service: Service, set_business_clock: Callable[..., Any]
) -> None:
    person = await _born(mine, service, "20/11/2017", "K3-HIV-U4", payee="Lê Thị Bà", relationship="Bà nội")
    await _propose(service, "2021-11-15")
    (proposal,) = await _proposals(person)
    assert proposal["from_month"] == "2021-12-01"
    await set_business_clock(at("2022-02-03"))
    answer = await _accept(person, proposal, "2022-02-02")
    assert answer.json()["from_month"] == "2022-03-01", "signed late, it falls from the month after signing"


async def test_an_orphans_sixteenth_birthday_ends_or_goes_on_with_a_proof_of_study(mine: Officer, service: Service) -> None:
    stops = await _born(mine, service, "5/12/2005", "K1-TE-4-16", payee="Lê Thị Bà", relationship="Bà nội")
    studies = await _born(mine, service, "5/12/2005", "K1-TE-4-16", payee="Lê Thị Cô", relationship="Cô")
    await _propose(service, "2021-11-15")
    (proposal,) = await _proposals(stops)
    assert (proposal["details"]["act"], proposal["details"]["or_else"]) == ("stop", ["K2-16-22"])
    assert (await _accept(stops, proposal, "2021-11-15")).status_code == 200
    assert list(await stops.owed("2021-10", "2022-02")) == ["2021-10", "2021-11", "2021-12"]
    (proposal,) = await _proposals(studies)
    for fields, code in (
        ({"category": "K8-HIV"}, "bad-category"),
        ({"category": "K2-16-22"}, "study-proof-missing"),
        ({"category": "K2-16-22", "study_until": "2021-11-30"}, "study-proof-missing"),
    ):
        answer = await _accept(studies, proposal, "2021-11-15", **fields)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    answer = await _accept(studies, proposal, "2021-11-15", category="K2-16-22", study_until="2022-05-31")
    decision_id = answer.json()["decision_id"]
    assert await studies.owed("2021-11", "2022-01") == {
        "2021-11": ["K1-TE-4-16"], "2021-12": ["K2-16-22"], "2022-01": ["K2-16-22"],
    }  # fmt: skip
    proofs = (await mine.get(f"{studies.path}/decisions/{decision_id}/dependants"))["items"]
    assert [(one["relationship"], one["study_until"]) for one in proofs] == [("self", "2022-05-31")]
    assert await _propose(service, "2022-04-05") == 1
    (proposal,) = await _proposals(studies)
    assert (proposal["kind"], proposal["due_on"], proposal["details"]["act"]) == ("dependant_ends", "2022-05-31", "stop")


async def test_a_birth_year_alone_is_the_first_of_january(mine: Officer, service: Service) -> None:
    person = await _born(mine, service, "1942", "K5A-60-80")
    await _propose(service, "2021-11-15")
    (proposal,) = await _proposals(person)
    assert (proposal["due_on"], proposal["from_month"]) == ("2022-01-01", "2022-01-01")


async def test_a_proposal_falls_away_with_its_ground_and_comes_back_with_it(mine: Officer, service: Service) -> None:
    person = await _born(mine, service, "10/1/1942", "K5A-60-80")
    await _propose(service, "2021-11-15")
    death = await person.act("death", "2021-11-12", happened_on="2021-11-10")
    assert await _proposals(person) == []
    assert len(await _proposals(person, "withdrawn")) == 1
    await person.annul(death["act_id"])
    (proposal,) = await _proposals(person)
    accepted = (await _accept(person, proposal, "2021-11-15")).json()
    await person.annul(accepted["act_id"])
    assert [one["proposal_id"] for one in await _proposals(person)] == [proposal["proposal_id"]], "to be decided again"


async def test_other_proposals_are_carried_out_elsewhere(mine: Officer, service: Service, officer: Officers) -> None:

    person = await _born(mine, service, "10/1/1943", "K5A-60-80")
    async with service.database.transaction() as tx:
        await insert_proposals(tx, [NewProposal(UUID(person.beneficiary_id), "something_else", "x", date(2022, 1, 1))])
    (proposal,) = await _proposals(person)
    answer = await _accept(person, proposal, "2021-11-15")
    assert (answer.status_code, answer.json()["code"]) == (409, "proposal-needs-its-own-act")
    stranger = Somebody(officer("commune_officer", VINH_MY), service, person.beneficiary_id)
    assert (await _accept(stranger, proposal, "2021-11-15")).json()["code"] == "unknown-proposal"


async def test_heads_follow_from_the_dependants_of_the_month(mine: Officer, service: Service) -> None:
    person = await _born(mine, service, "5/5/1985", "K4-DTN", children="2")
    assert await person.owed("2021-11", "2021-11") == {"2021-11": ["K4-DTN x2"]}
    older = {**CHILD, "full_name": "Lê Văn Anh", "birth_date": "2003-02-01", "study_until": "2022-05-31"}
    grown = {**CHILD, "full_name": "Lê Thị Lớn", "birth_date": "2001-02-01", "sex": "female"}
    assert await person.refused("change", "2021-11-12", category="K4-DTN", dependants=[grown]) == "nobody-counts"
    assert await person.refused("change", "2021-11-12", category="K4-DTN", dependants=[CHILD], heads=2) == "bad-heads"
    done = await person.act("change", "2021-11-12", category="K4-DTN", dependants=[CHILD, older, {**CHILD, "birth_date": "2010"}])
    assert await person.owed("2021-10", "2021-11") == {"2021-10": ["K4-DTN x2"], "2021-11": ["K4-DTN x3"]}
    assert await _propose(service, "2021-11-15") == 1, "Tí is 16 on 10 January"
    (proposal,) = await _proposals(person)
    assert proposal["about"] == done["decision_id"]
    assert (proposal["details"]["heads_to"], proposal["details"]["dependant"]) == (2, "Lê Văn Tí")
    answer = await _accept(person, proposal, "2021-11-15")
    assert answer.json()["from_month"] == "2022-02-01", "the month of the birthday is owed"
    assert (await person.owed("2022-01", "2022-02")) == {"2022-01": ["K4-DTN x3"], "2022-02": ["K4-DTN x2"]}
    left = (await mine.get(f"{person.path}/decisions/{answer.json()['decision_id']}/dependants"))["items"]
    assert [one["full_name"] for one in left] == ["Lê Văn Anh", "Lê Văn Tí"], "the second Tí is of 2010"
    assert await _propose(service, "2022-04-05") == 1, "the study of the eldest ends"


async def test_dependants_on_file_propose_where_the_decision_counts_others(mine: Officer, service: Service) -> None:
    person = await _born(mine, service, "6/5/1985", "K4-DTN", children="2")
    (decision,) = (await person.seen())["decisions"]
    path = f"{person.path}/decisions/{decision['decision_id']}/dependants"
    number = new_number(2010)
    child = {**CHILD, "birth_date": "2010-05-05", "identity_number": number}
    assert await mine.post(path, {"dependants": [child]}) == {"heads": 1}
    (proposal,) = await _proposals(person)
    assert (proposal["kind"], proposal["details"]["heads_to"], proposal["from_month"]) == ("heads_differ", 1, "2021-12-01")
    assert (await person.owed("2021-12", "2021-12"))["2021-12"] == ["K4-DTN x2"], "only a decision changes it"
    assert await mine.post(path, {"dependants": [{**child, "full_name": "Lê Thị Em", "identity_number": None}]}) == {"heads": 2}
    assert await _proposals(person) == [], "they agree now"
    found = (await mine.get(path))["items"]
    assert found[0]["identity_number"][-3:] == number[-3:]
    assert number not in f"{found}"
    removed = f"{path}/{found[1]['dependant_id']}/remove"
    assert await mine.post(removed) == {"heads": 1}
    assert len(await _proposals(person)) == 1
    assert (await mine.ask("POST", removed)).json()["code"] == "unknown-dependant"
    old = {**CHILD, "full_name": "Lê Văn Cả", "birth_date": "2004-01-01"}
    assert await mine.post(path, {"dependants": [old]}) == {"heads": 1}
    eldest = (await mine.get(path))["items"][0]["dependant_id"]
    assert await mine.post(f"{path}/{eldest}/study", {"study_until": "2022-05-31"}) == {"heads": 2}
    assert (await mine.ask("POST", path, json={"dependants": [{**child, "birth_date": "2010-02-30"}]})).json()[
        "code"
    ] == "bad-day"
    elsewhere = path.replace(decision["decision_id"], person.beneficiary_id)
    for method in ("GET", "POST"):
        answer = await mine.ask(method, elsewhere, json={"dependants": [child]} if method == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-decision")


async def test_the_daily_look_is_by_birth_date_not_at_everybody(mine: Officer, service: Service) -> None:
    """The plan of the query goes in by the index on birth dates; it goes on where a batch ended."""
    for birth in ("11/1/1942", "12/1/1942"):
        await _born(mine, service, birth, "K5A-60-80")
    async with service.database.transaction() as tx:
        await tx.run("SET LOCAL enable_seqscan = off")
        plan = await tx.rows(
            """EXPLAIN SELECT 1 FROM unnest(CAST(:low AS date[]), CAST(:high AS date[])) AS v (low, high)
               JOIN beneficiaries b ON b.birth_date BETWEEN v.low AND v.high""",
            low=[window.born_from for window in windows(date(2021, 11, 15))],
            high=[window.born_to for window in windows(date(2021, 11, 15))],
        )
        assert "beneficiaries_birth" in f"{plan}"
        ages = {category: step.age for category, step in STEPS.items()}
        first = await aging_people(tx, windows(date(2021, 11, 15)), ages, BIRTHDAY, after=None, limit=1)
        rest = await aging_people(tx, windows(date(2021, 11, 15)), ages, BIRTHDAY, after=first[0].decision_id, limit=99)
        assert first[0].decision_id not in {one.decision_id for one in rest}
