"""Draw up a run for one paying authority: what the law owes, and payrolls for all of it that has no live payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.disbursement.domain.law import Law, law_of_months
from services.disbursement.domain.ledger import Posting
from services.disbursement.domain.openings import OPENING_RUN, OPENING_RUN_CODE
from services.disbursement.domain.payrolls import Payroll
from services.disbursement.domain.refusals import REGISTRY_BEHIND
from services.disbursement.storage import closings, draw_dues, draw_payments, handovers, payrolls, runs, units
from services.disbursement.storage.ledger import post
from services.disbursement.storage.moves import say_moves
from services.disbursement.storage.runs import Draw
from services.disbursement.use_cases.suspend_uncollected import suspend_uncollected
from shared.contracts.events import ObligationMove
from shared.database import Tx
from shared.inbox import watermark
from shared.kernel.errors import Refusal
from shared.kernel.units import UNKNOWN_UNIT, Unit


@dataclass(frozen=True, slots=True)
class DrawUp:
    """Who draws up which run for whom. `registry_position` is the position that must be in the snapshot at least."""

    run_id: UUID
    authority: Unit
    registry_position: int
    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class DrawnUp:
    """What came out. `left_out` counts people with money that may not go out now, by reason."""

    draw_no: int
    registry_position: int
    payrolls: list[Payroll]
    left_out: dict[str, int]


async def draw_up_run(tx: Tx, command: DrawUp, law: Law) -> DrawnUp:
    """Draw up the run's months, differences of months drawn before, and everything that rests; nothing new: no payroll.

    The transaction must be REPEATABLE READ and see all rows: the snapshot is the cut, and a person's earlier obligations may
    lie in a commune of another authority. It may fail to serialise beside another drawing up; start it again then.
    Refused: `unknown-run`, `opening-run`, `unknown-unit` (an authority of another province), `authority-handed-over`,
    `run-closed`, `registry-behind`, `no-law-for-month`.
    """
    authority_id = command.authority.unit_id
    run = await runs.find(tx, command.run_id)
    if run.code == OPENING_RUN_CODE:
        raise Refusal(OPENING_RUN)
    if run.unit_id not in command.authority.path:
        raise Refusal(UNKNOWN_UNIT, f"{command.authority.name} lies outside the run's province", unit=authority_id)
    await runs.pass_gate(tx, authority_id)
    await handovers.check_stands(tx, authority_id)
    await closings.check_open(tx, run.run_id, authority_id)
    position = await watermark(tx, "registry")
    if position < command.registry_position:
        raise Refusal(REGISTRY_BEHIND, f"at {position} of {command.registry_position}")
    last = await runs.last_draw(tx, run.run_id, authority_id)
    draw = Draw(last.draw_no + 1 if last else 0, position)

    looked_at = await runs.drawn_before(tx, authority_id, run.run_month)
    province = await units.find(tx, run.unit_id)
    laws = law_of_months(law, sorted({*run.benefit_months, *looked_at}), province.name)
    earlier = {month: at for month, at in looked_at.items() if month not in run.benefit_months}

    moves = await draw_dues.cancel_unowed(tx, authority_id)
    await draw_dues.collect(tx, authority_id, laws, earlier)
    await suspend_uncollected(tx, authority_id, run.run_month)
    drawn = await draw_payments.write(tx, run, authority_id, draw.draw_no, position)
    moves += [move for move in drawn.moves if move.from_place != move.to_place]
    await post(tx, Posting(run_id=run.run_id, authority_id=authority_id, cause="draw-up").obligations(moves))
    await say_moves(tx, run, authority_id, None, None, in_order(moves))
    if last is not None and not moves and not drawn.payroll_ids:
        return DrawnUp(last.draw_no, position, [], drawn.left_out)
    await runs.record_draw(tx, run.run_id, authority_id, draw, command.issuer, command.subject)
    made = await payrolls.of_run(tx, run.run_id, authority_id, seq=draw.draw_no)
    return DrawnUp(draw.draw_no, position, made, drawn.left_out)


def in_order(moves: Sequence[ObligationMove]) -> list[ObligationMove]:
    """Moves in the order of their keys, as readers lock them."""
    return sorted(moves, key=lambda move: (move.benefit_month, move.unit_id, move.subject, move.kind, move.revision))
