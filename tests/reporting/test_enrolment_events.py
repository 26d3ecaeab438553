"""Enrolment from events in any order, twice, and at once: the sums are those that plain Python counts over all that was said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.events import parts
from services.reporting.storage import enrolled
from services.reporting.use_cases.rebuild_read_models import rebuild
from shared.bus.protocol import deliver
from shared.contracts.envelope import Envelope
from shared.kernel.errors import NotYet
from shared.keys import load_pseudonym_secret
from shared.platform import Platform
from shared.service import Service
from tests.reporting import enrolment_second_way as second_way
from tests.reporting.enrolment_said import ACCOUNTS, LEVELS, PAYEES, PEOPLE, START, event_of, events_of, lives, shuffled
from tests.reporting.enrolment_second_way import Record, Request, Said, Use
from tests.reporting.province import COMMUNES, DISTRICTS, PROVINCE

HERE, THERE = sorted(COMMUNES)[0], sorted(COMMUNES)[-1]


async def forget(service: Service) -> None:
    async with service.database.transaction() as tx:
        await enrolled.forget_registry(tx)
        await enrolled.forget_gateway(tx)


@pytest.fixture(scope="module")
def pseudonym_secret(platform: Platform) -> bytes:
    return load_pseudonym_secret(platform.settings.keys_dir)


@pytest.fixture
async def clean(service: Service) -> Service:
    """The service with no enrolment."""
    await forget(service)
    return service


async def receive(service: Service, events: Iterable[Envelope]) -> None:
    for event in events:
        await service.inbox.receive(event.encode())


async def tables(service: Service, *names: str) -> dict[str, set[tuple[Any, ...]]]:
    async with service.database.transaction() as tx:
        return {
            name: {tuple(row.values()) for row in await tx.rows(f"SELECT * FROM {name}")} for name in names or enrolled.TABLES
        }


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=lives(), seed=st.integers(0, 2**32))
async def test_every_sum_equals_the_second_computation(service: Service, said: list[Said], seed: int) -> None:
    await forget(service)
    await receive(service, shuffled(events_of(said), seed))
    found = await tables(service)
    assert found["enrolment_cells"] == second_way.cells(said, LEVELS)
    assert found["enrolment_weeks"] == second_way.weeks(said, LEVELS)
    assert found["enrolment_days"] == second_way.days(said, LEVELS)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=lives(), seed=st.integers(0, 2**32))
async def test_order_and_repetition_leave_the_same_rows(service: Service, said: list[Said], seed: int) -> None:
    events = events_of(said)
    await forget(service)
    await receive(service, events)
    in_order = await tables(service)
    await forget(service)
    await receive(service, [each.model_copy(update={"position": 20_000_000 + each.position}) for each in shuffled(events, seed)])
    assert await tables(service) == in_order


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=lives(), seed=st.integers(0, 2**32), source=st.sampled_from(["registry", "provider_gateway"]))
async def test_each_log_can_be_read_again(
    service: Service, pseudonym_secret: bytes, said: list[Said], seed: int, source: str
) -> None:
    """What was spoilt is right again, whichever of the two logs is read, and the other's part stays."""
    events = events_of(said)
    await forget(service)
    await receive(service, events)
    before = await tables(service)
    log = [each for each in events if each.source == source]

    async def pages() -> AsyncIterator[list[Envelope]]:
        yield [each.model_copy(update={"position": n}) for n, each in enumerate(log, start=1)]

    async with service.database.transaction() as tx:
        if source == "registry":
            await tx.run("UPDATE enrolled SET version = 99, active = NOT active")
            await tx.run("UPDATE enrolment_weeks SET people = people + 1")
            await tx.run("DELETE FROM asked_accounts WHERE answered_at IS NULL AND first_used_on IS NULL")
        else:
            await tx.run("UPDATE asked_accounts SET reason = 'x', answered_at = 'infinity' WHERE answered_at IS NOT NULL")
    [part] = [each for each in parts(pseudonym_secret) if each.source == source]
    async with service.database.transaction() as tx:
        await rebuild(tx, part, pages())
    assert await tables(service) == before


async def test_events_applied_at_once_add_up(clean: Service) -> None:
    """A person's record and the request of their payee, at once: their state rests on both, and neither sees the other begun."""
    said: list[Said] = []
    for n in range(80):
        person, payee, unit = UUID(int=5000 + n), UUID(int=6000 + n), sorted(COMMUNES)[n % 4]
        said += [
            Record(person, 1, START, unit, True, payee, None, "", ""),
            Request(UUID(int=7000 + n), payee, unit, "viettelpay", START + timedelta(days=1)),
        ]
    events = events_of(said)
    for at in range(0, len(events), 4):
        refused = await asyncio.gather(*(deliver(clean.inbox.receive, event.encode()) for event in events[at : at + 4]))
        assert refused == [None] * 4
    found = await tables(clean)
    assert found["enrolment_cells"] == second_way.cells(said, LEVELS)


async def test_who_moves_counts_there_and_who_died_nowhere(clean: Service) -> None:
    def record(version: int, unit_id: str, active: bool) -> Record:
        return Record(PEOPLE[0], version, START, unit_id, active, PAYEES[0], ACCOUNTS[0], "viettelpay", "wallet")

    async def counted() -> dict[str, int]:
        async with clean.database.transaction() as tx:
            return {row["unit_id"]: row["people"] for row in await tx.rows("SELECT unit_id, people FROM enrolment_cells")}

    await receive(clean, [event_of([record(1, HERE, True)])])
    assert await counted() == {HERE: 1, DISTRICTS[0]: 1, PROVINCE: 1, "*": 1}
    await receive(clean, [event_of([record(2, THERE, True)])])
    assert await counted() == {THERE: 1, DISTRICTS[1]: 1, PROVINCE: 1, "*": 1}
    await receive(clean, [event_of([record(1, HERE, True)])])  # an older record changes nothing
    assert await counted() == {THERE: 1, DISTRICTS[1]: 1, PROVINCE: 1, "*": 1}
    await receive(clean, [event_of([record(3, THERE, False)])])
    assert await counted() == {}


async def test_no_name_and_no_id_of_a_person_is_kept(clean: Service) -> None:
    await receive(
        clean,
        events_of(
            [
                Record(PEOPLE[0], 1, START, HERE, True, PAYEES[0], ACCOUNTS[0], "viettelpay", "wallet"),
                Request(ACCOUNTS[0], PAYEES[0], HERE, "viettelpay", START),
                Use(ACCOUNTS[0], "viettelpay", date(2021, 10, 2)),
            ]
        ),
    )
    kept = repr(await tables(clean))
    assert "viettelpay" in kept
    assert "Bí Mật" not in kept
    assert str(PEOPLE[0]) not in kept


async def test_people_of_a_commune_nobody_has_defined_wait(clean: Service) -> None:
    unknown = Record(PEOPLE[0], 1, START, "99999@2021-07-01", True, PAYEES[0], None, "", "")
    with pytest.raises(NotYet):
        async with clean.database.transaction() as tx:
            await clean.handlers["registry.beneficiaries_changed"](tx, event_of([unknown]))
    assert (await tables(clean))["enrolled"] == set()


@pytest.mark.parametrize("table", ["enrolled", "asked_accounts", "enrolment_cells", "enrolment_weeks", "enrolment_days"])
async def test_rows_of_other_units_are_hidden(clean: Service, table: str) -> None:
    await receive(
        clean,
        events_of(
            [
                one
                for n, unit in enumerate((HERE, THERE))
                for one in (
                    Request(ACCOUNTS[n], PAYEES[n], unit, "viettelpay", START),
                    Record(PEOPLE[n], 1, START, unit, True, PAYEES[n], ACCOUNTS[n], "viettelpay", "wallet"),
                )
            ]
        ),
    )
    seen = {}
    for scope in (HERE, COMMUNES[HERE]):
        async with clean.database.transaction(scope) as tx:
            seen[scope] = {row["unit_id"] for row in await tx.rows(f"SELECT unit_id FROM {table}")}
    sums = table.startswith("enrolment")
    assert seen == {HERE: {HERE}, COMMUNES[HERE]: {HERE, COMMUNES[HERE]} if sums else {HERE}}
