"""Authorities hand over: who follows sees the rows of the communes of then, and nobody else sees more."""

from __future__ import annotations

import uuid
from typing import Any

import asyncpg
import pytest

from services.provider_gateway.main import build
from shared.contracts.base import Event
from shared.contracts.disbursement_events import AuthorityHandedOver, CommuneHandedOver
from shared.contracts.envelope import Envelope
from shared.contracts.registry_events import UnitRecord, UnitsDefined
from shared.kernel.clock import wall_now
from shared.kernel.ids import new_id
from shared.platform import Platform
from shared.reference import units
from shared.service import Service

OLD_PROVINCE, PROVINCE = "46@2021-07-01", "46@2025-01-01"
_positions = iter(range(1, 100))


@pytest.fixture(scope="module")
async def gateway(platform: Platform) -> Service:
    """The service, knowing all units that there ever were."""
    service = build(platform)
    await hear(service, "registry", said_units())
    return service


def said_units() -> UnitsDefined:
    fields = [{column: getattr(unit, column) for column in UnitRecord.model_fields} for unit in units()]
    return UnitsDefined(units=[UnitRecord(**one) for one in fields])


async def hear(service: Service, source: str, event: Event) -> None:
    envelope = Envelope(
        source=source, position=next(_positions), type=event.type, version=1, event_id=new_id(), occurred_at=wall_now(),
        body=event.model_dump(mode="json"),
    )  # fmt: skip
    await service.inbox.receive(envelope.encode())


async def kept(admin: asyncpg.Connection, *unit_ids: str) -> None:
    """A row about each of these communes."""
    for unit_id in unit_ids:
        await admin.execute(
            """INSERT INTO provider_gateway.recalls (payment_id, payroll_id, chunk_no, unit_id, outcome, answered_at)
               VALUES ($1, $1, 0, $2, 'stopped', now())""",
            uuid.uuid4(), unit_id,
        )  # fmt: skip


async def seen(service: Service, scope: str) -> set[str]:
    async with service.database.transaction(scope) as tx:
        return {row["unit_id"] for row in await tx.rows("SELECT DISTINCT unit_id FROM recalls")}


def act(from_authority: str, *communes: tuple[str, str, str]) -> AuthorityHandedOver:
    heirs = [CommuneHandedOver(from_unit_id=a, to_authority_id=b, to_unit_id=c) for a, b, c in communes]
    return AuthorityHandedOver(handover_id=new_id(), from_authority_id=from_authority, happened_on="2025-01-01", communes=heirs)


def some(level: str, province: str, n: int = 0) -> Any:
    return [unit for unit in units() if unit.level == level and unit.path[0] == province][n]


async def test_those_that_follow_see_what_was_theirs(gateway: Service, admin: asyncpg.Connection) -> None:
    district = some("district", OLD_PROVINCE)
    whole, divided, other = [u for u in units() if u.level == "commune" and district.unit_id in u.path][:3]
    between, beside = some("district", PROVINCE), some("district", PROVINCE, 1)
    one, two = [next(u for u in units() if u.level == "commune" and d.unit_id in u.path) for d in (between, beside)]
    await kept(admin, whole.unit_id, divided.unit_id, other.unit_id)
    assert await seen(gateway, between.unit_id) == set()
    said = act(
        district.unit_id,
        (whole.unit_id, between.unit_id, one.unit_id),
        (divided.unit_id, between.unit_id, one.unit_id),
        (divided.unit_id, beside.unit_id, two.unit_id),
        (other.unit_id, beside.unit_id, two.unit_id),
    )
    await hear(gateway, "disbursement", said)
    for unit_id in (one.unit_id, between.unit_id):
        assert await seen(gateway, unit_id) == {whole.unit_id}, "a divided commune is nobody's alone"
    assert await seen(gateway, beside.unit_id) == {other.unit_id}
    assert await seen(gateway, PROVINCE) == {whole.unit_id, divided.unit_id, other.unit_id}
    assert await seen(gateway, district.unit_id) == {whole.unit_id, divided.unit_id, other.unit_id}

    # the heir hands over itself; the registry says its units once more; the same act again
    last = next(u for u in units() if u.level == "commune" and str(u.valid_from) == "2025-07-01")
    await hear(gateway, "disbursement", act(between.unit_id, (one.unit_id, last.unit_id, last.unit_id)))
    await hear(gateway, "registry", said_units())
    await hear(gateway, "disbursement", said)
    assert await seen(gateway, last.unit_id) == {whole.unit_id}
    assert await seen(gateway, beside.unit_id) == {other.unit_id}


async def test_an_act_waits_for_its_units(gateway: Service, admin: asyncpg.Connection) -> None:
    commune, heir = some("commune", OLD_PROVINCE, 60), "99001@2025-01-01"
    await kept(admin, commune.unit_id)
    await hear(gateway, "disbursement", act(commune.path[1], (commune.unit_id, heir, heir)))
    assert await seen(gateway, heir) == set()
    record = UnitRecord(
        unit_id=heir, code="99001", valid_from="2025-01-01", valid_to=None, level="commune", name="Xã Mới", parent_id=PROVINCE,
        path=(PROVINCE, heir),
    )  # fmt: skip
    await hear(gateway, "registry", UnitsDefined(units=[record]))
    await gateway.inbox.retry_parked()
    assert await seen(gateway, heir) == {commune.unit_id}
