"""Pay runs, and which authority drew up what when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.disbursement.domain.openings import OPENING_RUN_CODE
from services.disbursement.domain.refusals import UNKNOWN_RUN
from services.disbursement.domain.runs import Run
from shared.database import Tx
from shared.kernel.errors import Refusal

SCHEMA = "disbursement"

PAYMENTS_FILL_PERCENT = 50
"""Of the pages of payments: each is changed once its outcome is heard, within days, and then stays on its page."""
_COLUMNS = "run_id, unit_id, code, run_month, benefit_months, opened_at, campaign_id"


@dataclass(frozen=True, slots=True)
class Draw:
    """One drawing up of a run by an authority: 0 the first, then supplements."""

    draw_no: int
    registry_position: int


def _run(row: Any) -> Run:
    return Run(**{**row, "benefit_months": tuple(row["benefit_months"])})


async def insert(
    tx: Tx, run_id: UUID, unit_id: str, code: str, run_month: date, months: Sequence[date], campaign_id: UUID | None
) -> None:
    """Open a run, unless the province has one with this code; `by_code` then finds the older one."""
    await tx.run(
        """INSERT INTO runs (run_id, unit_id, code, run_month, benefit_months, opened_at, campaign_id)
           VALUES (:run_id, :unit_id, :code, :run_month, :months, platform.business_now(), :campaign_id)
           ON CONFLICT (unit_id, code) DO NOTHING""",
        run_id=run_id,
        unit_id=unit_id,
        code=code,
        run_month=run_month,
        months=list(months),
        campaign_id=campaign_id,
    )


async def ensure_partitions(tx: Tx, run_month: date, months: Sequence[date]) -> None:
    """The partitions that drawing up will fill. Made when the run is opened: later they would hold up other authorities."""
    await tx.ensure_month(SCHEMA, "payments", run_month, PAYMENTS_FILL_PERCENT)
    for month in months:
        await tx.ensure_month(SCHEMA, "obligations", month)
        await tx.ensure_month(SCHEMA, "payment_lines", month)


async def by_code(tx: Tx, unit_id: str, code: str) -> Run:
    """The run of a province with this code; refused with `unknown-run`."""
    row = await tx.row(f"SELECT {_COLUMNS} FROM runs WHERE unit_id = :unit_id AND code = :code", unit_id=unit_id, code=code)  # noqa: S608
    if row is None:
        raise Refusal(UNKNOWN_RUN)
    return _run(row)


async def find(tx: Tx, run_id: UUID) -> Run:
    """The run; refused with `unknown-run`."""
    row = await tx.row(f"SELECT {_COLUMNS} FROM runs WHERE run_id = :run_id", run_id=run_id)  # noqa: S608
    if row is None:
        raise Refusal(UNKNOWN_RUN, run_id=run_id)
    return _run(row)


async def page(tx: Tx, after: str, limit: int) -> list[Run]:
    """Runs by code, from after one; of all provinces."""
    rows = await tx.rows(
        f"""SELECT {_COLUMNS} FROM runs WHERE code || '/' || unit_id > :after
            ORDER BY code || '/' || unit_id LIMIT :limit""",  # noqa: S608
        after=after,
        limit=limit,
    )
    return [_run(row) for row in rows]


async def last_draw(tx: Tx, run_id: UUID, authority_id: str) -> Draw | None:
    """The newest drawing up of this run by this authority."""
    row = await tx.row(
        """SELECT draw_no, registry_position FROM run_authorities WHERE run_id = :run_id AND authority_id = :authority_id
           ORDER BY draw_no DESC LIMIT 1""",
        run_id=run_id,
        authority_id=authority_id,
    )
    return Draw(**row) if row else None


async def drawn_before(tx: Tx, authority_id: str, run_month: date) -> dict[date, int]:
    """The benefit months that an authority has drawn up to a run month -> the registry's position when it last looked at each.

    Drawing up a run looks at its own months and at all that were drawn before it, so a later run's drawing up counts too. A
    campaign's run looks at nothing that the law owes. What an authority drew up that handed over counts as its heirs'.
    """
    rows = await tx.rows(
        """WITH own AS (
               SELECT r.run_month, r.benefit_months, a.registry_position
               FROM run_authorities a JOIN runs r ON r.run_id = a.run_id
               WHERE r.campaign_id IS NULL AND (a.authority_id = :authority_id
                   OR a.authority_id IN (SELECT from_unit_id FROM unit_heirs WHERE to_unit_id = :authority_id))),
           months AS (
               SELECT m.month, min(o.run_month) AS run_month FROM own o, unnest(o.benefit_months) AS m (month) GROUP BY m.month)
           SELECT m.month, max(o.registry_position) AS position
           FROM months m JOIN own o ON o.run_month >= m.run_month WHERE m.run_month <= :run_month
           GROUP BY m.month""",
        authority_id=authority_id,
        run_month=run_month,
    )
    return {row["month"]: row["position"] for row in rows}


async def first_benefit_month(tx: Tx, province_id: str) -> date | None:
    """The first month that any run of a province pays, opening balances apart: before it others paid."""
    month: date | None = await tx.scalar(
        """SELECT min(m.month) FROM runs r, unnest(r.benefit_months) AS m (month)
           WHERE r.unit_id = :province_id AND r.code <> :opening""",
        province_id=province_id,
        opening=OPENING_RUN_CODE,
    )
    return month


async def record_draw(tx: Tx, run_id: UUID, authority_id: str, draw: Draw, issuer: str, subject: str) -> None:
    """Note who drew up, and at which position of the registry."""
    await tx.run(
        """INSERT INTO run_authorities (run_id, authority_id, draw_no, registry_position, drawn_at, drawn_issuer, drawn_subject)
           VALUES (:run_id, :authority_id, :draw_no, :position, platform.business_now(), :issuer, :subject)""",
        run_id=run_id,
        authority_id=authority_id,
        draw_no=draw.draw_no,
        position=draw.registry_position,
        issuer=issuer,
        subject=subject,
    )


async def pass_gate(tx: Tx, authority_id: str) -> None:
    """Let one drawing up of an authority through at a time.

    In REPEATABLE READ a second one waits here and then fails with a serialization error: its snapshot is too old. Whoever
    owns the transaction starts it again.
    """
    await tx.run(
        """INSERT INTO draw_gates AS gate (authority_id, draws) VALUES (:authority_id, 1)
           ON CONFLICT (authority_id) DO UPDATE SET draws = gate.draws + 1""",
        authority_id=authority_id,
    )
