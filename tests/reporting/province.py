"""A small province, and moves of its obligations as the events that disbursement would say."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

import orjson

from shared.contracts.disbursement_events import ObligationMove, ObligationsMoved
from shared.contracts.envelope import Envelope
from shared.contracts.registry_events import UnitRecord
from shared.kernel.ids import new_id
from tests.reporting.second_way import Fact

START = date(2021, 7, 1)
PROVINCE = "46@2021-07-01"
DISTRICTS = ("474@2021-07-01", "479@2021-07-01")
COMMUNES = {
    "19750@2021-07-01": DISTRICTS[0],
    "19753@2021-07-01": DISTRICTS[0],
    "19960@2021-07-01": DISTRICTS[1],
    "19963@2021-07-01": DISTRICTS[1],
}
CLOSED = "19999@2021-07-01"  # a commune that ended before the first month
NAMES = {DISTRICTS[0]: "Thành phố Huế", DISTRICTS[1]: "Thị xã Hương Thủy"}


def unit(unit_id: str, level: str, name: str, *above: str, valid_to: date | None = None) -> UnitRecord:
    """A unit as the registry says it."""
    return UnitRecord.model_validate(
        {
            "unit_id": unit_id,
            "code": unit_id.partition("@")[0],
            "valid_from": START,
            "valid_to": valid_to,
            "level": level,
            "name": name,
            "parent_id": above[-1] if above else None,
            "path": (*above, unit_id),
        }
    )


UNITS = [
    unit(PROVINCE, "province", "Tỉnh Thừa Thiên Huế"),
    unit(DISTRICTS[0], "district", "Thành phố Huế", PROVINCE),
    unit(DISTRICTS[1], "district", "Thị xã Hương Thủy", PROVINCE),
    *(unit(c, "commune", f"Phường {c[:5]}", PROVINCE, d) for c, d in COMMUNES.items()),
    unit(CLOSED, "commune", "Xã Cũ", PROVINCE, DISTRICTS[0], valid_to=date(2021, 9, 30)),
]

RUN_ID = UUID("01890000-0000-7000-8000-000000000001")
RELEASED_AT = datetime(2021, 10, 4, 22, 0, tzinfo=UTC)
_positions = itertools.count(1)


def events_of(facts: Iterable[Fact], size: int = 500) -> list[bytes]:
    """Facts as encoded events: neighbours of one provider and channel travel together, up to `size` in an event."""
    events = []
    for (provider, channel), together in itertools.groupby(facts, key=lambda f: (f.provider, f.channel)):
        rest = list(together)
        while rest:
            chunk, rest = rest[:size], rest[size:]
            body = ObligationsMoved.model_validate(
                {
                    "run_id": RUN_ID,
                    "run_code": "2021-10",
                    "authority_id": PROVINCE,
                    "provider": provider,
                    "channel": channel,
                    "released_at": RELEASED_AT,
                    "moves": [_move(f) for f in chunk],
                }
            )
            events.append(envelope("disbursement", body.type, body.model_dump_json()).encode())
    return events


def envelope(source: str, kind: str, body: str) -> Envelope:
    """An event with the next position."""
    return Envelope.model_validate(
        {
            "source": source,
            "position": next(_positions),
            "type": kind,
            "version": 1,
            "event_id": new_id(),
            "occurred_at": datetime(2021, 10, 5, tzinfo=UTC),
            "body": orjson.loads(body),
        }
    )


def _move(fact: Fact) -> ObligationMove:
    return ObligationMove.model_validate(
        {
            "benefit_month": fact.month,
            "subject": fact.subject,
            "kind": fact.kind,
            "revision": fact.revision,
            "step": fact.step,
            "unit_id": fact.unit_id,
            "category_group": fact.group,
            "sex": "female",
            "age_band": "80+",
            "amount_dong": fact.amount_dong,
            "from_place": fact.was,
            "to_place": fact.place,
            "reason": fact.reason,
        }
    )
