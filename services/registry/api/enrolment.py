"""The campaign: who has no account and why, how far each unit is, what it is to reach."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from services.registry.api.accounts import ProviderName
from services.registry.api.enrolment_views import (
    GapCount,
    GapCounts,
    GapPage,
    GapReason,
    GapView,
    Level,
    ProgressPage,
    ProgressView,
    TargetInput,
    TargetList,
    TargetView,
)
from services.registry.api.wire import BAD_CURSOR, Cursor, Limit, UnitQuery
from services.registry.domain.enrolment import GAP_REASONS, Target, share_of, standing
from services.registry.storage import gaps
from services.registry.use_cases.set_target import set_target
from shared import audit
from shared.auth import Caller, require
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

Reader = Annotated[Caller, Depends(require("registry:read"))]
_UNIT = r"^[0-9]{1,5}@\d{4}-\d{2}-\d{2}$"


def make_router(database: Database) -> APIRouter:
    """The routes of the campaign."""
    router = APIRouter(prefix="/v1/enrolment", tags=["enrolment"])
    _gap_routes(router, database)
    _progress_routes(router, database)
    return router


def _gap_routes(router: APIRouter, database: Database) -> None:
    @router.get("/gaps", summary="List people without an account")
    async def list_gaps(
        caller: Reader,
        unit_id: UnitQuery = None,
        provider: ProviderName | None = None,
        reason: GapReason | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> GapPage:
        """People of the token's units who are entitled and not paid into an account, each with what stands in the way. The
        reading is audited. Refused: `bad-cursor`."""
        after = _gap_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            communes = await _communes(tx, caller, unit_id)
            rows = await gaps.page_of_gaps(tx, communes=communes, reason=reason, provider=provider, after=after, limit=limit)
            if rows:
                await audit.append(tx, caller, "enrolment.gaps.read", f"unit/{unit_id or '*'}", people=len(rows))
        items = [_gap_view(row) for row in rows]
        last = items[-1] if len(items) == limit else None
        return GapPage(items=items, next_cursor=f"{last.unit_id}|{last.code}" if last else None)

    @router.get("/gaps/counts", summary="Count people without an account")
    async def gap_counts(caller: Reader, unit_id: UnitQuery = None) -> GapCounts:
        """How many people of the token's units have no account, by commune, provider and reason."""
        async with database.transaction(caller.row_scope) as tx:
            rows = await gaps.count_gaps(tx, await _communes(tx, caller, unit_id))
        return GapCounts(items=[GapCount.model_validate({**row, "reason": row["gap"]}) for row in rows])


async def _communes(tx: Tx, caller: Caller, unit_id: str | None) -> list[str] | None:
    """The communes to look in; None: all. Naming them lets the index be used, where row scope alone would read everything."""
    if unit_id is not None:
        return await gaps.communes_of(tx, [unit_id])
    return await gaps.communes_of(tx, caller.unit_ids) if caller.unit_ids else None


def _gap_cursor(cursor: str | None) -> tuple[str, str]:
    if cursor is None:
        return ("", "")
    unit_id, mark, code = cursor.partition("|")
    if not mark:
        raise Refusal(BAD_CURSOR)
    return (unit_id, code)


def _gap_view(row: dict[str, Any]) -> GapView:
    details = {
        "refused_by_beneficiary": row["refusal"],
        "refused_by_provider": row["account_reason"],
        "account_closed": row["account_reason"],
        "on_hold": row["hold"],
    }
    reason_vi, reason_en = GAP_REASONS[row["gap"]]
    return GapView.model_validate(
        {
            **row,
            "reason": row["gap"],
            "reason_vi": reason_vi,
            "reason_en": reason_en,
            "detail": details.get(row["gap"]),
            "since": gaps.since_of(row),
        }
    )


def _progress_routes(router: APIRouter, database: Database) -> None:
    @router.get("/progress", summary="See how far units are")
    async def progress(
        caller: Reader,
        unit_id: UnitQuery = None,
        level: Level | None = None,
        cursor: Cursor = None,
        limit: Limit = 200,
    ) -> ProgressPage:
        """Entitled people and those with an account, of the token's units and all below them: communes counted, districts and
        provinces summed, each against its target. Nothing is said of units of which the token sees a part."""
        async with database.transaction(caller.row_scope) as tx:
            today = await tx.today()
            rows = await gaps.progress_of_units(
                tx, scope=caller.unit_ids, unit_id=unit_id, level=level, after=cursor or "", limit=limit
            )
        items = [_progress_view(row, today) for row in rows]
        return ProgressPage(items=items, next_cursor=items[-1].unit_id if len(items) == limit else None)

    @router.get("/targets", summary="List targets")
    async def list_targets(caller: Reader) -> TargetList:
        """What units are to reach. No personal data: every token sees all."""
        async with database.transaction(caller.row_scope) as tx:
            rows = await gaps.targets_on(tx, None)
        return TargetList(items=[TargetView.model_validate(row) for row in rows])

    @router.put("/targets/{unit_id}", summary="Set a unit's target")
    async def put_target(
        caller: Annotated[Caller, Depends(require("registry:write"))],
        unit_id: Annotated[str, Path(max_length=40, pattern=_UNIT)],
        target: TargetInput,
        key: IdempotencyKey = None,
    ) -> TargetView:
        """So many per cent of the unit's entitled people with an account, by a date. It counts for all units below without
        one of their own. Whoever has the unit above sets it; a province's own token sets the province's.
        Refused: `unknown-target-unit`, `not-your-unit`, `bad-target`, `unknown-provider`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> TargetView:
                wanted = Target(unit_id, target.starts_on, target.target_on, target.share_percent, target.provider)
                await set_target(tx, caller, wanted)
                return TargetView(unit_id=unit_id, **target.model_dump())

            request = f"{unit_id}{target.model_dump_json()}".encode()
            return await once(tx, caller, "PUT /v1/enrolment/targets", key, request, TargetView, work)


def _progress_view(row: dict[str, Any], today: date) -> ProgressView:
    target = None
    against: dict[str, int | None] = {"missing": None, "weeks_left": None, "needed_per_week": None}
    if row["target_unit"] is not None:
        target = Target(row["target_unit"], row["starts_on"], row["target_on"], row["share_percent"], row["target_provider"])
        where = standing(row["entitled"], row["with_account"], target, today)
        against = {"missing": where.missing, "weeks_left": where.weeks_left, "needed_per_week": where.needed_per_week}
    names = ("unit_id", "code", "name", "level", "entitled", "with_account", "held", "providers", "steps")
    return ProgressView.model_validate(
        {
            **{name: row[name] for name in names},
            **against,
            "share_percent": share_of(row["with_account"], row["entitled"]),
            "target": {name: getattr(target, name) for name in TargetView.model_fields} if target else None,
        }
    )
