"""Holds that an officer places and lifts, proposals that wait, tasks that are done once a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.registry.domain.holds import NewHold
from services.registry.domain.proposals import NewProposal
from services.registry.storage.proposals import insert_proposals
from services.registry.use_cases.place_holds import place_holds
from services.registry.workers.daily import daily_worker
from shared.auth import Caller
from shared.database import Tx
from shared.service import Service
from tests.registry.commune_lists import Line, workbook
from tests.registry.officers import VINH_HUNG, VINH_MY, Officer, Officers

SYSTEM = Caller(issuer="chitra", subject="registry", kind="service", scopes=frozenset(), unit_ids=())


@pytest.fixture
def mine(officer: Officers) -> Officer:
    """An officer of the person's commune."""
    return officer("commune_officer", VINH_HUNG)


@pytest.fixture
async def person(mine: Officer) -> UUID:
    """Somebody who is paid, the same in each test."""
    listed = await mine.read(workbook("Xã Vinh Hưng", [Line("Lê Thị Mận", "1940", identity="046140000011")]))
    await mine.post(f"/v1/imports/{listed['import_id']}/confirm")
    found = await mine.get("/v1/beneficiaries", search="le thi man")
    return UUID(found["items"][0]["beneficiary_id"])


async def _shown(mine: Officer, person: UUID) -> dict[str, Any]:
    shown: dict[str, Any] = await mine.get(f"/v1/beneficiaries/{person}")
    return shown


async def test_a_hold_shows_until_the_last_is_lifted_and_says_why(mine: Officer, person: UUID, service: Service) -> None:
    version = (await _shown(mine, person))["version"]
    path = f"/v1/beneficiaries/{person}/holds"
    assert await mine.post(path, {"reason": "reported_dead", "note": "Trưởng thôn báo"}) == {"changed": 1}
    assert await mine.post(path, {"reason": "reported_dead", "note": "báo lần nữa"}) == {"changed": 0}
    assert await mine.post(path, {"reason": "under_review", "note": "chờ công an"}) == {"changed": 1}
    held = await _shown(mine, person)
    assert (held["hold"], held["version"]) == ("reported_dead", version + 1)
    standing = (await mine.get("/v1/holds", beneficiary_id=str(person), standing=True))["items"]
    assert [hold["reason"] for hold in standing] == ["reported_dead", "under_review"]
    await mine.post(f"/v1/holds/{standing[0]['hold_id']}/lift", {"note": "Đã gặp tại nhà"})
    assert (await _shown(mine, person))["hold"] == "under_review"
    await mine.post(f"/v1/holds/{standing[1]['hold_id']}/lift", {"note": "Công an xác nhận"})
    freed = await _shown(mine, person)
    assert freed["hold"] is None
    newest = (await mine.get(f"/v1/beneficiaries/{person}/history"))["items"][0]
    assert (newest["reason"], newest["note"], newest["changed"]) == ("hold_lifted", "Công an xác nhận", ["hold"])
    async with service.database.transaction() as tx:
        said = await tx.rows("SELECT body FROM outbox WHERE type = 'beneficiaries_changed' ORDER BY seq")
    assert [event["body"]["records"][0]["hold"] for event in said][-3:] == ["reported_dead", "under_review", None]


async def test_a_bad_hold_is_refused(mine: Officer, person: UUID) -> None:
    before = (await _shown(mine, person))["version"]
    answer = await mine.ask("POST", f"/v1/beneficiaries/{person}/holds", json={"reason": "because", "note": "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-hold-reason")
    nobody = UUID(int=7)
    answer = await mine.ask("POST", f"/v1/beneficiaries/{nobody}/holds", json={"reason": "under_review", "note": "x"})
    assert answer.json()["code"] == "unknown-beneficiary"
    assert (await mine.ask("POST", f"/v1/holds/{nobody}/lift", json={"note": "x"})).json()["code"] == "unknown-hold"
    lifted = (await mine.get("/v1/holds", beneficiary_id=str(person), standing=False))["items"][0]
    again = await mine.ask("POST", f"/v1/holds/{lifted['hold_id']}/lift", json={"note": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "hold-lifted")
    assert (await _shown(mine, person))["version"] == before


async def test_the_same_occasion_is_proposed_once_even_when_declined(mine: Officer, person: UUID, service: Service) -> None:
    proposal = NewProposal(person, "age_reached", "age_80", date(2021, 12, 1), details={"category": "K5B-80"})
    for expected in (1, 0):
        async with service.database.transaction() as tx:
            assert await insert_proposals(tx, [proposal]) == expected
    (found,) = (await mine.get("/v1/proposals", beneficiary_id=str(person), state="open"))["items"]
    assert found["details"] == {"category": "K5B-80"}
    await mine.post(f"/v1/proposals/{found['proposal_id']}/decline", {"note": "đã có quyết định khác"})
    again = await mine.ask("POST", f"/v1/proposals/{found['proposal_id']}/decline", json={"note": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "proposal-settled")
    assert (await mine.ask("POST", f"/v1/proposals/{UUID(int=7)}/decline", json={"note": "x"})).status_code == 404
    async with service.database.transaction() as tx:
        assert await insert_proposals(tx, [proposal]) == 0
    assert (await mine.get("/v1/proposals", beneficiary_id=str(person), state="declined"))["items"][0]["settled_note"]


async def test_people_of_another_commune_can_be_neither_held_nor_seen(
    officer: Officers, person: UUID, service: Service, admin: asyncpg.Connection
) -> None:
    neighbour = officer("commune_officer", VINH_MY)
    answer = await neighbour.ask("POST", f"/v1/beneficiaries/{person}/holds", json={"reason": "under_review", "note": "x"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-beneficiary")
    async with service.database.transaction(VINH_MY) as tx:
        assert await place_holds(tx, SYSTEM, [NewHold(person, "under_review")]) == []
    for path in ("/v1/holds", "/v1/proposals"):
        assert (await neighbour.get(path))["items"] == []
    assert await admin.fetchval("SELECT count(*) FROM registry.holds WHERE lifted_at IS NULL") == 0


async def test_a_daily_task_is_done_once_a_day_and_again_when_it_failed(service: Service) -> None:
    days: list[date] = []

    async def task(tx: Tx, today: date) -> int:
        days.append(today)
        if len(days) == 1:
            raise RuntimeError("the first time something is wrong")
        return 1

    worker = daily_worker(service.database, {"look": task})
    with pytest.raises(RuntimeError):
        await worker.step()
    await worker.step()
    await worker.step()
    assert len(days) == 2
    async with service.database.transaction() as tx:
        await tx.run("UPDATE scheduled_tasks SET done_on = :day", day=days[0] - timedelta(days=1))
    await worker.step()
    assert len(days) == 3
